//! What stands in the way of a start on a database: a sentence that says what to do, and exit code 1.

use std::net::TcpListener;

use claimwire_testkit::postgres::{Cluster, Setup, older_server};

use crate::common::{run, serve};
use crate::nodes::ENCRYPTION_KEY;

const HBA: &str = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n";
const KEY: [&str; 2] = ["--encryption-key", ENCRYPTION_KEY];

/// Without a start: what is said of it.
fn refused(more: &[&str], said: &[&str]) {
    let dir = tempfile::tempdir().unwrap();
    let (code, out, err) = run(&mut serve(dir.path(), more));
    assert_eq!(code, Some(1), "{more:?}: {err}");
    assert!(!out.contains("listens on"), "{more:?}: {out}");
    for said in said {
        assert!(err.contains(said), "{more:?}: {err}");
    }
    assert!(!err.contains("sesame"), "{more:?}: {err}");
}

fn refused_at(url: &str, said: &[&str]) {
    refused(&[&["--database-url", url], &KEY[..]].concat(), said);
}

#[test]
fn what_is_asked_for_and_cannot_be_is_said() {
    let url = "postgres://me:sesame@127.0.0.1:1/claims";
    let without = ["--database-url", url];
    refused(&without, &["--database-url needs --encryption-key"]);
    let roles = ["--roles", "api,portal"];
    refused(&roles, &["--roles leaves out `deliver`"]);
    refused_at(url, &["127.0.0.1:1", "Check host and port"]);
    let unknown = "postgres://me:sesame@nowhere.invalid/claims";
    refused_at(unknown, &["nowhere.invalid:5432", "Check host and port"]);
    refused_at("http://me:sesame@127.0.0.1:1/claims", &["postgres://"]);
}

#[test]
fn what_is_wrong_with_the_server_is_said() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let older = format!("postgres://me:sesame@{}/x", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || older_server(&listener));
    refused_at(
        &older,
        &["is 14.18", "15 is the oldest that works", "Upgrade it"],
    );
    server.join().unwrap().unwrap();

    let port = {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        free.local_addr().unwrap().port()
    };
    let cluster = Cluster::start_as(Setup {
        files: &[("pg_hba.conf", HBA)],
        port: Some(port),
        ..Setup::default()
    })
    .unwrap();
    for sql in [
        "CREATE ROLE me LOGIN PASSWORD 'open'",
        "CREATE DATABASE others",
        "CREATE DATABASE newer OWNER me",
    ] {
        cluster.sql("postgres", sql).unwrap();
    }
    let later = "CREATE TABLE refinery_schema_history (version INT4 PRIMARY KEY, name TEXT, applied_on TEXT, checksum TEXT);
        INSERT INTO refinery_schema_history VALUES (9999, 'later', '2026-01-01T00:00:00Z', '1');
        ALTER TABLE refinery_schema_history OWNER TO me";
    cluster.sql("newer", later).unwrap();
    let at = |password: &str, database: &str| {
        format!("postgres://me:{password}@127.0.0.1:{port}/{database}")
    };
    refused_at(
        &at("sesame", "newer"),
        &["\"me\"", "Check user and password"],
    );
    refused_at(
        &at("open", "none"),
        &["no database \"none\"", "CREATE DATABASE"],
    );
    refused_at(
        &at("open", "others"),
        &["\"me\" may not", "OWNER TO \"me\""],
    );
    refused_at(
        &at("open", "newer"),
        &["newer claimwire", "Nothing was changed"],
    );
}
