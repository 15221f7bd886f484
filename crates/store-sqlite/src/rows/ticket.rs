//! What connectors keep of claims.

use claimwire_model::delivery::SavedState;
use claimwire_model::{ShopNo, TargetNo, Timestamp};
use claimwire_store::queue::Ticket;
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::Result;

/// Puts it in place of what was kept.
pub(crate) fn keep(conn: &Connection, target: TargetNo, ticket: &Ticket) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO tickets (target, claim, shop, state)
         SELECT no, ?2, shop, ?3 FROM webhooks WHERE no = ?1
         ON CONFLICT (target, claim) DO UPDATE SET state = excluded.state",
    )?
    .execute(params![target.0, ticket.claim, &*ticket.state.0])?;
    Ok(())
}

/// See [`claimwire_store::Queue::ticket`].
pub(crate) fn of(conn: &Connection, target: TargetNo, claim: &str) -> Result<Option<SavedState>> {
    let state: Option<Vec<u8>> = conn
        .prepare_cached("SELECT state FROM tickets WHERE target = ?1 AND claim = ?2")?
        .query_row(params![target.0, claim], |row| row.get(0))
        .optional()?;
    Ok(state.map(|state| SavedState(state.into())))
}

/// Its events may still be on their way: what is kept of a deleted claim goes when they are pruned.
pub(crate) fn claim_gone(
    conn: &Connection,
    shop: ShopNo,
    claim: &str,
    now: Timestamp,
) -> Result<()> {
    conn.prepare_cached("UPDATE tickets SET gone_at = ?3 WHERE shop = ?1 AND claim = ?2")?
        .execute(params![shop.0, claim, now.as_millis()])?;
    Ok(())
}
