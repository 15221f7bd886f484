//! What a change of a claim costs in the store, with the indexes of the lists and without: each changes the status of
//! one claim in turn, and so writes the document, its search terms and one event.
//!
//! `cargo run --release -p claimwire-store-sqlite --example changes -- [NAME=NUMBER …]`, of which: `claims` that there
//! are, `changes` to make, `indexes` (0: without those of events by ref and subject and of deliveries by state),
//! `search` (0: without the index of terms). Under `valgrind --tool=callgrind` the difference of two numbers of changes
//! gives the instructions of one.

#![allow(clippy::print_stdout, reason = "it prints what it measured")]

#[path = "rate/usage.rs"]
#[allow(dead_code, reason = "the other example needs more of it")]
mod usage;

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use claimwire_model::event::Fact;
use claimwire_model::subject::Subject;
use claimwire_model::{PerformedBy, Shop, SubjectKind, Timestamp};
use claimwire_store::commit::{Content, Write};
use claimwire_store::directory::{NewShop, Once};
use claimwire_store::vault::Vault;
use claimwire_store::{Commit, Directory, Subjects};
use claimwire_store_sqlite::{Options, SqliteStore};
use rusqlite::Connection;
use serde_json::value::RawValue;
use usage::Usage;
use uuid::Uuid;

type Failure = Box<dyn Error + Send + Sync>;

const INDEXES: &str = "DROP INDEX events_ref; DROP INDEX deliveries_state;";
const SEARCH: &str =
    "DROP TABLE search; CREATE VIEW search AS SELECT '' AS search, 0 AS rowid, '' AS terms;
    CREATE TRIGGER unsearched INSTEAD OF INSERT ON search BEGIN SELECT 1; END;";

fn open(path: &Path) -> Result<Arc<SqliteStore>, Failure> {
    let vault = Vault::new([7; 32], Vec::new())?;
    Ok(SqliteStore::open(path, vault, Options::default())?)
}

/// The claim of this number as it is at a version.
fn claim(number: u64, version: u64) -> (String, String) {
    let id = Uuid::from_u128(u128::from(number) + 1).to_string();
    let status = if version.is_multiple_of(2) {
        "open"
    } else {
        "accepted"
    };
    let text = "The parcel arrived crushed on one side, and two of the glasses inside are broken. ";
    let json = format!(
        r#"{{"id":"{id}","number":{number},"order_number":"N{number}","status":"{status}","reason":"damage","title":"Wine glass number {number}","customer":{{"email":"customer{number}@example.com","first_name":"Ada"}},"labels":["fragile"],"description":"{}","version":{version}}}"#,
        text.repeat(12)
    );
    (id, json)
}

async fn write(
    store: &SqliteStore,
    shop: &Arc<Shop>,
    number: u64,
    version: u64,
) -> Result<(), Failure> {
    let (id, json) = claim(number, version);
    let now = Timestamp::from_secs(1_790_000_000);
    let fact = Fact {
        given_id: None,
        r#ref: "claims/status_changed".to_owned(),
        event_group: Some("claim_updated".to_owned()),
        triggered_at: now,
        subject: Some(Subject {
            kind: SubjectKind::Claim,
            id: id.clone(),
        }),
        event_data: RawValue::from_string(json.clone())?.into(),
        context: None,
        changes: None,
        performed_by: PerformedBy::default(),
        posted: false,
    };
    let write = Write {
        kind: SubjectKind::Claim,
        id,
        expected_version: version,
        after: Some(Content { parent: None, json }),
    };
    let commit = Commit {
        shop: shop.clone(),
        now,
        writes: vec![write],
        facts: vec![fact],
        images: Vec::new(),
        letters: Vec::new(),
        idempotency: None,
    };
    store.commit(commit).await?;
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let (mut claims, mut changes, mut indexes, mut search) = (1_000, 5_000, 1, 1);
    for argument in std::env::args().skip(1) {
        let (name, value) = argument.split_once('=').ok_or("NAME=NUMBER is expected")?;
        let place = match name {
            "claims" => &mut claims,
            "changes" => &mut changes,
            "indexes" => &mut indexes,
            "search" => &mut search,
            _ => return Err(format!("there is no `{name}`").into()),
        };
        *place = value.parse::<u64>()?;
    }
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("claimwire.db");
    open(&path)?.close();
    let conn = Connection::open(&path)?;
    for (kept, sql) in [(indexes, INDEXES), (search, SEARCH)] {
        if kept == 0 {
            conn.execute_batch(sql)?;
        }
    }
    drop(conn);
    let store = open(&path)?;
    let shop = NewShop {
        id: Uuid::new_v4(),
        slug: "shop".to_owned(),
        name: "Shop".to_owned(),
        notification_emails: Vec::new(),
    };
    let now = Timestamp::from_secs(1_790_000_000);
    let Once::Now(shop) = store.create_shop(shop, now, None).await? else {
        return Err("the shop was there".into());
    };
    for number in 0..claims {
        write(&store, &shop, number, 0).await?;
    }
    let before = Usage::now();
    for change in 0..changes {
        // A step that has no factor in common with round numbers.
        let number = change * 7919 % claims;
        write(&store, &shop, number, 1 + change / claims).await?;
    }
    let used = Usage::now().since(before);
    let each = |sum: f64| sum / changes.max(1) as f64;
    println!(
        "{changes} changes: {:.1} µs of the writer, {:.0} bytes written, {:.1} writing calls each",
        each(used.writer.as_secs_f64() * 1e6),
        each(used.written as f64),
        each(used.writes as f64),
    );
    store.close();
    println!("database {} bytes", std::fs::metadata(&path)?.len());
    Ok(())
}
