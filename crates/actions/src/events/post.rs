//! Events taken in: one, or many at once, all or nothing.

use std::sync::Arc;

use claimwire_model::event::Fact;
use claimwire_model::{Event, Timestamp};
use claimwire_store::{Commit, Committed, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

use super::posted::{EVENT_BYTES, EVENTS_AT_MOST, PostedEvent};
use crate::call::{Call, Done};
use crate::input::{self, Object};
use crate::refusal::Refusal;

/// An event that was taken in. It is committed, with its deliveries.
#[derive(Debug, Serialize, ToSchema)]
pub struct Accepted<'a> {
    /// The caller's own id, or ours.
    id: String,
    /// As it was posted.
    r#ref: &'a str,
    /// As it was posted, or when it was taken in.
    triggered_at: Timestamp,
}

/// The answer, in the shape of the request.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Receipt<'a> {
    /// To one event.
    One(Accepted<'a>),
    /// To an array, in its order.
    Many {
        /// One per event.
        data: Vec<Accepted<'a>>,
    },
}

/// Takes in one event (an object) or up to 1,000 (an array), all or nothing. 202. For an id that the
/// shop already has, the first event's answer.
///
/// # Errors
/// When the body is neither, an event cannot be as it is, an id was used for another event, or the
/// store cannot commit.
pub async fn post(call: Call<'_>, body: &[u8]) -> Result<Done, Refusal> {
    let many = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    let facts = if many {
        array(&call, body)?
    } else {
        vec![single(&call, body)?]
    };
    let given = facts.iter().any(|fact| fact.given_id.is_some());
    let commit = Commit {
        shop: Arc::clone(call.shop),
        now: call.now,
        writes: Vec::new(),
        facts,
        idempotency: call
            .idempotency
            .clone()
            .map(|key| key.record(202, move |events| render(events, many))),
    };
    match call.store.commit(commit).await {
        Ok(Committed::Now(events)) => Ok(Done {
            status: 202,
            body: render(&events, many),
            repeated: false,
        }),
        Ok(Committed::Before(answered)) => Ok(answered.into()),
        Err(StoreError::Conflict) => {
            // Either key may be the one in the way; asking for the recorded answer tells.
            if let Some(done) = call.earlier().await? {
                return Ok(done);
            }
            Err(if given {
                event_conflict()
            } else {
                crate::call::idempotency_conflict()
            })
        }
        Err(error) => Err(error.into()),
    }
}

fn single(call: &Call<'_>, body: &[u8]) -> Result<Fact, Refusal> {
    if body.len() > EVENT_BYTES {
        return Err(Refusal::TooLarge(format!(
            "One event may have {EVENT_BYTES} bytes; this has {}.",
            body.len()
        )));
    }
    input::parse::<PostedEvent>(body)?.fact("", call.performed_by(None), call.now)
}

fn array(call: &Call<'_>, body: &[u8]) -> Result<Vec<Fact>, Refusal> {
    let events: Vec<Object<PostedEvent>> = input::parse_any(body)?;
    if events.is_empty() || events.len() > EVENTS_AT_MOST {
        let message = format!(
            "has {} events; send 1 to {EVENTS_AT_MOST} at once",
            events.len()
        );
        return Err(Refusal::field("", message));
    }
    let by = call.performed_by(None);
    let mut at = String::new();
    let fact = |(index, Object(event)): (usize, Object<PostedEvent>)| {
        at.clear();
        // Writing to a string cannot fail.
        let _ = std::fmt::Write::write_fmt(&mut at, format_args!("/{index}"));
        event.fact(&at, by.clone(), call.now)
    };
    events.into_iter().enumerate().map(fact).collect()
}

impl<'a> From<&'a Arc<Event>> for Accepted<'a> {
    fn from(event: &'a Arc<Event>) -> Self {
        Self {
            id: event.id(),
            r#ref: &event.fact.r#ref,
            triggered_at: event.fact.triggered_at,
        }
    }
}

fn render(events: &[Arc<Event>], many: bool) -> Vec<u8> {
    let mut body = Vec::with_capacity(128 * events.len());
    let receipt = match events {
        [event] if !many => Receipt::One(event.into()),
        _ => Receipt::Many {
            data: events.iter().map(Accepted::from).collect(),
        },
    };
    // Neither text nor numbers can fail to be written into memory.
    let _ = serde_json::to_writer(&mut body, &receipt);
    body
}

fn event_conflict() -> Refusal {
    Refusal::Conflict {
        key: "event_conflict",
        detail: "the shop has an event of this id with another ref, group, data or context; nothing was taken in"
            .to_owned(),
    }
}
