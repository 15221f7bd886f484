//! What was acknowledged is there after a crash.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use std::time::Duration;

use claimwire_model::delivery::DeliveryStatus;
use claimwire_model::{SubjectKind, Timestamp};
use claimwire_store::log::DeliveryFilter;
use claimwire_store::ownership::Targets;
use claimwire_store::{Directory, EventFilter, Log, PageRequest, Queue, Subjects};

use super::groups::delivered;
use super::world::{Spy, World, at, open};
use crate::checkpoint::Wal;
use crate::{Options, SqliteStore};

const ALL: PageRequest = PageRequest::first(100);

/// What a crash at this moment would leave: the files as they are, without the memory beside them.
pub(super) fn crash_image(w: &World) -> tempfile::TempDir {
    image_of(w.dir.path())
}

/// The same of the store in this folder.
pub(super) fn image_of(dir: &Path) -> tempfile::TempDir {
    let image = tempfile::tempdir().unwrap();
    for name in ["claimwire.db", "claimwire.db-wal"] {
        fs::copy(dir.join(name), image.path().join(name)).unwrap();
    }
    image
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_crash() {
    let w = World::new(Options::default()).await;
    for _ in 0..20 {
        w.event(2000).await.unwrap();
    }
    let image = crash_image(&w);
    let after = open(&image.path().join("claimwire.db"), Options::default()).unwrap();
    let shop = after.shop("shop").await.unwrap();
    assert_eq!(
        after
            .events(shop.no, EventFilter::default(), ALL)
            .await
            .unwrap()
            .items
            .len(),
        20
    );
    assert_eq!(
        after.waiting(Targets::All, at(2)).await.unwrap(),
        [(w.webhook.no, at(1))]
    );
    let taken = after
        .take(w.webhook.no, 100, at(2), Duration::from_secs(58))
        .await
        .unwrap();
    assert_eq!(taken.deliveries.len(), 20);
}

#[tokio::test]
async fn a_preallocated_log_is_written_over_and_survives_a_crash() {
    let options = Options {
        checkpoint_bytes: 128 << 10,
        wal_limit_bytes: 4 << 20,
        preallocate_wal: true,
        ..Options::default()
    };
    let length = Wal::usual_bytes(&options);
    let w = World::new(options.clone()).await;
    let wal = |dir: &Path| fs::metadata(dir.join("claimwire.db-wal")).unwrap().len();
    assert_eq!(wal(w.dir.path()), length);
    for _ in 0..20 {
        w.event(2000).await.unwrap();
    }
    assert_eq!(wal(w.dir.path()), length, "it had room for all of that");
    let image = crash_image(&w);
    let after = open(&image.path().join("claimwire.db"), options).unwrap();
    assert_eq!(wal(image.path()), length);
    let events = after.events(w.shop.no, EventFilter::default(), ALL).await;
    assert_eq!(events.unwrap().items.len(), 20);
}

#[tokio::test]
async fn what_was_handed_over_and_lost_comes_back() {
    let w = World::new(Options::default()).await;
    let spy = Arc::new(Spy::default());
    w.store.attach(spy.clone());
    for _ in 0..20 {
        w.event(10).await.unwrap();
    }
    for _ in 0..5 {
        let outcome = delivered(&spy.one().await);
        w.store.record([outcome].into(), at(2)).await.unwrap();
    }
    let image = crash_image(&w);
    let after = open(&image.path().join("claimwire.db"), Options::default()).unwrap();
    let list = after.deliveries(w.shop.no, DeliveryFilter::default(), ALL, at(3));
    let listed = list.await.unwrap().items;
    let with = |status| listed.iter().filter(|d| d.status == status).count();
    assert_eq!(with(DeliveryStatus::Delivered), 5);
    assert_eq!(with(DeliveryStatus::Pending), 15);
    assert_eq!(after.pending(w.webhook.no).await.unwrap(), 15);
    let taken = after
        .take(w.webhook.no, 100, at(3), Duration::from_secs(57))
        .await
        .unwrap();
    assert_eq!(taken.deliveries.len(), 15);
    // What this life wrote down is settled: the next one does not send it again.
    for handed in &taken.deliveries {
        after
            .record([delivered(handed)].into(), at(4))
            .await
            .unwrap();
    }
    after.close();
    let again = open(&image.path().join("claimwire.db"), Options::default()).unwrap();
    assert_eq!(again.waiting(Targets::All, at(5)).await.unwrap(), []);
}

#[tokio::test]
async fn numbers_go_on_after_a_crash() {
    let w = World::new(Options::default()).await;
    let reserve =
        async |store: &SqliteStore, kind| store.reserve_number(w.shop.no, kind).await.unwrap();
    let given = [
        reserve(&w.store, SubjectKind::Claim).await,
        reserve(&w.store, SubjectKind::Claim).await,
        reserve(&w.store, SubjectKind::Contact).await,
    ];
    assert_eq!(given, [1, 2, 1]);
    let before = w.event(10).await.unwrap().event_numbers();
    let image = crash_image(&w);
    let after = open(&image.path().join("claimwire.db"), Options::default()).unwrap();
    assert_eq!(reserve(&after, SubjectKind::Claim).await, 3);
    assert_eq!(reserve(&after, SubjectKind::Contact).await, 2);
    // Even when the clock has gone back meanwhile.
    let again = claimwire_store::Commit {
        now: Timestamp::from_secs(1_600_000_000),
        ..w.commit_of(10)
    };
    let later = after.commit(again).await.unwrap().event_numbers();
    assert!(later > before, "{later:?} {before:?}");
}

#[tokio::test]
async fn dropped_without_a_close_it_opens_again() {
    let w = World::new(Options::default()).await;
    w.event(10).await.unwrap();
    let path = w.path();
    let World {
        dir: _dir,
        store,
        shop,
        ..
    } = w;
    drop(store);
    // The writer ends by itself; until then the lock is held.
    let again = loop {
        match open(&path, Options::default()) {
            Ok(store) => break store,
            Err(error) => assert!(error.to_string().contains("cannot lock"), "{error}"),
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(
        again
            .events(shop.no, EventFilter::default(), ALL)
            .await
            .unwrap()
            .items
            .len(),
        1
    );
}

#[tokio::test]
async fn a_close_leaves_one_file_with_everything() {
    let w = World::new(Options::default()).await;
    w.event(10).await.unwrap();
    w.store.close();
    let wal = fs::metadata(w.dir.path().join("claimwire.db-wal")).map_or(0, |wal| wal.len());
    assert_eq!(wal, 0);
    let again = open(&w.path(), Options::default()).unwrap();
    assert_eq!(
        again
            .events(w.shop.no, EventFilter::default(), ALL)
            .await
            .unwrap()
            .items
            .len(),
        1
    );
}

#[tokio::test]
async fn a_close_finishes_what_was_accepted() {
    let w = World::new(Options::default()).await;
    // Afterwards the shop's webhooks are in memory, and a commit is accepted without a wait.
    w.event(10).await.unwrap();
    let (store, commit) = (w.store.clone(), w.commit_of(10));
    let accepted = tokio::spawn(async move { store.commit(commit).await });
    tokio::task::yield_now().await;
    // On the same thread that the caller waits on.
    w.store.close();
    accepted.await.unwrap().unwrap();
}
