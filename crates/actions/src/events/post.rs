//! Events taken in: one, or many at once, all or nothing.

use std::fmt;
use std::sync::Arc;

use claimwire_model::Event;
use claimwire_model::event::Fact;
use claimwire_model::fields::Object;
use claimwire_store::directory::Once;
use claimwire_store::{Commit, Committed, StoreError};
use serde::de::{Deserialize, Deserializer, IgnoredAny, SeqAccess, Visitor};

use super::posted::{EVENT_BYTES, EVENTS_AT_MOST, PostedEvent};
use super::scan;
use crate::access::{As, Editor};
use crate::call::{Call, idempotency_conflict};
use crate::idempotency::{ACCEPTED, Keyed};
use crate::input;
use crate::measures;
use crate::refusal::Refusal;

/// What is posted at once.
#[derive(Debug)]
pub enum Posted<'a> {
    /// One event.
    One(PostedEvent<'a>),
    /// Up to 1,000, all or nothing.
    Many(Vec<PostedEvent<'a>>),
}

impl<'a> Posted<'a> {
    /// What is in `body`: an object or an array of objects. It is read once; only what the scanner leaves is read by
    /// serde_json.
    ///
    /// # Errors
    /// As [`input::parse`]; [`Refusal::TooLarge`] for one event that is larger than one may be.
    pub fn parse(body: &'a [u8]) -> Result<Self, Refusal> {
        if body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
            let events = match scan::many(body) {
                Some(events) => events,
                None => input::parse_any::<Array<'_>>(body)?.0,
            };
            return Ok(Self::Many(events));
        }
        if body.len() > EVENT_BYTES {
            return Err(Refusal::TooLarge(format!(
                "One event may have {EVENT_BYTES} bytes; this has {}.",
                body.len()
            )));
        }
        let event = match scan::one(body) {
            Some(event) => event,
            None => input::parse(body)?,
        };
        Ok(Self::One(event))
    }
}

/// The events of an array. Of one with too many, as many as tell that.
struct Array<'a>(Vec<PostedEvent<'a>>);

impl<'de> Deserialize<'de> for Array<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Array<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of events")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Array<'de>, A::Error> {
                let mut events = Vec::new();
                while events.len() <= EVENTS_AT_MOST {
                    match seq.next_element::<Object<PostedEvent<'de>>>()? {
                        Some(event) => events.push(event.0),
                        None => return Ok(Array(events)),
                    }
                }
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Array(events))
            }
        }
        deserializer.deserialize_seq(Each)
    }
}

/// Takes in what was posted. One event for each, in order; for an id that the shop already has, the
/// first one.
///
/// # Errors
/// When an event cannot be as it is, an id was used for another event, or the store cannot commit.
pub async fn post(
    editor: &As<'_, Editor>,
    posted: Posted<'_>,
    keyed: Option<Keyed<[Arc<Event>]>>,
) -> Result<Once<Vec<Arc<Event>>>, Refusal> {
    let call = editor.call();
    let facts = match posted {
        Posted::One(event) => vec![event.fact("", call.performed_by(None), call.now)?],
        Posted::Many(events) => many(call, events)?,
    };
    let given = facts.iter().any(|fact| fact.given_id.is_some());
    let record = keyed
        .as_ref()
        .map(|keyed| keyed.record_with(ACCEPTED, keyed.written));
    let commit = Commit {
        shop: Arc::clone(call.shop),
        now: call.now,
        writes: Vec::new(),
        facts,
        images: Vec::new(),
        letters: Vec::new(),
        idempotency: record,
    };
    match call.commit_in_span(commit).await {
        Ok(Committed::Now(events)) => {
            measures::accepted(events.len());
            Ok(Once::Now(events))
        }
        Ok(Committed::Before(answered)) => Ok(Once::Before(answered)),
        // Either key may be the one in the way; asking for the recorded answer tells.
        Err(StoreError::Conflict) => match call.earlier(keyed.as_ref()).await? {
            Some(answered) => Ok(Once::Before(answered)),
            None if given => Err(event_conflict()),
            None => Err(idempotency_conflict()),
        },
        Err(error) => Err(error.into()),
    }
}

fn many(call: &Call<'_>, events: Vec<PostedEvent<'_>>) -> Result<Vec<Fact>, Refusal> {
    if events.is_empty() || events.len() > EVENTS_AT_MOST {
        let has = if events.is_empty() { "no" } else { "too many" };
        let message = format!("has {has} events; send 1 to {EVENTS_AT_MOST} at once");
        return Err(Refusal::field("", message));
    }
    let by = call.performed_by(None);
    let mut at = String::new();
    let fact = |(index, event): (usize, PostedEvent<'_>)| {
        at.clear();
        // Writing to a string cannot fail.
        let _ = fmt::Write::write_fmt(&mut at, format_args!("/{index}"));
        event.fact(&at, by.clone(), call.now)
    };
    events.into_iter().enumerate().map(fact).collect()
}

fn event_conflict() -> Refusal {
    Refusal::Conflict {
        key: "event_conflict",
        detail: "the shop has an event of this id with another ref, group, data or context; nothing was taken in"
            .to_owned(),
    }
}
