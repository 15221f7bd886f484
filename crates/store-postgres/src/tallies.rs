//! Events counted by what decides who hears of them.

use claimwire_model::event::Traits;
use claimwire_model::id::{first_number_at, time_of_number};
use claimwire_model::{PerformedBy, ShopNo, Timestamp};
use claimwire_store::tally::Tallies;

use crate::connection::Connection;
use crate::error::{Result, damaged};
use crate::rows::count;

/// The newest of a shop's events since a time, `limit` of them at most.
pub(crate) async fn of_shop(
    conn: &Connection,
    shop: ShopNo,
    since: Timestamp,
    limit: usize,
) -> Result<Tallies> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = conn
        .query(
            "SELECT ref, event_group, performed_by, count(*), min(no)
             FROM (SELECT no, ref, event_group, performed_by FROM events
                   WHERE (shop, no) >= ($1, $2) AND shop = $1 ORDER BY shop DESC, no DESC LIMIT $3) AS newest
             GROUP BY ref, event_group, performed_by",
            &[&shop.0, &first_number_at(since), &limit],
        )
        .await?;
    let mut tallies = Tallies::default();
    for row in &rows {
        let by: PerformedBy = serde_json::from_str(row.try_get(2)?).map_err(damaged)?;
        let traits = Traits {
            r#ref: row.try_get(0)?,
            event_group: row.try_get(1)?,
            source: by.source,
        };
        tallies.add(traits, count(row, 3)?, time_of_number(row.try_get(4)?));
    }
    Ok(tallies)
}
