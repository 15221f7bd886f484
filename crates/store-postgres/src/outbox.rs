//! What is to be mailed: notices, found among the events by an index of their own, and letters. Of several nodes that
//! find a mail at once one gets it.

pub(crate) mod sealed;

use std::sync::Arc;

use async_trait::async_trait;
use claimwire_model::id::first_number_at;
use claimwire_model::{EventNo, ShopNo, Timestamp};
use claimwire_store::outbox::{MAIL_KEPT, Mail, MailContent, MailId, NewLetter};
use claimwire_store::vault::place;
use claimwire_store::{Outbox, StoreError, StoreResult};

use crate::connection::Connection;
use crate::error::Result;
use crate::rows::{count, event, shop, time};
use crate::shared::Shared;
use crate::store::PostgresStore;
use crate::transaction::Transaction;
use sealed::{INSERT, Sealed};

#[async_trait]
impl Outbox for PostgresStore {
    async fn take_mail(&self, now: Timestamp, until: Timestamp) -> StoreResult<Option<Mail>> {
        let conn = self.connection().await?;
        if let Some(notice) = take_notice(&conn, now, until).await? {
            return Ok(Some(notice));
        }
        Ok(take_letter(&conn, &self.shared, now, until).await?)
    }

    async fn mail_ended(&self, id: MailId) -> StoreResult<()> {
        match id {
            MailId::Notice(event) => self.set_due(event, None).await,
            MailId::Letter(no) => {
                let conn = self.connection().await?;
                Ok(forget(&conn, no).await?)
            }
        }
    }

    async fn mail_again(&self, id: MailId, at: Timestamp) -> StoreResult<()> {
        match id {
            MailId::Notice(event) => self.set_due(event, Some(at.as_millis())).await,
            MailId::Letter(no) => {
                let sql = "UPDATE letters SET due_at = $2 WHERE no = $1";
                let conn = self.connection().await?;
                conn.execute(sql, &[&no, &at.as_millis()]).await?;
                Ok(())
            }
        }
    }
}

impl PostgresStore {
    async fn set_due(&self, event: EventNo, due_at: Option<i64>) -> StoreResult<()> {
        let conn = self.connection().await?;
        conn.execute(
            "UPDATE mailed SET due_at = $2 WHERE event = $1",
            &[&event.0, &due_at],
        )
        .await?;
        Ok(())
    }
}

/// Keeps a letter; `shop`: none for the operators.
pub(crate) async fn insert(
    tx: &Transaction<'_>,
    shop: Option<ShopNo>,
    letter: &NewLetter,
) -> Result<()> {
    let new = Sealed::of(tx.shared, shop, letter)?;
    tx.execute(INSERT, &[&new.no, &new.shop, &new.at, &new.letter])
        .await?;
    Ok(())
}

async fn take_notice(conn: &Connection, now: Timestamp, until: Timestamp) -> Result<Option<Mail>> {
    let oldest = first_number_at(now.minus(MAIL_KEPT));
    // Nearly always there is none, and nothing is written.
    let sql = format!(
        "WITH due AS MATERIALIZED (
           SELECT e.no FROM events e JOIN shops s ON s.no = e.shop LEFT JOIN mailed m ON m.event = e.no
           WHERE e.subject_kind = 5 AND NOT e.posted AND e.no >= $1 AND NOT s.deleted
             AND (m.event IS NULL OR m.due_at <= $2)
           ORDER BY e.no LIMIT 1
         ), taken AS (
           INSERT INTO mailed AS m (event, tries, due_at) SELECT no, 1, $3 FROM due
           ON CONFLICT (event) DO UPDATE SET tries = m.tries + 1, due_at = excluded.due_at WHERE m.due_at <= $2
           RETURNING m.event, m.tries
         ), forgotten AS (
           DELETE FROM mailed WHERE event < $1 AND EXISTS (SELECT 1 FROM due)
         )
         SELECT {}, {}, t.tries FROM taken t JOIN events e ON e.no = t.event JOIN shops s ON s.no = e.shop",
        event::COLUMNS,
        shop::COLUMNS,
    );
    let params = [&oldest as _, &now.as_millis() as _, &until.as_millis() as _];
    let Some(row) = conn.query_opt(&sql, &params).await? else {
        return Ok(None);
    };
    let tries: u32 = count(&row, event::WIDTH + shop::WIDTH)?;
    let (shop, event) = (shop::read_at(&row, event::WIDTH)?, event::read(&row)?);
    Ok(Some(Mail {
        id: MailId::Notice(event.no),
        at: event.fact.triggered_at,
        content: MailContent::Notice(Arc::new(shop), Arc::new(event)),
        tries: tries.saturating_sub(1),
    }))
}

async fn take_letter(
    conn: &Connection,
    shared: &Shared,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Mail>> {
    let sql = "UPDATE letters SET tries = tries + 1, due_at = $2 WHERE no =
           (SELECT no FROM letters WHERE due_at <= $1 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING no, at, letter, tries";
    let params = [&now.as_millis() as _, &until.as_millis() as _];
    let Some(row) = conn.query_opt(sql, &params).await? else {
        return Ok(None);
    };
    let no: i64 = row.try_get(0)?;
    let content = match shared.vault.open(&place::letter(no), row.try_get(2)?) {
        Ok(content) => content,
        Err(StoreError::Damaged(why)) => {
            tracing::error!(no, why, "a mail cannot be read; it is not sent");
            forget(conn, no).await?;
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let tries: u32 = count(&row, 3)?;
    Ok(Some(Mail {
        id: MailId::Letter(no),
        at: time(row.try_get(1)?),
        content: MailContent::Letter(content),
        tries: tries.saturating_sub(1),
    }))
}

async fn forget(conn: &Connection, no: i64) -> Result<()> {
    conn.execute("DELETE FROM letters WHERE no = $1", &[&no])
        .await?;
    Ok(())
}
