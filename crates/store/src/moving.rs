//! A store moved whole into another: its tables in one form for all stores, read and written in parts, and compared
//! at the end by counts and checksums. Nobody else may have either store open.
//!
//! A move may be broken off anywhere and begun again: what is there is passed over. What is sealed stays sealed, so no
//! key is needed for it. Leases and ownership are not moved, nor what a store works out for itself: its search index,
//! what it counts.

mod checksum;
mod tables;

use async_trait::async_trait;

use crate::error::{StoreError, StoreResult};

pub use checksum::Sum;
pub use tables::{Column, Kind, TABLES, Table};

/// Rows read and written at once.
const ROWS: usize = 2_000;

/// A value of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A number; of a [`Kind::Bool`] 0 or 1.
    Int(i64),
    /// A text; of [`Kind::Numbers`] numbers with commas between.
    Text(String),
    /// Bytes; of a [`Kind::Uuid`] 16.
    Bytes(Vec<u8>),
}

impl Value {
    /// As a number; none is 0.
    #[must_use]
    pub fn int(&self) -> i64 {
        match self {
            Self::Int(value) => *value,
            _ => 0,
        }
    }

    /// As a text; none is empty.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Text(value) => value,
            _ => "",
        }
    }
}

/// The values of a table's columns, in order.
pub type Row = Vec<Value>;

/// The last numbers that were given out and may not be given again, where a table's rows do not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastNumbers {
    /// To a shop.
    pub shops: i64,
    /// To a target.
    pub targets: i64,
}

/// One side of a move. Nobody else has the store open.
#[async_trait]
pub trait Moving: Send {
    /// How many rows a table has.
    async fn count(&mut self, table: &'static Table) -> StoreResult<u64>;
    /// The greatest key of a table that [`Table::resumes`].
    async fn last(&mut self, table: &'static Table) -> StoreResult<Option<Row>>;
    /// About `limit` rows behind a key, in the order of keys, all with one key together. None: there are no more.
    async fn read(
        &mut self,
        table: &'static Table,
        after: Option<&[Value]>,
        limit: usize,
    ) -> StoreResult<Vec<Row>>;
    /// Adds rows, all or none; passes over those that are there.
    async fn write(&mut self, table: &'static Table, rows: Vec<Row>) -> StoreResult<()>;
    /// The last numbers.
    async fn last_numbers(&mut self) -> StoreResult<LastNumbers>;
    /// All rows are written: notes the last numbers, and what follows from the rows.
    async fn written(&mut self, numbers: LastNumbers) -> StoreResult<()>;
    /// It has been compared: from now on the store may be opened.
    async fn complete(&mut self) -> StoreResult<()>;
}

/// Which part of a move is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Rows are written.
    Writes,
    /// Both sides are compared.
    Compares,
}

/// Told of a step, a table, the rows of it that are done and all of them.
pub type Progress<'a> = &'a mut (dyn FnMut(Step, &'static str, u64, u64) + Send);

/// Moves everything; answers how many rows.
///
/// # Errors
/// Those of either side; `Damaged` when both do not hold the same in the end.
pub async fn run(
    from: &mut dyn Moving,
    to: &mut dyn Moving,
    progress: Progress<'_>,
) -> StoreResult<u64> {
    let mut counts = Vec::new();
    for table in TABLES {
        let count = from.count(table).await?;
        copy(from, to, table, count, progress).await?;
        counts.push((table, count));
    }
    to.written(from.last_numbers().await?).await?;
    let mut rows = 0;
    for (table, count) in counts {
        let mut told = |done| progress(Step::Compares, table.name, done, count * 2);
        let before = sum(from, table, &mut told, 0).await?;
        let after = sum(to, table, &mut told, count).await?;
        if before != after {
            return Err(StoreError::Damaged(format!(
                "{} are not the same on both sides ({before}; {after}): it may have been changed between two tries. \
                 Empty the target and begin anew",
                table.name
            )));
        }
        rows += before.rows;
    }
    to.complete().await?;
    Ok(rows)
}

async fn copy(
    from: &mut dyn Moving,
    to: &mut dyn Moving,
    table: &'static Table,
    count: u64,
    progress: Progress<'_>,
) -> StoreResult<()> {
    let mut after = None;
    let mut done = 0;
    if table.resumes {
        after = to.last(table).await?;
        done = to.count(table).await?;
    }
    loop {
        progress(Step::Writes, table.name, done, count);
        let rows = from.read(table, after.as_deref(), ROWS).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = Some(last.iter().take(table.key).cloned().collect());
        done += u64::try_from(rows.len()).unwrap_or(0);
        to.write(table, rows).await?;
    }
}

async fn sum(
    side: &mut dyn Moving,
    table: &'static Table,
    told: &mut (dyn FnMut(u64) + Send),
    base: u64,
) -> StoreResult<Sum> {
    let mut sum = Sum::default();
    let mut after: Option<Row> = None;
    loop {
        told(base + sum.rows);
        let rows = side.read(table, after.as_deref(), ROWS).await?;
        let Some(last) = rows.last() else {
            return Ok(sum);
        };
        after = Some(last.iter().take(table.key).cloned().collect());
        for row in &rows {
            sum.add(table, row);
        }
    }
}
