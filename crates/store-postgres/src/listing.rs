//! Lists, newest first: which rows a page asks for, and what the next page begins after.

use claimwire_model::Timestamp;
use claimwire_model::id::first_number_at;
use claimwire_store::page::{Filling, Weigh};
use claimwire_store::{Page, PageRequest};
use tokio_postgres::Row;

use crate::error::Result;

/// A page request in the terms of SQL.
pub(crate) trait Paging {
    /// The first number that is too new for the page.
    fn below(&self) -> i64;
    /// Rows to read: one more than the page holds, to know whether there is another page.
    fn rows(&self) -> i64;
    /// Rows to leave out.
    fn skipped(&self) -> i64;
}

impl Paging for PageRequest {
    fn below(&self) -> i64 {
        self.after.map_or(i64::MAX, |(no, _)| no)
    }

    fn rows(&self) -> i64 {
        i64::try_from(self.limit.saturating_add(1)).unwrap_or(i64::MAX)
    }

    fn skipped(&self) -> i64 {
        i64::try_from(self.skip).unwrap_or(i64::MAX)
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
