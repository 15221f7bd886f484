//! Events: written once.

use std::sync::Arc;

use claimwire_model::event::Fact;
use claimwire_model::json::RawJson;
use claimwire_model::subject::Subject;
use claimwire_model::{Event, EventNo, PerformedBy, ShopNo, SubjectKind};
use claimwire_store::codes::Code;
use serde_json::value::RawValue;
use tokio_postgres::Row;

use crate::connection::Connection;
use crate::error::{Result, damaged};
use crate::rows::time;

/// What [`read`] reads, of `events e`.
pub(crate) const COLUMNS: &str = "e.no, e.given_id, e.ref, e.event_group, e.triggered_at, e.subject_kind, e.subject_id, \
     e.event_data, coalesce(e.context, (SELECT holder.context FROM events holder WHERE holder.no = e.context_of)), \
     e.changes, e.performed_by, e.posted, e.shop";

/// How many columns that is: what comes behind them in a join.
pub(crate) const WIDTH: usize = 13;

/// An event from [`COLUMNS`].
pub(crate) fn read(row: &Row) -> Result<Event> {
    let no: i64 = row.try_get(0)?;
    let raw = |text: String| -> Result<RawJson> {
        RawValue::from_string(text)
            .map_err(|e| damaged(format_args!("event {no} holds what is not JSON: {e}")).into())
    };
    let subject = match (
        row.try_get::<_, Option<i64>>(5)?,
        row.try_get::<_, Option<String>>(6)?,
    ) {
        (Some(kind), Some(id)) => Some(Subject {
            kind: SubjectKind::from_code(kind)?,
            id,
        }),
        _ => None,
    };
    let performed_by = PerformedBy::from_kept(row.try_get(10)?)
        .map_err(|e| damaged(format_args!("event {no}: {e}")))?;
    let context: Option<String> = row.try_get(8)?;
    let changes: Option<String> = row.try_get(9)?;
    Ok(Event {
        no: EventNo(no),
        fact: Fact {
            given_id: row.try_get(1)?,
            r#ref: row.try_get(2)?,
            event_group: row.try_get(3)?,
            triggered_at: time(row.try_get(4)?),
            subject,
            event_data: raw(row.try_get(7)?)?.into(),
            context: context.map(raw).transpose()?.map(Into::into),
            changes: changes.map(raw).transpose()?.map(Into::into),
            performed_by,
            posted: row.try_get(11)?,
        },
    })
}

/// The event of this number, whichever shop's it is.
pub(crate) async fn by_no(conn: &Connection, no: EventNo) -> Result<Arc<Event>> {
    let sql = format!("SELECT {COLUMNS} FROM events e WHERE e.no = $1");
    Ok(Arc::new(read(&conn.query_one(&sql, &[&no.0]).await?)?))
}

/// The number of the shop's event with this id: its caller's, or ours.
pub(crate) async fn number(conn: &Connection, shop: ShopNo, id: &str) -> Result<Option<EventNo>> {
    let ours = id.parse::<EventNo>().ok().map(|no| no.0);
    let found = conn
        .query_opt(
            "SELECT event AS no FROM event_ids WHERE shop = $1 AND given_id = $2
             UNION ALL SELECT no FROM events WHERE no = $3 AND shop = $1 AND given_id IS NULL
             LIMIT 1",
            &[&shop.0, &id, &ours],
        )
        .await?;
    Ok(found.map(|row| row.try_get(0).map(EventNo)).transpose()?)
}
