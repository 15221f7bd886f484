//! What stands in the way of a database is said in a sentence, and soon.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::time::Duration;

use claimwire_store::vault::Vault;
use claimwire_store::{StoreError, StoreResult};
use claimwire_store_postgres::{Options, PostgresStore};
use claimwire_testkit::postgres::Cluster;

async fn open_with(url: &str, key: u8) -> StoreResult<()> {
    let vault = Vault::new([key; 32], Vec::new()).unwrap();
    let options = Options {
        patience: Duration::from_secs(3),
        ..Options::default()
    };
    let store = PostgresStore::open(url, vault, options).await?;
    store.close();
    Ok(())
}

async fn refused(url: &str, said: &[&str]) {
    let error = open_with(url, 7).await.expect_err(url);
    assert!(
        matches!(error, StoreError::Refused(_) | StoreError::Unavailable(_)),
        "{error:?}"
    );
    for said in said {
        assert!(error.to_string().contains(said), "{url}: {error}");
    }
    assert!(!error.to_string().contains("sesame"), "{error}");
}

#[tokio::test]
async fn what_is_wrong_is_said() {
    let cluster = Cluster::start().unwrap();
    refused(
        "postgres://me:sesame@nowhere.invalid/x",
        &["nowhere.invalid:5432", "Check host and port"],
    )
    .await;
    refused(
        "postgres://me:sesame@127.0.0.1:1/x",
        &["127.0.0.1:1", "that the server runs"],
    )
    .await;
    refused("mysql://me:sesame@host/x", &["URL", "postgres://"]).await;
    refused(
        &cluster.url("missing"),
        &["no database \"missing\"", "CREATE DATABASE"],
    )
    .await;
    refused(
        &cluster.url_of("nobody", "postgres"),
        &["\"nobody\"", "Check user and password"],
    )
    .await;

    cluster.sql("postgres", "CREATE ROLE guest LOGIN").unwrap();
    cluster.database(None).unwrap();
    refused(
        &cluster.url_of("guest", "test0"),
        &["\"guest\" may not", "OWNER TO \"guest\""],
    )
    .await;
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(
        cluster.sql("test0", tables).unwrap(),
        "0",
        "nothing is left of it"
    );

    let url = cluster.url("test0");
    open_with(&url, 7).await.unwrap();
    open_with(&url, 7).await.expect("again");
    cluster.sql("test0", "INSERT INTO refinery_schema_history VALUES (9999, 'later', '2026-01-01T00:00:00Z', '1')").unwrap();
    refused(
        &url,
        &["newer claimwire", "9999 (later)", "Nothing was changed"],
    )
    .await;
    cluster
        .sql(
            "test0",
            "DELETE FROM refinery_schema_history WHERE version = 9999",
        )
        .unwrap();
    cluster
        .sql(
            "test0",
            "ALTER DATABASE test0 SET default_transaction_read_only = on",
        )
        .unwrap();
    cluster
        .sql(
            "test0",
            "SET default_transaction_read_only = off; DELETE FROM refinery_schema_history",
        )
        .unwrap();
    refused(&url, &["read-only"]).await;
}

#[tokio::test]
async fn a_strange_encryption_key_is_refused_while_something_is_sealed() {
    let cluster = Cluster::start().unwrap();
    let url = cluster.database(None).unwrap();
    open_with(&url, 7).await.unwrap();
    open_with(&url, 8).await.expect("nothing was sealed");
    let sealed = "INSERT INTO idempotency VALUES (1, 'key', 1, 'x', 200,
        (SELECT '\\x01'::BYTEA || id FROM sealed_keys LIMIT 1))";
    cluster.sql("test0", sealed).unwrap();
    let error = open_with(&url, 9).await.unwrap_err();
    assert!(error.to_string().contains("encryption key"), "{error}");
    open_with(&url, 8).await.expect("the key that sealed it");
}

#[tokio::test]
async fn two_nodes_may_open_it_for_the_first_time_at_once() {
    let cluster = Cluster::start().unwrap();
    let url = cluster.database(None).unwrap();
    let opened: Vec<_> = (0..4)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { open_with(&url, 7).await })
        })
        .collect();
    for opened in opened {
        opened.await.unwrap().unwrap();
    }
}
