//! What happened: events, deliveries, attempts, counts.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use claimwire_model::delivery::{Attempt, Delivery};
use claimwire_model::replay::Replay;
use claimwire_model::{DeliveryId, Event, EventNo, ShopNo, TargetNo, Timestamp};
use claimwire_store::directory::Once;
use claimwire_store::log::DeliveryFilter;
use claimwire_store::stats::Bucket;
use claimwire_store::tally::Tallies;
use claimwire_store::{EventFilter, Idempotency, Log, Page, PageRequest, StoreError, StoreResult};
use uuid::Uuid;

use crate::store::PostgresStore;
use crate::{deliveries, events, replays, retry, rows, tallies, timings};

#[async_trait]
impl Log for PostgresStore {
    async fn event(&self, shop: ShopNo, id: &str) -> StoreResult<Arc<Event>> {
        let conn = self.connection().await?;
        rows::shop::need(&conn, shop).await?;
        let no = rows::event::number(&conn, shop, id).await?;
        Ok(rows::event::by_no(&conn, no.ok_or(StoreError::NotFound)?).await?)
    }

    async fn events(
        &self,
        shop: ShopNo,
        filter: EventFilter,
        request: PageRequest,
    ) -> StoreResult<Page<Arc<Event>>> {
        let conn = self.connection().await?;
        if !rows::shop::is_there(&conn, shop).await? {
            return Ok(Page::empty());
        }
        Ok(events::list(&conn, shop, &filter, request).await?)
    }

    async fn events_after(
        &self,
        shop: ShopNo,
        after: EventNo,
        limit: usize,
    ) -> StoreResult<Page<Arc<Event>>> {
        let conn = self.connection().await?;
        if !rows::shop::is_there(&conn, shop).await? {
            return Ok(Page::empty());
        }
        Ok(events::after(&conn, shop, after, limit).await?)
    }

    async fn tallies(&self, shop: ShopNo, since: Timestamp, limit: usize) -> StoreResult<Tallies> {
        let conn = self.connection().await?;
        if !rows::shop::is_there(&conn, shop).await? {
            return Ok(Tallies::default());
        }
        Ok(tallies::of_shop(&conn, shop, since, limit).await?)
    }

    async fn deliveries(
        &self,
        shop: ShopNo,
        filter: DeliveryFilter,
        request: PageRequest,
        now: Timestamp,
    ) -> StoreResult<Page<Delivery>> {
        let conn = self.connection().await?;
        Ok(deliveries::list(&conn, &self.shared, shop, &filter, request, now).await?)
    }

    async fn delivery(
        &self,
        shop: ShopNo,
        id: DeliveryId,
        now: Timestamp,
    ) -> StoreResult<(Delivery, Vec<Attempt>)> {
        let conn = self.connection().await?;
        let delivery = deliveries::by_id(&conn, &self.shared, shop, id, now).await?;
        let attempts = rows::attempt::of_delivery(&conn, id, None).await?;
        Ok((delivery, attempts))
    }

    async fn attempts(
        &self,
        shop: ShopNo,
        id: DeliveryId,
        before: u32,
    ) -> StoreResult<Vec<Attempt>> {
        let conn = self.connection().await?;
        // That it is the shop's.
        let now = Timestamp::from_millis(0);
        deliveries::by_id(&conn, &self.shared, shop, id, now).await?;
        Ok(rows::attempt::of_delivery(&conn, id, Some(before)).await?)
    }

    async fn retry(
        &self,
        shop: ShopNo,
        id: DeliveryId,
        now: Timestamp,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<()>> {
        retry::retry(self, shop, id, now, idempotency).await
    }

    async fn create_replay(
        &self,
        shop: ShopNo,
        replay: Replay,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<Replay>> {
        replays::create(self, shop, replay, idempotency).await
    }

    async fn replay(&self, shop: ShopNo, id: Uuid) -> StoreResult<Replay> {
        replays::by_id(self, shop, id).await
    }

    async fn stats(
        &self,
        target: TargetNo,
        window: Duration,
        bucket: Duration,
        now: Timestamp,
    ) -> StoreResult<Vec<Bucket>> {
        timings::stats(self, target, window, bucket, now).await
    }
}
