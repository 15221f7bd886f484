//! An attempt ordered by hand.

use claimwire_model::{DeliveryId, ShopNo, Timestamp};
use claimwire_store::directory::Once;
use claimwire_store::{Idempotency, StoreError};
use rusqlite::params;

use crate::error::Result;
use crate::rows::{self, idempotency};
use crate::work::Work;

/// See [`claimwire_store::Log::retry`].
pub(crate) fn retry(
    work: &mut Work,
    shop: ShopNo,
    id: DeliveryId,
    now: Timestamp,
    record: Option<Idempotency>,
) -> Result<Once<()>> {
    if let Some(answered) = idempotency::before(work, Some(shop), record.as_ref(), now)? {
        return Ok(Once::Before(answered));
    }
    work.shop(shop)?;
    let webhook = work.target(id.target)?;
    work.write_down(id)?;
    if webhook.shop != shop || rows::delivery::progress(&work.conn, id)?.is_none() {
        return Err(StoreError::NotFound.into());
    }
    work.conn
        .prepare_cached(
            "UPDATE deliveries SET manual = manual + 1 WHERE event = ?1 AND target = ?2",
        )?
        .execute(params![id.event.0, id.target.0])?;
    idempotency::keep(work, Some(shop), record, &[], now)?;
    work.wake(id.target);
    Ok(Once::Now(()))
}
