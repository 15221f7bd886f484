//! An attempt ordered by hand.

use claimwire_model::{DeliveryId, ShopNo, Timestamp};
use claimwire_store::directory::Once;
use claimwire_store::{Idempotency, StoreError, StoreResult};

use crate::error::not_found;
use crate::rows::idempotency::Record;
use crate::rows::progress;
use crate::rows::{shop, webhook};
use crate::store::PostgresStore;
use crate::transaction::transact;

/// See [`claimwire_store::Log::retry`].
pub(crate) async fn retry(
    store: &PostgresStore,
    shop: ShopNo,
    id: DeliveryId,
    now: Timestamp,
    idempotency: Option<Idempotency>,
) -> StoreResult<Once<()>> {
    let record = Record::new(Some(shop), idempotency);
    transact!(store, tx => async {
            if let Some(answered) = record.before(tx, now).await? {
                return Ok(Once::Before(answered));
            }
            shop::need(tx, shop).await?;
            if webhook::target(tx, tx.shared, id.target).await?.shop != shop {
                return not_found();
            }
            let found = progress::lock(tx, [id]).await?;
            let (_, row) = found.first().ok_or(StoreError::NotFound)?;
            let mut progress = row.progress;
            progress.order_by_hand();
            tx.execute(
                "UPDATE deliveries SET manual = $3 WHERE event = $1 AND target = $2",
                &[&id.event.0, &id.target.0, &i64::from(progress.manual)],
            )
            .await?;
            record.keep(tx, now).await?;
            tx.wake(id.target);
            Ok(Once::Now(()))
        }.await)
}
