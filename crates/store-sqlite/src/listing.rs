//! Lists, newest first: which rows a page asks for, and what the next page begins after.

use claimwire_model::id::first_number_at;
use claimwire_model::{ShopNo, Timestamp};
use claimwire_store::page::{Filling, Weigh};
use claimwire_store::{Page, PageRequest};
use rusqlite::{Connection, Row, Rows};

use crate::error::{Error, Result};
use crate::rows;
use crate::shared::Shared;

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

/// The numbers that a page is within: from the first on, and below the second.
pub(crate) fn bounds(
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    request: PageRequest,
) -> (i64, i64) {
    let from = since.map_or(0, first_number_at);
    let below = until.map_or(i64::MAX, first_number_at);
    (from, below.min(request.below()))
}

/// A page of the rows found, each with its place; the statement has left out those to be skipped.
pub(crate) fn page<T: Weigh>(
    request: PageRequest,
    mut found: Rows<'_>,
    read: impl Fn(&Row<'_>) -> Result<((i64, i64), T)>,
) -> Result<Page<T>> {
    let mut filling = Filling::of(PageRequest { skip: 0, ..request });
    while let Some(row) = found.next()? {
        let (place, item) = read(row)?;
        if !filling.add(place, item) {
            break;
        }
    }
    Ok(filling.page())
}
