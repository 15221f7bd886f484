//! Events, deliveries, attempts and counts.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use claimwire_model::delivery::{Attempt, Delivery};
use claimwire_model::replay::Replay;
use claimwire_model::{DeliveryId, Event, ShopNo, TargetNo, Timestamp};
use uuid::Uuid;

use super::{MemoryStore, page};
use crate::commit::Idempotency;
use crate::directory::Once;
use crate::error::{StoreError, StoreResult};
use crate::find::EventFilter;
use crate::log::{DeliveryFilter, Log, latest};
use crate::page::{Page, PageRequest};
use crate::stats::{Bucket, Counted, Counting};
use crate::tally::Tallies;

#[async_trait]
impl Log for MemoryStore {
    async fn event(&self, shop: ShopNo, id: &str) -> StoreResult<Arc<Event>> {
        let tables = self.tables();
        let row = tables.event(shop, id).ok_or(StoreError::NotFound)?;
        Ok(row.event.clone())
    }

    async fn events(
        &self,
        shop: ShopNo,
        filter: EventFilter,
        request: PageRequest,
    ) -> StoreResult<Page<Arc<Event>>> {
        let tables = self.tables();
        let there = tables.shop(shop).is_ok();
        let rows = tables.events.values().rev();
        let rows = rows.filter(|row| {
            there
                && row.shop == shop
                && filter.since.is_none_or(|since| row.at >= since)
                && filter.until.is_none_or(|until| row.at < until)
                && filter.matches(&row.event)
        });
        Ok(page(
            request,
            rows.map(|row| ((row.event.no.0, 0), row.event.clone())),
        ))
    }

    async fn tallies(&self, shop: ShopNo, since: Timestamp, limit: usize) -> StoreResult<Tallies> {
        let tables = self.tables();
        let mut tallies = Tallies::default();
        if tables.shop(shop).is_err() {
            return Ok(tallies);
        }
        let rows = tables.events.values().rev();
        let rows = rows.filter(|row| row.shop == shop && row.at >= since);
        for row in rows.take(limit) {
            tallies.add(row.event.fact.traits(), 1, row.at);
        }
        Ok(tallies)
    }

    async fn deliveries(
        &self,
        shop: ShopNo,
        filter: DeliveryFilter,
        request: PageRequest,
        now: Timestamp,
    ) -> StoreResult<Page<Delivery>> {
        let tables = self.tables();
        let shown = |id: &DeliveryId| tables.shown(shop, *id, now).ok();
        let asked = |d: &Delivery| {
            filter.target.is_none_or(|target| d.id.target == target)
                && filter.event.as_ref().is_none_or(|id| d.event_id == *id)
                && filter.about.as_ref().is_none_or(|about| {
                    let event = tables.events.get(&d.id.event);
                    event.is_some_and(|row| about.iter().any(|subject| subject.is_of(&row.event)))
                })
                && filter.status.is_none_or(|status| d.status == status)
                && filter.since.is_none_or(|since| d.created_at >= since)
                && filter.until.is_none_or(|until| d.created_at < until)
        };
        let rows = tables
            .deliveries
            .keys()
            .rev()
            .filter_map(shown)
            .filter(asked);
        Ok(page(
            request,
            rows.map(|d| ((d.id.event.0, d.id.target.0), d)),
        ))
    }

    async fn delivery(
        &self,
        shop: ShopNo,
        id: DeliveryId,
        now: Timestamp,
    ) -> StoreResult<(Delivery, Vec<Attempt>)> {
        let tables = self.tables();
        let shown = tables.shown(shop, id, now)?;
        let (row, ..) = tables.delivery(shop, id)?;
        let attempts = row.attempts.iter().rev();
        let attempts = latest(attempts.map(|row| Ok(row.attempt.clone())))?;
        Ok((shown, attempts))
    }

    async fn attempts(
        &self,
        shop: ShopNo,
        id: DeliveryId,
        before: u32,
    ) -> StoreResult<Vec<Attempt>> {
        let tables = self.tables();
        let (row, ..) = tables.delivery(shop, id)?;
        let attempts = row.attempts.iter().rev().map(|row| &row.attempt);
        let earlier = attempts.filter(|attempt| attempt.number < before);
        latest(earlier.map(|attempt| Ok(attempt.clone())))
    }

    async fn retry(
        &self,
        shop: ShopNo,
        id: DeliveryId,
        now: Timestamp,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<()>> {
        self.write(|tables, notifications| {
            tables.once(Some(shop), idempotency, now, |tables| {
                tables.delivery(shop, id)?;
                tables.target(id.target)?;
                tables.change_delivery(id, |row| row.progress.order_by_hand());
                notifications.wake.insert(id.target);
                Ok(())
            })
        })
    }

    async fn create_replay(
        &self,
        shop: ShopNo,
        replay: Replay,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<Replay>> {
        let now = replay.created_at;
        self.tables().once(Some(shop), idempotency, now, |tables| {
            tables.create_replay(shop, replay)
        })
    }

    async fn replay(&self, shop: ShopNo, id: Uuid) -> StoreResult<Replay> {
        let tables = self.tables();
        tables.shop(shop)?;
        let row = tables.replays.get(&id).filter(|row| row.shop == shop);
        row.map(|row| row.replay.clone())
            .ok_or(StoreError::NotFound)
    }

    async fn stats(
        &self,
        target: TargetNo,
        window: Duration,
        bucket: Duration,
        now: Timestamp,
    ) -> StoreResult<Vec<Bucket>> {
        let tables = self.tables();
        tables.target(target)?;
        let rows = tables
            .deliveries
            .iter()
            .filter(|(id, _)| id.target == target);
        let attempts = rows.flat_map(|(_, row)| &row.attempts);
        let attempts = attempts.filter_map(|row| {
            Some(Counted {
                started_at: row.attempt.started_at,
                duration: row.attempt.duration,
                delivered: row.acknowledged?,
            })
        });
        let mut counting = Counting::new(window, bucket, now);
        attempts.for_each(|attempt| counting.add(attempt));
        Ok(counting.done())
    }
}
