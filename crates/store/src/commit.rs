//! One commit: change, events, deliveries and the idempotency record, together or not at all.

use std::sync::Arc;
use std::time::Duration;

use claimwire_model::event::Fact;
use claimwire_model::json::{SharedJson, is_same};
use claimwire_model::{Event, EventNo, Shop, SubjectKind, Timestamp};

use crate::images::ImageUse;
use crate::outbox::NewLetter;

/// One document to be written.
#[derive(Debug, Clone)]
pub struct Write {
    /// What it is.
    pub kind: SubjectKind,
    /// Its id in the shop.
    pub id: String,
    /// The version that was read; 0: it was not there. Another one in the store: [`crate::StoreError::Stale`].
    pub expected_version: u64,
    /// The new parent and JSON; `None`: it is deleted.
    pub after: Option<Content>,
}

/// What a document will hold.
#[derive(Debug, Clone)]
pub struct Content {
    /// See [`Document::parent`](crate::Document::parent).
    pub parent: Option<String>,
    /// See [`Document::json`](crate::Document::json).
    pub json: String,
}

/// How long an idempotency record is good for (contract section 2).
pub const IDEMPOTENCY_KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// Builds the recorded answer's body once the events have their numbers. Asked again by a store that has to do a
/// commit again.
pub type Render = Box<dyn Fn(&[Arc<Event>]) -> Vec<u8> + Send + Sync>;

/// The `Idempotency-Key` of a request. Kept for 24 hours, per shop; the answer's body sealed.
pub struct Idempotency {
    /// The header's value.
    pub key: String,
    /// Hash over method, path and body: the same key with another one is [`crate::StoreError::Conflict`].
    pub fingerprint: [u8; 32],
    /// The answer's status.
    pub status: u16,
    /// The answer's body.
    pub body: Render,
}

/// The first answer, given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// See [`Idempotency::status`].
    pub status: u16,
    /// What [`Idempotency::body`] rendered.
    pub body: Vec<u8>,
}

/// All that must be true together.
pub struct Commit {
    /// In this shop.
    pub shop: Arc<Shop>,
    /// When.
    pub now: Timestamp,
    /// Documents to write, in this order; a second write of the same document expects the first's version.
    ///
    /// No message is without its claim: one whose claim is not there when the commit is done, and a
    /// claim's removal that leaves messages on it, are [`crate::StoreError::Stale`]: someone else
    /// wrote in between.
    pub writes: Vec<Write>,
    /// What happened; numbered in this order, and after every event that the shop had before, whichever
    /// node committed it and whatever its clock said. One with a `given_id` that the shop already has (or that
    /// came earlier in this list) is the same event again when ref, group, data and context are equal
    /// (as [`is_same`] has it): it gets no number and no deliveries. Else it is
    /// [`crate::StoreError::Conflict`] for the whole commit.
    ///
    /// Each new event gets one delivery, due now, for each webhook of the shop that it matches,
    /// whatever the webhook's status.
    pub facts: Vec<Fact>,
    /// What the writes do to the use of photos. Those that are not noted, not the shop's or gone are passed over.
    pub images: Vec<ImageUse>,
    /// Mails that are to go out because of it; none that are repeated with an answer of before.
    pub letters: Vec<NewLetter>,
    /// If the request bore a key.
    pub idempotency: Option<Idempotency>,
}

/// The last write of a document in one commit, if it writes it.
#[must_use]
pub fn last_write<'a>(writes: &'a [Write], kind: SubjectKind, id: &str) -> Option<&'a Write> {
    let same = |write: &&Write| write.kind == kind && write.id == id;
    writes.iter().rev().find(same)
}

/// Claims that must be there when these writes are done, since messages are put on them.
pub fn claims_needed(writes: &[Write]) -> impl Iterator<Item = &str> {
    let messages = writes
        .iter()
        .filter(|write| write.kind == SubjectKind::Message);
    messages.filter_map(|write| write.after.as_ref()?.parent.as_deref())
}

/// Claims that these writes remove: no message may be left on them.
pub fn claims_removed(writes: &[Write]) -> impl Iterator<Item = &str> {
    let claims = writes
        .iter()
        .filter(|write| write.kind == SubjectKind::Claim);
    claims.map(|write| &*write.id).filter(|id| {
        last_write(writes, SubjectKind::Claim, id).is_some_and(|last| last.after.is_none())
    })
}

/// Whether two facts with the same `given_id` are the same event: see [`Commit::facts`].
#[must_use]
pub fn is_repeated(first: &Fact, again: &Fact) -> bool {
    let contexts = match (&first.context, &again.context) {
        (Some(first), Some(again)) => is_same(first.get(), again.get()),
        (first, again) => first.is_none() && again.is_none(),
    };
    contexts
        && first.r#ref == again.r#ref
        && first.event_group == again.event_group
        && is_same(first.event_data.get(), again.event_data.get())
}

/// What a fact has in common with an earlier one of the same change: a store writes that once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shares {
    /// Nothing.
    Nothing,
    /// The context.
    Context,
    /// The context, the data and the differences.
    All,
}

impl Shares {
    /// Of a fact with the one before it whose texts are written. Texts are the same when they are one text in memory.
    #[must_use]
    pub fn of(fact: &Fact, written: &Fact) -> Self {
        let same = |one: Option<&SharedJson>, other: Option<&SharedJson>| match (one, other) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        if fact.context.is_none() || !same(written.context.as_ref(), fact.context.as_ref()) {
            return Self::Nothing;
        }
        let data = Arc::ptr_eq(&written.event_data, &fact.event_data);
        if data && same(written.changes.as_ref(), fact.changes.as_ref()) {
            Self::All
        } else {
            Self::Context
        }
    }
}

/// What a commit came to.
#[derive(Debug, Clone)]
pub enum Committed {
    /// Done. One event per fact, in order; for a repeated `given_id` the first one.
    Now(Vec<Arc<Event>>),
    /// The idempotency key was used before with the same request: nothing was done.
    Before(Answered),
}

impl Committed {
    /// The numbers of the events, for those who only need these.
    #[must_use]
    pub fn event_numbers(&self) -> Vec<EventNo> {
        match self {
            Self::Now(events) => events.iter().map(|e| e.no).collect(),
            Self::Before(_) => Vec::new(),
        }
    }
}
