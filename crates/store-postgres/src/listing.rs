//! Lists, newest first: which rows a page asks for, and what the next page begins after.

use claimwire_store::page::{Filling, Weigh};
use claimwire_store::{Page, PageRequest};
use tokio_postgres::Row;

use crate::error::Result;

/// A page request in the terms of SQL.
pub(crate) trait Paging {
    /// Rows to read: one more than the page holds, to know whether there is another page.
    fn rows(&self) -> i64;
    /// Rows to leave out.
    fn skipped(&self) -> i64;
}

impl Paging for PageRequest {
    fn rows(&self) -> i64 {
        i64::try_from(self.limit.saturating_add(1)).unwrap_or(i64::MAX)
    }

    fn skipped(&self) -> i64 {
        i64::try_from(self.skip).unwrap_or(i64::MAX)
    }
}

/// A page of the rows found, each with its place; the statement has left out those to be skipped.
pub(crate) fn page<T: Weigh>(
    request: PageRequest,
    found: &[Row],
    read: impl Fn(&Row) -> Result<((i64, i64), T)>,
) -> Result<Page<T>> {
    let mut filling = Filling::of(PageRequest { skip: 0, ..request });
    for row in found {
        let (place, item) = read(row)?;
        if !filling.add(place, item) {
            break;
        }
    }
    Ok(filling.page())
}
