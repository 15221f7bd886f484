//! What is to be mailed: notices, found among the events by an index of their own, and letters.

use std::sync::Arc;

use async_trait::async_trait;
use claimwire_model::id::first_number_at;
use claimwire_model::{EventNo, ShopNo, Timestamp};
use claimwire_store::outbox::{MAIL_KEPT, Mail, MailContent, MailId, Outbox};
use claimwire_store::vault::place;
use claimwire_store::{StoreError, StoreResult};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::Result;
use crate::rows::{self, time};
use crate::store::SqliteStore;
use crate::work::Work;

/// The earliest notice that is due: its number, its shop and how often it was taken.
const NOTICE: &str =
    "SELECT e.no, e.shop, coalesce(m.tries, 0) FROM events e INDEXED BY events_notices
     JOIN shops s ON s.no = e.shop LEFT JOIN mailed m ON m.event = e.no
     WHERE e.subject_kind = 5 AND e.posted = 0 AND e.no >= ?1 AND s.deleted = 0
       AND (m.event IS NULL OR m.due_at <= ?2)
     ORDER BY e.no LIMIT 1";
/// The letter that is due longest.
const LETTER: &str =
    "SELECT no, at, letter, tries FROM letters WHERE due_at <= ?1 ORDER BY due_at LIMIT 1";

type Notice = Option<(EventNo, ShopNo, u32)>;

fn notice(conn: &Connection, oldest: i64, now: Timestamp) -> Result<Notice> {
    Ok(conn
        .prepare_cached(NOTICE)?
        .query_row(params![oldest, now.as_millis()], |row| {
            Ok((EventNo(row.get(0)?), ShopNo(row.get(1)?), row.get(2)?))
        })
        .optional()?)
}

fn is_due(conn: &Connection, oldest: i64, now: Timestamp) -> Result<bool> {
    if notice(conn, oldest, now)?.is_some() {
        return Ok(true);
    }
    let sql = "SELECT EXISTS (SELECT 1 FROM letters WHERE due_at <= ?1)";
    Ok(conn
        .prepare_cached(sql)?
        .query_row([now.as_millis()], |row| row.get(0))?)
}

#[async_trait]
impl Outbox for SqliteStore {
    async fn take_mail(&self, now: Timestamp, until: Timestamp) -> StoreResult<Option<Mail>> {
        let oldest = first_number_at(now.minus(MAIL_KEPT));
        // Nearly always there is none: that is found out beside the writer.
        if !self.read(move |conn, _| is_due(conn, oldest, now)).await? {
            return Ok(None);
        }
        self.write(move |work| match take_notice(work, oldest, now, until)? {
            None => take_letter(work, now, until),
            taken => Ok(taken),
        })
        .await
    }

    async fn mail_ended(&self, id: MailId) -> StoreResult<()> {
        self.write(move |work| match id {
            MailId::Notice(event) => set_due(work, event, None),
            MailId::Letter(no) => forget(work, no),
        })
        .await
    }

    async fn mail_again(&self, id: MailId, at: Timestamp) -> StoreResult<()> {
        self.write(move |work| match id {
            MailId::Notice(event) => set_due(work, event, Some(at.as_millis())),
            MailId::Letter(no) => {
                let sql = "UPDATE letters SET due_at = ?2 WHERE no = ?1";
                work.conn
                    .prepare_cached(sql)?
                    .execute([no, at.as_millis()])?;
                Ok(())
            }
        })
        .await
    }
}

fn take_notice(
    work: &mut Work,
    oldest: i64,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Mail>> {
    let Some((no, shop, tries)) = notice(&work.conn, oldest, now)? else {
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
    Ok(Some(Mail {
        id: MailId::Notice(no),
        at: event.fact.triggered_at,
        content: MailContent::Notice(shop, event),
        tries,
    }))
}

fn take_letter(work: &mut Work, now: Timestamp, until: Timestamp) -> Result<Option<Mail>> {
    let due = work
        .conn
        .prepare_cached(LETTER)?
        .query_row([now.as_millis()], |row| {
            let (no, at): (i64, i64) = (row.get(0)?, row.get(1)?);
            let (sealed, tries): (Vec<u8>, u32) = (row.get(2)?, row.get(3)?);
            Ok((no, at, sealed, tries))
        })
        .optional()?;
    let Some((no, at, sealed, tries)) = due else {
        return Ok(None);
    };
    let content = match work.shared.vault.open(&place::letter(no), &sealed) {
        Ok(content) => content,
        Err(StoreError::Damaged(why)) => {
            tracing::error!(no, why, "a mail cannot be read; it is not sent");
            forget(work, no)?;
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    work.conn
        .prepare_cached("UPDATE letters SET tries = tries + 1, due_at = ?2 WHERE no = ?1")?
        .execute([no, until.as_millis()])?;
    Ok(Some(Mail {
        id: MailId::Letter(no),
        at: time(at),
        content: MailContent::Letter(content),
        tries,
    }))
}

fn set_due(work: &mut Work, event: EventNo, due_at: Option<i64>) -> Result<()> {
    work.conn
        .prepare_cached("UPDATE mailed SET due_at = ?2 WHERE event = ?1")?
        .execute(params![event.0, due_at])?;
    Ok(())
}

fn forget(work: &mut Work, no: i64) -> Result<()> {
    work.conn
        .prepare_cached("DELETE FROM letters WHERE no = ?1")?
        .execute([no])?;
    Ok(())
}
