//! Lists of events: by ref, and by what they are about, each by its index.

use std::sync::Arc;

use claimwire_model::{Event, EventNo, ShopNo};
use claimwire_store::codes::Code;
use claimwire_store::find::{AboutSubject, EventFilter, is_under};
use claimwire_store::page::{Filling, bounds};
use claimwire_store::{Page, PageRequest};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::{Error, Result};
use crate::event_subjects;
use crate::listing::{Paging, is_there, page};
use crate::merge::{Merge, Place};
use crate::rows;
use crate::shared::Shared;

/// Refs below a prefix whose lists are read as one; with more of them all of the shop's events are looked
/// at.
const REFS: usize = 256;
/// Events that one page looks at, at most: one that found fewer by then ends, and the next goes on there.
const LOOKS: usize = 50_000;

/// The newest of a shop's events with a ref.
pub(crate) const OF_REF: &str = "SELECT no FROM events INDEXED BY events_ref
     WHERE shop = ?1 AND ref = ?2 AND no >= ?3 AND no < ?4 ORDER BY no DESC LIMIT 1";
/// The newest of a shop's events about something with an id.
pub(crate) const OF_SUBJECT: &str = "SELECT event FROM event_subjects
     WHERE shop = ?1 AND subject = ?2 AND event >= ?3 AND event < ?4 ORDER BY event DESC LIMIT 1";
/// The first of a shop's refs in a range.
pub(crate) const NEXT_REF: &str = "SELECT ref FROM events INDEXED BY events_ref
     WHERE shop = ?1 AND ref > ?2 AND ref < ?3 ORDER BY ref LIMIT 1";
/// A shop's events.
pub(crate) const OF_SHOP: &str = "FROM events INDEXED BY events_shop
     WHERE shop = ?1 AND no >= ?2 AND no < ?3 ORDER BY no DESC LIMIT ?4 OFFSET ?5";

/// A shop's events from some number on, oldest first; none behind those that have their numbers and no rows yet.
pub(crate) const AFTER: &str = "FROM events INDEXED BY events_shop
     WHERE shop = ?1 AND no > ?2
       AND no < coalesce((SELECT min(no) FROM parts INDEXED BY parts_shop WHERE shop = ?1), 9223372036854775807)
     ORDER BY no LIMIT ?3";

/// Where events stand, newest first.
pub(crate) type Numbers<'a> = Box<dyn FnMut() -> Result<Option<Place>> + 'a>;

/// See [`claimwire_store::Log::events`].
pub(crate) fn list(
    conn: &Connection,
    shared: &Shared,
    shop: ShopNo,
    filter: &EventFilter,
    request: PageRequest,
) -> Result<Page<Arc<Event>>> {
    let (from, below) = bounds(filter.since, filter.until, request);
    // Before the snapshot begins.
    let about = About::ask(shared, shop, filter.subject.as_slice(), (from, below));
    if !is_there(conn, shared, shop)? {
        return Ok(Page::empty());
    }
    if filter.subject.is_some() {
        let numbers = about.numbers(conn)?;
        return read(conn, filter, request, numbers);
    }
    if let Some(prefix) = &filter.r#ref
        && let Some(refs) = refs(conn, shop, prefix)?
    {
        let mut newest = conn.prepare_cached(OF_REF)?;
        let mut numbers = Merge::new(refs.len(), (below, 0), |list, (below, _)| {
            let r#ref = refs.get(list);
            let found = newest.query_row(params![shop.0, r#ref, from, below], |row| row.get(0));
            Ok(found.optional()?.map(|no| (no, 0)))
        })?;
        return read(conn, filter, request, || numbers.next());
    }
    if filter.r#ref.is_some() {
        let mut statement = conn.prepare_cached(&format!("SELECT no {OF_SHOP}"))?;
        let mut found = statement.query(params![shop.0, from, below, -1, 0])?;
        return read(conn, filter, request, || {
            let row = found.next()?;
            Ok(row.map(|row| row.get(0)).transpose()?.map(|no| (no, 0)))
        });
    }
    let sql = format!("SELECT {} {OF_SHOP}", rows::event::COLUMNS);
    let mut statement = conn.prepare_cached(&sql)?;
    let found = statement.query(params![shop.0, from, below, request.rows(), request.skip])?;
    page(request, found, |row| {
        let event = rows::event::read(row)?;
        Ok(((event.no.0, 0), Arc::new(event)))
    })
}

/// See [`claimwire_store::Log::events_after`]. One writer gives the numbers out, in the order of its commits.
pub(crate) fn after(
    conn: &Connection,
    shop: ShopNo,
    after: EventNo,
    limit: usize,
) -> Result<Page<Arc<Event>>> {
    let request = PageRequest::first(limit);
    let sql = format!("SELECT {} {AFTER}", rows::event::COLUMNS);
    let mut statement = conn.prepare_cached(&sql)?;
    let found = statement.query(params![shop.0, after.0, request.rows()])?;
    page(request, found, |row| {
        let event = rows::event::read(row)?;
        Ok(((event.no.0, 0), Arc::new(event)))
    })
}

/// A shop's events about any of some subjects in a range of numbers.
pub(crate) struct About<'a> {
    shop: ShopNo,
    range: (i64, i64),
    /// Each with its events that may have no row of it yet, oldest first.
    subjects: Vec<(&'a AboutSubject, Vec<i64>)>,
}

impl<'a> About<'a> {
    /// To be asked before the snapshot begins that is read: see [`event_subjects::unwritten`].
    pub(crate) fn ask(
        shared: &Shared,
        shop: ShopNo,
        subjects: &'a [AboutSubject],
        range: (i64, i64),
    ) -> Self {
        let unwritten = |subject: &AboutSubject| {
            event_subjects::unwritten(&shared.event_subjects, shop, &subject.id, range)
        };
        let subjects = subjects.iter();
        Self {
            shop,
            range,
            subjects: subjects
                .map(|subject| (subject, unwritten(subject)))
                .collect(),
        }
    }

    /// Their numbers, newest first.
    pub(crate) fn numbers(self, conn: &'a Connection) -> Result<Numbers<'a>> {
        let mut newest = conn.prepare_cached(OF_SUBJECT)?;
        let mut kind_of = conn.prepare_cached("SELECT subject_kind FROM events WHERE no = ?1")?;
        let (shop, (from, below), subjects) = (self.shop, self.range, self.subjects);
        let mut merge = Merge::new(subjects.len(), (below, 0), move |list, (mut below, _)| {
            let Some((subject, unwritten)) = subjects.get(list) else {
                return Ok(None);
            };
            loop {
                let written = newest
                    .query_row(params![shop.0, subject.id, from, below], |row| row.get(0))
                    .optional()?;
                let before = unwritten.partition_point(|no| *no < below);
                let unwritten = unwritten.get(..before).and_then(<[i64]>::last).copied();
                let Some(no) = written.max(unwritten) else {
                    return Ok(None);
                };
                let Some(kind) = subject.kind else {
                    return Ok(Some((no, 0)));
                };
                let found = kind_of.query_row([no], |row| row.get::<_, i64>(0));
                // What was pruned meanwhile is gone.
                if found.optional()? == Some(kind.code()) {
                    return Ok(Some((no, 0)));
                }
                below = no;
            }
        })?;
        Ok(Box::new(move || merge.next()))
    }
}

/// The shop's refs that are `prefix` or below it; none: there are too many.
fn refs(conn: &Connection, shop: ShopNo, prefix: &str) -> Result<Option<Vec<String>>> {
    let mut refs = vec![prefix.to_owned()];
    let mut next = conn.prepare_cached(NEXT_REF)?;
    // '0' follows '/'.
    let (mut after, end) = (format!("{prefix}/"), format!("{prefix}0"));
    loop {
        let found = next.query_row(params![shop.0, after, end], |row| row.get::<_, String>(0));
        let Some(found) = found.optional()? else {
            return Ok(Some(refs));
        };
        if refs.len() == REFS {
            return Ok(None);
        }
        after.clone_from(&found);
        refs.push(found);
    }
}

/// A page of those of `numbers` that the filter names.
fn read(
    conn: &Connection,
    filter: &EventFilter,
    request: PageRequest,
    mut numbers: impl FnMut() -> Result<Option<Place>>,
) -> Result<Page<Arc<Event>>> {
    let mut filling = Filling::of(request);
    let mut ref_of = conn.prepare_cached("SELECT ref FROM events WHERE no = ?1")?;
    let mut looks = 0;
    while let Some(place) = numbers()? {
        if looks == LOOKS {
            filling.end();
            break;
        }
        looks += 1;
        if let Some(prefix) = &filter.r#ref {
            let r#ref: String = ref_of.query_row([place.0], |row| row.get(0))?;
            if !is_under(&r#ref, prefix) {
                filling.pass(place);
                continue;
            }
        }
        let event = match rows::event::by_no(conn, EventNo(place.0)) {
            Err(Error::Sql(rusqlite::Error::QueryReturnedNoRows)) => continue,
            found => found?,
        };
        if !filling.add(place, event) {
            break;
        }
    }
    Ok(filling.page())
}
