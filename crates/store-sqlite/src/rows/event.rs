//! Events: written once, at the end of the tree.

use std::sync::Arc;

use claimwire_model::event::Fact;
use claimwire_model::json::RawJson;
use claimwire_model::subject::Subject;
use claimwire_model::{Event, EventNo, PerformedBy, ShopNo, SubjectKind};
use claimwire_store::codes::Code;
use claimwire_store::commit::Shares;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::value::RawValue;

use crate::error::{Result, damaged};
use crate::event_subjects::EventSubject;
use crate::rows::time;

/// What [`read`] reads. Empty data stands for the data and the differences of the event that holds the context.
pub(crate) const COLUMNS: &str = "no, given_id, ref, event_group, triggered_at, subject_kind, subject_id, \
     CASE event_data WHEN '' THEN (SELECT holder.event_data FROM events holder WHERE holder.no = events.context_of) \
       ELSE event_data END, \
     coalesce(context, (SELECT holder.context FROM events holder WHERE holder.no = events.context_of)), \
     CASE event_data WHEN '' THEN (SELECT holder.changes FROM events holder WHERE holder.no = events.context_of) \
       ELSE changes END, performed_by, posted";

/// An event from [`COLUMNS`].
pub(crate) fn read(row: &Row<'_>) -> Result<Event> {
    let no: i64 = row.get(0)?;
    let raw = |text: String| -> Result<RawJson> {
        RawValue::from_string(text)
            .map_err(|e| damaged(format_args!("event {no} holds what is not JSON: {e}")).into())
    };
    let subject = match (
        row.get::<_, Option<i64>>(5)?,
        row.get::<_, Option<String>>(6)?,
    ) {
        (Some(kind), Some(id)) => Some(Subject {
            kind: SubjectKind::from_code(kind)?,
            id,
        }),
        _ => None,
    };
    let performed_by =
        PerformedBy::from_kept(row.get_ref(10)?.as_str().map_err(rusqlite::Error::from)?)
            .map_err(|e| damaged(format_args!("event {no}: {e}")))?;
    Ok(Event {
        no: EventNo(no),
        fact: Fact {
            given_id: row.get(1)?,
            r#ref: row.get(2)?,
            event_group: row.get(3)?,
            triggered_at: time(row.get(4)?),
            subject,
            event_data: raw(row.get(7)?)?.into(),
            context: row
                .get::<_, Option<String>>(8)?
                .map(raw)
                .transpose()?
                .map(Into::into),
            changes: row
                .get::<_, Option<String>>(9)?
                .map(raw)
                .transpose()?
                .map(Into::into),
            performed_by,
            posted: row.get(11)?,
        },
    })
}

/// Adds an event whose deliveries to `handed`, numbers by commas, are in the engine's hands and have no
/// row yet. `shared`: what its row leaves to that of an earlier event of the same change, and which.
pub(crate) fn insert(
    conn: &Connection,
    shop: ShopNo,
    event: &Event,
    shared: Option<(EventNo, Shares)>,
    handed: &str,
) -> Result<()> {
    let fact = &event.fact;
    let own_context = fact.context.as_ref().filter(|_| shared.is_none());
    let whole = shared.is_some_and(|(_, shares)| shares == Shares::All);
    let own_changes = fact.changes.as_ref().filter(|_| !whole);
    let performed_by = fact.performed_by.kept().map_err(damaged)?;
    conn.prepare_cached(
        "INSERT INTO events (no, shop, handed, given_id, ref, event_group, triggered_at, subject_kind,
           subject_id, event_data, context, changes, performed_by, posted, context_of)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    )?
    .execute(params![
        event.no.0,
        shop.0,
        (!handed.is_empty()).then_some(handed),
        fact.given_id,
        fact.r#ref,
        fact.event_group,
        fact.triggered_at.as_millis(),
        fact.subject.as_ref().map(|s| s.kind.code()),
        fact.subject.as_ref().map(|s| &s.id),
        if whole { "" } else { fact.event_data.get() },
        own_context.map(|raw| raw.get()),
        own_changes.map(|raw| raw.get()),
        performed_by,
        fact.posted,
        shared.map(|(holder, _)| holder.0),
    ])?;
    Ok(())
}

/// Removes an event, unless a delivery of it is left. What others share of it passes to the last of those that
/// share most, so that it is written once more at most. None: it stays.
pub(crate) fn remove(conn: &Connection, event: EventNo) -> Result<Option<Removed>> {
    let removed = conn
        .prepare_cached(
            "DELETE FROM events WHERE no = ?1 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE event = ?1)
             RETURNING context, event_data, changes, shop, subject_id",
        )?
        .query_row([event.0], |row| {
            let texts = (row.get(0)?, row.get(1)?, row.get(2)?);
            let (shop, subject) = (row.get(3)?, row.get::<_, Option<String>>(4)?);
            let about = subject.map(|subject| EventSubject::new(ShopNo(shop), &subject, event));
            Ok((texts, Removed { about }))
        })
        .optional()?;
    let Some((texts, removed)) = removed else {
        return Ok(None);
    };
    pass_on(conn, event, texts)?;
    Ok(Some(removed))
}

/// What an event had that is gone.
pub(crate) struct Removed {
    /// What it was about.
    pub(crate) about: Option<EventSubject>,
}

/// Context, data and differences, as its row had them.
type Texts = (Option<String>, String, Option<String>);

/// The context of an event that is gone passes to one that shares it.
fn pass_on(conn: &Connection, event: EventNo, (context, data, changes): Texts) -> Result<()> {
    if let Some(context) = context {
        let heir: Option<i64> = conn
            .prepare_cached(
                "UPDATE events SET context = ?2, context_of = NULL,
                   event_data = CASE event_data WHEN '' THEN ?3 ELSE event_data END,
                   changes = CASE event_data WHEN '' THEN ?4 ELSE changes END
                 WHERE no = (SELECT no FROM events WHERE context_of = ?1 ORDER BY event_data <> '', no DESC LIMIT 1)
                 RETURNING no",
            )?
            .query_row(params![event.0, context, data, changes], |row| row.get(0))
            .optional()?;
        if let Some(heir) = heir {
            conn.prepare_cached("UPDATE events SET context_of = ?2 WHERE context_of = ?1")?
                .execute([event.0, heir])?;
        }
    }
    Ok(())
}

/// The event of this number, whichever shop's it is, with its shop.
pub(crate) fn by_no(conn: &Connection, no: EventNo) -> Result<Arc<Event>> {
    let sql = format!("SELECT {COLUMNS} FROM events WHERE no = ?1");
    let event = conn
        .prepare_cached(&sql)?
        .query_row([no.0], |row| Ok(read(row)))??;
    Ok(Arc::new(event))
}

/// The shop's event with an id that its caller chose.
pub(crate) fn by_given_id(conn: &Connection, shop: ShopNo, id: &str) -> Result<Option<Arc<Event>>> {
    let sql = format!("SELECT {COLUMNS} FROM events WHERE shop = ?1 AND given_id = ?2");
    let found = conn
        .prepare_cached(&sql)?
        .query_row(params![shop.0, id], |row| Ok(read(row)))
        .optional()?;
    Ok(found.transpose()?.map(Arc::new))
}

/// Whose an event is; none: it is gone.
pub(crate) fn shop(conn: &Connection, event: EventNo) -> Result<Option<ShopNo>> {
    let mut statement = conn.prepare_cached("SELECT shop FROM events WHERE no = ?1")?;
    let found = statement.query_row([event.0], |row| row.get(0).map(ShopNo));
    Ok(found.optional()?)
}

/// The number of the shop's event with this id: its caller's, or ours.
pub(crate) fn number(conn: &Connection, shop: ShopNo, id: &str) -> Result<Option<EventNo>> {
    let given = conn
        .prepare_cached("SELECT no FROM events WHERE shop = ?1 AND given_id = ?2")?
        .query_row(params![shop.0, id], |row| row.get(0).map(EventNo))
        .optional()?;
    if given.is_some() {
        return Ok(given);
    }
    let Ok(no) = id.parse::<EventNo>() else {
        return Ok(None);
    };
    Ok(conn
        .prepare_cached("SELECT no FROM events WHERE no = ?1 AND shop = ?2 AND given_id IS NULL")?
        .query_row([no.0, shop.0], |row| row.get(0).map(EventNo))
        .optional()?)
}
