//! What happened: events, deliveries, attempts, counts.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use claimwire_model::delivery::{Attempt, Delivery};
use claimwire_model::replay::Replay;
use claimwire_model::{DeliveryId, Event, EventNo, ShopNo, TargetNo, Timestamp};
use claimwire_store::directory::Once;
use claimwire_store::log::DeliveryFilter;
use claimwire_store::stats::{Bucket, Counting, OPEN_FOR};
use claimwire_store::tally::Tallies;
use claimwire_store::{EventFilter, Idempotency, Log, Page, PageRequest, StoreError, StoreResult};
use rusqlite::params;
use uuid::Uuid;

use crate::deliveries;
use crate::events;
use crate::jobs;
use crate::listing::is_there;
use crate::rows;
use crate::store::SqliteStore;
use crate::tallies;

#[async_trait]
impl Log for SqliteStore {
    async fn event(&self, shop: ShopNo, id: &str) -> StoreResult<Arc<Event>> {
        let id = id.to_owned();
        self.read_of(shop, move |conn, shared| {
            rows::shop::by_no(conn, &shared.cache, shop)?;
            let no = rows::event::number(conn, shop, &id)?.ok_or(StoreError::NotFound)?;
            rows::event::by_no(conn, no)
        })
        .await
    }

    async fn events(
        &self,
        shop: ShopNo,
        filter: EventFilter,
        request: PageRequest,
    ) -> StoreResult<Page<Arc<Event>>> {
        self.read_of(shop, move |conn, shared| {
            events::list(conn, shared, shop, &filter, request)
        })
        .await
    }

    async fn events_after(
        &self,
        shop: ShopNo,
        after: EventNo,
        limit: usize,
    ) -> StoreResult<Page<Arc<Event>>> {
        self.read_of(shop, move |conn, shared| {
            if !is_there(conn, shared, shop)? {
                return Ok(Page::empty());
            }
            events::after(conn, shop, after, limit)
        })
        .await
    }

    async fn tallies(&self, shop: ShopNo, since: Timestamp, limit: usize) -> StoreResult<Tallies> {
        self.read_of(shop, move |conn, shared| {
            if !is_there(conn, shared, shop)? {
                return Ok(Tallies::default());
            }
            tallies::of_shop(conn, shop, since, limit)
        })
        .await
    }

    async fn deliveries(
        &self,
        shop: ShopNo,
        filter: DeliveryFilter,
        request: PageRequest,
        now: Timestamp,
    ) -> StoreResult<Page<Delivery>> {
        self.read_of(shop, move |conn, shared| {
            deliveries::list(conn, shared, shop, &filter, request, now)
        })
        .await
    }

    async fn delivery(
        &self,
        shop: ShopNo,
        id: DeliveryId,
        now: Timestamp,
    ) -> StoreResult<(Delivery, Vec<Attempt>)> {
        self.read_of(shop, move |conn, shared| {
            let handed = shared.unwritten.lease(id);
            rows::shop::by_no(conn, &shared.cache, shop)?;
            let leases = &shared.leases;
            let delivery = rows::delivery::by_id(conn, leases, shop, id, handed, now)?;
            let attempts = match rows::progress::of_delivery(conn, id)? {
                Some(row) => rows::attempt::of_delivery(conn, id, &row, None)?,
                None => Vec::new(),
            };
            Ok((delivery, attempts))
        })
        .await
    }

    async fn attempts(
        &self,
        shop: ShopNo,
        id: DeliveryId,
        before: u32,
    ) -> StoreResult<Vec<Attempt>> {
        self.read_of(shop, move |conn, shared| {
            let handed = shared.unwritten.lease(id);
            rows::shop::by_no(conn, &shared.cache, shop)?;
            // That it is the shop's.
            let latest = Timestamp::from_millis(0);
            rows::delivery::by_id(conn, &shared.leases, shop, id, handed, latest)?;
            match rows::progress::of_delivery(conn, id)? {
                Some(row) => rows::attempt::of_delivery(conn, id, &row, Some(before)),
                None => Ok(Vec::new()),
            }
        })
        .await
    }

    async fn retry(
        &self,
        shop: ShopNo,
        id: DeliveryId,
        now: Timestamp,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<()>> {
        self.write_of(shop, move |work| {
            jobs::retry::retry(work, shop, id, now, idempotency)
        })
        .await
    }

    async fn create_replay(
        &self,
        shop: ShopNo,
        replay: Replay,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<Replay>> {
        self.write_of(shop, move |work| {
            jobs::replay::create(work, shop, replay, idempotency)
        })
        .await
    }

    async fn replay(&self, shop: ShopNo, id: Uuid) -> StoreResult<Replay> {
        self.read_of(shop, move |conn, shared| {
            rows::shop::by_no(conn, &shared.cache, shop)?;
            let sql = format!(
                "SELECT {} FROM replays r JOIN webhooks w ON w.no = r.target WHERE r.id = ?1 AND r.shop = ?2",
                rows::replay::COLUMNS
            );
            conn.prepare_cached(&sql)?
                .query_row(params![id.as_bytes(), shop.0], |row| Ok(rows::replay::read(row)))?
        })
        .await
    }

    async fn stats(
        &self,
        target: TargetNo,
        window: Duration,
        bucket: Duration,
        now: Timestamp,
    ) -> StoreResult<Vec<Bucket>> {
        self.read(move |conn, shared| {
            // Before the snapshot begins.
            let unwritten = shared.deferred.of(target);
            rows::webhook::target(conn, shared, target)?;
            let since = now.minus(window.saturating_add(OPEN_FOR));
            let mut counting = Counting::new(window, bucket, now);
            rows::timing::count(conn, target, since, unwritten, &mut counting)?;
            Ok(counting.done())
        })
        .await
    }
}
