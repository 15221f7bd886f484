//! Realistic samples: for test events, for `claimwire trigger`, for the examples in the docs.
//!
//! A sample fact is derived from a sample change, the same way as a real one.

mod subjects;

pub use subjects::{
    agent, claim, contact, customer, damage, message, order, shipment, shipment_event,
};

use super::{RefKind, group, parse_ref};
use crate::change::{self, Change, Context, Part};
use crate::claim::{Claim, ClaimStatus};
use crate::event::Fact;
use crate::message::{Message, MessageDirection};
use crate::performed_by::{PerformedBy, Source};
use crate::shipment::{Direction, Shipment};
use crate::subject::SubjectKind;
use crate::time::Timestamp;

/// A fact as it would be if it happened at `now`; `None` for a ref that no event can have.
#[must_use]
pub fn sample(r#ref: &str, now: Timestamp) -> Option<Fact> {
    let made = match parse_ref(r#ref).ok()? {
        RefKind::Shipment { phase, event_name } => shipment_facts(phase, event_name, now),
        RefKind::Row(row) => match row.subject {
            SubjectKind::Claim => claim_facts(r#ref, now),
            SubjectKind::Message => message_facts(r#ref, now),
            SubjectKind::Contact => facts(
                &Change::Contact {
                    before: None,
                    after: &contact(now),
                },
                &Context::default(),
                now,
            ),
            SubjectKind::Order => {
                let order = order(now);
                let context = context(None, &shipment(now), now);
                facts(
                    &Change::Order {
                        before: None,
                        after: &order,
                    },
                    &context,
                    now,
                )
            }
            SubjectKind::Webhook => change::sample_notice(r#ref, now).into_iter().collect(),
            SubjectKind::Shipment => Vec::new(),
        },
    };
    made.into_iter().find(|fact| fact.r#ref == r#ref)
}

fn facts(change: &Change<'_>, context: &Context, now: Timestamp) -> Vec<Fact> {
    let by = PerformedBy {
        source: Source::Ui,
        user_id: Some(2642.into()),
        name: Some("Ana Ruiz".to_owned()),
        trace: None,
    };
    change::facts(change, context, &by, now).unwrap_or_default()
}

fn context(claim: Option<&Claim>, shipment: &Shipment, now: Timestamp) -> Context {
    Context {
        order: change::text(&order(now)).ok(),
        customer: change::text(&customer()).ok(),
        shipments: Part::shipment(shipment).into_iter().collect(),
        claims: claim
            .and_then(|claim| Part::claim(claim).ok())
            .into_iter()
            .collect(),
        ..Context::default()
    }
}

fn claim_facts(r#ref: &str, now: Timestamp) -> Vec<Fact> {
    let (mut before, mut after) = (claim(now), claim(now));
    after.updated_at = now;
    match r#ref {
        "claims/created" => {
            let made = Claim {
                created_at: now,
                ..after
            };
            let context = context(Some(&made), &shipment(now), now);
            return facts(
                &Change::Claim {
                    before: None,
                    after: Some(&made),
                },
                &context,
                now,
            );
        }
        "claims/deleted" => {
            let context = context(None, &shipment(now), now);
            return facts(
                &Change::Claim {
                    before: Some(&before),
                    after: None,
                },
                &context,
                now,
            );
        }
        "claims/status_changed" | "claims/approved" => after.status = ClaimStatus::Accepted,
        "claims/denied" => after.status = ClaimStatus::Rejected,
        "claims/closed" => (after.status, after.closed_at) = (ClaimStatus::Closed, Some(now)),
        "claims/reopened" => {
            (before.status, before.closed_at) = (ClaimStatus::Closed, Some(before.updated_at))
        }
        "claims/assigned" => after.assignee = Some(agent()),
        "claims/unassigned" => before.assignee = Some(agent()),
        "claims/label_added" => after.labels.push("urgent".to_owned()),
        "claims/label_removed" => before.labels.push("urgent".to_owned()),
        "claims/switched_type" => after.r#type = Some("investigation".to_owned()),
        "claims/damage_created" => after.damages.push(damage()),
        "claims/damage_deleted" => before.damages.push(damage()),
        _ => before.image_urls.truncate(1),
    }
    let context = context(Some(&after), &shipment(now), now);
    facts(
        &Change::Claim {
            before: Some(&before),
            after: Some(&after),
        },
        &context,
        now,
    )
}

fn message_facts(r#ref: &str, now: Timestamp) -> Vec<Fact> {
    let direction = match r#ref {
        "messages/received" => MessageDirection::Inbound,
        _ => MessageDirection::Outbound,
    };
    let (message, claim): (Message, Claim) = (message(direction, now), claim(now));
    facts(
        &Change::Message {
            message: &message,
            claim: &claim,
        },
        &context(Some(&claim), &shipment(now), now),
        now,
    )
}

/// On the way back where the event has a group only there.
fn shipment_facts(phase: &str, event_name: &str, now: Timestamp) -> Vec<Fact> {
    let forward = group(event_name, Direction::MerchantCustomer);
    let back = group(event_name, Direction::CustomerMerchant);
    let direction = match (forward, back) {
        (None, Some(_)) => Direction::CustomerMerchant,
        _ => Direction::MerchantCustomer,
    };
    let event = shipment_event(phase, event_name, forward.or(back), now);
    let mut shipment = shipment(now);
    shipment.direction = direction;
    shipment.phase = Some(event.phase.clone());
    shipment.updated_at = now;
    shipment.events.push(event.clone());
    let context = context(None, &shipment, now);
    facts(
        &Change::ShipmentEvent {
            shipment: &shipment,
            event: &event,
        },
        &context,
        now,
    )
}
