//! Attempts. Headers are one text, a line each. A first attempt that delivered is in its delivery's row, all others are
//! rows of their own.

use std::time::Duration;

use claimwire_model::delivery::{Attempt, Split};
use claimwire_model::{DeliveryId, Headers};
use claimwire_store::log::{ATTEMPTS_AT_ONCE, latest};
use tokio_postgres::Row;

use crate::connection::Connection;
use crate::error::Result;
use crate::rows::{count, time};

/// What [`read`] reads.
pub(crate) const COLUMNS: &str = "number, step, started_at, duration_us, status_code, error, error_detail, \
     request_headers, response_headers, response_body, stages";

/// An attempt from [`COLUMNS`].
pub(crate) fn read(row: &Row) -> Result<Attempt> {
    let status: Option<i64> = row.try_get(4)?;
    Ok(Attempt {
        number: count(row, 0)?,
        step: row.try_get(1)?,
        started_at: time(row.try_get(2)?),
        duration: Duration::from_micros(count(row, 3)?),
        status_code: status.and_then(|status| u16::try_from(status).ok()),
        error: row.try_get(5)?,
        error_detail: row.try_get(6)?,
        request_headers: Headers::from_text(row.try_get(7)?),
        response_headers: Headers::from_text(row.try_get(8)?),
        response_body: row.try_get(9)?,
        split: row
            .try_get::<_, Option<i64>>(10)?
            .and_then(Split::from_code),
    })
}

/// The latest of a delivery's attempts with numbers below `before`, first to last.
pub(crate) async fn of_delivery(
    conn: &Connection,
    id: DeliveryId,
    before: Option<u32>,
) -> Result<Vec<Attempt>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM (
           SELECT * FROM attempts WHERE event = $1 AND target = $2
           UNION ALL SELECT event, target, 1, NULL, first_started_at, first_duration_us, first_status, NULL, NULL,
             first_request, first_response, first_body, first_stages
           FROM deliveries WHERE event = $1 AND target = $2 AND first_started_at IS NOT NULL
         ) AS made WHERE number < $3 ORDER BY number DESC LIMIT $4"
    );
    let before = before.map_or(i64::MAX, i64::from);
    let limit = i64::try_from(ATTEMPTS_AT_ONCE).unwrap_or(i64::MAX);
    let params = [
        &id.event.0 as _,
        &id.target.0 as _,
        &before as _,
        &limit as _,
    ];
    let rows = conn.query(&sql, &params).await?;
    latest(rows.iter().map(read))
}
