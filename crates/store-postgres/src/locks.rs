//! The locks of shops. Whoever adds to a shop's log or changes its webhooks holds the shop's until the transaction
//! ends. They are advisory, so that nothing is written for them. A group of commits waits for one while it has none, and
//! takes the others only where they are free; the few who cannot do without several wait for them in the order of
//! numbers. So nobody waits in a circle.

use claimwire_model::ShopNo;

use crate::connection::Connection;
use crate::error::Result;

/// What the keys of these locks begin with, among all advisory locks of the database.
pub(crate) const SPACE: i64 = 0x636c_6169 << 32;

/// Waits for the locks of shops, which are in rising order; the rest of the transaction has them.
pub(crate) const LOCK: &str =
    "SELECT pg_advisory_xact_lock($1::BIGINT + shop) FROM UNNEST($2::BIGINT[]) AS shop";

/// The same for one shop.
pub(crate) async fn lock_shop(conn: &Connection, shop: ShopNo) -> Result<()> {
    conn.query(LOCK, &[&SPACE, &vec![shop.0]]).await?;
    Ok(())
}

/// Waits for a node's turn among those that write in the same shops: who has it finds most of their locks free.
pub(crate) const TURN: &str = "SELECT pg_advisory_xact_lock($1)";
/// The key of that lock.
pub(crate) const TURN_KEY: i64 = 0x636c_6169_7475;

/// Takes those of these locks that nobody has, and says of which shops.
pub(crate) const LOCK_FREE: &str = "SELECT shop FROM UNNEST($2::BIGINT[]) AS shop WHERE pg_try_advisory_xact_lock($1::BIGINT + shop)";

/// Waits for an idempotency key that belongs to no shop.
pub(crate) async fn lock_key(conn: &Connection, key: &str) -> Result<()> {
    let sql = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
    conn.execute(sql, &[&key]).await?;
    Ok(())
}
