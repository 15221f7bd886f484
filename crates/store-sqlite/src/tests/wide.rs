//! Very many deliveries of one commit get their rows behind it, whatever happens meanwhile.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use claimwire_model::delivery::DeliveryStatus;
use claimwire_model::target::TargetStatus;
use claimwire_model::{Target, TargetNo};
use claimwire_store::intake::HANDOVER_LEASE;
use claimwire_store::log::DeliveryFilter;
use claimwire_store::{Directory, Handed, Log, PageRequest, Queue, Subjects};
use rusqlite::Connection;
use tokio::time::timeout;
use uuid::Uuid;

use super::crash::crash_image;
use super::groups::delivered;
use super::world::{Spy, World, at, new, open};
use crate::{Options, SqliteStore};

const WEBHOOKS: usize = 40;
const EVENTS: usize = 500;
/// No machine is so slow.
const PATIENCE: Duration = Duration::from_secs(120);

/// A shop with so many webhooks that get no requests yet, and a commit of so many events.
async fn wide() -> (World, Vec<TargetNo>) {
    let w = World::new(Options::default()).await;
    let targets = committed(&w).await;
    (w, targets)
}

async fn committed(w: &World) -> Vec<TargetNo> {
    let mut targets = vec![w.webhook.no];
    for n in 1..WEBHOOKS {
        let mut webhook = Target::clone(&w.webhook);
        webhook.uuid = Uuid::from_u128(100 + n as u128);
        webhook.status = TargetStatus::Inactive;
        let made = w.store.create_target(webhook, at(0), None).await.unwrap();
        targets.push(new(made).no);
    }
    let mut commit = w.commit_of(10);
    commit.facts = vec![commit.facts[0].clone(); EVENTS];
    w.store.commit(commit).await.unwrap();
    targets
}

/// The same with an engine, which has those of the one webhook that gets requests.
async fn handed_over() -> (World, Vec<Handed>) {
    let w = World::new(Options::default()).await;
    let spy = Arc::new(Spy::default());
    w.store.attach(spy.clone());
    committed(&w).await;
    until("all are handed over", async || {
        spy.handed.lock().unwrap().len() >= EVENTS
    })
    .await;
    let handed = std::mem::take(&mut *spy.handed.lock().unwrap());
    (w, handed)
}

/// Waits until it is so; what never comes about fails the test.
async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let waited = timeout(PATIENCE, async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    });
    assert!(waited.await.is_ok(), "never: {what}");
}

async fn count(store: &SqliteStore, sql: &'static str) -> i64 {
    let counted = store.read(move |conn, _| Ok(conn.query_row(sql, [], |row| row.get(0))?));
    counted.await.unwrap()
}

#[tokio::test]
async fn they_are_handed_over_in_their_turn() {
    let (w, handed) = handed_over().await;
    let events: BTreeSet<_> = handed.iter().map(|handed| handed.id.event).collect();
    assert_eq!(events.len(), EVENTS, "each once");
    let target = w.webhook.no;
    assert!(handed.iter().all(|handed| handed.id.target == target));
    let lease = Duration::from_secs(9);
    let taken = w.store.take(target, 1000, at(20), lease).await.unwrap();
    assert_eq!(taken.deliveries.len(), 0, "all are leased");
    let after = at(20).plus(HANDOVER_LEASE);
    let taken = w.store.take(target, 1000, after, lease).await.unwrap();
    assert_eq!(taken.deliveries.len(), EVENTS, "until then");
}

#[tokio::test]
async fn one_that_is_handed_over_and_delivered_is_written_once() {
    let (w, handed) = handed_over().await;
    let rows = "SELECT count(*) FROM deliveries WHERE target = (SELECT min(no) FROM webhooks)";
    assert_eq!(count(&w.store, rows).await, 0);
    let outcomes = handed.iter().map(delivered).collect();
    w.store.record(outcomes, at(30)).await.unwrap();
    assert_eq!(count(&w.store, rows).await, EVENTS as i64);
    let attempts = "SELECT count(*) FROM attempts";
    assert_eq!(count(&w.store, attempts).await, 0);
    let named = "SELECT count(*) FROM handed";
    assert_ne!(count(&w.store, named).await, 0);
    w.store.close();
    let again = open(&w.path(), Options::default()).unwrap();
    assert_eq!(count(&again, named).await, 0, "all have their rows");
}

#[tokio::test]
async fn what_was_handed_over_in_its_turn_and_lost_comes_back() {
    let (w, handed) = handed_over().await;
    let (some, others) = handed.split_at(EVENTS / 3);
    let outcomes = some.iter().map(delivered).collect();
    w.store.record(outcomes, at(30)).await.unwrap();
    let image = crash_image(&w);
    let after = open(&image.path().join("claimwire.db"), Options::default()).unwrap();
    let of_one = DeliveryFilter {
        target: Some(w.webhook.no),
        ..DeliveryFilter::default()
    };
    let listed = after.deliveries(w.shop.no, of_one, PageRequest::first(1000), at(31));
    let listed = listed.await.unwrap().items;
    let with = |status| listed.iter().filter(|d| d.status == status).count();
    assert_eq!(with(DeliveryStatus::Delivered), some.len());
    assert_eq!(with(DeliveryStatus::Pending), others.len());
    let lease = Duration::from_secs(9);
    let taken = after.take(w.webhook.no, 1000, at(31), lease).await.unwrap();
    assert_eq!(taken.deliveries.len(), others.len());
}

#[tokio::test]
async fn what_has_its_row_before_its_turn_is_not_handed_over_in_it() {
    let (w, targets) = wide().await;
    all_there(&w.store, &targets).await;
    w.store.close();
    let conn = Connection::open(w.path()).unwrap();
    let first = "SELECT min(no) FROM events";
    let first = conn.query_row(first, [], |row| row.get(0)).unwrap();
    let numbers: Vec<_> = targets.iter().map(|target| target.0).collect();
    crate::rows::fan_out::insert(&conn, 1, w.shop.no, &[first], &numbers).unwrap();
    drop(conn);
    let spy = Arc::new(Spy::default());
    let again = open(&w.path(), Options::default()).unwrap();
    again.attach(spy.clone());
    until("all have had their turn", async || {
        count(&again, "SELECT count(*) FROM fan_outs").await == 0
    })
    .await;
    assert_eq!(spy.handed.lock().unwrap().len(), 0);
    all_there(&again, &targets).await;
}

/// Waits until each of these has all its deliveries.
async fn all_there(store: &Arc<SqliteStore>, targets: &[TargetNo]) {
    for target in targets {
        until("its deliveries are there", async || {
            store.pending(*target).await.unwrap() >= EVENTS as u64
        })
        .await;
        assert_eq!(store.pending(*target).await.unwrap(), EVENTS as u64);
    }
}

#[tokio::test]
async fn a_crash_loses_none_of_them() {
    let (w, targets) = wide().await;
    let image = crash_image(&w);
    let after = open(&image.path().join("claimwire.db"), Options::default()).unwrap();
    all_there(&after, &targets).await;
    assert_eq!(count(&after, "SELECT count(*) FROM fan_outs").await, 0);
}

#[tokio::test]
async fn a_close_leaves_them_to_the_next_start() {
    let (w, targets) = wide().await;
    w.store.close();
    let again = open(&w.path(), Options::default()).unwrap();
    all_there(&again, &targets).await;
}

#[tokio::test]
async fn a_deleted_shop_gets_none_and_goes() {
    let (w, _) = wide().await;
    w.store.delete_shop(w.shop.no).await.unwrap();
    while w.store.prune(at(1), 1000, at(2)).await.unwrap().rows > 0 {}
    let left = "SELECT (SELECT count(*) FROM fan_outs) + (SELECT count(*) FROM deliveries)
                  + (SELECT count(*) FROM shops)";
    assert_eq!(count(&w.store, left).await, 0);
}
