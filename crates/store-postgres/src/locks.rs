//! The locks of shops. Whoever adds to a shop's log or changes its webhooks holds the shop's until the transaction
//! ends; several are locked in the order of numbers. They are advisory, so that nothing is written for them.

use claimwire_model::ShopNo;

use crate::connection::Connection;
use crate::error::Result;

/// What the keys of these locks begin with, among all advisory locks of the database.
const SPACE: i64 = 0x636c_6169 << 32;

/// The first waits for the lock of a shop, the rest of the transaction has it.
pub(crate) async fn lock_shop(conn: &Connection, shop: ShopNo) -> Result<()> {
    lock_shops(conn, &[shop.0]).await
}

/// The same of several, which are in rising order.
pub(crate) async fn lock_shops(conn: &Connection, shops: &[i64]) -> Result<()> {
    conn.execute(
        "SELECT pg_advisory_xact_lock($1 + shop) FROM unnest($2::BIGINT[]) AS shop",
        &[&SPACE, &shops],
    )
    .await?;
    Ok(())
}
