//! The index of what documents are found by: that it follows each change, that a change writes little, and that
//! documents from before there was one are brought in.

use claimwire_model::SubjectKind;
use claimwire_model::search::{query, terms};
use claimwire_store::commit::{Content, Write};
use claimwire_store::{Commit, Directory, DocumentFilter, PageRequest, Queue, Subjects};
use rusqlite::Connection;

use super::world::{World, at, open};
use crate::{Options, SqliteStore};

fn claims(w: &World, ids: std::ops::Range<usize>, title: &str) -> Commit {
    let write = |n| Write {
        kind: SubjectKind::Claim,
        id: format!("c{n}"),
        expected_version: 0,
        after: Some(Content {
            parent: None,
            json: format!(r#"{{"title":"{title} {n}"}}"#),
        }),
    };
    Commit {
        facts: Vec::new(),
        writes: ids.map(write).collect(),
        ..w.commit_of(0)
    }
}

async fn found(store: &SqliteStore, w: &World, text: &str) -> usize {
    let filter = DocumentFilter {
        terms: query(text),
        ..DocumentFilter::default()
    };
    let (shop, kind, mut request) = (w.shop.no, SubjectKind::Claim, PageRequest::first(100));
    let mut found = 0;
    loop {
        let page = store.find_documents(shop, kind, filter.clone(), request);
        let page = page.await.unwrap();
        found += page.items.len();
        request.after = page.next;
        if request.after.is_none() {
            return found;
        }
    }
}

fn not_indexed(w: &World) -> i64 {
    let conn = Connection::open(w.path()).unwrap();
    let sql = "SELECT count(*) FROM documents WHERE typeof(terms) <> 'text'";
    conn.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn old_documents_are_found_at_once_and_brought_in_step_by_step() {
    let w = World::new(Options::default()).await;
    w.store.commit(claims(&w, 0..500, "old")).await.unwrap();
    w.store.close();
    // As an earlier version left them.
    let conn = Connection::open(w.path()).unwrap();
    conn.execute_batch(
        "INSERT INTO search (search) VALUES ('delete-all'); UPDATE documents SET terms = no % 2;
         UPDATE searchable SET since = (SELECT max(no) + 1 FROM documents);",
    )
    .unwrap();
    drop(conn);

    let store = open(&w.path(), Options::default()).unwrap();
    assert_eq!(found(&store, &w, "old").await, 500);
    store.commit(claims(&w, 500..510, "new")).await.unwrap();
    let steps = async || {
        while not_indexed(&w) > 0 {
            assert_eq!(found(&store, &w, "old").await, 500);
            assert_eq!(found(&store, &w, "new").await, 10);
            store.ready().await.unwrap();
        }
    };
    steps().await;
    assert_eq!(found(&store, &w, "old 499").await, 1);
    assert_eq!(found(&store, &w, "old").await, 500);
    store.close();
}

#[tokio::test]
async fn what_a_deleted_shop_had_is_found_by_nobody() {
    let w = World::new(Options::default()).await;
    w.store.commit(claims(&w, 0..3, "gone")).await.unwrap();
    w.store.delete_shop(w.shop.no).await.unwrap();
    assert_eq!(found(&w.store, &w, "gone").await, 0);
    while w.store.prune(at(0), 100, at(1)).await.unwrap().more {}
    w.store.close();
    let conn = Connection::open(w.path()).unwrap();
    let count = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM documents"), 0);
    let entries = r#"SELECT count(*) FROM search WHERE search MATCH '"1k0wgone"'"#;
    assert_eq!(count(entries), 0);
}

/// A claim with some words, of which a change changes few.
fn changed(w: &World, n: usize, version: u64, dice: usize) -> Commit {
    let status = ["pending", "open", "accepted", "rejected"][dice % 4];
    let assignee = ["ada", "adam", "grace"][dice / 4 % 3];
    let json = format!(
        r#"{{"title":"glass {n} of a service","status":"{status}","labels":["{assignee}s"],"number":{n},
            "description":"The parcel arrived crushed on one side, and two of the glasses inside are broken",
            "assignee":{{"name":"{assignee}"}},"customer":{{"email":"customer{n}@mail.example"}}}}"#
    );
    let write = Write {
        kind: SubjectKind::Claim,
        id: format!("c{n}"),
        expected_version: version,
        after: (dice % 7 != 6).then_some(Content { parent: None, json }),
    };
    Commit {
        facts: Vec::new(),
        writes: vec![write],
        ..w.commit_of(0)
    }
}

#[tokio::test]
async fn the_index_follows_every_change() {
    const CLAIMS: usize = 20;
    let w = World::new(Options::default()).await;
    let mut there: Vec<Option<(u64, String)>> = vec![None; CLAIMS];
    let mut dice: usize = 1;
    for _ in 0..600 {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let (n, roll) = ((dice >> 40) % CLAIMS, dice >> 45);
        let version = there[n].as_ref().map_or(0, |(version, _)| *version);
        let commit = changed(&w, n, version, roll);
        let after = commit.writes[0].after.clone();
        if after.is_none() && version == 0 {
            continue;
        }
        w.store.commit(commit).await.unwrap();
        there[n] = after.map(|content| (version + 1, content.json));
    }
    let rows = there.iter().flatten();
    let expected: Vec<_> = rows
        .map(|(_, json)| terms(SubjectKind::Claim, json))
        .collect();
    assert!(expected.len() > CLAIMS / 2);
    let asked = [
        "pending",
        "p",
        "pen",
        "open",
        "accepted",
        "acc",
        "rejected",
        "ada",
        "adam",
        "adams",
        "gra",
        "a",
        "glass",
        "glasses",
        "17",
        "1",
        "customer1",
        "customer",
        "crushed ada",
        "open grace",
        "nothing",
    ];
    for text in asked {
        let query = query(text);
        let having = expected
            .iter()
            .filter(|terms| query.iter().all(|term| terms.contains(term)));
        assert_eq!(found(&w.store, &w, text).await, having.count(), "{text}");
    }
}

#[tokio::test]
async fn a_change_writes_the_terms_that_differ() {
    const CLAIMS: usize = 200;
    let w = World::new(Options::default()).await;
    for n in 0..CLAIMS {
        w.store.commit(changed(&w, n, 0, 0)).await.unwrap();
    }
    let path = w.path();
    let entries = || {
        let conn = Connection::open(&path).unwrap();
        let sql = "SELECT coalesce(sum(length(block)), 0) FROM search_data";
        conn.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    let wal = || {
        std::fs::metadata(path.with_extension("db-wal"))
            .unwrap()
            .len()
    };
    let before = (entries(), wal());
    for n in 0..CLAIMS {
        w.store.commit(changed(&w, n, 1, 1)).await.unwrap();
    }
    let each = CLAIMS as u64;
    let (index, log) = (entries() - before.0, (wal() - before.1) / each);
    // Of some 200 terms a dozen differ. All pages of a commit are 8 KiB: the claim's, and three or four of the index.
    assert!(index < 40_000, "{index} bytes of the index");
    assert!(log < 60_000, "{log} bytes a change");
}
