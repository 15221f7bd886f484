//! Attempts: a chain for each delivery, from the latest back; but the only one, where it was
//! acknowledged, stands in the delivery's own row. Headers are one text, a line each.

use std::time::Duration;

use claimwire_model::delivery::{Attempt, Split};
use claimwire_model::{DeliveryId, Headers};
use claimwire_store::log::latest;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::error::{Error, Result};
use crate::rows::progress::DeliveryRow;
use crate::rows::time;

/// Adds an attempt at the head of a chain.
pub(crate) fn insert(
    conn: &Connection,
    no: i64,
    previous: Option<i64>,
    number: u32,
    attempt: &Attempt,
) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO attempts (no, previous, number, started_at, duration_us, status_code, error,
           request_headers, response_headers, response_body, error_detail, step, stages)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?
    .execute(params![
        no,
        previous,
        number,
        attempt.started_at.as_millis(),
        micros(attempt.duration),
        attempt.status_code,
        attempt.error,
        attempt.request_headers.as_str(),
        attempt.response_headers.as_str(),
        attempt.response_body,
        attempt.error_detail,
        attempt.step,
        attempt.split.map(Split::code),
    ])?;
    Ok(())
}

/// Moves a delivery's only attempt, which stands in its row, to the chain's beginning.
pub(crate) fn move_only(conn: &Connection, no: i64, id: DeliveryId) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO attempts (no, number, started_at, duration_us, status_code, error, request_headers,
           response_headers, response_body, stages)
         SELECT ?1, 1, started_at, duration_us, last_status, last_error, request_headers,
           response_headers, response_body, stages
         FROM deliveries WHERE event = ?2 AND target = ?3",
    )?
    .execute([no, id.event.0, id.target.0])?;
    conn.prepare_cached(
        "UPDATE deliveries SET started_at = NULL, duration_us = NULL, request_headers = NULL,
           response_headers = NULL, response_body = NULL, stages = NULL
         WHERE event = ?1 AND target = ?2",
    )?
    .execute([id.event.0, id.target.0])?;
    Ok(())
}

/// The latest of a delivery's attempts with numbers below `before`, first to last.
pub(crate) fn of_delivery(
    conn: &Connection,
    id: DeliveryId,
    row: &DeliveryRow,
    before: Option<u32>,
) -> Result<Vec<Attempt>> {
    if row.only.is_none() {
        return chain(conn, row.last_attempt, before.unwrap_or(u32::MAX));
    }
    if before.is_some_and(|before| before <= 1) {
        return Ok(Vec::new());
    }
    let only = conn
        .prepare_cached(
            "SELECT NULL, 1, started_at, duration_us, last_status, last_error, request_headers,
               response_headers, response_body, NULL, NULL, stages
             FROM deliveries WHERE event = ?1 AND target = ?2",
        )?
        .query_row([id.event.0, id.target.0], read)?;
    Ok(vec![only])
}

/// The latest of the chain with this head and numbers below `before`, first attempt first. Those from
/// `before` on are passed over by their links.
fn chain(conn: &Connection, head: Option<i64>, before: u32) -> Result<Vec<Attempt>> {
    let mut link = conn.prepare_cached("SELECT previous, number FROM attempts WHERE no = ?1")?;
    let mut next = head;
    while let Some(no) = next {
        let found = link.query_row([no], |row| Ok((row.get(0)?, row.get::<_, u32>(1)?)));
        let Some((previous, number)) = found.optional()? else {
            return Ok(Vec::new());
        };
        if number < before {
            break;
        }
        next = previous;
    }
    let mut whole = conn.prepare_cached(
        "SELECT previous, number, started_at, duration_us, status_code, error, request_headers,
           response_headers, response_body, error_detail, step, stages
         FROM attempts WHERE no = ?1",
    )?;
    latest(std::iter::from_fn(|| {
        let found = whole.query_row([next?], |row| {
            next = row.get(0)?;
            read(row)
        });
        found.optional().map_err(Error::from).transpose()
    }))
}

fn read(row: &Row<'_>) -> rusqlite::Result<Attempt> {
    Ok(Attempt {
        number: row.get(1)?,
        started_at: time(row.get(2)?),
        duration: Duration::from_micros(row.get(3)?),
        status_code: row.get(4)?,
        error: row.get(5)?,
        request_headers: Headers::from_text(row.get(6)?),
        response_headers: Headers::from_text(row.get(7)?),
        response_body: row.get(8)?,
        error_detail: row.get(9)?,
        step: row.get(10)?,
        split: row.get::<_, Option<i64>>(11)?.and_then(Split::from_code),
    })
}

/// Whether an attempt on record started and lasted as this one.
pub(crate) fn recorded(conn: &Connection, row: &DeliveryRow, attempt: &Attempt) -> Result<bool> {
    let this = (attempt.started_at.as_millis(), micros(attempt.duration));
    if row.only == Some(this) {
        return Ok(true);
    }
    let mut statement = conn
        .prepare_cached("SELECT previous, started_at, duration_us FROM attempts WHERE no = ?1")?;
    let mut next = row.last_attempt;
    while let Some(no) = next {
        let found: Option<(Option<i64>, i64, i64)> = statement
            .query_row([no], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((previous, started_at, duration)) = found else {
            break;
        };
        if (started_at, duration) == this {
            return Ok(true);
        }
        next = previous;
    }
    Ok(false)
}

/// Removes the chain with this head; answers how many rows went.
pub(crate) fn remove_chain(conn: &Connection, head: Option<i64>) -> Result<u64> {
    let mut statement =
        conn.prepare_cached("DELETE FROM attempts WHERE no = ?1 RETURNING previous")?;
    let mut removed = 0;
    let mut next = head;
    while let Some(no) = next {
        let found: Option<Option<i64>> = statement.query_row([no], |row| row.get(0)).optional()?;
        let Some(previous) = found else { break };
        removed += 1;
        next = previous;
    }
    Ok(removed)
}

pub(super) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
