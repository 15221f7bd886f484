//! First answers, kept for 24 hours, their bodies sealed.

use std::sync::Arc;
use std::time::Duration;

use claimwire_model::id::first_number_at;
use claimwire_model::{Event, ShopNo, Timestamp};
use claimwire_store::commit::IDEMPOTENCY_KEPT;
use claimwire_store::{Answered, Idempotency, StoreError};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::Result;
use crate::shared::Shared;
use crate::work::Work;

/// Under which number records live that belong to no shop.
fn place(shop: Option<ShopNo>) -> i64 {
    shop.map_or(0, |shop| shop.0)
}

/// The number from which on records are still good: they end 24 hours after they were made.
pub(crate) fn oldest_kept(now: Timestamp) -> i64 {
    first_number_at(now.minus(IDEMPOTENCY_KEPT).plus(Duration::from_millis(1)))
}

/// The answer recorded under a key; `Conflict` when its request was another.
pub(crate) fn recall(
    conn: &Connection,
    shared: &Shared,
    shop: Option<ShopNo>,
    key: &str,
    fingerprint: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Answered>> {
    let found: Option<(Vec<u8>, u16, Vec<u8>)> = conn
        .prepare_cached(
            "SELECT fingerprint, status, body FROM idempotency
             WHERE shop = ?1 AND key = ?2 AND no >= ?3",
        )?
        .query_row(params![place(shop), key, oldest_kept(now)], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    match found {
        None => Ok(None),
        Some((recorded, ..)) if recorded != fingerprint => Err(StoreError::Conflict.into()),
        Some((_, status, body)) => {
            let body = shared.vault.open_answer(shop, key, &body)?;
            Ok(Some(Answered { status, body }))
        }
    }
}

/// [`recall`] for a job that may bear a key.
pub(crate) fn before(
    work: &Work,
    shop: Option<ShopNo>,
    idempotency: Option<&Idempotency>,
    now: Timestamp,
) -> Result<Option<Answered>> {
    match idempotency {
        None => Ok(None),
        Some(i) => recall(&work.conn, &work.shared, shop, &i.key, &i.fingerprint, now),
    }
}

/// Renders and keeps the answer of a job that may bear a key.
pub(crate) fn keep(
    work: &mut Work,
    shop: Option<ShopNo>,
    idempotency: Option<Idempotency>,
    events: &[Arc<Event>],
    now: Timestamp,
) -> Result<()> {
    let Some(Idempotency {
        key,
        fingerprint,
        status,
        body,
    }) = idempotency
    else {
        return Ok(());
    };
    let body = work.shared.vault.seal_answer(shop, &key, &body(events))?;
    let no = work.next_number(now);
    work.conn
        .prepare_cached(
            "INSERT OR REPLACE INTO idempotency (no, shop, key, fingerprint, status, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![no, place(shop), key, fingerprint, status, body])?;
    Ok(())
}
