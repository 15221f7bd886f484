//! Lists, newest first: which rows a page asks for, and what the next page begins after.

use claimwire_store::page::{Filling, Weigh};
use claimwire_store::{Page, PageRequest};
use tokio_postgres::Row;

use crate::connection::{Connection, Params, Sessions};
use crate::error::Result;
use crate::pipeline::Pipeline;

/// Keeps the plan of a list over the tables of all days: made for the values at hand, it takes longer than its work. Such a
/// plan knows neither how many rows are wanted nor of what days, and must not think that they are many.
const KEPT: &str = "BEGIN READ ONLY; SET LOCAL plan_cache_mode = force_generic_plan; \
     SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; \
     SET LOCAL max_parallel_workers_per_gather = 0";

/// Where all rows come in the order of an index: all of them may seem so few that they are read and sorted instead.
const UNSORTED: &str = "SET LOCAL enable_sort = off; SET LOCAL enable_incremental_sort = off";

/// The rows of a list, by a plan that is kept; outside of a transaction.
pub(crate) async fn by_kept_plan(
    conn: &Connection,
    sql: &str,
    params: Params<'_>,
) -> Result<Vec<Row>> {
    by_plan(conn, &[KEPT], sql, params).await
}

/// The same of a list whose rows come in the order of an index.
pub(crate) async fn by_kept_order(
    conn: &Connection,
    sql: &str,
    params: Params<'_>,
) -> Result<Vec<Row>> {
    by_plan(conn, &[KEPT, UNSORTED], sql, params).await
}

async fn by_plan(
    conn: &Connection,
    settings: &[&'static str],
    sql: &str,
    params: Params<'_>,
) -> Result<Vec<Row>> {
    // Where statements have no names there are no plans to keep.
    if conn.sessions() == Sessions::Pooled {
        return conn.query(sql, params).await;
    }
    let mut pipeline = Pipeline::on(conn);
    for setting in settings {
        pipeline.plain(setting);
    }
    pipeline.query(sql, params.to_vec()).await?;
    pipeline.plain("COMMIT");
    Ok(pipeline
        .run()
        .await?
        .into_iter()
        .nth(settings.len())
        .unwrap_or_default())
}

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
