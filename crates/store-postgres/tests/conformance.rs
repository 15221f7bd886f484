//! The PostgreSQL store passes the conformance suite: alone, and shared by several nodes.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use claimwire_store::Store;
use claimwire_store::conformance::ownership::SharedStore;
use claimwire_store::vault::Vault;
use claimwire_store_postgres::{Options, PostgresStore, Sharing};
use claimwire_testkit::postgres::{Cluster, database_of};

/// The tests of this file share a cluster; each has a database, copied from one whose schema is there.
static CLUSTER: LazyLock<Cluster> = LazyLock::new(|| {
    let cluster = Cluster::start().expect("a PostgreSQL cluster");
    let url = cluster.database(None).expect("a database");
    let made = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async { open(&url, Sharing::Nodes).await.close() });
    });
    made.join().expect("a schema");
    cluster
});
/// The first that was made.
const TEMPLATE: &str = "test0";

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

async fn fresh_url() -> String {
    let url = tokio::task::spawn_blocking(|| CLUSTER.database(Some(TEMPLATE)));
    url.await.expect("no panic").expect("a database")
}

async fn fresh() -> (Arc<dyn Store>, ()) {
    (open(&fresh_url().await, Sharing::Alone).await, ())
}

claimwire_store::conformance!(fresh);

/// The clock of the database is far from what the callers of the suite say, and goes on when it is told.
struct Shared(String);

const CLOCK: &str = "CREATE TABLE clock (ms BIGINT);
    INSERT INTO clock VALUES (1000000);
    CREATE OR REPLACE FUNCTION clock_ms() RETURNS BIGINT LANGUAGE sql VOLATILE AS 'SELECT ms FROM clock'";

impl Shared {
    async fn sql(&self, sql: String) {
        let database = database_of(&self.0).to_owned();
        let done = tokio::task::spawn_blocking(move || CLUSTER.sql(&database, &sql));
        done.await.expect("no panic").expect("the clock is set");
    }
}

#[async_trait]
impl SharedStore for Shared {
    async fn node(&self) -> Arc<dyn Store> {
        open(&self.0, Sharing::Nodes).await
    }

    async fn pass(&self, time: Duration) {
        let sql = format!("UPDATE clock SET ms = ms + {}", time.as_millis());
        self.sql(sql).await;
    }
}

async fn fresh_shared() -> (Arc<dyn SharedStore>, ()) {
    let shared = Shared(fresh_url().await);
    shared.sql(CLOCK.to_owned()).await;
    (Arc::new(shared), ())
}

claimwire_store::conformance!(shared: fresh_shared);
