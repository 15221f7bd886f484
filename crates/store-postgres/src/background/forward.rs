//! Goes on with what waited for a retry when its webhook became active ([`backlog`](crate::jobs::backlog)).

use claimwire_model::TargetNo;

use crate::connection::Connection;
use crate::error::Result;
use crate::housekeeping::{self, Work};
use crate::jobs::backlog;
use crate::transaction::Transaction;

/// The next webhook of which something is left, behind the one whose turn it was.
pub(super) async fn next(conn: &Connection, last: TargetNo) -> Result<Option<TargetNo>> {
    let sql = "SELECT target FROM forwards ORDER BY target <= $1, target LIMIT 1";
    let found = conn.query_opt(sql, &[&last.0]).await?;
    Ok(found.map(|row| row.try_get(0).map(TargetNo)).transpose()?)
}

/// A step for a webhook. False: another node is at it.
pub(super) async fn step(tx: &Transaction<'_>, target: TargetNo) -> Result<bool> {
    if !housekeeping::begin(tx, Work::Background).await? {
        return Ok(false);
    }
    // Locked, so that what becomes active anew meanwhile comes behind this.
    let found = tx
        .query_opt(
            "SELECT f.since, h.activation, w.status = 0 AND w.deleted_at IS NULL FROM forwards f
               JOIN healths h ON h.target = f.target JOIN webhooks w ON w.no = f.target
             WHERE f.target = $1 FOR UPDATE OF f",
            &[&target.0],
        )
        .await?;
    let mut more = false;
    if let Some(row) = found
        && row.try_get(2)?
    {
        more = backlog::bring_some_forward(tx, target, row.try_get(0)?, row.try_get(1)?).await?;
        tx.wake(target);
    }
    if !more {
        let sql = "DELETE FROM forwards WHERE target = $1";
        tx.execute(sql, &[&target.0]).await?;
    }
    Ok(true)
}
