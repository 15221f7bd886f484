//! Lists of events: by ref, and by what they are about, each by its index.

use std::sync::Arc;

use claimwire_model::{Event, EventNo, ShopNo};
use claimwire_store::codes::Code;
use claimwire_store::find::{AboutSubject, EventFilter};
use claimwire_store::page::bounds;
use claimwire_store::{Page, PageRequest};

use crate::connection::{Connection, Param};
use crate::error::Result;
use crate::listing::{Paging, by_kept_order, page};
use crate::rows;

// The order is the key's, and the shop one of several for all that the planner knows: so that no plan reads other shops' rows
// on the way, as one in the order of numbers would. In the index it is as good as an equal one: a search ends where its rows do,
// which a range of whole keys, `(shop, no) >= ($1, $2)`, does not see to in a backward scan. The range of numbers leaves out
// days.

/// The newest of a shop's events.
pub(crate) const OF_SHOP: &str =
    "SELECT no FROM events WHERE shop = ANY(ARRAY[$1::BIGINT]) AND no >= $2 AND no < $3
     ORDER BY shop DESC, no DESC LIMIT $4";

/// The newest of a shop's events with a ref or one below it: the newest of each ref, merged. The refs are found one
/// after another in their index, so that nothing else is read.
pub(crate) const OF_REF: &str = "WITH RECURSIVE below (ref) AS (
       SELECT (SELECT min(ref) FROM events WHERE shop = $1 AND ref > $5 || '/' AND ref < $5 || '0')
       UNION ALL
       SELECT (SELECT min(e.ref) FROM events e WHERE e.shop = $1 AND e.ref > below.ref AND e.ref < $5 || '0')
       FROM below WHERE below.ref IS NOT NULL),
     refs (ref) AS (SELECT $5 UNION ALL SELECT ref FROM below WHERE ref IS NOT NULL)
     SELECT newest.no FROM refs CROSS JOIN LATERAL
       (SELECT e.no FROM events e
        WHERE e.shop = ANY(ARRAY[$1::BIGINT]) AND e.ref = refs.ref AND e.no >= $2 AND e.no < $3
        ORDER BY e.shop DESC, e.no DESC LIMIT $4) AS newest
     ORDER BY newest.no DESC LIMIT $4";

/// The newest of a shop's events about any of some subjects, of those with a ref or one below it if one is given.
pub(crate) const OF_SUBJECT: &str =
    "SELECT DISTINCT newest.no FROM UNNEST($6::TEXT[], $7::BIGINT[]) AS about (id, kind) CROSS JOIN LATERAL
       (SELECT e.no FROM events e
        WHERE e.shop = $1 AND e.subject_id = about.id AND e.no >= $2 AND e.no < $3
          AND (about.kind IS NULL OR e.subject_kind = about.kind)
          AND ($5::TEXT IS NULL OR e.ref = $5 OR e.ref > $5 || '/' AND e.ref < $5 || '0')
        ORDER BY e.no DESC LIMIT $4) AS newest
     ORDER BY newest.no DESC LIMIT $4";

/// The event of each number found: shut off (`OFFSET 0`) from a planner who would rather go through all events in their order.
const EVENT: &str =
    "CROSS JOIN LATERAL (SELECT * FROM events e WHERE e.no = found.no OFFSET 0) AS e";

/// See [`claimwire_store::Log::events`].
pub(crate) async fn list(
    conn: &Connection,
    shop: ShopNo,
    filter: &EventFilter,
    request: PageRequest,
) -> Result<Page<Arc<Event>>> {
    let (from, below) = bounds(filter.since, filter.until, request);
    let least = request.rows().saturating_add(request.skipped());
    let about = About::of(filter.subject.as_slice());
    let numbers = match filter {
        EventFilter {
            subject: Some(_), ..
        } => OF_SUBJECT,
        EventFilter { r#ref: Some(_), .. } => OF_REF,
        _ => OF_SHOP,
    };
    let all: [Param<'_>; 7] = [
        &shop.0,
        &from,
        &below,
        &least,
        &filter.r#ref,
        &about.ids,
        &about.kinds,
    ];
    let used = match numbers {
        OF_SUBJECT => 7,
        OF_REF => 5,
        _ => 4,
    };
    let sql = format!(
        "SELECT {} FROM ({numbers}) AS found {EVENT} ORDER BY e.no DESC OFFSET {}",
        rows::event::COLUMNS,
        request.skip
    );
    let params = all.get(..used).unwrap_or_default();
    let found = by_kept_order(conn, &sql, params).await?;
    page(request, &found, |row| {
        let event = rows::event::read(row)?;
        Ok(((event.no.0, 0), Arc::new(event)))
    })
}

/// The oldest of a shop's events above a number.
pub(crate) const AFTER: &str =
    "SELECT no FROM events WHERE shop = ANY(ARRAY[$1::BIGINT]) AND no > $2
     ORDER BY shop, no LIMIT $3";

/// See [`claimwire_store::Log::events_after`]. A shop's numbers are given out under its lock, in the order of its
/// commits.
pub(crate) async fn after(
    conn: &Connection,
    shop: ShopNo,
    after: EventNo,
    limit: usize,
) -> Result<Page<Arc<Event>>> {
    let request = PageRequest::first(limit);
    let sql = format!(
        "SELECT {} FROM ({AFTER}) AS found {EVENT} ORDER BY e.no",
        rows::event::COLUMNS
    );
    let params: [Param<'_>; 3] = [&shop.0, &after.0, &request.rows()];
    let found = by_kept_order(conn, &sql, &params).await?;
    page(request, &found, |row| {
        let event = rows::event::read(row)?;
        Ok(((event.no.0, 0), Arc::new(event)))
    })
}

/// Subjects as columns.
pub(crate) struct About<'a> {
    pub(crate) ids: Vec<&'a str>,
    pub(crate) kinds: Vec<Option<i64>>,
}

impl<'a> About<'a> {
    pub(crate) fn of(subjects: &'a [AboutSubject]) -> Self {
        Self {
            ids: subjects.iter().map(|subject| &*subject.id).collect(),
            kinds: subjects
                .iter()
                .map(|subject| subject.kind.map(Code::code))
                .collect(),
        }
    }
}
