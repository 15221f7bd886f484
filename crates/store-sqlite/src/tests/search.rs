//! Documents from before there was an index of what they are found by.

use claimwire_model::SubjectKind;
use claimwire_model::search::query;
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
    let sql = "SELECT count(*) FROM documents WHERE terms IS NULL";
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
        "DELETE FROM search; UPDATE documents SET terms = NULL;
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
    assert_eq!(count("SELECT count(*) FROM search_docsize"), 0);
}
