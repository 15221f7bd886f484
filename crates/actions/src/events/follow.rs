//! The log of events as it grows, from any place in it: what a stream of them is made of.

use std::sync::Arc;

use claimwire_model::filter::{SourceFilter, Subscription};
use claimwire_model::id::first_number_at;
use claimwire_model::{Dialect, Event, EventNo, Timestamp};
use claimwire_store::{EventFilter, PageRequest};
use claimwire_wire::{Encoded, encode};

use crate::access::{As, Viewer};
use crate::refusal::{FieldError, Refusal};

/// Events that are read at once.
const READ_AT_ONCE: usize = 100;

/// What followed a place in the log.
#[derive(Debug)]
pub struct Followed {
    /// Those asked for, oldest first, each with what the dialect sends of it.
    pub events: Vec<(Arc<Event>, Option<Encoded>)>,
    /// Where to go on: all events up to here were looked at.
    pub upto: EventNo,
    /// Whether there are more now.
    pub more: bool,
}

/// Which events to follow: entries as a webhook of this dialect takes them.
///
/// # Errors
/// When an entry cannot be.
pub fn followed(dialect: Dialect, entries: Vec<String>) -> Result<Subscription, Refusal> {
    Subscription::new(dialect, SourceFilter::All, entries).map_err(|unknown| Refusal::Invalid {
        key: "event_unknown",
        errors: unknown
            .into_iter()
            .map(|entry| FieldError {
                field: "/events".to_owned(),
                message: entry.message,
            })
            .collect(),
    })
}

/// The place before the first event taken in at or after `since`; without it the end of the log.
///
/// # Errors
/// Only the store's.
pub async fn place(viewer: &As<'_, Viewer>, since: Option<Timestamp>) -> Result<EventNo, Refusal> {
    if let Some(since) = since {
        return Ok(EventNo(first_number_at(since).saturating_sub(1)));
    }
    let call = viewer.call();
    let newest = PageRequest::first(1);
    let page = call
        .store
        .events(call.shop.no, EventFilter::default(), newest);
    let page = page.await?;
    Ok(page.items.first().map_or(EventNo(0), |event| event.no))
}

/// What follows a place, as far as it is read at once. With `encoded` each as the subscription's dialect sends it.
///
/// # Errors
/// Only the store's.
pub async fn follow(
    viewer: &As<'_, Viewer>,
    after: EventNo,
    subscription: &Subscription,
    encoded: bool,
) -> Result<Followed, Refusal> {
    let call = viewer.call();
    let page = call.store.events_after(call.shop.no, after, READ_AT_ONCE);
    let page = page.await?;
    let upto = page.items.last().map_or(after, |event| event.no);
    let events = page.items.into_iter();
    let events = events.filter(|event| subscription.matches(&event.fact));
    let dialect = subscription.dialect;
    Ok(Followed {
        events: events
            .map(|event| {
                let sent = encoded.then(|| encode(dialect, &event, call.shop));
                (event, sent.flatten())
            })
            .collect(),
        upto,
        more: page.next.is_some(),
    })
}
