//! Parts of committed arrays: events that have their numbers, and no rows yet.

use claimwire_model::event::Fact;
use claimwire_model::subject::Subject;
use claimwire_model::{Event, EventNo, PerformedBy, ShopNo, SubjectKind, TraceContext};
use claimwire_store::codes::Code;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;

use crate::error::{Result, damaged};
use crate::rows::time;

/// A posted event, as a part holds it.
#[derive(Serialize, Deserialize)]
struct Kept<'a> {
    no: i64,
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    r#ref: Cow<'a, str>,
    #[serde(borrow)]
    group: Option<Cow<'a, str>>,
    at: i64,
    #[serde(borrow)]
    subject: Option<(i64, Cow<'a, str>)>,
    #[serde(borrow)]
    data: &'a RawValue,
    #[serde(borrow)]
    context: Option<&'a RawValue>,
    by: Cow<'a, PerformedBy>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trace: Option<TraceContext>,
}

impl<'a> Kept<'a> {
    fn of(no: EventNo, fact: &'a Fact) -> Self {
        let subject = fact.subject.as_ref();
        Self {
            no: no.0,
            id: fact.given_id.as_deref().map(Into::into),
            r#ref: fact.r#ref.as_str().into(),
            group: fact.event_group.as_deref().map(Into::into),
            at: fact.triggered_at.as_millis(),
            subject: subject.map(|subject| (subject.kind.code(), subject.id.as_str().into())),
            data: &fact.event_data,
            context: fact.context.as_deref(),
            by: Cow::Borrowed(&fact.performed_by),
            trace: fact.performed_by.trace,
        }
    }

    fn event(self) -> Result<Event> {
        let subject = match self.subject {
            Some((kind, id)) => Some(Subject {
                kind: SubjectKind::from_code(kind)?,
                id: id.into_owned(),
            }),
            None => None,
        };
        Ok(Event {
            no: EventNo(self.no),
            fact: Fact {
                given_id: self.id.map(Cow::into_owned),
                r#ref: self.r#ref.into_owned(),
                event_group: self.group.map(Cow::into_owned),
                triggered_at: time(self.at),
                subject,
                event_data: self.data.to_owned().into(),
                context: self.context.map(|context| context.to_owned().into()),
                changes: None,
                performed_by: PerformedBy {
                    trace: self.trace,
                    ..self.by.into_owned()
                },
                posted: true,
            },
        })
    }
}

/// A posted event as a part holds it, but for its number, which the writer gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text(String);

impl Text {
    pub(crate) fn of(fact: &Fact) -> Result<Self> {
        let mut text = serde_json::to_string(&Kept::of(EventNo(0), fact)).map_err(damaged)?;
        text.drain(..WITHOUT_NUMBER.len());
        Ok(Self(text))
    }
}

/// How an event's text begins that has no number yet.
const WITHOUT_NUMBER: &str = "{\"no\":0";

/// Adds a part, of events in rising order.
pub(crate) fn insert(
    conn: &Connection,
    shop: ShopNo,
    events: &[(EventNo, Cow<'_, Text>)],
) -> Result<()> {
    let (Some((first, _)), Some((last, _))) = (events.first(), events.last()) else {
        return Ok(());
    };
    let bytes = events.iter().map(|(_, text)| text.0.len() + 32);
    let mut facts = String::with_capacity(bytes.sum());
    for (no, text) in events {
        facts.push(if facts.is_empty() { '[' } else { ',' });
        facts.push_str("{\"no\":");
        facts.push_str(&no.0.to_string());
        facts.push_str(&text.0);
    }
    facts.push(']');
    conn.prepare_cached("INSERT INTO parts (no, last, shop, facts) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![first.0, last.0, shop.0, facts])?;
    Ok(())
}

/// The shop's first part: its number, and its events.
pub(crate) fn first(conn: &Connection, shop: ShopNo) -> Result<Option<(i64, Vec<Event>)>> {
    let mut statement =
        conn.prepare_cached("SELECT no, facts FROM parts WHERE shop = ?1 ORDER BY no LIMIT 1")?;
    let found = statement.query_row([shop.0], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
    });
    let Some((no, facts)) = found.optional()? else {
        return Ok(None);
    };
    let kept: Vec<Kept<'_>> = serde_json::from_str(&facts)
        .map_err(|error| damaged(format_args!("part {no} of an array: {error}")))?;
    let events = kept.into_iter().map(Kept::event);
    Ok(Some((no, events.collect::<Result<_>>()?)))
}

/// Whether a shop has any.
pub(crate) fn is_left(conn: &Connection, shop: ShopNo) -> Result<bool> {
    Ok(conn
        .prepare_cached("SELECT 1 FROM parts WHERE shop = ?1")?
        .exists([shop.0])?)
}

/// A part has its rows.
pub(crate) fn remove(conn: &Connection, no: i64) -> Result<()> {
    conn.prepare_cached("DELETE FROM parts WHERE no = ?1")?
        .execute([no])?;
    Ok(())
}

/// A shop is deleted: nothing of it goes out.
pub(crate) fn remove_all(conn: &Connection, shop: ShopNo) -> Result<()> {
    conn.prepare_cached("DELETE FROM parts WHERE shop = ?1")?
        .execute([shop.0])?;
    Ok(())
}

/// Shops that have one.
pub(crate) fn shops(conn: &Connection) -> Result<Vec<ShopNo>> {
    let mut statement = conn.prepare("SELECT DISTINCT shop FROM parts")?;
    let shops = statement.query_map([], |row| row.get(0).map(ShopNo))?;
    Ok(shops.collect::<rusqlite::Result<_>>()?)
}
