//! Webhooks: what their owners set as JSON, secrets and headers sealed, health in columns.

use std::sync::Arc;

use claimwire_model::health::Health;
use claimwire_model::{ShopNo, Target, TargetNo, Timestamp};
use claimwire_store::settings::TargetColumns;
use claimwire_store::subscriptions::Subscriptions;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use crate::cache::Webhooks;
use crate::error::Result;
use crate::rows::{ms, time, uuid};
use crate::shared::Shared;

/// What [`read`] reads.
pub(crate) const COLUMNS: &str = "no, uuid, shop, status, settings, secrets, verification_due, \
     consecutive_failures, failing_since, last_success_at, last_failure_at, warned_at, disabled_at, \
     disabled_reason, paused_until, created_at, updated_at, version, headers, kind, activation";

/// A target from [`COLUMNS`].
pub(crate) fn read(shared: &Shared, row: &Row<'_>) -> Result<Target> {
    let text = |column| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
    let blob = |column| {
        row.get_ref(column)?
            .as_blob()
            .map_err(rusqlite::Error::from)
    };
    let columns = TargetColumns {
        no: row.get(0)?,
        uuid: uuid(blob(1)?)?,
        shop: row.get(2)?,
        kind: row.get(19)?,
        status: row.get(3)?,
        settings: text(4)?,
        secrets: blob(5)?,
        headers: blob(18)?,
        verification_due: row.get(6)?,
        health: Health {
            consecutive_failures: row.get(7)?,
            failing_since: row.get::<_, Option<i64>>(8)?.map(time),
            last_success_at: row.get::<_, Option<i64>>(9)?.map(time),
            last_failure_at: row.get::<_, Option<i64>>(10)?.map(time),
            warned_at: row.get::<_, Option<i64>>(11)?.map(time),
            disabled_at: row.get::<_, Option<i64>>(12)?.map(time),
            disabled_reason: row.get(13)?,
            paused_until: row.get::<_, Option<i64>>(14)?.map(time),
            activation: row.get(20)?,
        },
        created_at: row.get(15)?,
        updated_at: row.get(16)?,
        version: row.get(17)?,
    };
    Ok(columns.read(&shared.vault)?)
}

/// All living targets of a shop, by number.
pub(crate) fn of_shop(conn: &Connection, shared: &Shared, shop: ShopNo) -> Result<Webhooks> {
    if let Some(webhooks) = shared.cache.webhooks(shop) {
        return Ok(webhooks);
    }
    let begun = shared.cache.begin();
    let sql = format!(
        "SELECT {COLUMNS} FROM webhooks WHERE shop = ?1 AND deleted_at IS NULL ORDER BY no"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let mut found = statement.query([shop.0])?;
    let mut webhooks = Vec::new();
    while let Some(row) = found.next()? {
        webhooks.push(Arc::new(read(shared, row)?));
    }
    let webhooks = Arc::new(Subscriptions::new(webhooks));
    shared.cache.put_webhooks(begun, shop, &webhooks);
    Ok(webhooks)
}

/// A living webhook of a living shop, its health as it was last committed.
pub(crate) fn target(conn: &Connection, shared: &Shared, no: TargetNo) -> Result<Arc<Target>> {
    let webhook = settings(conn, shared, no)?;
    Ok(shared.cache.fresh(&webhook))
}

/// The same; its health may be old.
pub(crate) fn settings(conn: &Connection, shared: &Shared, no: TargetNo) -> Result<Arc<Target>> {
    if let Some(webhook) = shared.cache.settings(no) {
        return Ok(webhook);
    }
    let shop = conn
        .prepare_cached(
            "SELECT w.shop FROM webhooks w JOIN shops s ON s.no = w.shop
             WHERE w.no = ?1 AND w.deleted_at IS NULL AND s.deleted = 0",
        )?
        .query_row([no.0], |row| row.get(0).map(ShopNo))?;
    let webhooks = of_shop(conn, shared, shop)?;
    let found = webhooks.get(no).cloned();
    Ok(found.ok_or(rusqlite::Error::QueryReturnedNoRows)?)
}

/// The living target of this uuid, whichever shop's it is.
pub(crate) fn by_uuid(conn: &Connection, shared: &Shared, uuid: Uuid) -> Result<Arc<Target>> {
    let no = conn
        .prepare_cached("SELECT no FROM webhooks WHERE uuid = ?1")?
        .query_row([uuid.as_bytes().as_slice()], |row| row.get(0).map(TargetNo))?;
    target(conn, shared, no)
}

/// A success of which nothing follows but this; the health may be newer.
pub(crate) fn raise_last_success(conn: &Connection, no: TargetNo, at: Timestamp) -> Result<()> {
    conn.prepare_cached(
        "UPDATE webhooks SET last_success_at = max(coalesce(last_success_at, ?2), ?2) WHERE no = ?1",
    )?
    .execute([no.0, at.as_millis()])?;
    Ok(())
}

/// Writes the health columns.
pub(crate) fn write_health(conn: &Connection, no: TargetNo, health: &Health) -> Result<()> {
    conn.prepare_cached(
        "UPDATE webhooks SET consecutive_failures = ?2, failing_since = ?3, last_success_at = ?4,
           last_failure_at = ?5, warned_at = ?6, disabled_at = ?7, disabled_reason = ?8, paused_until = ?9,
           activation = ?10
         WHERE no = ?1",
    )?
    .execute(params![
        no.0,
        health.consecutive_failures,
        ms(health.failing_since),
        ms(health.last_success_at),
        ms(health.last_failure_at),
        ms(health.warned_at),
        ms(health.disabled_at),
        health.disabled_reason,
        ms(health.paused_until),
        health.activation,
    ])?;
    Ok(())
}
