//! Very many deliveries of one commit get their rows behind it, whatever happens meanwhile.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use claimwire_model::target::TargetStatus;
use claimwire_model::{Target, TargetNo};
use claimwire_store::intake::HANDOVER_LEASE;
use claimwire_store::{Directory, Queue, Subjects};
use uuid::Uuid;

use super::crash::crash_image;
use super::world::{Spy, World, at, new, open};
use crate::{Options, SqliteStore};

const WEBHOOKS: usize = 40;
const EVENTS: usize = 500;

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

#[tokio::test]
async fn they_are_handed_over_as_they_are_written() {
    let w = World::new(Options::default()).await;
    let spy = Arc::new(Spy::default());
    w.store.attach(spy.clone());
    committed(&w).await;
    while spy.handed.lock().unwrap().len() < EVENTS {
        tokio::task::yield_now().await;
    }
    let handed = std::mem::take(&mut *spy.handed.lock().unwrap());
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

/// Waits until each of these has all its deliveries.
async fn all_there(store: &Arc<SqliteStore>, targets: &[TargetNo]) {
    for target in targets {
        while store.pending(*target).await.unwrap() < EVENTS as u64 {
            tokio::task::yield_now().await;
        }
        assert_eq!(store.pending(*target).await.unwrap(), EVENTS as u64);
    }
}

#[tokio::test]
async fn a_crash_loses_none_of_them() {
    let (w, targets) = wide().await;
    let image = crash_image(&w);
    let after = open(&image.path().join("claimwire.db"), Options::default()).unwrap();
    all_there(&after, &targets).await;
    let left: i64 = after
        .read(|conn, _| Ok(conn.query_row("SELECT count(*) FROM fan_outs", [], |row| row.get(0))?))
        .await
        .unwrap();
    assert_eq!(left, 0);
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
    let left: i64 = w
        .store
        .read(|conn, _| {
            Ok(conn.query_row(
                "SELECT (SELECT count(*) FROM fan_outs) + (SELECT count(*) FROM deliveries)
                   + (SELECT count(*) FROM shops)",
                [],
                |row| row.get(0),
            )?)
        })
        .await
        .unwrap();
    assert_eq!(left, 0);
}
