//! What an event means for a claim's ticket.

use claimwire_model::event::Traits;
use claimwire_model::{Event, SubjectKind, Target};
use serde_json::Value;

/// What is to be done about the ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// The claim is new: it gets its ticket.
    Created,
    /// Something happened to the claim: the ticket gets a note, and is made first if there is none.
    Changed,
    /// The claim is gone: a ticket that is there gets a note.
    Deleted,
}

/// An event as a helpdesk sees it.
#[derive(Debug)]
pub(crate) struct Matter<'a> {
    pub(crate) event: &'a Event,
    pub(crate) occasion: Occasion,
    /// The claim's id.
    pub(crate) id: String,
    /// The claim as it was then.
    pub(crate) claim: Value,
    /// What the event carries: the claim, or the message.
    pub(crate) data: Value,
    /// `{order, customer, shipments, claims}`.
    pub(crate) context: Value,
    pub(crate) changes: Value,
}

/// Why an event is nothing for a helpdesk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nothing {
    /// Another event of the same change, which the target gets as well, says it.
    SaidElsewhere,
    /// It is not about a claim.
    NoClaim,
}

const UPDATED: &str = "claims/updated";
/// What `claims/updated` does not fire for (contract section 4).
const NOT_UPDATED: [&str; 2] = ["assignee", "labels"];
/// What changes with everything.
const ALWAYS: [&str; 2] = ["updated_at", "closed_at"];

impl<'a> Matter<'a> {
    pub(crate) fn of(event: &'a Event, target: &Target) -> Result<Self, Nothing> {
        let fact = &event.fact;
        let read = |json: Option<&str>| {
            json.and_then(|json| serde_json::from_str(json).ok())
                .unwrap_or(Value::Null)
        };
        let data: Value = read(Some(fact.event_data.get()));
        let context = read(fact.context.as_ref().map(|json| json.get()));
        let changes = read(fact.changes.as_ref().map(|json| json.get()));
        let (occasion, claim) = match &*fact.r#ref {
            "claims/created" => (Occasion::Created, data.clone()),
            "claims/deleted" => (Occasion::Deleted, data.clone()),
            name if name.starts_with("claims/") => (Occasion::Changed, data.clone()),
            name if name.starts_with("messages/") => {
                let claim = context.pointer("/claims/0");
                (Occasion::Changed, claim.ok_or(Nothing::NoClaim)?.clone())
            }
            _ => return Err(Nothing::NoClaim),
        };
        if is_covered(event, &changes, target) {
            return Err(Nothing::SaidElsewhere);
        }
        let subject = fact.subject.as_ref();
        let subject = subject.filter(|subject| subject.kind == SubjectKind::Claim);
        let given = || claim.get("id").or_else(|| claim.get("claim_id"));
        let id = match subject {
            Some(subject) => subject.id.clone(),
            None => match given() {
                Some(Value::String(id)) if !id.is_empty() && id.len() <= 128 => id.clone(),
                _ => return Err(Nothing::NoClaim),
            },
        };
        Ok(Self {
            event,
            occasion,
            id,
            claim,
            data,
            context,
            changes,
        })
    }
}

/// Whether the same change makes a `claims/updated` that the target gets too.
fn is_covered(event: &Event, changes: &Value, target: &Target) -> bool {
    let fact = &event.fact;
    let narrower = fact.r#ref.starts_with("claims/")
        && !matches!(&*fact.r#ref, "claims/created" | "claims/deleted" | UPDATED);
    let fires = changes.as_object().is_some_and(|changes| {
        changes
            .keys()
            .any(|field| !NOT_UPDATED.contains(&&**field) && !ALWAYS.contains(&&**field))
    });
    narrower
        && fires
        && !fact.posted
        && target.subscription.matches_traits(Traits {
            r#ref: UPDATED,
            event_group: Some("claim_updated"),
            source: fact.source(),
        })
}
