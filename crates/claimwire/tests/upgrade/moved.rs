//! A data directory moved into PostgreSQL and back: everything is there as it was, whichever store holds it.

use std::path::Path;
use std::process::{Command, Stdio};

use claimwire_store_sqlite::DirectoryLock;
use claimwire_testkit::Receiver;
use claimwire_testkit::postgres::{Cluster, Database};
use serde_json::json;

use crate::SHOP;
use crate::common::{Serve, claimwire, run};
use crate::fixture::{self, Fixture};
use crate::proxy::Proxy;
use crate::same;

fn migrate(way: &str, url: &str, data: &Path) -> (Option<i32>, String, String) {
    let mut command = claimwire();
    command.args(["migrate", way, url, "--data-dir"]).arg(data);
    run(&mut command)
}

fn done(way: &str, url: &str, data: &Path) {
    let (code, out, err) = migrate(way, url, data);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("the same on both sides"), "{out}");
}

fn refused(way: &str, url: &str, data: &Path, said: &str) {
    let (code, _, err) = migrate(way, url, data);
    assert_eq!(code, Some(1), "{err}");
    assert!(err.contains(said), "{err}");
}

/// A data directory's files besides its database.
fn copy_files(from: &Path, to: &Path) {
    for name in ["images", "encryption.key", "admin-key.sha256"] {
        if !from.join(name).exists() {
            continue;
        }
        let mut copy = Command::new("cp");
        copy.arg("-r").arg(from.join(name)).arg(to.join(name));
        assert!(copy.status().unwrap().success());
    }
}

/// This program on the database, with the files of a data directory.
fn serve_on(url: &str, data: &Path, proxy: &Proxy) -> Serve {
    let key = std::fs::read_to_string(data.join("encryption.key")).unwrap();
    let mut command = fixture::command(data, proxy);
    command.args(["--database-url", url, "--encryption-key", key.trim()]);
    Serve::of(&mut command, Stdio::inherit())
}

fn stop(mut serve: Serve) {
    serve.signal("TERM");
    assert_eq!(serve.wait(), Some(0));
}

/// Tables that no fixture fills, and rows that have to be told apart elsewhere.
const MORE: &str = "
    INSERT INTO tickets SELECT no, 'claim', shop, '\\x01ff', NULL FROM webhooks;
    INSERT INTO sessions VALUES ('\\x02', 1, 2, 'Ann', gen_random_uuid(), 5, 6), ('\\x03', 0, 2, '', NULL, 5, 6);
    INSERT INTO portal_links VALUES ('\\x04', 1, 2, 'Ben', NULL, 7);
    INSERT INTO members VALUES (9, 1, gen_random_uuid(), 'a@example.com', 'A', 1, NULL, '\\x05', 8, 9);
    INSERT INTO mailed VALUES (1, 2, NULL);
    INSERT INTO letters VALUES (4, 1, 5, '\\x0103', 1, 6);
    INSERT INTO images (name, shop, bytes, uses, unused_since) VALUES ('x.jpg', 1, 10, 0, 0);
    INSERT INTO fan_outs VALUES (3, 999, 10, 20, '{10,11,9000000000000000000}', '{}');
    INSERT INTO timings SELECT no, 77, '\\x0102' FROM webhooks;
    INSERT INTO idempotency SELECT 1, 'key' || n, 5, '\\x01', 200, '\\x02' FROM generate_series(1, 3) AS n;
    INSERT INTO attempts SELECT event, target, 2, NULL, 1, 1, 500, 'status_500', NULL, '', '', ''
      FROM deliveries WHERE first_started_at IS NOT NULL LIMIT 1;";

/// All rows of a table that is moved, as the database writes them.
fn rows(database: &Database<'_>, table: &str) -> String {
    let (of, without) = match table {
        // Which nodes have in memory, and which have in hand.
        "shops" => (table, "'version'"),
        "deliveries" => (
            "(SELECT * FROM deliveries d WHERE NOT EXISTS
                (SELECT 1 FROM attempts a WHERE a.event = d.event AND a.target = d.target))",
            "'lease_node', 'lease_epoch', 'lease_until'",
        ),
        // A first attempt that is not the only one any more has a row of its own afterwards.
        "attempts" => ("(SELECT * FROM attempts WHERE number > 1)", ""),
        "timings" | "idempotency" => (table, "'no'"),
        _ => (table, ""),
    };
    let row = format!("(to_jsonb(t) - ARRAY[{without}]::TEXT[])::TEXT");
    let sql =
        format!("SELECT coalesce(string_agg({row}, E'\\n' ORDER BY {row}), '') FROM {of} AS t");
    database.sql(&sql).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_there_in_the_other_store_and_back() {
    let receiver = Receiver::start().await.unwrap();
    let proxy = Proxy::start(receiver.address());
    tokio::task::block_in_place(|| {
        let fixture = fixture::all().pop().unwrap();
        there_and_back(&fixture, &proxy);
    });
}

fn there_and_back(fixture: &Fixture, proxy: &Proxy) {
    let cluster = Cluster::shared().unwrap();
    let (dir, data) = fixture.unpack("stopped.tar.gz");
    let database = cluster.database(None).unwrap();
    let url = database.url();

    let lock = DirectoryLock::acquire(&data.join("claimwire.db")).unwrap();
    refused("--to", &url, &data, "another claimwire process");
    drop(lock);
    done("--to", &url, &data);
    refused("--to", &url, &data, "not empty");
    let serve = serve_on(&url, &data, proxy);
    same::check(fixture, &serve);
    refused(
        "--from",
        &url,
        &dir.path().join("busy"),
        "nodes serve this database",
    );
    let (status, claim) = serve.call(
        "POST",
        &format!("{SHOP}/claims"),
        Some(json!({"title": "New"})),
    );
    assert_eq!(status, 201, "{claim}");
    stop(serve);

    // Broken off in the midst.
    database.sql("CREATE TABLE moving ()").unwrap();
    let (code, _, err) = run(fixture::command(&data, proxy).args([
        "--database-url",
        &url,
        "--encryption-key",
        std::fs::read_to_string(data.join("encryption.key"))
            .unwrap()
            .trim(),
    ]));
    assert_eq!(code, Some(1));
    assert!(err.contains("claimwire migrate"), "{err}");
    // What was written meanwhile is no part of what is moved.
    refused("--to", &url, &data, "are not the same on both sides");
    let broken = cluster.database(None).unwrap();
    done("--to", &broken.url(), &data);
    let newer = "CREATE TABLE moving (); DELETE FROM tickets; DELETE FROM documents WHERE no > (SELECT min(no) FROM documents);
        DELETE FROM events WHERE no > (SELECT min(no) FROM events); DELETE FROM attempts; DELETE FROM api_keys;
        DELETE FROM deliveries WHERE event > (SELECT min(event) FROM deliveries)";
    broken.sql(newer).unwrap();
    done("--to", &broken.url(), &data);
    assert_eq!(broken.sql("SELECT to_regclass('moving')").unwrap(), "");

    // Back, and there once more.
    database.sql("DROP TABLE moving").unwrap();
    database.sql(MORE).unwrap();
    let back = dir.path().join("back");
    done("--from", &url, &back);
    refused("--from", &url, &back, "already");
    let again = cluster.database(None).unwrap();
    done("--to", &again.url(), &back);
    for table in claimwire_store::moving::TABLES {
        assert_eq!(
            rows(&again, table.name),
            rows(&database, table.name),
            "{}",
            table.name
        );
    }
    let next = "SELECT nextval(pg_get_serial_sequence('webhooks', 'no'))";
    assert_eq!(again.sql(next).unwrap(), database.sql(next).unwrap());

    let there = dir.path().join("there");
    done("--from", &broken.url(), &there);
    copy_files(&data, &there);
    let serve = Serve::of(&mut fixture::command(&there, proxy), Stdio::inherit());
    same::check(fixture, &serve);
    stop(serve);
}
