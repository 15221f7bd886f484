//! Those who commit at once share a sync, and the write-ahead log stays small.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use claimwire_model::delivery::Attempt;
use claimwire_model::session::{Holder, Session};
use claimwire_model::verdict::{Next, Verdict};
use claimwire_model::{Role, SubjectKind, Target};
use claimwire_store::commit::{Content, Write};
use claimwire_store::directory::NewShop;
use claimwire_store::images::{Images, NewImage};
use claimwire_store::ownership::Targets;
use claimwire_store::queue::Outcome;
use claimwire_store::sessions::{NewLink, Sessions};
use claimwire_store::{Commit, Directory, Handed, Log, Queue, StoreError, Subjects};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::world::{Spy, World, at, new, open};
use crate::Options;
use crate::shared::DEFERRED;

pub(super) fn delivered(handed: &Handed) -> Outcome {
    Outcome {
        id: handed.id,
        lease: handed.lease,
        manual: false,
        attempt: Arc::new(Attempt {
            duration: Duration::from_millis(3),
            status_code: Some(200),
            ..Attempt::at(1, at(1))
        }),
        verdict: Verdict::only(Next::Delivered),
    }
}

#[tokio::test]
async fn commits_at_once_share_transactions() {
    let w = World::new(Options::default()).await;
    // While the writer is held up, the commits gather.
    let (free, wait) = std::sync::mpsc::channel::<()>();
    let store = w.store.clone();
    let held = tokio::spawn(async move { store.write(move |_| Ok(wait.recv().is_ok())).await });
    let before = w.store.transactions();
    let mut commits = JoinSet::new();
    for _ in 0..64 {
        let (store, commit) = (w.store.clone(), w.commit_of(1500));
        commits.spawn(async move { store.commit(commit).await });
    }
    tokio::task::yield_now().await;
    free.send(()).unwrap();
    while let Some(committed) = commits.join_next().await {
        committed.unwrap().unwrap();
    }
    held.await.unwrap().unwrap();
    let transactions = w.store.transactions() - before;
    assert!(
        transactions <= 32,
        "{transactions} transactions for 64 commits"
    );
}

/// What is refused because it is there already, beside a claim in the same group: the claim's terms wait for the search
/// index then, which writes them whenever a statement that can fail begins.
#[tokio::test]
async fn a_refusal_spares_those_in_its_group() {
    let w = World::new(Options::default()).await;
    let image = || NewImage {
        name: "photo".into(),
        bytes: 1,
    };
    let holder = Holder {
        shop: Some(w.shop.no),
        role: Role::Editor,
        name: "desk".into(),
        principal: None,
    };
    let session = Session::opened(holder.clone(), at(0));
    let link = NewLink {
        id: [2; 32],
        holder,
        expires_at: at(100),
    };
    w.store.add_image(w.shop.no, image(), at(0)).await.unwrap();
    let opened = w.store.open_session([1; 32], session.clone(), at(0)).await;
    opened.unwrap();
    new(w
        .store
        .create_link(link.clone(), at(0), None)
        .await
        .unwrap());

    // On a busy machine a group may be over before all have come.
    for attempt in 0..100 {
        let (free, wait) = std::sync::mpsc::channel::<()>();
        let store = w.store.clone();
        let held = tokio::spawn(async move { store.write(move |_| Ok(wait.recv().is_ok())).await });
        let before = w.store.transactions();
        let claim = Commit {
            writes: vec![Write {
                kind: SubjectKind::Claim,
                id: format!("claim-{attempt}"),
                expected_version: 0,
                after: Some(Content {
                    parent: None,
                    json: r#"{"title":"a vase"}"#.into(),
                }),
            }],
            ..w.commit_of(10)
        };
        let shop = NewShop {
            id: Uuid::from_u128(9),
            slug: w.shop.slug.clone(),
            name: "Again".into(),
            notification_emails: Vec::new(),
        };
        let target = Target::clone(&w.webhook);
        let claim = w.store.commit(claim);
        let refused = async {
            tokio::join!(
                async { w.store.create_shop(shop, at(1), None).await.map(drop) },
                async { w.store.create_target(target, at(1), None).await.map(drop) },
                w.store.add_image(w.shop.no, image(), at(1)),
                w.store.open_session([1; 32], session.clone(), at(1)),
                async {
                    w.store
                        .create_link(link.clone(), at(1), None)
                        .await
                        .map(drop)
                },
                w.store.follow_link(&[2; 32], [1; 32], at(1)),
            )
        };
        let freed = async { free.send(()).unwrap() };
        let (claim, refused, ()) = tokio::join!(claim, refused, freed);
        held.await.unwrap().unwrap();
        claim.unwrap();
        let exists = Err(StoreError::Exists);
        let (shop, target, photo, opened, linked, followed) = refused;
        for refused in [shop, target, photo, opened, linked, followed] {
            assert_eq!(refused, exists);
        }
        if w.store.transactions() - before <= 2 {
            return;
        }
    }
    panic!("they never shared a group");
}

#[tokio::test]
async fn anothers_write_goes_between_the_arrays_of_one_shop() {
    let w = World::new(Options::default()).await;
    let other = new(w
        .store
        .create_shop(
            NewShop {
                id: Uuid::from_u128(9),
                slug: "other".into(),
                name: "Other".into(),
                notification_emails: Vec::new(),
            },
            at(0),
            None,
        )
        .await
        .unwrap());
    let (free, wait) = std::sync::mpsc::channel::<()>();
    let store = w.store.clone();
    let held = tokio::spawn(async move { store.write(move |_| Ok(wait.recv().is_ok())).await });
    let mut arrays = JoinSet::new();
    for _ in 0..4 {
        let mut commit = w.commit_of(100);
        commit.facts = vec![commit.facts[0].clone(); 1000];
        let store = w.store.clone();
        arrays.spawn(async move { store.commit(commit).await });
    }
    tokio::task::yield_now().await;
    let one = Commit {
        shop: other,
        ..w.commit_of(100)
    };
    let store = w.store.clone();
    let one = tokio::spawn(async move { store.commit(one).await });
    tokio::task::yield_now().await;
    free.send(()).unwrap();
    let one = one.await.unwrap().unwrap().event_numbers();
    let mut before = 0;
    while let Some(array) = arrays.join_next().await {
        before += usize::from(array.unwrap().unwrap().event_numbers() < one);
    }
    held.await.unwrap().unwrap();
    assert!(
        before <= 1,
        "{before} arrays went before another shop's event"
    );
}

#[tokio::test]
async fn outcomes_ride_along() {
    let w = World::new(Options::default()).await;
    let spy = Arc::new(Spy::default());
    w.store.attach(spy.clone());
    w.event(10).await.unwrap();
    let handed = spy.one().await;
    let before = w.store.transactions();
    let recorded = w.store.record([delivered(&handed)].into(), at(2));
    let (recorded, committed) = tokio::join!(recorded, w.event(10));
    recorded.unwrap();
    committed.unwrap();
    assert_eq!(w.store.transactions() - before, 1);
}

#[tokio::test]
async fn an_outcome_does_not_wait_for_ever() {
    let w = World::new(Options::default()).await;
    w.event(10).await.unwrap();
    let taken = w
        .store
        .take(w.webhook.no, 1, at(1), Duration::from_secs(59))
        .await
        .unwrap();
    w.store
        .record(taken.deliveries.iter().map(delivered).collect(), at(2))
        .await
        .unwrap();
    assert!(
        w.store
            .waiting(Targets::All, at(3))
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn what_is_deferred_is_counted_after_the_end() {
    let w = World::new(Options::default()).await;
    w.event(10).await.unwrap();
    let taken = w
        .store
        .take(w.webhook.no, 1, at(1), Duration::from_secs(59))
        .await
        .unwrap();
    // So many that they are due at once.
    let count = 2 * DEFERRED.attempts;
    let outcomes = (1..).take(count).map(|second| Outcome {
        attempt: Arc::new(Attempt::at(1, at(second))),
        ..delivered(&taken.deliveries[0])
    });
    w.store.record(outcomes.collect(), at(2)).await.unwrap();
    w.store.close();
    let after = open(&w.path(), Options::default()).unwrap();
    let hour = Duration::from_secs(3_600);
    let stats = after.stats(w.webhook.no, hour, hour, at(3_000));
    assert_eq!(stats.await.unwrap()[0].delivered, count as u64);
    let health = &after.target(w.webhook.no).await.unwrap().health;
    assert_eq!(health.last_success_at, Some(at(count as i64)));
    after.close();
}

#[tokio::test]
async fn the_log_stays_small_under_load() {
    let limit = 1 << 20;
    let options = Options {
        checkpoint_bytes: 128 << 10,
        wal_limit_bytes: limit,
        ..Options::default()
    };
    let w = World::new(options).await;
    let mut commits = JoinSet::new();
    for _ in 0..8 {
        let store = w.store.clone();
        let make: Vec<_> = (0..60).map(|_| w.commit_of(20_000)).collect();
        commits.spawn(async move {
            for commit in make {
                store.commit(commit).await.unwrap();
            }
        });
    }
    while let Some(done) = commits.join_next().await {
        done.unwrap();
    }
    let wal = fs::metadata(w.dir.path().join("claimwire.db-wal"))
        .unwrap()
        .len();
    assert!(
        wal < 4 * limit,
        "the log has {wal} bytes after 10 MB of events"
    );
}
