//! Events counted by what decides who hears of them.

use claimwire_model::event::Traits;
use claimwire_model::id::{first_number_at, time_of_number};
use claimwire_model::{PerformedBy, ShopNo, Timestamp};
use claimwire_store::tally::Tallies;
use rusqlite::{Connection, params};

use crate::error::{Result, damaged};

/// The newest of a shop's events since a time, `limit` of them at most.
pub(crate) fn of_shop(
    conn: &Connection,
    shop: ShopNo,
    since: Timestamp,
    limit: usize,
) -> Result<Tallies> {
    let mut statement = conn.prepare_cached(
        "SELECT ref, event_group, performed_by, count(*), min(no)
         FROM (SELECT no, ref, event_group, performed_by FROM events INDEXED BY events_shop
               WHERE shop = ?1 AND no >= ?2 ORDER BY no DESC LIMIT ?3)
         GROUP BY ref, event_group, performed_by",
    )?;
    let mut rows = statement.query(params![shop.0, first_number_at(since), limit])?;
    let mut tallies = Tallies::default();
    while let Some(row) = rows.next()? {
        let by: PerformedBy =
            serde_json::from_str(row.get_ref(2)?.as_str().map_err(damaged)?).map_err(damaged)?;
        let traits = Traits {
            r#ref: row.get_ref(0)?.as_str().map_err(damaged)?,
            event_group: row.get_ref(1)?.as_str_or_null().map_err(damaged)?,
            source: by.source,
        };
        let count = u64::try_from(row.get::<_, i64>(3)?).unwrap_or_default();
        tallies.add(traits, count, time_of_number(row.get(4)?));
    }
    Ok(tallies)
}
