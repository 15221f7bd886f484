//! The rows that are not carrier events: claims, contacts, messages, orders, webhooks.

use super::{EventType, Origin};
use crate::subject::SubjectKind;

/// How many rows stand before the shipments' in the contract's table.
pub(super) const BEFORE_SHIPMENTS: usize = EVENTS.len() - 2;

/// Operational events are ours alone.
const fn origin(kind: SubjectKind) -> Origin {
    match kind {
        SubjectKind::Webhook => Origin::Ours,
        _ => Origin::Platform,
    }
}

macro_rules! row {
    ($kind:ident $source:literal $action:literal, $description:literal $(, $field:ident: $value:literal)*) => {
        EventType {
            $($field: Some($value),)*
            ..EventType {
                r#ref: concat!($source, "s/", $action),
                description: $description,
                subject: SubjectKind::$kind,
                event_group: None,
                return_event_group: None,
                origin: origin(SubjectKind::$kind),
                claimport: None,
                claimable: None,
                cloudevents: concat!("io.claimwire.", $source, ".", $action),
            }
        }
    };
}

/// In the contract's order, which is also the order of several events of one change.
pub(super) const EVENTS: &[EventType] = &[
    row!(Claim "claim" "created", "A claim was made, by the customer or on their behalf.",
        event_group: "claim_created", claimport: "claim.created", claimable: "claim.created"),
    row!(Claim "claim" "updated", "The status, a detail or the evidence of a claim changed; once per change.",
        event_group: "claim_updated"),
    row!(Claim "claim" "details_changed", "Something other than status, assignee or labels changed.",
        claimport: "claim.updated"),
    row!(Claim "claim" "status_changed", "The status of a claim changed.", claimport: "claim.status_changed"),
    row!(Claim "claim" "approved", "A claim was accepted.", claimport: "claim.approved"),
    row!(Claim "claim" "denied", "A claim was rejected.", claimport: "claim.denied"),
    row!(Claim "claim" "closed", "A claim was closed.", claimport: "claim.closed", claimable: "claim.closed"),
    row!(Claim "claim" "reopened", "A closed claim is open again.", claimable: "claim.reopened"),
    row!(Claim "claim" "assigned", "Someone works on the claim now, for the first time or instead of another.",
        claimport: "claim.assigned", claimable: "claim.assigned"),
    row!(Claim "claim" "unassigned", "Nobody works on the claim any more.", claimable: "claim.unassigned"),
    row!(Claim "claim" "label_added", "A label was put on a claim; once per label.", claimable: "claim.label_added"),
    row!(Claim "claim" "label_removed", "A label was taken off a claim; once per label.",
        claimable: "claim.label_removed"),
    row!(Claim "claim" "switched_type", "The type of a claim changed.", claimable: "claim.switched_type"),
    row!(Claim "claim" "damage_created", "A damage was added to a claim; once per damage.",
        claimable: "claim.damage.created"),
    row!(Claim "claim" "damage_deleted", "A damage was removed from a claim; once per damage.",
        claimable: "claim.damage.deleted"),
    row!(Claim "claim" "deleted", "A claim was deleted; the data is its last snapshot.", claimable: "claim.deleted"),
    row!(Contact "contact" "created", "A contact was made.", claimable: "contact.created"),
    row!(Message "message" "received", "The customer wrote on a claim.", claimport: "message.received"),
    row!(Message "message" "sent", "The customer was written to on a claim.", claimport: "message.sent"),
    row!(Order "order" "synced", "An order was imported or updated.", claimport: "order.synced"),
    row!(Webhook "webhook" "warned", "A webhook has used up half of what it may fail before it is disabled."),
    row!(Webhook "webhook" "disabled", "A webhook was disabled because it kept failing or answered 410."),
];
