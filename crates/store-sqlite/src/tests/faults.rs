//! When the disk is full or may not be written: `Unavailable`, nothing half done, and on it goes when
//! the cause is gone.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use claimwire_model::ShopNo;
use claimwire_store::{Directory, EventFilter, Log, PageRequest, Queue, StoreError};

use super::world::{Spy, World, at, open};
use crate::Options;

const ALL: PageRequest = PageRequest::first(100);

async fn events(w: &World) -> usize {
    w.store
        .events(w.shop.no, EventFilter::default(), ALL)
        .await
        .unwrap()
        .items
        .len()
}

fn is_unavailable<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Unavailable(_)))
}

/// Bounds the database to the pages that it has now, or lifts the bound.
async fn bound(w: &World, bounded: bool) {
    w.store
        .write(move |work| {
            let pages: i64 = match bounded {
                true => work.conn.query_row("PRAGMA page_count", [], |r| r.get(0))?,
                false => i64::from(i32::MAX),
            };
            let pragma = format!("PRAGMA max_page_count = {pages}");
            Ok(work.conn.query_row(&pragma, [], |_| Ok(()))?)
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_full_disk_refuses_and_recovers() {
    let w = World::new(Options::default()).await;
    let spy = Arc::new(Spy::default());
    w.store.attach(spy.clone());
    w.event(10).await.unwrap();
    let promised = spy.promised.load(Relaxed);

    bound(&w, true).await;
    let refused = w.event(100_000).await;
    assert!(is_unavailable(&refused), "{refused:?}");
    assert_eq!(events(&w).await, 1);

    bound(&w, false).await;
    w.event(100_000).await.unwrap();
    assert_eq!(events(&w).await, 2);
    let kept = spy.promised.load(Relaxed) - spy.withdrawn.load(Relaxed);
    assert_eq!(kept, promised + 1, "what was promised in vain is withdrawn");
}

#[tokio::test]
async fn a_commit_that_fails_at_its_end_withdraws_its_promises() {
    let w = World::new(Options::default()).await;
    let spy = Arc::new(Spy::default());
    w.store.attach(spy.clone());
    // The event and its delivery are in by the time that the group fails.
    let store = w.store.clone();
    let commit = w.commit_of(10);
    let both = store.write(move |work| {
        crate::jobs::commit::commit(work, commit, &Default::default())?;
        Err::<(), _>(StoreError::Unavailable("the disk is gone".into()).into())
    });
    assert!(is_unavailable(&both.await));
    assert_eq!(
        (spy.promised.load(Relaxed), spy.withdrawn.load(Relaxed)),
        (1, 1)
    );
    assert!(spy.handed.lock().unwrap().is_empty());
    assert_eq!(events(&w).await, 0);
    w.event(10).await.unwrap();
    spy.one().await;
}

#[tokio::test]
async fn a_store_that_cannot_begin_refuses_and_recovers() {
    let w = World::new(Options::default()).await;
    let other = rusqlite::Connection::open(w.path()).unwrap();
    w.store
        .write(|work| Ok(work.conn.busy_timeout(Duration::ZERO)?))
        .await
        .unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(is_unavailable(&w.event(10).await));
    assert!(is_unavailable(&w.store.ready().await));
    other.execute_batch("ROLLBACK").unwrap();
    w.store.ready().await.unwrap();
    w.event(10).await.unwrap();
    assert_eq!(events(&w).await, 1);
}

/// How long the writer waits for a lock, in milliseconds.
async fn patience(w: &World) -> i64 {
    let asked = w.store.write(|work| {
        let asked = work
            .conn
            .query_row("PRAGMA busy_timeout", [], |row| row.get(0));
        Ok(asked?)
    });
    asked.await.unwrap()
}

#[tokio::test]
async fn a_program_that_locks_the_database_for_a_moment_is_waited_for() {
    let w = World::new(Options {
        checkpoint_bytes: 1,
        wal_limit_bytes: 1,
        ..Options::default()
    })
    .await;
    assert_eq!(patience(&w).await, 5000);
    // Between these groups the log is started anew, for which nobody is waited for so long.
    for _ in 0..5 {
        w.event(100_000).await.unwrap();
    }
    assert_eq!(patience(&w).await, 5000);
}

#[tokio::test]
async fn a_store_that_may_not_be_written_refuses() {
    let w = World::new(Options::default()).await;
    w.store
        .write(|work| Ok(work.conn.pragma_update(None, "query_only", true)?))
        .await
        .unwrap();
    let refused = w.event(10).await.unwrap_err().to_string();
    assert!(refused.contains("readonly"), "{refused}");
    assert_eq!(events(&w).await, 0);
}

#[tokio::test]
async fn a_job_that_fails_for_its_own_reason_fails_alone() {
    let w = World::new(Options::default()).await;
    let lost = w.store.update_shop(ShopNo(99), Default::default(), at(1));
    let (lost, kept) = tokio::join!(lost, w.event(10));
    assert_eq!(lost.unwrap_err(), StoreError::NotFound);
    kept.unwrap();
}

#[tokio::test]
async fn too_many_writes_are_refused_at_once() {
    let w = World::new(Options {
        waiting_writes: 1,
        ..Options::default()
    })
    .await;
    let (free, wait) = std::sync::mpsc::channel::<()>();
    let (began, begun) = tokio::sync::oneshot::channel();
    let store = w.store.clone();
    let first = tokio::spawn(async move {
        store
            .write(move |_| {
                began.send(()).unwrap();
                wait.recv().unwrap();
                Ok(())
            })
            .await
    });
    begun.await.unwrap();
    let store = w.store.clone();
    let mut second = Box::pin(store.ready());
    // One is at work and one waits: polled once, it is in the channel.
    assert!(poll_once(&mut second).await.is_none());
    assert!(is_unavailable(&w.store.ready().await));
    free.send(()).unwrap();
    first.await.unwrap().unwrap();
    second.await.unwrap();
}

/// Polls once.
async fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    std::future::poll_fn(|context| {
        std::task::Poll::Ready(match std::pin::Pin::new(&mut *future).poll(context) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        })
    })
    .await
}

#[tokio::test]
async fn a_second_process_is_refused() {
    let w = World::new(Options::default()).await;
    let refused = open(&w.path(), Options::default())
        .err()
        .expect("refused")
        .to_string();
    assert!(refused.contains("another claimwire process"), "{refused}");
    w.store.close();
    open(&w.path(), Options::default()).unwrap();
}

#[tokio::test]
async fn a_newer_database_is_refused() {
    let w = World::new(Options::default()).await;
    let later = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
                 VALUES (99, 'later', '2030-01-01T00:00:00Z', '1')";
    w.store
        .write(move |work| Ok(work.conn.execute_batch(later)?))
        .await
        .unwrap();
    w.store.close();
    let refused = open(&w.path(), Options::default())
        .err()
        .expect("refused")
        .to_string();
    assert!(refused.contains("newer claimwire"), "{refused}");
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let missing = std::path::Path::new("/nowhere/to/be/found/claimwire.db");
    let refused = open(missing, Options::default())
        .err()
        .expect("refused")
        .to_string();
    assert!(refused.contains("/nowhere/to/be/found"), "{refused}");
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let w = World::new(Options::default()).await;
    w.store.close();
    assert!(is_unavailable(&w.event(1).await));
    assert!(is_unavailable(&w.store.shops(ALL).await));
}
