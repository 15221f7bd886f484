//! What stands in the way of a database is said in a sentence, and soon.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::net::TcpListener;
use std::time::Duration;

use claimwire_store::vault::Vault;
use claimwire_store::{StoreError, StoreResult};
use claimwire_store_postgres::{Options, PostgresStore};
use claimwire_testkit::postgres::{Cluster, Database, Setup, older_server};
use claimwire_testkit::tls::Authority;

async fn open_with(url: &str, key: u8) -> StoreResult<()> {
    let vault = Vault::new([key; 32], Vec::new()).unwrap();
    let options = Options {
        patience: Duration::from_secs(3),
        ..Options::default()
    };
    let store = PostgresStore::open(url, vault, options).await?;
    store.close().await;
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

fn database() -> Database<'static> {
    Cluster::shared().unwrap().database(None).unwrap()
}

#[tokio::test]
async fn what_is_wrong_with_the_way_to_it_is_said() {
    let cluster = Cluster::shared().unwrap();
    let unknown = "postgres://me:sesame@nowhere.invalid/x";
    refused(unknown, &["nowhere.invalid:5432", "Check host and port"]).await;
    let silent = "postgres://me:sesame@127.0.0.1:1/x";
    refused(silent, &["127.0.0.1:1", "that the server runs"]).await;
    refused("mysql://me:sesame@host/x", &["URL", "postgres://"]).await;
    let missing = cluster.url("postgres", "missing");
    refused(&missing, &["no database \"missing\"", "CREATE DATABASE"]).await;
    let nobody = cluster.url("nobody", "postgres");
    refused(&nobody, &["\"nobody\"", "Check user and password"]).await;
}

#[tokio::test]
async fn what_is_wrong_with_it_is_said() {
    let database = database();
    database.sql("CREATE ROLE guest LOGIN").unwrap();
    let guest = database.url_of("guest");
    refused(&guest, &["\"guest\" may not", "OWNER TO \"guest\""]).await;
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(database.sql(tables).unwrap(), "0", "nothing is left of it");

    let url = database.url();
    PostgresStore::look(&url, Options::default()).await.unwrap();
    assert_eq!(database.sql(tables).unwrap(), "0", "a look changes nothing");
    open_with(&url, 7).await.unwrap();
    open_with(&url, 7).await.expect("again");
    PostgresStore::look(&url, Options::default()).await.unwrap();
    let newer =
        "INSERT INTO refinery_schema_history VALUES (9999, 'later', '2026-01-01T00:00:00Z', '1')";
    database.sql(newer).unwrap();
    refused(
        &url,
        &["newer claimwire", "9999 (later)", "Nothing was changed"],
    )
    .await;
    let looked = PostgresStore::look(&url, Options::default()).await;
    let looked = looked.unwrap_err().to_string();
    assert!(looked.contains("newer claimwire"), "{looked}");

    database.sql("DROP TABLE refinery_schema_history").unwrap();
    let read_only = "ALTER DATABASE {} SET default_transaction_read_only = on";
    database
        .sql(&read_only.replace("{}", database.name()))
        .unwrap();
    refused(&url, &["read-only"]).await;
}

#[tokio::test]
async fn a_strange_encryption_key_is_refused_while_something_is_sealed() {
    let database = database();
    let url = database.url();
    open_with(&url, 7).await.unwrap();
    open_with(&url, 8).await.expect("nothing was sealed");
    let sealed = "INSERT INTO idempotency VALUES (1, 'key', 1, 'x', 200,
        (SELECT '\\x01'::BYTEA || id FROM sealed_keys))";
    database.sql(sealed).unwrap();
    let error = open_with(&url, 9).await.unwrap_err();
    assert!(error.to_string().contains("encryption key"), "{error}");
    open_with(&url, 8).await.expect("the key that sealed it");
}

#[tokio::test]
async fn several_nodes_may_be_the_first_to_open_it() {
    let database = database();
    let opened: Vec<_> = (0..4)
        .map(|_| {
            let url = database.url();
            tokio::spawn(async move { open_with(&url, 7).await })
        })
        .collect();
    for opened in opened {
        opened.await.unwrap().unwrap();
    }
}

/// Steps that a node of the version before does not outlive, or that were found by hand to be harmless to it.
const LOOKED_AT: [&str; 1] = ["V0004__partitions.sql"];

/// What takes away or binds what the version before reads and writes.
fn contracts(line: &str) -> bool {
    let takes = [
        "DROP ",
        "RENAME ",
        "SET NOT NULL",
        "ALTER COLUMN",
        "ADD CONSTRAINT",
    ];
    let bound = line.contains("ADD COLUMN") && line.contains("NOT NULL");
    takes.iter().any(|word| line.contains(word)) || bound && !line.contains("DEFAULT")
}

#[test]
fn the_version_before_goes_on_after_each_step_of_the_schema() {
    assert!(contracts("ALTER TABLE x ADD COLUMN y BIGINT NOT NULL"));
    assert!(!contracts(
        "ALTER TABLE x ADD COLUMN y BIGINT NOT NULL DEFAULT 0"
    ));
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let mut steps = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("V0001") || LOOKED_AT.contains(&&*name) {
            continue;
        }
        steps += 1;
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let sql = line.split("--").next().unwrap().to_uppercase();
            assert!(!contracts(&sql), "{name} takes away: {line}");
        }
    }
    assert!(steps >= 3, "{steps}");
}

#[tokio::test]
async fn a_server_that_is_too_old_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || older_server(&listener));
    let url = format!("postgres://me:sesame@{address}/x");
    let version = "is 14.18 (Debian 14.18-1), and 15 is the oldest that works";
    refused(&url, &[&address.to_string(), version, "Upgrade it"]).await;
    server.join().unwrap().unwrap();
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

const HBA: &str = "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n";

#[tokio::test]
async fn a_password_goes_over_tls_to_a_server_that_proves_who_it_is() {
    let authority = Authority::new().unwrap();
    let (certificate, key) = authority.pem(&["localhost"]).unwrap();
    let port = free_port();
    let cluster = Cluster::start_as(Setup {
        settings: "ssl = on\n",
        files: &[
            ("server.crt", &certificate),
            ("server.key", &key),
            ("pg_hba.conf", HBA),
        ],
        port: Some(port),
    })
    .unwrap();
    for sql in [
        "CREATE ROLE me LOGIN PASSWORD 'sesame'",
        "CREATE DATABASE mine OWNER me",
    ] {
        cluster.sql("postgres", sql).unwrap();
    }
    let dir = tempfile::tempdir().unwrap();
    let roots = |name: &str, authority: &Authority| {
        let path = dir.path().join(name);
        std::fs::write(&path, authority.root_pem()).unwrap();
        path.display().to_string()
    };
    let url = |host: &str, rest: &str| format!("postgres://me:sesame@{host}:{port}/mine?{rest}");
    let (own, other) = (
        roots("own", &authority),
        roots("other", &Authority::new().unwrap()),
    );

    let proven = format!("sslmode=verify-full&sslrootcert={own}");
    open_with(&url("localhost", &proven), 7).await.unwrap();
    open_with(&url("127.0.0.1", "sslmode=require"), 7)
        .await
        .unwrap();
    let where_it_is = format!(":{port}");
    refused(&url("127.0.0.1", &proven), &[&where_it_is, "certificate"]).await;
    let strange = format!("sslmode=verify-full&sslrootcert={other}");
    refused(&url("localhost", &strange), &[&where_it_is, "certificate"]).await;
    refused(&url("localhost", "sslmode=disable"), &["pg_hba.conf"]).await;
    let wrong = url("localhost", &proven).replace("sesame", "open");
    refused(&wrong, &["\"me\"", "password", "Check user and password"]).await;
    let none = url("localhost", &proven).replace(":sesame", "");
    refused(&none, &["\"me\"", "the URL has none"]).await;
}
