//! Shops, keys and webhooks. Another node may have changed them: webhooks are read from the database each time, and what
//! opens a shop at most a moment ago ([`recent`](crate::recent)).

use std::sync::Arc;

use async_trait::async_trait;
use claimwire_model::shop::ApiKey;
use claimwire_model::target::Target;
use claimwire_model::{Shop, ShopNo, TargetNo, Timestamp};
use claimwire_store::codes::Code;
use claimwire_store::directory::{NewApiKey, NewShop, Once, ShopUpdate, TargetFilter};
use claimwire_store::{
    Answered, Directory, Idempotency, Page, PageRequest, StoreError, StoreResult,
};
use uuid::Uuid;

use crate::error::Error;
use crate::jobs::{directory, webhook};
use crate::listing::{Paging, page};
use crate::rows::{self, idempotency::Record};
use crate::store::PostgresStore;
use crate::transaction::transact;

#[async_trait]
impl Directory for PostgresStore {
    async fn create_shop(
        &self,
        shop: NewShop,
        now: Timestamp,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<Arc<Shop>>> {
        let record = Record::new(None, idempotency);
        transact!(self, tx => directory::create_shop(tx, &shop, now, &record).await)
    }

    async fn shop(&self, slug: &str) -> StoreResult<Arc<Shop>> {
        if let Some(shop) = self.shared.recent.shop(slug) {
            return Ok(shop);
        }
        let begun = self.shared.recent.begin();
        let sql = format!(
            "SELECT {} FROM shops s WHERE slug = $1 AND NOT deleted",
            rows::shop::COLUMNS
        );
        let row = self.connection().await?.query_one(&sql, &[&slug]).await?;
        let shop = Arc::new(rows::shop::read(&row)?);
        self.shared.recent.put_shop(begun, &shop);
        Ok(shop)
    }

    async fn shop_of(&self, shop: ShopNo) -> StoreResult<Arc<Shop>> {
        Ok(rows::shop::by_no(&self.connection().await?, shop).await?)
    }

    async fn shops(&self, request: PageRequest) -> StoreResult<Page<Arc<Shop>>> {
        let sql = format!(
            "SELECT {} FROM shops s WHERE NOT deleted AND no < $1 ORDER BY no DESC LIMIT $2 OFFSET $3",
            rows::shop::COLUMNS
        );
        let params = [
            &request.below() as _,
            &request.rows() as _,
            &request.skipped() as _,
        ];
        let found = self.connection().await?.query(&sql, &params).await?;
        let shops = page(request, &found, |row| {
            let shop = rows::shop::read(row)?;
            Ok(((shop.no.0, 0), Arc::new(shop)))
        });
        Ok(shops?)
    }

    async fn update_shop(
        &self,
        shop: ShopNo,
        update: ShopUpdate,
        now: Timestamp,
    ) -> StoreResult<Arc<Shop>> {
        let done =
            transact!(self, tx => directory::update_shop(tx, shop, update.clone(), now).await);
        self.shared.directory_changed();
        done
    }

    async fn delete_shop(&self, shop: ShopNo) -> StoreResult<()> {
        let done = transact!(self, tx => directory::delete_shop(tx, shop).await);
        self.shared.directory_changed();
        done
    }

    async fn create_key(
        &self,
        shop: ShopNo,
        key: NewApiKey,
        now: Timestamp,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<ApiKey>> {
        let record = Record::new(Some(shop), idempotency);
        transact!(self, tx => directory::create_key(tx, shop, &key, now, &record).await)
    }

    async fn key(&self, hash: &[u8; 32]) -> StoreResult<Arc<(ApiKey, Arc<Shop>)>> {
        if let Some(key) = self.shared.recent.key(hash) {
            return Ok(key);
        }
        let begun = self.shared.recent.begin();
        let sql = format!(
            "SELECT {}, {} FROM api_keys k JOIN shops s ON s.no = k.shop WHERE k.hash = $1 AND NOT s.deleted",
            rows::key::COLUMNS,
            rows::shop::COLUMNS
        );
        let conn = self.connection().await?;
        let row = conn.query_one(&sql, &[&hash.as_slice()]).await?;
        let shop = rows::shop::read_at(&row, rows::key::WIDTH)?;
        let key = Arc::new((rows::key::read(&row)?, Arc::new(shop)));
        self.shared.recent.put_key(begun, *hash, &key);
        Ok(key)
    }

    async fn keys(&self, shop: ShopNo, request: PageRequest) -> StoreResult<Page<ApiKey>> {
        let sql = format!(
            "SELECT {} FROM api_keys k JOIN shops s ON s.no = k.shop
             WHERE k.shop = $1 AND k.no < $2 AND NOT s.deleted ORDER BY k.no DESC LIMIT $3 OFFSET $4",
            rows::key::COLUMNS
        );
        let params = [
            &shop.0 as _,
            &request.below() as _,
            &request.rows() as _,
            &request.skipped() as _,
        ];
        let found = self.connection().await?.query(&sql, &params).await?;
        let keys = page(request, &found, |row| {
            Ok(((row.try_get(5)?, 0), rows::key::read(row)?))
        });
        Ok(keys?)
    }

    async fn delete_key(&self, shop: ShopNo, id: Uuid) -> StoreResult<()> {
        let done = transact!(self, tx => directory::delete_key(tx, shop, id).await);
        self.shared.directory_changed();
        done
    }

    async fn create_target(
        &self,
        target: Target,
        now: Timestamp,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<Arc<Target>>> {
        let record = Record::new(Some(target.shop), idempotency);
        transact!(self, tx => webhook::create(tx, &target, now, &record).await)
    }

    async fn target_of(&self, shop: ShopNo, uuid: Uuid) -> StoreResult<Arc<Target>> {
        let conn = self.connection().await?;
        Ok(rows::webhook::by_uuid(&conn, &self.shared, shop, uuid).await?)
    }

    async fn target_anywhere(&self, uuid: Uuid) -> StoreResult<(Arc<Shop>, Arc<Target>)> {
        let sql = format!(
            "SELECT {}, {} FROM {} JOIN shops s ON s.no = w.shop
             WHERE w.uuid = $1 AND w.deleted_at IS NULL AND NOT s.deleted",
            rows::webhook::COLUMNS,
            rows::shop::COLUMNS,
            rows::webhook::FROM,
        );
        let row = self.connection().await?.query_one(&sql, &[&uuid]).await?;
        let shop = rows::shop::read_at(&row, rows::webhook::WIDTH)?;
        let target = rows::webhook::read_latest(&self.shared, &row)?;
        Ok((Arc::new(shop), target))
    }

    async fn targets(
        &self,
        shop: ShopNo,
        filter: TargetFilter,
        request: PageRequest,
    ) -> StoreResult<Page<Arc<Target>>> {
        let sql = format!(
            "SELECT {} FROM {} JOIN shops s ON s.no = w.shop
             WHERE w.shop = $1 AND w.no < $2 AND w.deleted_at IS NULL AND NOT s.deleted AND w.kind = $3
               AND ($4::UUID IS NULL OR w.uuid = $4) AND ($5::BIGINT IS NULL OR w.status = $5)
               AND ($6::TEXT IS NULL OR w.settings::JSON ->> 'url' = $6)
             ORDER BY w.no DESC LIMIT $7 OFFSET $8",
            rows::webhook::COLUMNS,
            rows::webhook::FROM,
        );
        let params = [
            &shop.0 as _,
            &request.below() as _,
            &filter.kind.code() as _,
            &filter.uuid as _,
            &filter.status.map(Code::code) as _,
            &filter.url as _,
            &request.rows() as _,
            &request.skipped() as _,
        ];
        let found = self.connection().await?.query(&sql, &params).await?;
        let targets = page(request, &found, |row| {
            let target = rows::webhook::read_latest(&self.shared, row)?;
            Ok(((target.no.0, 0), target))
        });
        Ok(targets?)
    }

    async fn update_target(
        &self,
        target: Target,
        now: Timestamp,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<Arc<Target>>> {
        let record = Record::new(Some(target.shop), idempotency);
        transact!(self, tx => webhook::update(tx, &target, now, &record).await)
    }

    async fn delete_target(&self, shop: ShopNo, uuid: Uuid, now: Timestamp) -> StoreResult<()> {
        transact!(self, tx => webhook::delete(tx, shop, uuid, now).await)
    }

    async fn pending(&self, target: TargetNo) -> StoreResult<u64> {
        let sql =
            "SELECT (SELECT count(*) FROM deliveries WHERE target = $1 AND due_at IS NOT NULL)
             FROM webhooks w JOIN shops s ON s.no = w.shop
             WHERE w.no = $1 AND w.deleted_at IS NULL AND NOT s.deleted";
        let row = self
            .connection()
            .await?
            .query_one(sql, &[&target.0])
            .await?;
        Ok(rows::count(&row, 0)?)
    }

    async fn recall(
        &self,
        shop: Option<ShopNo>,
        key: &str,
        fingerprint: &[u8; 32],
        now: Timestamp,
    ) -> StoreResult<Option<Answered>> {
        let conn = self.connection().await?;
        let vault = &self.shared.vault;
        Ok(rows::idempotency::recall(&conn, vault, shop, key, fingerprint, now).await?)
    }

    async fn remember(
        &self,
        shop: Option<ShopNo>,
        idempotency: Idempotency,
        now: Timestamp,
    ) -> StoreResult<Once<()>> {
        let record = Record::new(shop, Some(idempotency));
        transact!(self, tx => async {
            if let Some(answered) = record.before(tx, now).await? {
                return Ok(Once::Before(answered));
            }
            record.keep(tx, now).await?;
            Ok(Once::Now(()))
        }.await)
    }

    async fn ready(&self) -> StoreResult<()> {
        let written = async {
            let conn = self.connection().await?;
            conn.execute("UPDATE beat SET count = count + 1 WHERE no = 1", &[])
                .await
        };
        // Who asks wants to know now, and not when it would be true again.
        let patience = self.shared.options.patience;
        match tokio::time::timeout(patience, written).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(Error::Store(error))) => Err(error),
            Ok(Err(error)) => Err(StoreError::Unavailable(StoreError::from(error).to_string())),
            Err(_) => Err(StoreError::from(Error::Silent(patience))),
        }
    }
}
