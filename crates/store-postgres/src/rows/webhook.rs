//! Webhooks: what their owners set as JSON, secrets and headers sealed; health in a table beside.

use std::sync::Arc;

use claimwire_model::health::Health;
use claimwire_model::{ShopNo, Target, TargetNo};
use claimwire_store::settings::TargetColumns;
use claimwire_store::vault::Vault;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::connection::Connection;
use crate::error::Result;
use crate::rows::{count, ms, time_opt};
use crate::shared::Shared;

/// What [`read`] reads, of [`FROM`].
pub(crate) const COLUMNS: &str = "w.no, w.uuid, w.shop, w.kind, w.status, w.settings, w.secrets, w.headers, \
     w.verification_due, w.created_at, w.updated_at, w.version, \
     h.consecutive_failures, h.failing_since, h.last_success_at, h.last_failure_at, h.warned_at, h.disabled_at, \
     h.disabled_reason, h.paused_until, h.activation";

/// Where [`COLUMNS`] come from.
pub(crate) const FROM: &str = "webhooks w JOIN healths h ON h.target = w.no";

/// How many columns that is: what comes behind them in a join.
pub(crate) const WIDTH: usize = 21;

/// What [`read_health`] reads, of `healths h`.
pub(crate) const HEALTH: &str = "h.consecutive_failures, h.failing_since, h.last_success_at, h.last_failure_at, \
     h.warned_at, h.disabled_at, h.disabled_reason, h.paused_until, h.activation";

/// A target from [`COLUMNS`].
pub(crate) fn read(vault: &Vault, row: &Row) -> Result<Target> {
    let columns = TargetColumns {
        no: row.try_get(0)?,
        uuid: row.try_get(1)?,
        shop: row.try_get(2)?,
        kind: row.try_get(3)?,
        status: row.try_get(4)?,
        settings: row.try_get(5)?,
        secrets: row.try_get(6)?,
        headers: row.try_get(7)?,
        verification_due: row.try_get(8)?,
        created_at: row.try_get(9)?,
        updated_at: row.try_get(10)?,
        version: count(row, 11)?,
        health: read_health(row, 12)?,
    };
    Ok(columns.read(vault)?)
}

/// The same, with a success that this node has not written yet.
pub(crate) fn read_latest(shared: &Shared, row: &Row) -> Result<Arc<Target>> {
    let mut target = read(&shared.vault, row)?;
    shared.deferred.raise(target.no, &mut target.health);
    Ok(Arc::new(target))
}

/// A health from [`HEALTH`], which begin at `at`.
pub(crate) fn read_health(row: &Row, at: usize) -> Result<Health> {
    Ok(Health {
        consecutive_failures: count(row, at)?,
        failing_since: time_opt(row, at + 1)?,
        last_success_at: time_opt(row, at + 2)?,
        last_failure_at: time_opt(row, at + 3)?,
        warned_at: time_opt(row, at + 4)?,
        disabled_at: time_opt(row, at + 5)?,
        disabled_reason: row.try_get(at + 6)?,
        paused_until: time_opt(row, at + 7)?,
        activation: count(row, at + 8)?,
    })
}

/// All living targets of a shop, by number.
pub(crate) async fn of_shop(
    conn: &Connection,
    vault: &Vault,
    shop: ShopNo,
) -> Result<Vec<Arc<Target>>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM {FROM} WHERE w.shop = $1 AND w.deleted_at IS NULL ORDER BY w.no"
    );
    let rows = conn.query(&sql, &[&shop.0]).await?;
    rows.iter()
        .map(|row| Ok(Arc::new(read(vault, row)?)))
        .collect()
}

/// A living target of a living shop; `NotFound` without one.
pub(crate) async fn target(
    conn: &Connection,
    shared: &Shared,
    no: TargetNo,
) -> Result<Arc<Target>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM {FROM} JOIN shops s ON s.no = w.shop
         WHERE w.no = $1 AND w.deleted_at IS NULL AND NOT s.deleted"
    );
    read_latest(shared, &conn.query_one(&sql, &[&no.0]).await?)
}

/// The living target of this uuid in a living shop, and its shop if that is not this one; `NotFound` without.
pub(crate) async fn by_uuid(
    conn: &Connection,
    shared: &Shared,
    shop: ShopNo,
    uuid: Uuid,
) -> Result<Arc<Target>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM {FROM} JOIN shops s ON s.no = w.shop
         WHERE w.uuid = $1 AND w.shop = $2 AND w.deleted_at IS NULL AND NOT s.deleted"
    );
    read_latest(shared, &conn.query_one(&sql, &[&uuid, &shop.0]).await?)
}

/// Writes a target's health, over what is there.
pub(crate) async fn write_health(conn: &Connection, no: TargetNo, health: &Health) -> Result<()> {
    conn.execute(
        "INSERT INTO healths (target, consecutive_failures, failing_since, last_success_at, last_failure_at,
           warned_at, disabled_at, disabled_reason, paused_until, activation)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (target) DO UPDATE SET consecutive_failures = excluded.consecutive_failures,
           failing_since = excluded.failing_since, last_success_at = excluded.last_success_at,
           last_failure_at = excluded.last_failure_at, warned_at = excluded.warned_at,
           disabled_at = excluded.disabled_at, disabled_reason = excluded.disabled_reason,
           paused_until = excluded.paused_until, activation = excluded.activation",
        &[
            &no.0,
            &i64::from(health.consecutive_failures),
            &ms(health.failing_since),
            &ms(health.last_success_at),
            &ms(health.last_failure_at),
            &ms(health.warned_at),
            &ms(health.disabled_at),
            &health.disabled_reason,
            &ms(health.paused_until),
            &i64::from(health.activation),
        ],
    )
    .await?;
    Ok(())
}
