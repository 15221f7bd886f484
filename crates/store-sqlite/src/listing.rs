//! Lists, newest first: which rows a page asks for, and what the next page begins after.

use claimwire_model::delivery::{Delivery, DeliveryStatus};
use claimwire_model::id::first_number_at;
use claimwire_model::{ShopNo, Timestamp};
use claimwire_store::log::DeliveryFilter;
use claimwire_store::{Page, PageRequest};
use rusqlite::{Connection, Row, Rows, params};

use crate::error::{Error, Result};
use crate::rows;
use crate::shared::Shared;

/// Deliveries that one page looks at, at most; a page that found fewer than it was asked for by then
/// ends, and the next one goes on from there.
const LOOKS: usize = 50_000;

/// A shop's deliveries, by event.
pub(crate) const ALL: &str = "events e INDEXED BY events_shop
     CROSS JOIN deliveries d ON d.event = e.no
     CROSS JOIN webhooks w ON w.no = d.target
     WHERE e.shop = ?1 AND e.no >= ?2 AND e.no < ?3 AND e.no <= ?4
       AND (e.no < ?4 OR d.target < ?5) AND (?6 IS NULL OR d.target = ?6)";
/// Those that failed: few, and they stand in an index of their own.
const FAILED: &str = "webhooks w INDEXED BY webhooks_shop
     CROSS JOIN deliveries d INDEXED BY deliveries_failed ON d.target = w.no
     CROSS JOIN events e ON e.no = d.event
     WHERE w.shop = ?1 AND d.state = 2 AND d.event >= ?2 AND d.event < ?3
       AND (d.event, d.target) < (?4, ?5) AND (?6 IS NULL OR d.target = ?6)";

/// A page request in the terms of SQL.
pub(crate) trait Paging {
    /// The first number that is too new for the page.
    fn below(&self) -> i64;
    /// Rows to read: one more than the page holds, to know whether there is another page.
    fn rows(&self) -> usize;
}

impl Paging for PageRequest {
    fn below(&self) -> i64 {
        self.after.map_or(i64::MAX, |(no, _)| no)
    }

    fn rows(&self) -> usize {
        self.limit.saturating_add(1)
    }
}

/// Whether a shop is there; the lists of one that is not are empty.
pub(crate) fn is_there(conn: &Connection, shared: &Shared, shop: ShopNo) -> Result<bool> {
    match rows::shop::by_no(conn, &shared.cache, shop) {
        Ok(_) => Ok(true),
        Err(Error::Sql(rusqlite::Error::QueryReturnedNoRows)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// A page of the rows found, each with its place.
pub(crate) fn page<T>(
    request: PageRequest,
    mut found: Rows<'_>,
    read: impl Fn(&Row<'_>) -> Result<((i64, i64), T)>,
) -> Result<Page<T>> {
    let mut page = Page::empty();
    let mut last = None;
    while let Some(row) = found.next()? {
        if page.items.len() >= request.limit {
            page.next = last;
            break;
        }
        let (place, item) = read(row)?;
        last = Some(place);
        page.items.push(item);
    }
    Ok(page)
}

fn next(found: &mut Rows<'_>, shared: &Shared, now: Timestamp) -> Result<Option<Delivery>> {
    let row = found.next()?;
    row.map(|row| rows::delivery::read(row, &shared.leases, now))
        .transpose()
}

/// See [`claimwire_store::Log::deliveries`].
pub(crate) fn deliveries(
    conn: &Connection,
    shared: &Shared,
    shop: ShopNo,
    filter: &DeliveryFilter,
    request: PageRequest,
    now: Timestamp,
) -> Result<Page<Delivery>> {
    let mut page = Page::empty();
    // Before the snapshot begins: see `unwritten`.
    let mut handed = shared.unwritten.of_shop(shop);
    if !is_there(conn, shared, shop)? {
        return Ok(page);
    }
    let (mut from, mut below) = (
        filter.since.map_or(0, first_number_at),
        filter.until.map_or(i64::MAX, first_number_at),
    );
    if let Some(id) = &filter.event {
        let Some(event) = rows::event::number(conn, shop, id)? else {
            return Ok(page);
        };
        (from, below) = (from.max(event.0), below.min(event.0 + 1));
    }
    let (event, target) = request.after.unwrap_or((i64::MAX, i64::MAX));
    let failed = filter.status == Some(DeliveryStatus::Failed);
    let sql = format!(
        "SELECT {} FROM {} ORDER BY {}",
        rows::delivery::COLUMNS,
        if failed { FAILED } else { ALL },
        if failed {
            "d.event DESC, d.target DESC"
        } else {
            "e.no DESC, d.target DESC"
        },
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let webhook = filter.target.map(|target| target.0);
    let mut found = statement.query(params![shop.0, from, below, event, target, webhook])?;
    handed.retain(|(id, _)| {
        (from..below).contains(&id.event.0)
            && (id.event.0, id.target.0) < (event, target)
            && webhook.is_none_or(|target| id.target.0 == target)
    });
    let mut handed = handed.into_iter().peekable();
    let mut row = next(&mut found, shared, now)?;
    let (mut looks, mut last, mut skipped) = (0, None, 0);
    loop {
        // The newer of the next with a row and the next without.
        let newest = row.as_ref().map(|delivery| delivery.id);
        let delivery = match handed.next_if(|(id, _)| newest.is_none_or(|newest| *id >= newest)) {
            Some((id, until)) => {
                let leases = &shared.leases;
                match rows::delivery::without_row(conn, leases, shop, id, until, now)? {
                    Some(delivery) => delivery,
                    None => continue,
                }
            }
            None => match row.take() {
                Some(delivery) => {
                    row = next(&mut found, shared, now)?;
                    delivery
                }
                None => break,
            },
        };
        let matches = filter.status.is_none_or(|status| status == delivery.status);
        if looks >= LOOKS || (matches && page.items.len() >= request.limit) {
            page.next = last;
            break;
        }
        looks += 1;
        if matches && skipped < request.skip {
            skipped += 1;
            last = Some((delivery.id.event.0, delivery.id.target.0));
            continue;
        }
        if matches || page.items.len() < request.limit {
            last = Some((delivery.id.event.0, delivery.id.target.0));
        }
        if matches {
            page.items.push(delivery);
        }
    }
    Ok(page)
}
