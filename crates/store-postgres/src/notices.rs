//! Notices to be mailed: found among the events by an index of their own.

use std::sync::Arc;

use async_trait::async_trait;
use claimwire_model::id::first_number_at;
use claimwire_model::{EventNo, Timestamp};
use claimwire_store::notices::{NOTICE_KEPT, Notice};
use claimwire_store::{Notices, StoreResult};

use crate::connection::Connection;
use crate::error::Result;
use crate::rows::{count, event, shop};
use crate::store::PostgresStore;

#[async_trait]
impl Notices for PostgresStore {
    async fn take_notice(&self, now: Timestamp, until: Timestamp) -> StoreResult<Option<Notice>> {
        let conn = self.connection().await?;
        Ok(take(&conn, now, until).await?)
    }

    async fn notice_ended(&self, event: EventNo) -> StoreResult<()> {
        self.set_due(event, None).await
    }

    async fn notice_again(&self, event: EventNo, at: Timestamp) -> StoreResult<()> {
        self.set_due(event, Some(at.as_millis())).await
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

/// The earliest that is due. Of several nodes that find it at once one gets it.
async fn take(conn: &Connection, now: Timestamp, until: Timestamp) -> Result<Option<Notice>> {
    let oldest = first_number_at(now.minus(NOTICE_KEPT));
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
    Ok(Some(Notice {
        shop: Arc::new(shop::read_at(&row, event::WIDTH)?),
        event: Arc::new(event::read(&row)?),
        tries: tries.saturating_sub(1),
    }))
}
