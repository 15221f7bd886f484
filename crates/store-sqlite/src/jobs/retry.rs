//! An attempt ordered by hand.

use claimwire_model::{DeliveryId, ShopNo, Timestamp};
use claimwire_store::directory::Once;
use claimwire_store::{Idempotency, StoreError};

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
    let row = rows::progress::of_delivery(&work.conn, id)?;
    let row = row.filter(|_| webhook.shop == shop);
    let mut progress = row.ok_or(StoreError::NotFound)?.progress;
    progress.order_by_hand();
    rows::delivery::order_by_hand(&work.conn, id, &progress)?;
    idempotency::keep(work, Some(shop), record, &[], now)?;
    work.wake(id.target);
    Ok(Once::Now(()))
}
