//! What is done behind commits, a bounded step at a time, so that much of it delays nobody else: the deliveries of
//! wide fan-outs. What is not finished is in the database, and any node goes on with it.

mod fan_out;

use std::sync::{Arc, Weak};
use std::time::Duration;

use claimwire_model::ShopNo;
use claimwire_store::StoreResult;

use crate::store::PostgresStore;
use crate::transaction::transact;

/// How often a node looks for what another one has left.
const EVERY: Duration = Duration::from_secs(2);

/// Begins it; it ends with the store.
pub(crate) fn begin(store: &Arc<PostgresStore>) {
    let left = Arc::clone(&store.shared.left_for_later);
    let store = Arc::downgrade(store);
    tokio::spawn(async move {
        let mut last = ShopNo(0);
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
async fn catch_up(store: &Weak<PostgresStore>, last: &mut ShopNo) -> Option<()> {
    loop {
        let store = store.upgrade()?;
        if store.is_closed() {
            return None;
        }
        match step(&store, last).await {
            Ok(true) => {}
            Ok(false) => return Some(()),
            Err(error) => {
                tracing::warn!(%error, "cannot write the deliveries of a wide commit now; they follow later");
                return Some(());
            }
        }
    }
}

/// A step for the shop behind `last`, whose turn it was. False: there is nothing to do here.
async fn step(store: &PostgresStore, last: &mut ShopNo) -> StoreResult<bool> {
    let conn = store.connection().await?;
    let Some(shop) = fan_out::next_shop(&conn, *last).await? else {
        return Ok(false);
    };
    *last = shop;
    drop(conn);
    transact!(store, tx => fan_out::step(tx, shop).await)
}
