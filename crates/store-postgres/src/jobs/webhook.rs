//! Webhooks made, changed and deleted.

use std::sync::Arc;

use claimwire_model::ownership::Partition;
use claimwire_model::target::{Changed, Target};
use claimwire_model::{ShopNo, TargetNo, Timestamp};
use claimwire_store::StoreError;
use claimwire_store::codes::Code;
use claimwire_store::directory::Once;
use claimwire_store::settings::OwnColumns;
use uuid::Uuid;

use crate::error::Result;
use crate::jobs::backlog;
use crate::locks::lock_shop;
use crate::rows::{self, idempotency::Record};
use crate::transaction::Transaction;

/// See [`claimwire_store::Directory::create_target`].
pub(crate) async fn create(
    tx: &Transaction<'_>,
    webhook: &Target,
    now: Timestamp,
    record: &Record,
) -> Result<Once<Arc<Target>>> {
    if let Some(answered) = record.before(tx, now).await? {
        return Ok(Once::Before(answered));
    }
    rows::shop::need(tx, webhook.shop).await?;
    let mut webhook = webhook.clone().made(now);
    let own = OwnColumns::of(&tx.shared.vault, &webhook)?;
    let number = tx
        .query_one(
            "SELECT nextval(pg_get_serial_sequence('webhooks', 'no'))",
            &[],
        )
        .await?;
    webhook.no = TargetNo(number.try_get(0)?);
    tx.execute(
        "INSERT INTO webhooks (no, partition, uuid, shop, kind, status, settings, secrets, headers,
           verification_due, created_at, updated_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, 1)",
        &[
            &webhook.no.0,
            &i64::from(Partition::of(webhook.no).no()),
            &webhook.uuid,
            &webhook.shop.0,
            &webhook.kind().code(),
            &webhook.status.code(),
            &own.settings,
            &own.secrets,
            &own.headers,
            &webhook.owes_test(),
            &now.as_millis(),
        ],
    )
    .await?;
    rows::webhook::write_health(tx, webhook.no, &webhook.health).await?;
    rows::shop::touch(tx, webhook.shop).await?;
    record.keep(tx, now).await?;
    let webhook = Arc::new(webhook);
    tx.changed(webhook.no, Some(webhook.clone()));
    Ok(Once::Now(webhook))
}

/// See [`claimwire_store::Directory::update_target`].
pub(crate) async fn update(
    tx: &Transaction<'_>,
    webhook: &Target,
    now: Timestamp,
    record: &Record,
) -> Result<Once<Arc<Target>>> {
    if let Some(answered) = record.before(tx, now).await? {
        return Ok(Once::Before(answered));
    }
    let (shop, uuid) = (webhook.shop, webhook.uuid);
    lock_health(tx, uuid).await?;
    let kept = rows::webhook::by_uuid(tx, tx.shared, shop, uuid).await?;
    let changed = kept
        .updated_by(webhook.clone(), now)
        .ok_or(StoreError::Stale)?;
    let own = OwnColumns::of(&tx.shared.vault, &changed.target)?;
    tx.execute(
        "UPDATE webhooks SET settings = $2, secrets = $3, headers = $4 WHERE no = $1",
        &[&kept.no.0, &own.settings, &own.secrets, &own.headers],
    )
    .await?;
    if changed.reordered {
        backlog::assign_lanes(tx, &changed.target).await?;
    }
    let webhook = keep(tx, changed, now).await?;
    record.keep(tx, now).await?;
    Ok(Once::Now(webhook))
}

/// Outcomes change a health without its shop's lock.
async fn lock_health(tx: &Transaction<'_>, uuid: Uuid) -> Result<()> {
    let sql =
        "SELECT 1 FROM healths WHERE target = (SELECT no FROM webhooks WHERE uuid = $1) FOR UPDATE";
    tx.query_opt(sql, &[&uuid]).await?;
    Ok(())
}

/// Writes status and health of a changed webhook, whose health and shop are locked, and tells the engine. When it
/// became active, what waits for it goes out.
pub(crate) async fn keep(
    tx: &Transaction<'_>,
    changed: Changed,
    now: Timestamp,
) -> Result<Arc<Target>> {
    let webhook = changed.target;
    if changed.activated {
        backlog::bring_forward(tx, &webhook, now).await?;
    }
    rows::webhook::write_health(tx, webhook.no, &webhook.health).await?;
    tx.execute(
        "UPDATE webhooks SET status = $2, verification_due = $3, updated_at = $4, version = $5 WHERE no = $1",
        &[
            &webhook.no.0,
            &webhook.status.code(),
            &webhook.owes_test(),
            &webhook.updated_at.as_millis(),
            &i64::try_from(webhook.version).unwrap_or(i64::MAX),
        ],
    )
    .await?;
    rows::shop::touch(tx, webhook.shop).await?;
    let webhook = Arc::new(webhook);
    tx.changed(webhook.no, Some(webhook.clone()));
    if changed.activated {
        tx.wake(webhook.no);
    }
    Ok(webhook)
}

/// See [`claimwire_store::Directory::delete_target`].
pub(crate) async fn delete(
    tx: &Transaction<'_>,
    shop: ShopNo,
    uuid: Uuid,
    now: Timestamp,
) -> Result<()> {
    lock_shop(tx, shop).await?;
    let webhook = rows::webhook::by_uuid(tx, tx.shared, shop, uuid).await?;
    tx.execute(
        "UPDATE webhooks SET deleted_at = $2, verification_due = FALSE WHERE no = $1",
        &[&webhook.no.0, &now.as_millis()],
    )
    .await?;
    rows::shop::touch(tx, shop).await?;
    tx.changed(webhook.no, None);
    Ok(())
}
