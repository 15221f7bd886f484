//! The log: events, deliveries, attempts and counts.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use claimwire_model::delivery::{Attempt, Delivery, DeliveryStatus};
use claimwire_model::replay::Replay;
use claimwire_model::{DeliveryId, Event, EventNo, ShopNo, TargetNo, Timestamp};
use uuid::Uuid;

use crate::commit::Idempotency;
use crate::directory::Once;
use crate::error::StoreResult;
use crate::find::{AboutSubject, EventFilter};
use crate::page::{Filling, PAGE_BYTES, Page, PageRequest, Weigh};
pub use crate::stats::{Bucket, Percentiles};
use crate::tally::Tallies;

/// Which deliveries a list shows. A delivery is as old as its event, also when a replay made it later:
/// that is its `created_at`, and what `since`, `until` and the retention go by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Of this target.
    pub target: Option<TargetNo>,
    /// Of this event, by its id.
    pub event: Option<String>,
    /// Of events about one of these.
    pub about: Option<Vec<AboutSubject>>,
    /// In this state.
    pub status: Option<DeliveryStatus>,
    /// Made at or after.
    pub since: Option<Timestamp>,
    /// Made before.
    pub until: Option<Timestamp>,
}

/// Events that [`Log::events_after`] reads at once where a store has nothing better.
const READ_AT_ONCE: usize = 100;
/// Attempts of a delivery that are read at once.
pub const ATTEMPTS_AT_ONCE: usize = 100;

/// The latest of a delivery's attempts, which come latest first: those that are read at once, first to last.
/// The steps of one attempt have one number, and stay together.
///
/// # Errors
/// The first of `attempts`.
pub fn latest<E>(attempts: impl Iterator<Item = Result<Attempt, E>>) -> Result<Vec<Attempt>, E> {
    let (mut latest, mut bytes): (Vec<Attempt>, usize) = (Vec::new(), 0);
    for attempt in attempts {
        let attempt = attempt?;
        bytes += attempt.bytes();
        let full = latest.len() >= ATTEMPTS_AT_ONCE || bytes > PAGE_BYTES;
        if full
            && latest
                .last()
                .is_some_and(|last| last.number != attempt.number)
        {
            break;
        }
        latest.push(attempt);
    }
    latest.reverse();
    Ok(latest)
}

/// The log of a shop.
///
/// A delivery's status is, the first that applies: what it ended as (`delivered`, `failed`,
/// `expired`); `cancelled` when its target was deleted; `delivering` while a lease is live; `held`
/// when its target is not active; `pending`. Its `next_attempt_at` is there while it is `pending`. An
/// attempt ordered by hand shows in neither.
#[async_trait]
pub trait Log: Send + Sync {
    /// One event, by the id that callers see (their own or ours).
    async fn event(&self, shop: ShopNo, id: &str) -> StoreResult<Arc<Event>>;
    /// The shop's events that the filter names, newest first.
    async fn events(
        &self,
        shop: ShopNo,
        filter: EventFilter,
        page: PageRequest,
    ) -> StoreResult<Page<Arc<Event>>>;
    /// The shop's events with numbers above `after`, oldest first: at most `limit`, and as many as [`PAGE_BYTES`]
    /// hold. `next` is there when there are more. Who goes on after the last of them misses none: no event is
    /// committed later with a number below one that was given here.
    ///
    /// A store that has an index to go by does better than this, which goes through all that came after.
    async fn events_after(
        &self,
        shop: ShopNo,
        after: EventNo,
        limit: usize,
    ) -> StoreResult<Page<Arc<Event>>> {
        // Mostly there is nothing: the newest tells.
        let (mut oldest, mut request) = (VecDeque::new(), PageRequest::first(1));
        loop {
            let page = self.events(shop, EventFilter::default(), request).await?;
            request = PageRequest::after(READ_AT_ONCE, page.next);
            let reached = page.items.last().is_none_or(|event| event.no <= after);
            for event in page.items.into_iter().filter(|event| event.no > after) {
                oldest.push_front(event);
                oldest.truncate(limit.saturating_add(1));
            }
            if reached || request.after.is_none() {
                break;
            }
        }
        let mut filling = Filling::of(PageRequest::first(limit));
        for event in oldest {
            if !filling.add((event.no.0, 0), event) {
                break;
            }
        }
        Ok(filling.page())
    }
    /// The newest of the shop's events since a time, `limit` of them at most, counted by what decides who hears of them.
    /// Nothing of a shop that is not there.
    async fn tallies(&self, shop: ShopNo, since: Timestamp, limit: usize) -> StoreResult<Tallies>;
    /// The shop's deliveries, newest event first.
    async fn deliveries(
        &self,
        shop: ShopNo,
        filter: DeliveryFilter,
        page: PageRequest,
        now: Timestamp,
    ) -> StoreResult<Page<Delivery>>;
    /// One delivery with its latest attempts, first to last: [`ATTEMPTS_AT_ONCE`], or as many as
    /// [`PAGE_BYTES`] hold. When the first of them is not number 1 there are earlier ones.
    async fn delivery(
        &self,
        shop: ShopNo,
        id: DeliveryId,
        now: Timestamp,
    ) -> StoreResult<(Delivery, Vec<Attempt>)>;
    /// A delivery's attempts with numbers below `before`: the latest of them, first to last, bounded as in
    /// [`Log::delivery`].
    async fn attempts(
        &self,
        shop: ShopNo,
        id: DeliveryId,
        before: u32,
    ) -> StoreResult<Vec<Attempt>>;
    /// Orders one attempt now, whatever the delivery's state, on top of its schedule. Twice: two, one
    /// after the other, even when the first succeeds. It waits like any other while the webhook is
    /// not active or paused, and in an order for those before it; `NotFound` when the webhook was deleted. The intake is notified by `wake`.
    async fn retry(
        &self,
        shop: ShopNo,
        id: DeliveryId,
        now: Timestamp,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<()>>;
    /// Keeps a new replay, which runs or waits ([`Replay::first_state`]); `NotFound` when its target is not a
    /// webhook of the shop, `Exists` when its id is taken, `ReplayRunning` when too many wait.
    async fn create_replay(
        &self,
        shop: ShopNo,
        replay: Replay,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<Replay>>;
    /// One replay.
    async fn replay(&self, shop: ShopNo, id: Uuid) -> StoreResult<Replay>;
    /// Counts per span of `bucket` over the last `window` up to `now`, oldest first, empty spans
    /// included; an attempt counts where it started.
    async fn stats(
        &self,
        target: TargetNo,
        window: Duration,
        bucket: Duration,
        now: Timestamp,
    ) -> StoreResult<Vec<Bucket>>;
}
