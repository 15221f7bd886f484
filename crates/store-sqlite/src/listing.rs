//! Lists, newest first: which rows a page asks for, and what the next page begins after.

use claimwire_model::ShopNo;
use claimwire_store::page::{Filling, Weigh};
use claimwire_store::{Page, PageRequest};
use rusqlite::{Connection, Row, Rows};

use crate::error::{Error, Result};
use crate::rows;
use crate::shared::Shared;

/// A page request in the terms of SQL.
pub(crate) trait Paging {
    /// Rows to read: one more than the page holds, to know whether there is another page.
    fn rows(&self) -> usize;
}

impl Paging for PageRequest {
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
