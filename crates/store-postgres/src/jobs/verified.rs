//! Answers to test events.

use std::sync::Arc;

use claimwire_model::target::{Target, Tested};
use claimwire_model::{ShopNo, TargetNo, Timestamp};
use claimwire_store::queue::Verified;
use claimwire_store::{StoreError, StoreResult};

use crate::error::{Error, Result};
use crate::jobs::webhook as webhook_job;
use crate::locks::lock_shop;
use crate::rows::webhook;
use crate::store::PostgresStore;
use crate::transaction::{Transaction, transact};

/// See [`claimwire_store::Queue::verified`].
pub(crate) async fn verified(
    store: &PostgresStore,
    verified: &Verified,
    now: Timestamp,
) -> StoreResult<()> {
    transact!(store, tx => async {
            let Some(shop) = shop_of(tx, verified.target).await? else {
                return Ok(());
            };
            lock_shop(tx, shop).await?;
            // Outcomes change a health without its shop's lock.
            tx.query(
                "SELECT 1 FROM healths WHERE target = $1 FOR UPDATE",
                &[&verified.target.0],
            )
            .await?;
            let Some(kept) = live(tx, verified.target).await? else {
                return Ok(());
            };
            match kept.tested(verified.version, verified.passed, now) {
                Tested::Nothing => {}
                Tested::Settled(settled) => {
                    tx.execute(
                        "UPDATE webhooks SET verification_due = FALSE WHERE no = $1",
                        &[&settled.no.0],
                    )
                    .await?;
                    crate::rows::shop::touch(tx, shop).await?;
                }
                Tested::Activated(changed) => {
                    webhook_job::keep(tx, changed, now).await?;
                }
            }
            Ok(())
        }.await)
}

async fn shop_of(tx: &Transaction<'_>, target: TargetNo) -> Result<Option<ShopNo>> {
    let found = tx
        .query_opt("SELECT shop FROM webhooks WHERE no = $1", &[&target.0])
        .await?;
    Ok(found.map(|row| row.try_get(0).map(ShopNo)).transpose()?)
}

/// The target, unless it was deleted meanwhile.
pub(crate) async fn live(tx: &Transaction<'_>, target: TargetNo) -> Result<Option<Arc<Target>>> {
    match webhook::target(tx, tx.shared, target).await {
        Ok(target) => Ok(Some(target)),
        Err(Error::Store(StoreError::NotFound)) => Ok(None),
        Err(error) => Err(error),
    }
}
