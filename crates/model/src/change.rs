//! Change → facts: what happened, from before and after (contract section 4). Pure; callers never name
//! the events.
//!
//! Whoever writes a subject derives its facts here and commits both together. A fact carries its
//! snapshot, its differences and its context as text, so that nothing is read again to send it.

mod claim;
mod context;
mod operational;
mod shipment;

pub use context::{CONTEXT_BYTES, Context, ContextView, Counts, Part, text};
pub(crate) use operational::sample_notice;
pub use operational::{WebhookNotice, target_disabled, target_warned};
pub use shipment::ShipmentEventData;

use context::About;
use serde_json::value::to_raw_value;

use crate::catalogue;
use crate::claim::Claim;
use crate::contact::Contact;
use crate::event::Fact;
use crate::json::SharedJson;
use crate::message::{Message, MessageDirection};
use crate::order::Order;
use crate::performed_by::PerformedBy;
use crate::shipment::{Direction, Shipment, ShipmentEvent};
use crate::subject::{Subject, SubjectKind};
use crate::time::Timestamp;

/// Why the facts of a change are not made.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// They would cost more than one change may; nothing of them was made.
    #[error("{0}")]
    TooLarge(TooLarge),
    /// They cannot be written as JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// More than one change may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "this change would make {events} events of labels and damages, with {bytes} bytes; one change may make {REPEATED_EVENTS}, with {REPEATED_BYTES} bytes together: change fewer labels and damages at once"
)]
pub struct TooLarge {
    /// The field of which it changes most.
    pub field: &'static str,
    /// Events, one for each label and damage.
    pub events: usize,
    /// Bytes of their snapshots and differences.
    pub bytes: usize,
}

/// Events of one change that labels and damages make, each with a snapshot of its own. All others are a
/// handful.
pub const REPEATED_EVENTS: usize = 1_000;
/// Bytes of their snapshots and differences together.
pub const REPEATED_BYTES: usize = 8 * 1024 * 1024;

/// One write, before and after.
#[derive(Debug, Clone)]
pub enum Change<'a> {
    /// A claim made, changed or deleted.
    Claim {
        /// None: it is new.
        before: Option<&'a Claim>,
        /// None: it is deleted.
        after: Option<&'a Claim>,
    },
    /// A contact; only a new one makes an event.
    Contact {
        /// None: it is new.
        before: Option<&'a Contact>,
        /// As it is now.
        after: &'a Contact,
    },
    /// An order imported or updated.
    Order {
        /// None: it is new.
        before: Option<&'a Order>,
        /// As it is now.
        after: &'a Order,
    },
    /// A message on a claim.
    Message {
        /// The new message.
        message: &'a Message,
        /// The claim that it is on.
        claim: &'a Claim,
    },
    /// A carrier's event on a shipment.
    ShipmentEvent {
        /// The shipment with the event applied.
        shipment: &'a Shipment,
        /// The new event.
        event: &'a ShipmentEvent,
    },
}

impl<'a> Change<'a> {
    fn about(&self) -> About<'a> {
        match *self {
            Change::Claim { before, after } => after
                .or(before)
                .map_or(About::Contact, |claim| About::Claim(claim.id)),
            Change::Contact { .. } => About::Contact,
            Change::Order { .. } => About::Order,
            Change::Message { claim, .. } => About::Claim(claim.id),
            Change::ShipmentEvent { shipment, .. } => About::Shipment(&shipment.id),
        }
    }
}

/// The facts of one change, in the order of the contract's table; none for a write that changes
/// nothing (`updated_at`, `closed_at` and `number` are not changes by themselves). They share what they
/// have in common; what each has of its own is bounded before any is made.
///
/// `context` is as it is with the change applied. A message's claim is put in front of `context.claims`,
/// and is the subject of its facts: what is sent in order per claim includes its messages.
pub fn facts(
    change: &Change<'_>,
    context: &Context,
    performed_by: &PerformedBy,
    now: Timestamp,
) -> Result<Vec<Fact>, ChangeError> {
    let mut facts = Facts {
        made: Vec::new(),
        about: change.about(),
        context,
        context_json: None,
        performed_by,
        now,
    };
    match *change {
        Change::Claim { before, after } => claim::facts(&mut facts, before, after)?,
        Change::Contact {
            before: None,
            after,
        } => {
            let subject = Subject {
                kind: SubjectKind::Contact,
                id: after.id.to_string(),
            };
            facts.add(
                "contacts/created",
                subject,
                to_raw_value(after)?.into(),
                None,
            )?;
        }
        Change::Contact {
            before: Some(_), ..
        } => {}
        Change::Order { before, after } => {
            let changes = match before.map(|before| before.differences(after)).transpose()? {
                Some(same) if same.is_empty() => return Ok(Vec::new()),
                Some(changes) => Some(changes.into_json()?.into()),
                None => None,
            };
            let subject = Subject {
                kind: SubjectKind::Order,
                id: after.order_number.clone(),
            };
            facts.add(
                "orders/synced",
                subject,
                to_raw_value(after)?.into(),
                changes,
            )?;
        }
        Change::Message { message, claim } => {
            let with_claim = claim_in_front(context, claim)?;
            let context = with_claim.as_ref().unwrap_or(context);
            facts.context_json = Some(context.to_json(facts.about)?.into());
            let r#ref = match message.direction {
                MessageDirection::Inbound => "messages/received",
                MessageDirection::Outbound => "messages/sent",
            };
            let subject = Subject {
                kind: SubjectKind::Claim,
                id: claim.id.to_string(),
            };
            facts.add(r#ref, subject, to_raw_value(message)?.into(), None)?;
        }
        Change::ShipmentEvent { shipment, event } => {
            let r#ref = format!("shipments/{}/{}", event.phase, event.event_name);
            let subject = Subject {
                kind: SubjectKind::Shipment,
                id: shipment.id.clone(),
            };
            let data = to_raw_value(&ShipmentEventData::of(shipment, event))?;
            facts.add_grouped(r#ref, event.event_group.clone(), subject, data.into(), None)?;
        }
    }
    Ok(facts.made)
}

/// The context with the claim as the first of its claims; `None`: it is already so.
fn claim_in_front(context: &Context, claim: &Claim) -> Result<Option<Context>, serde_json::Error> {
    let part = Part::claim(claim)?;
    let same = |first: &Part| first.id == part.id && first.json.get() == part.json.get();
    if context.claims.first().is_some_and(same) {
        return Ok(None);
    }
    let mut context = context.clone();
    context.claims.retain(|other| other.id != part.id);
    context.claims.insert(0, part);
    Ok(Some(context))
}

/// The facts of one change in the making: what they have in common, serialised once.
struct Facts<'a> {
    made: Vec<Fact>,
    about: About<'a>,
    context: &'a Context,
    context_json: Option<SharedJson>,
    performed_by: &'a PerformedBy,
    now: Timestamp,
}

impl Facts<'_> {
    /// Adds a fact whose group, if any, is the catalogue's.
    fn add(
        &mut self,
        r#ref: &str,
        subject: Subject,
        event_data: SharedJson,
        changes: Option<SharedJson>,
    ) -> Result<(), serde_json::Error> {
        let group = catalogue::group(r#ref, Direction::default()).map(str::to_owned);
        self.add_grouped(r#ref.to_owned(), group, subject, event_data, changes)
    }

    fn add_grouped(
        &mut self,
        r#ref: String,
        event_group: Option<String>,
        subject: Subject,
        event_data: SharedJson,
        changes: Option<SharedJson>,
    ) -> Result<(), serde_json::Error> {
        let context = match &self.context_json {
            Some(json) => json.clone(),
            None => self
                .context_json
                .insert(self.context.to_json(self.about)?.into())
                .clone(),
        };
        self.made.push(Fact {
            given_id: None,
            r#ref,
            event_group,
            triggered_at: self.now,
            subject: Some(subject),
            event_data,
            context: Some(context),
            changes,
            performed_by: self.performed_by.clone(),
            posted: false,
        });
        Ok(())
    }
}
