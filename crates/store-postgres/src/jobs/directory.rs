//! Shops and keys.

use std::sync::Arc;

use claimwire_model::shop::ApiKey;
use claimwire_model::{ApiDialect, Shop, ShopNo, TargetNo, Timestamp};
use claimwire_store::StoreError;
use claimwire_store::codes::Code;
use claimwire_store::directory::{NewApiKey, NewShop, Once, ShopUpdate};
use uuid::Uuid;

use crate::error::Result;
use crate::locks::lock_shop;
use crate::rows::{self, idempotency::Record};
use crate::sessions;
use crate::transaction::Transaction;

/// See [`claimwire_store::Directory::create_shop`].
pub(crate) async fn create_shop(
    tx: &Transaction<'_>,
    new: &NewShop,
    now: Timestamp,
    record: &Record,
) -> Result<Once<Arc<Shop>>> {
    if let Some(answered) = record.before(tx, now).await? {
        return Ok(Once::Before(answered));
    }
    let made = tx
        .query_one(
            "INSERT INTO shops (id, slug, name, created_at, updated_at, notification_emails)
             VALUES ($1, $2, $3, $4, $4, $5) RETURNING no",
            &[
                &new.id,
                &new.slug,
                &new.name,
                &now.as_millis(),
                &rows::shop::emails(&new.notification_emails)?,
            ],
        )
        .await?;
    record.keep(tx, now).await?;
    Ok(Once::Now(Arc::new(Shop {
        no: ShopNo(made.try_get(0)?),
        id: new.id,
        slug: new.slug.clone(),
        name: new.name.clone(),
        egress: None,
        notification_emails: new.notification_emails.clone(),
        api_dialect: ApiDialect::default(),
        claim_page: None,
        created_at: now,
        updated_at: now,
    })))
}

/// See [`claimwire_store::Directory::update_shop`].
pub(crate) async fn update_shop(
    tx: &Transaction<'_>,
    no: ShopNo,
    update: ShopUpdate,
    now: Timestamp,
) -> Result<Arc<Shop>> {
    lock_shop(tx, no).await?;
    let shop = update.of(&*rows::shop::by_no(tx, no).await?, now);
    tx.execute(
        "UPDATE shops SET name = $2, egress = $3, notification_emails = $4, api_dialect = $5, updated_at = $6,
           claim_page = $7, version = version + 1
         WHERE no = $1",
        &[
            &no.0,
            &shop.name,
            &shop.egress,
            &rows::shop::emails(&shop.notification_emails)?,
            &shop.api_dialect.as_str(),
            &now.as_millis(),
            &rows::shop::claim_page(shop.claim_page.as_deref())?,
        ],
    )
    .await?;
    Ok(Arc::new(shop))
}

/// See [`claimwire_store::Directory::delete_shop`].
pub(crate) async fn delete_shop(tx: &Transaction<'_>, no: ShopNo) -> Result<()> {
    lock_shop(tx, no).await?;
    let deleted = tx
        .execute(
            "UPDATE shops SET deleted = TRUE, version = version + 1 WHERE no = $1 AND NOT deleted",
            &[&no.0],
        )
        .await?;
    if deleted == 0 {
        return Err(StoreError::NotFound.into());
    }
    tx.execute("DELETE FROM fan_outs WHERE shop = $1", &[&no.0])
        .await?;
    tx.execute("DELETE FROM letters WHERE shop = $1", &[&no.0])
        .await?;
    let sql = "SELECT no FROM webhooks WHERE shop = $1 AND deleted_at IS NULL";
    for row in tx.query(sql, &[&no.0]).await? {
        tx.changed(TargetNo(row.try_get(0)?), None);
    }
    Ok(())
}

/// See [`claimwire_store::Directory::create_key`].
pub(crate) async fn create_key(
    tx: &Transaction<'_>,
    shop: ShopNo,
    new: &NewApiKey,
    now: Timestamp,
    record: &Record,
) -> Result<Once<ApiKey>> {
    if let Some(answered) = record.before(tx, now).await? {
        return Ok(Once::Before(answered));
    }
    rows::shop::need(tx, shop).await?;
    tx.execute(
        "INSERT INTO api_keys (no, shop, id, hash, name, role, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            &tx.shared.next_number(now),
            &shop.0,
            &new.id,
            &new.hash.as_slice(),
            &new.name,
            &new.role.code(),
            &now.as_millis(),
        ],
    )
    .await?;
    record.keep(tx, now).await?;
    Ok(Once::Now(ApiKey {
        id: new.id,
        shop,
        name: new.name.clone(),
        role: new.role,
        created_at: now,
    }))
}

/// See [`claimwire_store::Directory::delete_key`].
pub(crate) async fn delete_key(tx: &Transaction<'_>, shop: ShopNo, id: Uuid) -> Result<()> {
    lock_shop(tx, shop).await?;
    rows::shop::need(tx, shop).await?;
    let sql = "DELETE FROM api_keys WHERE shop = $1 AND id = $2";
    if tx.execute(sql, &[&shop.0, &id]).await? == 0 {
        return Err(StoreError::NotFound.into());
    }
    sessions::end_of(tx, id).await
}
