//! Photos, and how many claims name each.

use claimwire_model::{ShopNo, Timestamp};
use claimwire_store::images::{ImageUse, UseChange};
use rusqlite::params;

use crate::error::Result;
use crate::work::Work;

/// `unused_since` of one that is gone.
pub(crate) const GONE: i64 = 0;

/// See [`claimwire_store::Commit::images`].
pub(crate) fn change_uses(
    work: &Work,
    shop: ShopNo,
    uses: &[ImageUse],
    now: Timestamp,
) -> Result<()> {
    for ImageUse { name, change } in uses {
        let since = match change {
            UseChange::Taken => {
                work.conn
                    .prepare_cached(
                        "UPDATE images SET uses = uses + 1, unused_since = NULL
                         WHERE name = ?1 AND shop = ?2 AND unused_since IS NOT 0",
                    )?
                    .execute(params![name, shop.0])?;
                continue;
            }
            UseChange::GivenUp => now.as_millis(),
            UseChange::Ended => GONE,
        };
        work.conn
            .prepare_cached(
                "UPDATE images SET uses = uses - 1, unused_since = CASE uses WHEN 1 THEN ?3 END
                 WHERE name = ?1 AND shop = ?2 AND unused_since IS NULL",
            )?
            .execute(params![name, shop.0, since])?;
    }
    Ok(())
}
