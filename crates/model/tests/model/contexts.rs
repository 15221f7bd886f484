//! How much of what belongs to a change its events carry.

use claimwire_model::catalogue::samples;
use claimwire_model::change::{CONTEXT_BYTES, Change, Context, Counts, Part, text};
use claimwire_model::claim::Claim;
use claimwire_model::json::OpenObject;
use claimwire_model::message::MessageDirection;
use claimwire_model::order::Order;
use claimwire_model::shipment::Shipment;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{made, now, value};

fn filled(bytes: usize) -> OpenObject {
    serde_json::from_value(json!({"x": "x".repeat(bytes)})).unwrap()
}

fn claims(bytes: usize) -> Vec<Claim> {
    let claim = |n| Claim {
        id: Uuid::from_u128(n),
        custom: filled(bytes),
        ..samples::claim(now())
    };
    (1..=3).map(claim).collect()
}

fn shipments(bytes: usize) -> Vec<Shipment> {
    let mut shipments = vec![samples::shipment(now()); 2];
    shipments[1].id = "another".to_owned();
    shipments[1].custom = filled(bytes);
    shipments
}

fn order(bytes: usize) -> Order {
    Order {
        custom: filled(bytes),
        ..samples::order(now())
    }
}

/// An order, shipments and claims.
struct All {
    order: Order,
    shipments: Vec<Shipment>,
    claims: Vec<Claim>,
    more: Counts,
}

impl All {
    fn context(&self) -> Context {
        let shipments = self
            .shipments
            .iter()
            .map(|one| Part::shipment(one).unwrap());
        let claims = self.claims.iter().map(|one| Part::claim(one).unwrap());
        Context {
            order: Some(text(&self.order).unwrap()),
            customer: Some(text(&samples::customer()).unwrap()),
            shipments: shipments.collect(),
            claims: claims.collect(),
            more: self.more,
        }
    }
}

/// Of so many bytes each.
fn of_bytes(order_bytes: usize, shipment_bytes: usize, claim_bytes: usize) -> All {
    All {
        order: order(order_bytes),
        shipments: shipments(shipment_bytes),
        claims: claims(claim_bytes),
        more: Counts::default(),
    }
}

fn of_change(change: &Change<'_>, all: &All) -> Value {
    value(made(change, &all.context())[0].context.as_deref().unwrap())
}

fn of_claim(all: &All) -> Value {
    let change = Change::Claim {
        before: None,
        after: Some(&all.claims[1]),
    };
    of_change(&change, all)
}

fn ids(context: &Value, list: &str) -> Vec<String> {
    let id = |one: &Value| one["id"].as_str().unwrap().to_owned();
    context[list].as_array().unwrap().iter().map(id).collect()
}

#[test]
fn what_fits_is_whole_and_says_nothing_of_it() {
    let whole = of_claim(&of_bytes(0, 0, CONTEXT_BYTES / 4));
    assert_eq!(ids(&whole, "claims").len(), 3);
    assert!(whole.get("truncated").is_none() && whole.get("counts").is_none());
}

#[test]
fn a_larger_one_has_what_the_event_is_about_and_counts() {
    let all = of_bytes(0, 0, CONTEXT_BYTES / 3);
    let cut = of_claim(&all);
    assert_eq!(ids(&cut, "claims"), [all.claims[1].id.to_string()]);
    let shipment = all.claims[1].shipment_id.clone().unwrap();
    assert_eq!(ids(&cut, "shipments"), [shipment]);
    assert_eq!(cut["order"]["order_number"], all.order.order_number);
    assert_eq!(cut["customer"], json!(samples::customer()));
    assert_eq!(cut["truncated"], true);
    assert_eq!(cut["counts"], json!({"shipments": 2, "claims": 3}));
    assert!(cut.to_string().len() <= CONTEXT_BYTES);
}

#[test]
fn the_subject_is_there_whatever_its_size() {
    let all = of_bytes(CONTEXT_BYTES, 0, 2 * CONTEXT_BYTES);
    let cut = of_claim(&all);
    assert_eq!(ids(&cut, "claims"), [all.claims[1].id.to_string()]);
    assert_eq!(
        (&cut["order"], &cut["shipments"]),
        (&Value::Null, &json!([]))
    );

    let message = samples::message(MessageDirection::Inbound, now());
    let change = Change::Message {
        message: &message,
        claim: &all.claims[2],
    };
    let cut = of_change(&change, &all);
    assert_eq!(ids(&cut, "claims"), [all.claims[2].id.to_string()]);

    let change = Change::Order {
        before: None,
        after: &all.order,
    };
    let cut = of_change(&change, &all);
    assert_eq!(cut["order"], json!(all.order));
    assert_eq!(
        (&cut["claims"], &cut["shipments"]),
        (&json!([]), &json!([]))
    );

    let all = of_bytes(0, CONTEXT_BYTES, 10);
    let event = samples::shipment_event("delivered", "DELIVERED", None, now());
    let change = Change::ShipmentEvent {
        shipment: &all.shipments[1],
        event: &event,
    };
    let cut = of_change(&change, &all);
    assert_eq!(ids(&cut, "shipments"), ["another"]);
    assert_eq!((&cut["order"], &cut["claims"]), (&Value::Null, &json!([])));
}

#[test]
fn a_deleted_claim_is_about_no_other_one() {
    let mut all = of_bytes(0, 0, CONTEXT_BYTES);
    let deleted = all.claims.remove(0);
    let change = Change::Claim {
        before: Some(&deleted),
        after: None,
    };
    let cut = of_change(&change, &all);
    assert_eq!(
        (&cut["claims"], &cut["counts"]["claims"]),
        (&json!([]), &json!(2))
    );
}

#[test]
fn what_was_left_out_before_is_counted_too() {
    let mut few = of_bytes(0, 0, 10);
    few.more = Counts {
        shipments: 40,
        claims: 0,
    };
    let context = of_claim(&few);
    assert_eq!(ids(&context, "shipments").len(), 2);
    assert_eq!(context["truncated"], true);
    assert_eq!(context["counts"], json!({"shipments": 42, "claims": 3}));
}
