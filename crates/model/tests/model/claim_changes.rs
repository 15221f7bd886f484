//! Change → events: a claim's lines of contract section 4.

use std::sync::Arc;

use claimwire_model::catalogue::samples;
use claimwire_model::change::{
    Change, ChangeError, Context, REPEATED_BYTES, REPEATED_EVENTS, facts, text,
};
use claimwire_model::claim::{Claim, ClaimStatus, Damage};
use claimwire_model::event::Fact;
use claimwire_model::subject::Subject;
use claimwire_model::{Source, SubjectKind};
use serde_json::json;

use crate::{by, made, now, refs, value};

fn claim() -> Claim {
    samples::claim(now())
}

fn with(edit: impl FnOnce(&mut Claim)) -> Claim {
    let mut claim = claim();
    edit(&mut claim);
    claim
}

fn changed(before: &Claim, after: &Claim) -> Vec<Fact> {
    made(
        &Change::Claim {
            before: Some(before),
            after: Some(after),
        },
        &Context::default(),
    )
}

fn damage(id: &str) -> Damage {
    Damage {
        id: id.to_owned(),
        damage_type: "breakage".to_owned(),
        description: None,
    }
}

#[test]
fn each_edit_of_a_claim_makes_the_events_of_its_lines() {
    use ClaimStatus::{Accepted, Closed, Pending, Rejected};
    let status = |status| with(move |c| c.status = status);
    let assigned = || with(|c| c.assignee = Some(samples::agent()));
    let detail: &[&str] = &["claims/updated", "claims/details_changed"];
    let cases: Vec<(&str, Claim, Claim, Vec<&str>)> = vec![
        (
            "accept",
            claim(),
            status(Accepted),
            vec!["claims/updated", "claims/status_changed", "claims/approved"],
        ),
        (
            "reject",
            claim(),
            status(Rejected),
            vec!["claims/updated", "claims/status_changed", "claims/denied"],
        ),
        (
            "close",
            claim(),
            status(Closed),
            vec!["claims/updated", "claims/status_changed", "claims/closed"],
        ),
        (
            "reopen",
            status(Closed),
            status(Pending),
            vec!["claims/updated", "claims/status_changed", "claims/reopened"],
        ),
        (
            "reopen as accepted",
            status(Closed),
            status(Accepted),
            vec![
                "claims/updated",
                "claims/status_changed",
                "claims/approved",
                "claims/reopened",
            ],
        ),
        (
            "back to pending",
            status(Rejected),
            status(Pending),
            vec!["claims/updated", "claims/status_changed"],
        ),
        ("title", claim(), with(|c| c.title = None), detail.to_vec()),
        (
            "reason",
            claim(),
            with(|c| c.reason = Some("damage".into())),
            detail.to_vec(),
        ),
        (
            "preference",
            claim(),
            with(|c| c.resolution_preference = None),
            detail.to_vec(),
        ),
        (
            "description",
            claim(),
            with(|c| c.description = None),
            detail.to_vec(),
        ),
        (
            "items",
            claim(),
            with(|c| c.selected_items[0].quantity = 2),
            detail.to_vec(),
        ),
        (
            "photos",
            claim(),
            with(|c| c.image_urls.clear()),
            detail.to_vec(),
        ),
        (
            "further photos",
            claim(),
            with(|c| c.optional_image_urls.push("https://x.example/1".into())),
            detail.to_vec(),
        ),
        (
            "signature",
            claim(),
            with(|c| c.customer_signature_image_url = None),
            detail.to_vec(),
        ),
        (
            "customer",
            claim(),
            with(|c| c.customer = None),
            detail.to_vec(),
        ),
        (
            "order",
            claim(),
            with(|c| c.order_number = None),
            detail.to_vec(),
        ),
        (
            "shipment",
            claim(),
            with(|c| c.shipment_id = None),
            detail.to_vec(),
        ),
        (
            "custom",
            claim(),
            with(|c| c.custom = serde_json::from_str(r#"{"a":1}"#).unwrap()),
            detail.to_vec(),
        ),
        ("assign", claim(), assigned(), vec!["claims/assigned"]),
        (
            "reassign",
            assigned(),
            with(|c| {
                c.assignee = Some(claimwire_model::claim::Assignee {
                    user_id: Some(7.into()),
                    ..samples::agent()
                })
            }),
            vec!["claims/assigned"],
        ),
        ("unassign", assigned(), claim(), vec!["claims/unassigned"]),
        (
            "labels",
            with(|c| c.labels = vec!["a".into(), "b".into()]),
            with(|c| c.labels = vec!["c".into(), "b".into(), "d".into(), "c".into()]),
            vec![
                "claims/label_added",
                "claims/label_added",
                "claims/label_removed",
            ],
        ),
        (
            "labels in another order",
            with(|c| c.labels = vec!["a".into(), "b".into()]),
            with(|c| c.labels = vec!["b".into(), "a".into()]),
            vec![],
        ),
        (
            "type",
            claim(),
            with(|c| c.r#type = Some("return".into())),
            vec![
                "claims/updated",
                "claims/details_changed",
                "claims/switched_type",
            ],
        ),
        (
            "damages",
            with(|c| c.damages = vec![damage("1"), damage("2")]),
            with(|c| c.damages = vec![damage("2"), damage("3")]),
            vec![
                "claims/updated",
                "claims/details_changed",
                "claims/damage_created",
                "claims/damage_deleted",
            ],
        ),
        (
            "a damage described anew",
            with(|c| c.damages = vec![damage("1")]),
            with(|c| {
                c.damages = vec![Damage {
                    description: Some("worse".into()),
                    ..damage("1")
                }]
            }),
            detail.to_vec(),
        ),
        (
            "everything at once",
            with(|c| (c.labels, c.damages) = (vec!["a".into()], vec![damage("1")])),
            with(|c| {
                c.status = Closed;
                c.r#type = None;
                c.assignee = Some(samples::agent());
                c.labels = vec!["b".into()];
                c.damages = vec![damage("2")];
            }),
            vec![
                "claims/updated",
                "claims/details_changed",
                "claims/status_changed",
                "claims/closed",
                "claims/assigned",
                "claims/label_added",
                "claims/label_removed",
                "claims/switched_type",
                "claims/damage_created",
                "claims/damage_deleted",
            ],
        ),
        ("nothing", claim(), claim(), vec![]),
        (
            "only number and times",
            claim(),
            with(|c| {
                (c.number, c.updated_at, c.created_at, c.closed_at) = (9, now(), now(), Some(now()))
            }),
            vec![],
        ),
    ];
    for (what, before, after, expected) in cases {
        assert_eq!(refs(&changed(&before, &after)), expected, "{what}");
    }
}

#[test]
fn a_new_claim_makes_one_event_whatever_it_carries() {
    let full = with(|c| {
        c.status = ClaimStatus::Closed;
        c.assignee = Some(samples::agent());
        c.damages = vec![damage("1")];
    });
    let facts = made(
        &Change::Claim {
            before: None,
            after: Some(&full),
        },
        &Context::default(),
    );
    assert_eq!(refs(&facts), ["claims/created"]);
    assert_eq!(facts[0].event_group.as_deref(), Some("claim_created"));
    assert!(facts[0].changes.is_none());
    assert_eq!(
        serde_json::from_str::<Claim>(facts[0].event_data.get()).unwrap(),
        full
    );
}

#[test]
fn a_deleted_claim_is_told_with_its_last_snapshot() {
    let facts = made(
        &Change::Claim {
            before: Some(&claim()),
            after: None,
        },
        &Context::default(),
    );
    assert_eq!(refs(&facts), ["claims/deleted"]);
    assert_eq!(
        serde_json::from_str::<Claim>(facts[0].event_data.get()).unwrap(),
        claim()
    );
}

#[test]
fn facts_say_what_differs_who_did_it_and_what_it_is_about() {
    let after = with(|c| {
        c.status = ClaimStatus::Accepted;
        c.labels.clear();
    });
    let context = Context {
        order: Some(text(&samples::order(now())).unwrap()),
        ..Context::default()
    };
    let facts = made(
        &Change::Claim {
            before: Some(&claim()),
            after: Some(&after),
        },
        &context,
    );
    assert!(facts.len() > 1);
    let shared = facts[0].context.clone().unwrap();
    for fact in &facts {
        assert!(Arc::ptr_eq(fact.context.as_ref().unwrap(), &shared));
        assert_eq!(
            value(fact.changes.as_deref().unwrap()),
            json!({
                "status": {"before": "pending", "after": "accepted"},
                "labels": {"before": ["fragile"], "after": []},
            })
        );
        assert_eq!(
            fact.subject,
            Some(Subject {
                kind: SubjectKind::Claim,
                id: after.id.to_string()
            })
        );
        assert_eq!(
            fact.context.as_deref().unwrap().get(),
            json!({"order": context.order, "customer": null, "shipments": [], "claims": []})
                .to_string()
        );
        assert_eq!(
            (fact.triggered_at, fact.source(), fact.posted),
            (now(), Source::Ui, false)
        );
    }
}

#[test]
fn label_and_damage_events_bear_it_last() {
    let after = with(|c| (c.labels, c.damages) = (vec!["urgent".into()], vec![damage("1")]));
    for fact in changed(&claim(), &after) {
        let member = match fact.r#ref.as_str() {
            "claims/label_added" => json!({"label": "urgent"}),
            "claims/label_removed" => json!({"label": "fragile"}),
            "claims/damage_created" => {
                json!({"damage": {"id": "1", "damage_type": "breakage", "description": null}})
            }
            _ => continue,
        };
        let mut expected = serde_json::to_value(&after).unwrap();
        expected
            .as_object_mut()
            .unwrap()
            .extend(member.as_object().unwrap().clone());
        assert_eq!(fact.event_data.get(), expected.to_string());
    }
}

#[test]
fn numbers_and_open_objects_keep_their_text() {
    let claim: Claim = {
        let mut json = serde_json::to_value(claim()).unwrap();
        json["custom"] = json!("HERE");
        let text = json.to_string().replace(
            "\"HERE\"",
            r#"{"big":123456789012345678901234567890,"e":1e3,"d":1.10}"#,
        );
        serde_json::from_str(&text).unwrap()
    };
    let labelled = Claim {
        labels: vec![],
        ..claim.clone()
    };
    let fact = &changed(&claim, &labelled)[0];
    assert!(
        fact.event_data
            .get()
            .contains(r#"{"big":123456789012345678901234567890,"e":1e3,"d":1.10}"#)
    );
    assert!(fact.event_data.get().contains(r#""net_price":11.50"#));
}

/// Each label and damage makes an event with a snapshot of its own, so what they cost together is known
/// before any is made.
#[test]
fn what_labels_and_damages_of_one_change_cost_has_an_end() {
    let refused = |before: &Claim, after: &Claim| {
        let change = Change::Claim {
            before: Some(before),
            after: Some(after),
        };
        match facts(&change, &Context::default(), &by(Source::Api), now()) {
            Ok(_) => None,
            Err(ChangeError::TooLarge(over)) => Some(over),
            Err(error) => panic!("{error}"),
        }
    };
    let large = |labels: usize, damages: usize| Claim {
        description: Some("x".repeat(1_000_000)),
        labels: (0..labels).map(|n| format!("l{n}")).collect(),
        damages: (0..damages)
            .map(|n| Damage {
                id: n.to_string(),
                damage_type: "dent".to_owned(),
                description: None,
            })
            .collect(),
        ..claim()
    };
    assert_eq!(refused(&large(0, 0), &large(4, 4)), None);
    let over = refused(&large(0, 0), &large(9, 0)).unwrap();
    assert!(over.events == 9 && over.bytes > REPEATED_BYTES, "{over}");
    assert_eq!(over.field, "/labels");
    assert_eq!(
        refused(&large(1, 9), &large(0, 0)).unwrap().field,
        "/damages"
    );

    let small = |from: usize, to: usize| Claim {
        labels: (from..to).map(|n| n.to_string()).collect(),
        description: None,
        ..claim()
    };
    let small_damages = |from: usize, to: usize| Claim {
        damages: large(0, to).damages.split_off(from),
        ..small(0, 0)
    };
    assert_eq!(refused(&small(0, 0), &small(0, 300)), None);
    let all_others = refused(&small_damages(0, 501), &small_damages(501, 1_001));
    assert_eq!(all_others.unwrap().events, REPEATED_EVENTS + 1);
}

#[test]
fn the_facts_of_one_change_share_their_texts() {
    let after = with(|c| {
        c.status = ClaimStatus::Accepted;
        c.title = Some("other".to_owned());
    });
    let facts = made(
        &Change::Claim {
            before: Some(&claim()),
            after: Some(&after),
        },
        &Context::default(),
    );
    assert_eq!(facts.len(), 4);
    for fact in &facts[1..] {
        assert!(Arc::ptr_eq(&fact.event_data, &facts[0].event_data));
        let changes = |fact: &Fact| fact.changes.clone().unwrap();
        assert!(Arc::ptr_eq(&changes(fact), &changes(&facts[0])));
    }
}
