//! The PostgreSQL store passes the conformance suite: alone, shared by several nodes, and through a pooler.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "conformance/pooled.rs"]
mod pooled;

use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use claimwire_store::Store;
use claimwire_store::conformance::shared::SharedStore;
use claimwire_store::vault::Vault;
use claimwire_store_postgres::{Options, PostgresStore, Sharing};
use claimwire_testkit::postgres::{Cluster, Database};

/// One whose schema is there, to be copied for each test.
static TEMPLATE: LazyLock<Database<'static>> = LazyLock::new(|| {
    let cluster = Cluster::shared().expect("a PostgreSQL cluster");
    let template = cluster.database(None).expect("a database");
    let url = template.url();
    let made = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async { open(&url, Sharing::Nodes).await.close().await });
    });
    made.join().expect("a schema");
    template
});

async fn open(url: &str, sharing: Sharing) -> Arc<PostgresStore> {
    let vault = Vault::new([7; 32], Vec::new()).expect("a vault");
    let options = Options {
        connections: 6,
        sharing,
        ..Options::default()
    };
    let store = PostgresStore::open(url, vault, options).await;
    store.expect("an empty store")
}

async fn database() -> Database<'static> {
    let made = || Cluster::shared()?.database(Some(&TEMPLATE));
    let made = tokio::task::spawn_blocking(made).await;
    made.expect("no panic").expect("a database")
}

/// Databases whose tests have ended: emptying one is quicker than making another.
static FREE: Mutex<Vec<Database<'static>>> = Mutex::new(Vec::new());

const EMPTY: &str =
    "DO $$ BEGIN EXECUTE (SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ')
    FROM pg_tables WHERE schemaname = 'public'
      AND tablename NOT IN ('beat', 'owners', 'sealed_keys', 'refinery_schema_history')); END $$";

/// A database that goes back to [`FREE`].
struct Kept(Option<Database<'static>>);

impl Drop for Kept {
    fn drop(&mut self) {
        let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        free.extend(self.0.take());
    }
}

async fn fresh() -> (Arc<dyn Store>, Kept) {
    fresh_at(Database::url).await
}

/// The same by the URL that `url` answers.
async fn fresh_at(url: fn(&Database<'static>) -> String) -> (Arc<dyn Store>, Kept) {
    let free = FREE.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let database = match free {
        None => database().await,
        Some(database) => {
            let emptied = move || database.sql(EMPTY).map(|_| database);
            let emptied = tokio::task::spawn_blocking(emptied).await;
            emptied.expect("no panic").expect("an empty database")
        }
    };
    let store = open(&url(&database), Sharing::Alone).await;
    (store, Kept(Some(database)))
}

claimwire_store::conformance!(fresh);

/// The clock of the database is far from what the callers of the suite say, and goes on when it is told.
struct Shared {
    database: Arc<Database<'static>>,
    url: String,
}

const CLOCK: &str = "CREATE TABLE clock (ms BIGINT);
    INSERT INTO clock VALUES (1000000);
    CREATE OR REPLACE FUNCTION clock_ms() RETURNS BIGINT LANGUAGE sql VOLATILE AS 'SELECT ms FROM clock'";

impl Shared {
    async fn sql(&self, sql: String) {
        let database = Arc::clone(&self.database);
        let done = tokio::task::spawn_blocking(move || database.sql(&sql));
        done.await.expect("no panic").expect("the clock is set");
    }
}

#[async_trait]
impl SharedStore for Shared {
    async fn node(&self) -> Arc<dyn Store> {
        open(&self.url, Sharing::Nodes).await
    }

    async fn pass(&self, time: Duration) {
        let sql = format!("UPDATE clock SET ms = ms + {}", time.as_millis());
        self.sql(sql).await;
    }
}

async fn fresh_shared() -> (Arc<dyn SharedStore>, Arc<Database<'static>>) {
    fresh_shared_at(Database::url).await
}

async fn fresh_shared_at(
    url: fn(&Database<'static>) -> String,
) -> (Arc<dyn SharedStore>, Arc<Database<'static>>) {
    let database = Arc::new(database().await);
    let shared = Shared {
        url: url(&database),
        database: Arc::clone(&database),
    };
    shared.sql(CLOCK.to_owned()).await;
    (Arc::new(shared), database)
}

claimwire_store::conformance!(shared: fresh_shared);
