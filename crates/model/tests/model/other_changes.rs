//! Change → events, the lines of contract section 4 that are not about claims.

use claimwire_model::catalogue::samples;
use claimwire_model::change::{Change, Context, Part, ShipmentEventData};
use claimwire_model::claim::Claim;
use claimwire_model::message::MessageDirection;
use serde_json::{Value, json};

use crate::{made, now, refs, value};

#[test]
fn contacts_are_told_of_when_new() {
    let contact = samples::contact(now());
    assert_eq!(
        refs(&made(
            &Change::Contact {
                before: None,
                after: &contact
            },
            &Context::default()
        )),
        ["contacts/created"]
    );
    let mut other = contact.clone();
    other.email = None;
    assert!(
        made(
            &Change::Contact {
                before: Some(&contact),
                after: &other
            },
            &Context::default()
        )
        .is_empty()
    );
}

#[test]
fn orders_are_told_of_when_new_or_different() {
    let order = samples::order(now());
    let new = made(
        &Change::Order {
            before: None,
            after: &order,
        },
        &Context::default(),
    );
    assert_eq!(refs(&new), ["orders/synced"]);
    assert!(new[0].changes.is_none());

    let mut later = order.clone();
    later.updated_at = now();
    assert!(
        made(
            &Change::Order {
                before: Some(&order),
                after: &later
            },
            &Context::default()
        )
        .is_empty()
    );

    later.currency = Some("USD".into());
    let facts = made(
        &Change::Order {
            before: Some(&order),
            after: &later,
        },
        &Context::default(),
    );
    assert_eq!(refs(&facts), ["orders/synced"]);
    assert_eq!(
        value(facts[0].changes.as_deref().unwrap()),
        json!({"currency": {"before": "EUR", "after": "USD"}})
    );
}

#[test]
fn a_message_is_told_of_with_its_claim_first() {
    let on = samples::claim(now());
    let other = Claim {
        id: uuid::Uuid::from_u128(1),
        ..on.clone()
    };
    let context = Context {
        claims: [&other, &on]
            .map(|claim| Part::claim(claim).unwrap())
            .into(),
        ..Context::default()
    };
    for (direction, expected) in [
        (MessageDirection::Inbound, "messages/received"),
        (MessageDirection::Outbound, "messages/sent"),
    ] {
        let message = samples::message(direction, now());
        let facts = made(
            &Change::Message {
                message: &message,
                claim: &on,
            },
            &context,
        );
        assert_eq!(refs(&facts), [expected]);
        assert_eq!(
            facts[0].event_data.get(),
            serde_json::to_string(&message).unwrap()
        );
        assert_eq!(facts[0].subject.as_ref().unwrap().id, on.id.to_string());
        let claims = &value(facts[0].context.as_deref().unwrap())["claims"];
        assert_eq!(*claims, json!([on, other]));
    }
}

#[test]
fn a_shipment_event_is_told_of_under_its_phase_and_name() {
    let shipment = samples::shipment(now());
    let event = samples::shipment_event(
        "in_delivery",
        "OUT_FOR_DELIVERY",
        Some("shipment_out_for_delivery"),
        now(),
    );
    let facts = made(
        &Change::ShipmentEvent {
            shipment: &shipment,
            event: &event,
        },
        &Context::default(),
    );
    assert_eq!(refs(&facts), ["shipments/in_delivery/OUT_FOR_DELIVERY"]);
    assert_eq!(
        facts[0].event_group.as_deref(),
        Some("shipment_out_for_delivery")
    );
    let data: ShipmentEventData<'_> = serde_json::from_str(facts[0].event_data.get()).unwrap();
    assert_eq!(data, ShipmentEventData::of(&shipment, &event));
    let data: Value = value(&facts[0].event_data);
    let keys: Vec<String> = data.as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        keys,
        [
            "event_id",
            "shipment_id",
            "event_name",
            "event_group",
            "phase",
            "direction",
            "carrier_reference",
            "tracking_number",
            "tracking_url",
            "location",
            "event_time",
            "updated_at"
        ]
    );
}
