//! What is done behind commits, a bounded step at a time, so that much of it delays nobody else: the deliveries of
//! wide fan-outs, what waits for webhooks that became active, and statistics of what has grown. What is not finished is in the database, and any node
//! goes on with it. Beside that a node writes what it has deferred itself.

mod analyse;
mod deferred;
mod fan_out;
mod forward;

use std::sync::{Arc, Weak};
use std::time::Duration;

use claimwire_model::{ShopNo, TargetNo};
use claimwire_store::StoreResult;

use crate::store::PostgresStore;
use crate::transaction::transact;

/// How often a node looks for what another one has left.
const EVERY: Duration = Duration::from_secs(2);

/// Begins it; it ends with the store.
pub(crate) fn begin(store: &Arc<PostgresStore>) {
    deferred::begin(store);
    let left = Arc::clone(&store.shared.left_for_later);
    let store = Arc::downgrade(store);
    tokio::spawn(async move {
        let mut last = Last {
            shop: ShopNo(0),
            target: TargetNo(0),
        };
        loop {
            // Whatever comes first: this node left something, or it is time to look.
            let _ = tokio::time::timeout(EVERY, left.notified()).await;
            let Some(()) = catch_up(&store, &mut last).await else {
                return;
            };
        }
    });
}

/// Until nothing is left, or another node is at it. None: the store is closed.
async fn catch_up(store: &Weak<PostgresStore>, last: &mut Last) -> Option<()> {
    loop {
        let store = store.upgrade()?;
        if store.is_closed() {
            return None;
        }
        match step(&store, last).await {
            Ok(true) => {}
            Ok(false) => return Some(()),
            Err(error) => {
                tracing::warn!(%error, "cannot go on with what was left for later; it follows in a moment");
                return Some(());
            }
        }
    }
}

/// Whose turn it was.
struct Last {
    shop: ShopNo,
    target: TargetNo,
}

/// A step for the shop and one for the webhook whose turn it is. False: there is nothing to do here.
async fn step(store: &PostgresStore, last: &mut Last) -> StoreResult<bool> {
    if store.shared.growth.take_due() {
        transact!(store, tx => analyse::step(tx).await)?;
    }
    let conn = store.connection().await?;
    let shop = fan_out::next_shop(&conn, last.shop).await?;
    let target = forward::next(&conn, last.target).await?;
    drop(conn);
    let mut worked = false;
    if let Some(shop) = shop {
        last.shop = shop;
        worked |= transact!(store, tx => fan_out::step(tx, shop).await)?;
    }
    if let Some(target) = target {
        last.target = target;
        worked |= transact!(store, tx => forward::step(tx, target).await)?;
    }
    Ok(worked)
}
