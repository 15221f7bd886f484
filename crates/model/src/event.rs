//! A fact derived from a change, or posted by someone who derived it elsewhere.

mod view;

pub use view::EventView;

use std::borrow::Cow;

use serde::Deserialize;

use crate::id::EventNo;
use crate::json::SharedJson;
use crate::performed_by::{PerformedBy, Source};
use crate::subject::{Subject, SubjectKind};
use crate::time::Timestamp;

/// How long a claim's id may be that an event made elsewhere names.
const CLAIM_ID_CHARS: usize = 200;

/// A fact with its place in the order of all events. It never changes.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its place in the order of all events; given by the store at the commit.
    pub no: EventNo,
    /// What happened.
    pub fact: Fact,
}

/// What happened, as the store keeps it and the dialects encode it. The facts of one change share the
/// texts that they have in common.
#[derive(Debug, Clone)]
pub struct Fact {
    /// The id that the caller chose, for an event made elsewhere.
    pub given_id: Option<String>,
    /// `claims/created`, `shipments/delivered/SUCCESSFULLY_DELIVERED`: see [`crate::catalogue`].
    pub r#ref: String,
    /// The notification bucket; from the catalogue, or given by the caller.
    pub event_group: Option<String>,
    /// When it happened.
    pub triggered_at: Timestamp,
    /// What it is about; always there for a derived event.
    pub subject: Option<Subject>,
    /// The subject at that moment. For a derived event the snapshot in the API's own shape (with
    /// `label` or `damage` added for those events); for one made elsewhere what the caller gave.
    pub event_data: SharedJson,
    /// `{order, customer, shipments, claims}` as they were at the change.
    pub context: Option<SharedJson>,
    /// `{field: {"before": …, "after": …}}` of what differs.
    pub changes: Option<SharedJson>,
    /// Who did it, and whether through a user interface or the API.
    pub performed_by: PerformedBy,
    /// True for an event made elsewhere: a dialect sends its `event_data` unchanged.
    pub posted: bool,
}

/// What of an event decides who is subscribed to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traits<'a> {
    /// See [`Fact::ref`].
    pub r#ref: &'a str,
    /// See [`Fact::event_group`].
    pub event_group: Option<&'a str>,
    /// See [`Fact::source`].
    pub source: Source,
}

impl Fact {
    /// What decides who is subscribed to it.
    #[must_use]
    pub fn traits(&self) -> Traits<'_> {
        Traits {
            r#ref: &self.r#ref,
            event_group: self.event_group.as_deref(),
            source: self.source(),
        }
    }

    /// Through a user interface or the API.
    #[must_use]
    pub fn source(&self) -> Source {
        self.performed_by.source
    }

    /// The id of the claim that it belongs to: its subject's, else the one that its data names as
    /// `claim_id`, or as its own `id` or `uuid` where the ref says that it is about a claim.
    #[must_use]
    pub fn claim(&self) -> Option<Cow<'_, str>> {
        #[derive(Deserialize)]
        struct Named<'a> {
            #[serde(borrow, default)]
            claim_id: Option<Cow<'a, str>>,
            #[serde(borrow, default)]
            id: Option<Cow<'a, str>>,
            #[serde(borrow, default)]
            uuid: Option<Cow<'a, str>>,
        }
        match &self.subject {
            Some(subject) if subject.kind == SubjectKind::Claim => Some((&*subject.id).into()),
            _ => {
                let named: Named<'_> = serde_json::from_str(self.event_data.get()).ok()?;
                let own = || named.id.or(named.uuid);
                let of_claims = self.r#ref.starts_with("claims/");
                let claim = named.claim_id.or_else(|| own().filter(|_| of_claims))?;
                (1..=CLAIM_ID_CHARS).contains(&claim.len()).then_some(claim)
            }
        }
    }
}

impl Event {
    /// The id that receivers and callers see: the caller's own, or ours.
    #[must_use]
    pub fn id(&self) -> String {
        self.fact
            .given_id
            .clone()
            .unwrap_or_else(|| self.no.to_string())
    }
}
