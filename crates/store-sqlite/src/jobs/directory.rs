//! Shops and keys.

use std::sync::Arc;

use claimwire_model::shop::ApiKey;
use claimwire_model::{ApiDialect, Shop, ShopNo, Timestamp};
use claimwire_store::codes::Code;
use claimwire_store::directory::{NewApiKey, NewShop, Once, ShopUpdate};
use claimwire_store::{Idempotency, StoreError};
use rusqlite::params;
use uuid::Uuid;

use crate::error::Result;
use crate::rows::{self, idempotency};
use crate::sessions;
use crate::work::Work;

/// See [`claimwire_store::Directory::create_shop`].
pub(crate) fn create_shop(
    work: &mut Work,
    new: NewShop,
    now: Timestamp,
    record: Option<Idempotency>,
) -> Result<Once<Arc<Shop>>> {
    if let Some(answered) = idempotency::before(work, None, record.as_ref(), now)? {
        return Ok(Once::Before(answered));
    }
    let taken = "SELECT 1 FROM shops WHERE slug = ?1 AND deleted = 0";
    if work.conn.prepare_cached(taken)?.exists([&new.slug])? {
        return Err(StoreError::Exists.into());
    }
    let no = work
        .conn
        .prepare_cached(
            "INSERT INTO shops (id, slug, name, created_at, updated_at, notification_emails)
             VALUES (?1, ?2, ?3, ?4, ?4, ?5)",
        )?
        .insert(params![
            new.id.as_bytes(),
            new.slug,
            new.name,
            now.as_millis(),
            rows::shop::emails(&new.notification_emails)?
        ])?;
    idempotency::keep(work, None, record, &[], now)?;
    let NewShop {
        id,
        slug,
        name,
        notification_emails,
    } = new;
    Ok(Once::Now(Arc::new(Shop {
        no: ShopNo(no),
        id,
        slug,
        name,
        egress: None,
        notification_emails,
        api_dialect: ApiDialect::default(),
        claim_page: None,
        created_at: now,
        updated_at: now,
    })))
}

/// See [`claimwire_store::Directory::update_shop`].
pub(crate) fn update_shop(
    work: &mut Work,
    no: ShopNo,
    update: ShopUpdate,
    now: Timestamp,
) -> Result<Arc<Shop>> {
    let shop = update.of(&*work.shop(no)?, now);
    let emails = rows::shop::emails(&shop.notification_emails)?;
    let page = rows::shop::claim_page(shop.claim_page.as_deref())?;
    work.conn.execute(
        "UPDATE shops SET name = ?2, egress = ?3, notification_emails = ?4, api_dialect = ?5, updated_at = ?6, claim_page = ?7
         WHERE no = ?1",
        params![
            no.0,
            shop.name,
            shop.egress,
            emails,
            shop.api_dialect.as_str(),
            now.as_millis(),
            page
        ],
    )?;
    work.shop_changed(no);
    Ok(Arc::new(shop))
}

/// See [`claimwire_store::Directory::delete_shop`].
pub(crate) fn delete_shop(work: &mut Work, no: ShopNo) -> Result<()> {
    work.shop(no)?;
    let webhooks = work.webhooks(no)?;
    work.conn
        .execute("UPDATE shops SET deleted = 1 WHERE no = ?1", [no.0])?;
    work.conn
        .execute("DELETE FROM letters WHERE shop = ?1", [no.0])?;
    work.shop_changed(no);
    for webhook in webhooks.iter() {
        work.webhook_gone(webhook);
    }
    Ok(())
}

/// See [`claimwire_store::Directory::create_key`].
pub(crate) fn create_key(
    work: &mut Work,
    shop: ShopNo,
    new: NewApiKey,
    now: Timestamp,
    record: Option<Idempotency>,
) -> Result<Once<ApiKey>> {
    if let Some(answered) = idempotency::before(work, Some(shop), record.as_ref(), now)? {
        return Ok(Once::Before(answered));
    }
    work.shop(shop)?;
    let no = work.next_number(now);
    work.conn
        .prepare_cached(
            "INSERT INTO api_keys (no, shop, id, hash, name, role, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            no,
            shop.0,
            new.id.as_bytes(),
            new.hash,
            new.name,
            new.role.code(),
            now.as_millis()
        ])?;
    idempotency::keep(work, Some(shop), record, &[], now)?;
    Ok(Once::Now(ApiKey {
        id: new.id,
        shop,
        name: new.name,
        role: new.role,
        created_at: now,
    }))
}

/// See [`claimwire_store::Directory::delete_key`].
pub(crate) fn delete_key(work: &mut Work, shop: ShopNo, id: Uuid) -> Result<()> {
    work.shop(shop)?;
    let gone = work.conn.execute(
        "DELETE FROM api_keys WHERE shop = ?1 AND id = ?2",
        params![shop.0, id.as_bytes()],
    )?;
    if gone == 0 {
        return Err(StoreError::NotFound.into());
    }
    sessions::end_of(work, id)?;
    work.shop_changed(shop);
    Ok(())
}
