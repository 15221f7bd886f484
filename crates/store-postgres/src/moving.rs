//! A PostgreSQL database as one side of a move ([`claimwire_store::moving`]).
//!
//! While a move into it goes on there is a table `moving`: no server opens it then ([`open`](crate::open)).

mod read;
mod write;

use std::time::Duration;

use async_trait::async_trait;
use claimwire_store::moving::{LastNumbers, Moving, Row, Table, Value};
use claimwire_store::{StoreError, StoreResult};

use crate::connection::{self, Connection, Pool, Sessions};
use crate::error::Result;
use crate::open;
use crate::options::Options;
use crate::url::Place;

/// Between two looks whether nodes are there.
const PAUSE: Duration = Duration::from_millis(200);

/// One that no node is on.
pub struct Shared {
    pool: Pool,
}

impl Shared {
    /// The database at `url`, to be moved from there.
    ///
    /// # Errors
    /// Those of [`PostgresStore::open`](crate::PostgresStore::open); `Unavailable` when a node is on it.
    pub async fn source(url: &str) -> StoreResult<Self> {
        let this = Self::open(url).await?;
        let conn = this.connection().await?;
        open::refuse_half(&conn).await?;
        // One that has ended, or was killed, counts until its last heartbeat is too long ago: a few seconds.
        let alive = "SELECT max(until) FROM nodes WHERE until > clock_ms()";
        let seen: Option<i64> = first(&conn, alive).await?;
        while let Some(until) = first::<Option<i64>>(&conn, alive).await? {
            if Some(until) > seen {
                let why = "nodes serve this database: stop all of them first";
                return Err(StoreError::Unavailable(why.to_owned()));
            }
            tokio::time::sleep(PAUSE).await;
        }
        if first(&conn, "SELECT EXISTS (SELECT 1 FROM forwards)").await? {
            let why = "a webhook became active, and not all that waits for it is put in its place: start a node on it for a \
                       moment";
            return Err(StoreError::Unavailable(why.to_owned()));
        }
        Ok(this)
    }

    /// The database at `url`, where nothing is yet but what an earlier move began.
    ///
    /// # Errors
    /// Those of [`PostgresStore::open`](crate::PostgresStore::open); `Exists` when there is something.
    pub async fn target(url: &str) -> StoreResult<Self> {
        let this = Self::open(url).await?;
        let conn = this.connection().await?;
        conn.batch_execute(conn.beginning()).await?;
        let begun: bool = first(&conn, "SELECT to_regclass('moving') IS NOT NULL").await?;
        let used = "SELECT EXISTS (SELECT 1 FROM shops) OR EXISTS (SELECT 1 FROM members)
             OR EXISTS (SELECT 1 FROM nodes WHERE until > clock_ms())";
        if !begun && first(&conn, used).await? {
            conn.discard();
            return Err(StoreError::Exists);
        }
        let made = conn
            .batch_execute("CREATE TABLE IF NOT EXISTS moving (); COMMIT")
            .await;
        made?;
        Ok(this)
    }

    async fn open(url: &str) -> StoreResult<Self> {
        let options = Options {
            connections: 1,
            silence: Duration::MAX,
            ..Options::default()
        };
        let unusable = |why| StoreError::Refused(format!("the URL cannot be used: {why}"));
        let place = Place::parse(url, options.patience).map_err(unusable)?;
        let sessions = open::migrate(&place, options.patience).await?;
        let pool = connection::pool(place.config, place.tls, &options, sessions)?;
        Ok(Self { pool })
    }

    async fn connection(&self) -> Result<Connection> {
        let conn = Connection::from(&self.pool).await?;
        // A part of a large table may take its time.
        if conn.sessions() == Sessions::Own {
            conn.batch_execute("SET statement_timeout = 0").await?;
        }
        Ok(conn)
    }
}

async fn first<T>(conn: &Connection, sql: &str) -> Result<T>
where
    T: for<'a> tokio_postgres::types::FromSql<'a>,
{
    Ok(conn.query_one(sql, &[]).await?.try_get(0)?)
}

#[async_trait]
impl Moving for Shared {
    async fn count(&mut self, table: &'static Table) -> StoreResult<u64> {
        let conn = self.connection().await?;
        let sql = format!("SELECT count(*) FROM {}", read::from(table));
        let count: i64 = first(&conn, &sql).await?;
        Ok(count.unsigned_abs())
    }

    async fn last(&mut self, table: &'static Table) -> StoreResult<Option<Row>> {
        Ok(read::last(&self.connection().await?, table).await?)
    }

    async fn read(
        &mut self,
        table: &'static Table,
        after: Option<&[Value]>,
        limit: usize,
    ) -> StoreResult<Vec<Row>> {
        Ok(read::rows(&self.connection().await?, table, after, limit).await?)
    }

    async fn write(&mut self, table: &'static Table, rows: Vec<Row>) -> StoreResult<()> {
        Ok(write::rows(&self.connection().await?, table, &rows).await?)
    }

    async fn last_numbers(&mut self) -> StoreResult<LastNumbers> {
        let conn = self.connection().await?;
        Ok(LastNumbers {
            shops: first(&conn, &last_number("shops")).await?,
            targets: first(&conn, &last_number("webhooks")).await?,
        })
    }

    async fn written(&mut self, numbers: LastNumbers) -> StoreResult<()> {
        let conn = self.connection().await?;
        for (table, last) in [("shops", numbers.shops), ("webhooks", numbers.targets)] {
            // 0: none was given out.
            let sql = format!(
                "SELECT setval(pg_get_serial_sequence('{table}', 'no'), greatest($1::BIGINT, 1), $1::BIGINT > 0)"
            );
            conn.query_one(&sql, &[&last]).await?;
        }
        let analysed = conn.batch_execute("ANALYZE").await;
        Ok(analysed?)
    }

    async fn complete(&mut self) -> StoreResult<()> {
        let conn = self.connection().await?;
        let done = conn.batch_execute("DROP TABLE IF EXISTS moving").await;
        Ok(done?)
    }
}

/// The last number of a table's sequence that was given out; 0: none was.
fn last_number(table: &str) -> String {
    format!(
        "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('{table}', 'no')::regclass), 0)"
    )
}
