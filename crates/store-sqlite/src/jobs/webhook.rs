//! Webhooks made, changed and deleted.

use std::sync::Arc;

use claimwire_model::target::{Changed, Target};
use claimwire_model::{ShopNo, TargetNo, Timestamp};
use claimwire_store::codes::Code;
use claimwire_store::directory::Once;
use claimwire_store::settings::OwnColumns;
use claimwire_store::{Idempotency, StoreError};
use rusqlite::params;
use uuid::Uuid;

use crate::error::Result;
use crate::rows::{self, idempotency};
use crate::work::Work;

/// See [`claimwire_store::Directory::create_target`].
pub(crate) fn create(
    work: &mut Work,
    mut webhook: Target,
    now: Timestamp,
    record: Option<Idempotency>,
) -> Result<Once<Arc<Target>>> {
    if let Some(answered) = idempotency::before(work, Some(webhook.shop), record.as_ref(), now)? {
        return Ok(Once::Before(answered));
    }
    work.shop(webhook.shop)?;
    rows::must_be_free(&work.conn, ("webhooks", "uuid"), webhook.uuid.as_bytes())?;
    webhook = webhook.made(now);
    let own = OwnColumns::of(&work.shared.vault, &webhook)?;
    let no = work
        .conn
        .prepare_cached(
            "INSERT INTO webhooks (uuid, shop, status, settings, secrets, headers, verification_due,
               created_at, updated_at, version, kind)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, 1, ?9)",
        )?
        .insert(params![
            webhook.uuid.as_bytes(),
            webhook.shop.0,
            webhook.status.code(),
            own.settings,
            own.secrets,
            own.headers,
            webhook.owes_test(),
            now.as_millis(),
            webhook.kind().code(),
        ])?;
    webhook.no = TargetNo(no);
    rows::webhook::write_health(&work.conn, webhook.no, &webhook.health)?;
    idempotency::keep(work, Some(webhook.shop), record, &[], now)?;
    let webhook = Arc::new(webhook);
    work.webhook_changed(&webhook);
    Ok(Once::Now(webhook))
}

/// See [`claimwire_store::Directory::update_target`].
pub(crate) fn update(
    work: &mut Work,
    webhook: Target,
    now: Timestamp,
    record: Option<Idempotency>,
) -> Result<Once<Arc<Target>>> {
    if let Some(answered) = idempotency::before(work, Some(webhook.shop), record.as_ref(), now)? {
        return Ok(Once::Before(answered));
    }
    let kept = find(work, webhook.shop, webhook.uuid)?;
    let kept = work.fresh(&kept);
    let shop = webhook.shop;
    let changed = kept.updated_by(webhook, now).ok_or(StoreError::Stale)?;
    let own = OwnColumns::of(&work.shared.vault, &changed.target)?;
    work.conn
        .prepare_cached(
            "UPDATE webhooks SET settings = ?2, secrets = ?3, headers = ?4 WHERE no = ?1",
        )?
        .execute(params![kept.no.0, own.settings, own.secrets, own.headers])?;
    if changed.reordered {
        for id in work.shared.unwritten.ids_of_target(kept.no) {
            work.write_down(id)?;
        }
        work.background.assign_lanes(&work.conn, &changed.target)?;
    }
    let webhook = keep(work, changed, now)?;
    idempotency::keep(work, Some(shop), record, &[], now)?;
    Ok(Once::Now(webhook))
}

/// Writes status and health of a changed webhook, and tells the engine. When it became active, what waits
/// for it goes out.
pub(crate) fn keep(work: &mut Work, changed: Changed, now: Timestamp) -> Result<Arc<Target>> {
    let webhook = changed.target;
    if changed.activated {
        work.background.bring_forward(&work.conn, &webhook, now)?;
    }
    work.health(webhook.no)?.clone_from(&webhook.health);
    work.conn
        .prepare_cached(
            "UPDATE webhooks SET status = ?2, verification_due = ?3, updated_at = ?4, version = ?5 WHERE no = ?1",
        )?
        .execute(params![
            webhook.no.0,
            webhook.status.code(),
            webhook.owes_test(),
            webhook.updated_at.as_millis(),
            webhook.version,
        ])?;
    let webhook = Arc::new(webhook);
    work.webhook_changed(&webhook);
    if changed.activated {
        work.wake(webhook.no);
    }
    Ok(webhook)
}

/// A shop's webhook, unless either was deleted.
fn find(work: &mut Work, shop: ShopNo, uuid: Uuid) -> Result<Arc<Target>> {
    work.shop(shop)?;
    let webhooks = work.webhooks(shop)?;
    Ok(webhooks
        .iter()
        .find(|w| w.uuid == uuid)
        .cloned()
        .ok_or(StoreError::NotFound)?)
}

/// See [`claimwire_store::Directory::delete_target`].
pub(crate) fn delete(work: &mut Work, shop: ShopNo, uuid: Uuid, now: Timestamp) -> Result<()> {
    let webhook = find(work, shop, uuid)?;
    work.conn.execute(
        "UPDATE webhooks SET deleted_at = ?2, verification_due = 0 WHERE no = ?1",
        params![webhook.no.0, now.as_millis()],
    )?;
    work.webhook_gone(&webhook);
    Ok(())
}
