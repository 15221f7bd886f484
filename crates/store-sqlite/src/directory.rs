//! Shops, keys and webhooks, from memory when warm.

use std::sync::Arc;

use async_trait::async_trait;
use claimwire_model::shop::ApiKey;
use claimwire_model::target::Target;
use claimwire_model::{Shop, ShopNo, TargetNo, Timestamp};
use claimwire_store::directory::{NewApiKey, NewShop, Once, ShopUpdate, TargetFilter};
use claimwire_store::{
    Answered, Directory, Idempotency, Page, PageRequest, StoreError, StoreResult,
};
use rusqlite::params;
use uuid::Uuid;

use crate::error::Result;
use crate::jobs::{directory, webhook};
use crate::listing::{Paging, is_there, page};
use crate::rows;
use crate::store::SqliteStore;

#[async_trait]
impl Directory for SqliteStore {
    async fn create_shop(
        &self,
        shop: NewShop,
        now: Timestamp,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<Arc<Shop>>> {
        self.write(move |work| directory::create_shop(work, shop, now, idempotency))
            .await
    }

    async fn shop(&self, slug: &str) -> StoreResult<Arc<Shop>> {
        if let Some(shop) = self.shared.cache.shop_of_slug(slug) {
            return Ok(shop);
        }
        let slug = slug.to_owned();
        self.read(move |conn, shared| rows::shop::by_slug(conn, &shared.cache, &slug))
            .await
    }

    async fn shops(&self, request: PageRequest) -> StoreResult<Page<Arc<Shop>>> {
        self.read(move |conn, _| {
            let sql = format!(
                "SELECT {} FROM shops WHERE deleted = 0 AND no < ?1 ORDER BY no DESC LIMIT ?2 OFFSET ?3",
                rows::shop::COLUMNS
            );
            let mut statement = conn.prepare_cached(&sql)?;
            let found = statement.query(params![request.below(), request.rows(), request.skip])?;
            page(request, found, |row| {
                let shop = rows::shop::read(row)?;
                Ok(((shop.no.0, 0), Arc::new(shop)))
            })
        })
        .await
    }

    async fn update_shop(
        &self,
        shop: ShopNo,
        update: ShopUpdate,
        now: Timestamp,
    ) -> StoreResult<Arc<Shop>> {
        self.write_of(shop, move |work| {
            directory::update_shop(work, shop, update, now)
        })
        .await
    }

    async fn delete_shop(&self, shop: ShopNo) -> StoreResult<()> {
        self.write_of(shop, move |work| directory::delete_shop(work, shop))
            .await
    }

    async fn create_key(
        &self,
        shop: ShopNo,
        key: NewApiKey,
        now: Timestamp,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<ApiKey>> {
        self.write_of(shop, move |work| {
            directory::create_key(work, shop, key, now, idempotency)
        })
        .await
    }

    async fn key(&self, hash: &[u8; 32]) -> StoreResult<Arc<(ApiKey, Arc<Shop>)>> {
        if let Some(key) = self.shared.cache.key(hash) {
            return Ok(key);
        }
        let hash = *hash;
        self.read(move |conn, shared| rows::key::by_hash(conn, &shared.cache, &hash))
            .await
    }

    async fn keys(&self, shop: ShopNo, request: PageRequest) -> StoreResult<Page<ApiKey>> {
        self.read_of(shop, move |conn, shared| {
            if !is_there(conn, shared, shop)? {
                return Ok(Page::empty());
            }
            let sql = format!(
                "SELECT {} FROM api_keys WHERE shop = ?1 AND no < ?2 ORDER BY no DESC LIMIT ?3 OFFSET ?4",
                rows::key::COLUMNS
            );
            let mut statement = conn.prepare_cached(&sql)?;
            let found = statement.query(params![shop.0, request.below(), request.rows(), request.skip])?;
            page(request, found, |row| {
                Ok(((row.get(5)?, 0), rows::key::read(row)?))
            })
        })
        .await
    }

    async fn delete_key(&self, shop: ShopNo, id: Uuid) -> StoreResult<()> {
        self.write_of(shop, move |work| directory::delete_key(work, shop, id))
            .await
    }

    async fn create_target(
        &self,
        webhook: Target,
        now: Timestamp,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<Arc<Target>>> {
        self.write_of(webhook.shop, move |work| {
            webhook::create(work, webhook, now, idempotency)
        })
        .await
    }

    async fn target_of(&self, shop: ShopNo, uuid: Uuid) -> StoreResult<Arc<Target>> {
        let find = move |webhooks: &[Arc<Target>]| {
            webhooks
                .iter()
                .find(|webhook| webhook.uuid == uuid)
                .cloned()
                .ok_or(StoreError::NotFound)
        };
        if let Some(webhooks) = self.shared.cache.webhooks(shop) {
            return find(&webhooks).map(|webhook| self.shared.cache.fresh(&webhook));
        }
        self.read_of(shop, move |conn, shared| {
            rows::shop::by_no(conn, &shared.cache, shop)?;
            let webhook = find(&rows::webhook::of_shop(conn, shared, shop)?)?;
            Ok(shared.cache.fresh(&webhook))
        })
        .await
    }

    async fn target_anywhere(&self, uuid: Uuid) -> StoreResult<(Arc<Shop>, Arc<Target>)> {
        self.read(move |conn, shared| {
            let target = rows::webhook::by_uuid(conn, shared, uuid)?;
            let shop = rows::shop::by_no(conn, &shared.cache, target.shop)?;
            Ok((shop, target))
        })
        .await
    }

    async fn targets(
        &self,
        shop: ShopNo,
        filter: TargetFilter,
        request: PageRequest,
    ) -> StoreResult<Page<Arc<Target>>> {
        self.read_of(shop, move |conn, shared| {
            if !is_there(conn, shared, shop)? {
                return Ok(Page::empty());
            }
            let webhooks = rows::webhook::of_shop(conn, shared, shop)?;
            let mut rest = webhooks
                .iter()
                .rev()
                .filter(|target| target.no.0 < request.below() && filter.matches(target))
                .skip(request.skip)
                .map(|target| shared.cache.fresh(target));
            let items: Vec<_> = rest.by_ref().take(request.limit).collect();
            let next = rest
                .next()
                .and_then(|_| items.last())
                .map(|webhook| (webhook.no.0, 0));
            Ok(Page { items, next })
        })
        .await
    }

    async fn update_target(
        &self,
        webhook: Target,
        now: Timestamp,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<Arc<Target>>> {
        self.write_of(webhook.shop, move |work| {
            webhook::update(work, webhook, now, idempotency)
        })
        .await
    }

    async fn delete_target(&self, shop: ShopNo, uuid: Uuid, now: Timestamp) -> StoreResult<()> {
        self.write_of(shop, move |work| webhook::delete(work, shop, uuid, now))
            .await
    }

    async fn pending(&self, target: TargetNo) -> StoreResult<u64> {
        self.read(move |conn, shared| {
            let (handed, _) = shared.unwritten.of_target(target);
            rows::webhook::target(conn, shared, target)?;
            let kept: u64 = conn
                .prepare_cached(
                    "SELECT count(*) FROM deliveries INDEXED BY deliveries_due
                     WHERE target = ?1 AND due_at IS NOT NULL",
                )?
                .query_row([target.0], |row| row.get(0))?;
            // One that gets its row meanwhile counts twice, until somebody looks again.
            Ok(kept + handed as u64)
        })
        .await
    }

    async fn recall(
        &self,
        shop: Option<ShopNo>,
        key: &str,
        fingerprint: &[u8; 32],
        now: Timestamp,
    ) -> StoreResult<Option<Answered>> {
        let (key, fingerprint) = (key.to_owned(), *fingerprint);
        self.read(move |conn, shared| {
            rows::idempotency::recall(conn, shared, shop, &key, &fingerprint, now)
        })
        .await
    }

    async fn remember(
        &self,
        shop: Option<ShopNo>,
        idempotency: Idempotency,
        now: Timestamp,
    ) -> StoreResult<Once<()>> {
        self.write(move |work| {
            let record = Some(idempotency);
            if let Some(answered) = rows::idempotency::before(work, shop, record.as_ref(), now)? {
                return Ok(Once::Before(answered));
            }
            rows::idempotency::keep(work, shop, record, &[], now)?;
            Ok(Once::Now(()))
        })
        .await
    }

    async fn ready(&self) -> StoreResult<()> {
        self.write(|work| -> Result<()> {
            work.conn
                .prepare_cached("UPDATE beat SET count = count + 1 WHERE no = 1")?
                .execute([])?;
            Ok(())
        })
        .await
    }
}
