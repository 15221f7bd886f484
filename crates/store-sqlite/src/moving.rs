//! The embedded store as one side of a move ([`claimwire_store::moving`]).

mod read;
mod write;

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use claimwire_model::EventNo;
use claimwire_store::moving::{LastNumbers, Moving, Row, Table, Value};
use claimwire_store::{StoreError, StoreResult};
use rusqlite::{Connection, OptionalExtension, params};

use crate::connection::{self, Role};
use crate::delivered;
use crate::error::Result;
use crate::lock::DirectoryLock;
use crate::migrations;
use crate::recover::{Settled, recover, settle};

/// One that nobody else has open. Its calls block.
pub struct Embedded {
    /// None: it is complete.
    conn: Option<Connection>,
    /// A new one: where it is until it is complete, and then.
    place: Option<(PathBuf, PathBuf)>,
    _lock: DirectoryLock,
}

impl Embedded {
    /// The store in the file at `path`, to be moved from there.
    ///
    /// # Errors
    /// `Unavailable` when a process has it open, `Refused` when a newer program wrote it, or a webhook's change is not
    /// finished.
    pub fn source(path: &Path) -> StoreResult<Self> {
        let lock = DirectoryLock::acquire(path)?;
        migrations::refuse_newer(path).map_err(StoreError::from)?;
        let open = || -> Result<Connection> {
            let mut conn = connection::open(path, Role::Writer)?;
            migrations::migrate(&mut conn)?;
            recover(&mut conn)?;
            Ok(conn)
        };
        let conn = open().map_err(StoreError::from)?;
        let sql = "SELECT EXISTS (SELECT 1 FROM webhooks WHERE forward_since IS NOT NULL OR assigning_lanes = 1)";
        let unfinished: rusqlite::Result<bool> = conn.query_row(sql, [], |row| row.get(0));
        if unfinished
            .map_err(crate::error::Error::from)
            .map_err(StoreError::from)?
        {
            return Err(StoreError::Refused(
                "a change of a webhook is not finished: start the server, wait a minute, and stop it again".to_owned(),
            ));
        }
        Ok(Self {
            conn: Some(conn),
            place: None,
            _lock: lock,
        })
    }

    /// A store that is to be in the file at `path`, where nothing is yet but what an earlier move began.
    ///
    /// # Errors
    /// `Exists` when there is one, `Unavailable` when the file cannot be made.
    pub fn target(path: &Path) -> StoreResult<Self> {
        let lock = DirectoryLock::acquire(path)?;
        if path.exists() {
            return Err(StoreError::Exists);
        }
        let draft = path.with_extension("moving");
        let open = || -> Result<Connection> {
            let mut conn = connection::open(&draft, Role::Writer)?;
            migrations::migrate(&mut conn)?;
            Ok(conn)
        };
        Ok(Self {
            conn: Some(open().map_err(StoreError::from)?),
            place: Some((draft, path.to_owned())),
            _lock: lock,
        })
    }

    fn conn(&mut self) -> StoreResult<&mut Connection> {
        let complete = || StoreError::Unavailable("the move is complete".to_owned());
        self.conn.as_mut().ok_or_else(complete)
    }
}

#[async_trait]
impl Moving for Embedded {
    async fn count(&mut self, table: &'static Table) -> StoreResult<u64> {
        let sql = format!("SELECT count(*) FROM {}", read::from(table));
        Ok(self
            .conn()?
            .query_row(&sql, [], |row| row.get(0))
            .map_err(crate::error::Error::from)?)
    }

    async fn last(&mut self, table: &'static Table) -> StoreResult<Option<Row>> {
        Ok(read::last(self.conn()?, table)?)
    }

    async fn read(
        &mut self,
        table: &'static Table,
        after: Option<&[Value]>,
        limit: usize,
    ) -> StoreResult<Vec<Row>> {
        Ok(read::rows(self.conn()?, table, after, limit)?)
    }

    async fn write(&mut self, table: &'static Table, rows: Vec<Row>) -> StoreResult<()> {
        Ok(write::rows(self.conn()?, table, rows)?)
    }

    async fn last_numbers(&mut self) -> StoreResult<LastNumbers> {
        let conn = self.conn()?;
        let last = |table: &str| -> Result<i64> {
            let found = conn
                .query_row(
                    "SELECT seq FROM sqlite_sequence WHERE name = ?1",
                    [table],
                    |row| row.get(0),
                )
                .optional()?;
            Ok(found.unwrap_or(0))
        };
        Ok(LastNumbers {
            shops: last("shops")?,
            targets: last("webhooks")?,
        })
    }

    async fn written(&mut self, numbers: LastNumbers) -> StoreResult<()> {
        Ok(written(self.conn()?, numbers)?)
    }

    async fn complete(&mut self) -> StoreResult<()> {
        let (Some(conn), Some((draft, path))) = (self.conn.take(), self.place.take()) else {
            return Ok(());
        };
        let close = || -> Result<()> {
            // All of it in the one file.
            conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            conn.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
            conn.close().map_err(|(_, error)| error)?;
            Ok(())
        };
        close().map_err(StoreError::from)?;
        keep(&draft, &path).map_err(|error| {
            let (draft, path) = (draft.display(), path.display());
            StoreError::Unavailable(format!("cannot rename {draft} to {path}: {error}"))
        })
    }
}

fn written(conn: &mut Connection, numbers: LastNumbers) -> Result<()> {
    let tx = conn.transaction()?;
    for (table, last) in [("shops", numbers.shops), ("webhooks", numbers.targets)] {
        tx.execute("DELETE FROM sqlite_sequence WHERE name = ?1", [table])?;
        tx.execute(
            "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)",
            params![table, last],
        )?;
    }
    // The index of what documents are found by is made behind them.
    tx.execute(
        "UPDATE searchable SET since = (SELECT coalesce(max(no), -1) + 1 FROM documents)",
        [],
    )?;
    let newest = tx.query_row("SELECT coalesce(max(no), 0) FROM events", [], |row| {
        row.get(0)
    })?;
    tx.execute(
        "INSERT INTO event_subjects
         SELECT shop, subject_id, no FROM events WHERE subject_id IS NOT NULL ORDER BY shop, subject_id, no",
        [],
    )?;
    tx.execute(delivered::FILL, [])?;
    let newest = EventNo(newest);
    let settled = Settled {
        deliveries: newest,
        subjects: newest,
        delivered: newest,
    };
    settle(&tx, settled)?;
    tx.commit()?;
    Ok(())
}

/// Renames a file, for good.
fn keep(draft: &Path, path: &Path) -> std::io::Result<()> {
    std::fs::rename(draft, path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::File::open(folder)?.sync_all()
}
