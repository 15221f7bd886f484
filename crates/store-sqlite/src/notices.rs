//! Notices to be mailed: found among the events by an index of their own.

use std::sync::Arc;

use async_trait::async_trait;
use claimwire_model::id::first_number_at;
use claimwire_model::{EventNo, ShopNo, Timestamp};
use claimwire_store::StoreResult;
use claimwire_store::notices::{NOTICE_KEPT, Notice, Notices};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::Result;
use crate::rows;
use crate::store::SqliteStore;
use crate::work::Work;

/// The earliest that is due: its number, its shop and how often it was taken.
const DUE: &str =
    "SELECT e.no, e.shop, coalesce(m.tries, 0) FROM events e INDEXED BY events_notices
     JOIN shops s ON s.no = e.shop LEFT JOIN mailed m ON m.event = e.no
     WHERE e.subject_kind = 5 AND e.posted = 0 AND e.no >= ?1 AND s.deleted = 0
       AND (m.event IS NULL OR m.due_at <= ?2)
     ORDER BY e.no LIMIT 1";

type Due = Option<(EventNo, ShopNo, u32)>;

fn due(conn: &Connection, oldest: i64, now: Timestamp) -> Result<Due> {
    Ok(conn
        .prepare_cached(DUE)?
        .query_row(params![oldest, now.as_millis()], |row| {
            Ok((EventNo(row.get(0)?), ShopNo(row.get(1)?), row.get(2)?))
        })
        .optional()?)
}

#[async_trait]
impl Notices for SqliteStore {
    async fn take_notice(&self, now: Timestamp, until: Timestamp) -> StoreResult<Option<Notice>> {
        let oldest = first_number_at(now.minus(NOTICE_KEPT));
        // Nearly always there is none: that is found out beside the writer.
        let found = self.read(move |conn, _| due(conn, oldest, now)).await?;
        if found.is_none() {
            return Ok(None);
        }
        self.write(move |work| take(work, oldest, now, until)).await
    }

    async fn notice_ended(&self, event: EventNo) -> StoreResult<()> {
        self.write(move |work| set_due(work, event, None)).await
    }

    async fn notice_again(&self, event: EventNo, at: Timestamp) -> StoreResult<()> {
        self.write(move |work| set_due(work, event, Some(at.as_millis())))
            .await
    }
}

fn take(work: &mut Work, oldest: i64, now: Timestamp, until: Timestamp) -> Result<Option<Notice>> {
    let Some((no, shop, tries)) = due(&work.conn, oldest, now)? else {
        return Ok(None);
    };
    let shop = work.shop(shop)?;
    let event: Arc<_> = rows::event::by_no(&work.conn, no)?;
    work.conn
        .prepare_cached("DELETE FROM mailed WHERE event < ?1")?
        .execute([oldest])?;
    work.conn
        .prepare_cached(
            "INSERT INTO mailed (event, tries, due_at) VALUES (?1, ?2, ?3)
             ON CONFLICT (event) DO UPDATE SET tries = ?2, due_at = ?3",
        )?
        .execute(params![no.0, tries + 1, until.as_millis()])?;
    Ok(Some(Notice { shop, event, tries }))
}

fn set_due(work: &mut Work, event: EventNo, due_at: Option<i64>) -> Result<()> {
    work.conn
        .prepare_cached("UPDATE mailed SET due_at = ?2 WHERE event = ?1")?
        .execute(params![event.0, due_at])?;
    Ok(())
}
