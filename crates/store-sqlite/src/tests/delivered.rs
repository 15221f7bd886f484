//! Deliveries that were acknowledged are found whether that has its row or is in memory: as they come, after a crash, and
//! until they are pruned.

use std::sync::Arc;
use std::time::Duration;

use claimwire_model::delivery::DeliveryStatus;
use claimwire_model::{DeliveryId, Target};
use claimwire_store::log::DeliveryFilter;
use claimwire_store::{Directory, Handed, Log, PageRequest, Queue, Subjects};
use uuid::Uuid;

use super::crash::{crash_image, image_of};
use super::event_subjects::count;
use super::groups::delivered;
use super::world::{Spy, World, at, new, open};
use crate::recover::SETTLED_EVERY;
use crate::rows::{self, progress};
use crate::{Options, SqliteStore};

/// More than are kept in memory, with two webhooks.
const EVENTS: usize = 300;
/// Of so many deliveries one is acknowledged after all others.
const LATE: usize = 7;

const ROWS: &str = "SELECT count(*) FROM delivered";

/// A shop with two webhooks, and who is handed what goes to them.
async fn two_webhooks() -> (World, Arc<Spy>) {
    let w = World::new(Options::default()).await;
    let second = Target {
        uuid: Uuid::from_u128(3),
        ..(*w.webhook).clone()
    };
    new(w.store.create_target(second, at(0), None).await.unwrap());
    let spy = Arc::new(Spy::default());
    w.store.attach(spy.clone());
    (w, spy)
}

/// Commits events that go to both.
async fn send(w: &World, spy: &Spy) -> Vec<Handed> {
    let mut sent = Vec::new();
    for _ in 0..EVENTS {
        w.event(10).await.unwrap();
        sent.extend([spy.one().await, spy.one().await]);
    }
    sent
}

async fn acknowledge(store: &SqliteStore, handed: &[Handed]) {
    for group in handed.chunks(50) {
        let outcomes: Vec<_> = group.iter().map(delivered).collect();
        store.record(outcomes.into(), at(2)).await.unwrap();
    }
}

/// The shop's deliveries in a state, or those of one webhook, newest first.
async fn listed(
    store: &SqliteStore,
    w: &World,
    target: Option<&Target>,
    status: Option<DeliveryStatus>,
) -> Vec<DeliveryId> {
    let filter = DeliveryFilter {
        target: target.map(|target| target.no),
        status,
        ..DeliveryFilter::default()
    };
    let page = store.deliveries(w.shop.no, filter, PageRequest::first(1000), at(3));
    let deliveries = page.await.unwrap().items;
    deliveries.iter().map(|delivery| delivery.id).collect()
}

/// That these are what lists of acknowledged deliveries show.
async fn all_are_found(store: &SqliteStore, w: &World, ids: &[DeliveryId]) {
    let mut ids = ids.to_vec();
    ids.sort_unstable_by(|one, other| other.cmp(one));
    let status = Some(DeliveryStatus::Delivered);
    assert_eq!(listed(store, w, None, status).await, ids);
    ids.retain(|id| id.target == w.webhook.no);
    assert_eq!(listed(store, w, Some(&w.webhook), status).await, ids);
}

#[tokio::test]
async fn they_are_found_as_they_come_and_after_a_crash() {
    let (w, spy) = two_webhooks().await;
    let sent = send(&w, &spy).await;
    let late = |handed: &Handed| handed.id.event.0 % LATE as i64 == 0;
    let (late, soon): (Vec<_>, Vec<_>) = sent.into_iter().partition(late);
    assert!(!late.is_empty());
    let mut done: Vec<DeliveryId> = Vec::new();
    for handed in [soon, late] {
        acknowledge(&w.store, &handed).await;
        done.extend(handed.iter().map(|handed| handed.id));
        all_are_found(&w.store, &w, &done).await;
    }
    let in_rows =
        "SELECT sum(length(events) - length(replace(events, ',', '')) + 1) FROM delivered";
    let written = count(&w.store, in_rows).await;
    assert!((1..done.len()).contains(&written), "{written} have rows");
    assert!(count(&w.store, ROWS).await < written / 8, "many in a row");

    let image = crash_image(&w);
    let path = image.path().join("claimwire.db");
    let after = open(&path, Options::default()).unwrap();
    all_are_found(&after, &w, &done).await;
    // And after a stop, which notes how far everything is.
    after.close();
    let again = open(&path, Options::default()).unwrap();
    all_are_found(&again, &w, &done).await;
}

/// How far everything is was noted after their events: a start looks only at what is newer.
#[tokio::test]
async fn those_of_events_that_a_start_passes_over_are_written_at_once() {
    let w = World::new(Options::default()).await;
    let first = w.event(10).await.unwrap().event_numbers()[0];
    let mut commit = w.commit_of(10);
    commit.facts = std::iter::repeat_n(commit.facts[0].clone(), SETTLED_EVERY).collect();
    w.store.commit(commit).await.unwrap();
    let noted = "SELECT event FROM settled WHERE no = 3";
    assert!(count(&w.store, noted).await > usize::try_from(first.0).unwrap());
    let lease = Duration::from_secs(58);
    let taken = w.store.take(w.webhook.no, 1, at(2), lease).await.unwrap();
    acknowledge(&w.store, &taken.deliveries).await;
    let done = [taken.deliveries[0].id];
    assert_eq!(done[0].event, first);

    let image = crash_image(&w);
    let path = image.path().join("claimwire.db");
    let after = open(&path, Options::default()).unwrap();
    all_are_found(&after, &w, &done).await;
    // What was noted counts from the start on.
    let taken = after.take(w.webhook.no, 2, at(99), lease).await.unwrap();
    acknowledge(&after, &taken.deliveries).await;
    let done = [done[0], taken.deliveries[0].id, taken.deliveries[1].id];
    let image = image_of(image.path());
    let again = open(&image.path().join("claimwire.db"), Options::default()).unwrap();
    all_are_found(&again, &w, &done).await;
}

#[tokio::test]
async fn one_that_is_sent_again_is_listed_once_and_as_it_is() {
    let w = World::new(Options::default()).await;
    let spy = Arc::new(Spy::default());
    w.store.attach(spy.clone());
    w.event(10).await.unwrap();
    w.event(10).await.unwrap();
    let handed = [spy.one().await, spy.one().await];
    acknowledge(&w.store, &handed).await;
    let (again, stays) = (handed[0].id, handed[1].id);
    let armed = w.store.write(move |work| {
        let row = progress::of_delivery(&work.conn, again)?;
        let mut progress = row.unwrap().progress;
        progress.rearm(at(2));
        rows::delivery::rearm(&work.conn, again, &progress, None)
    });
    armed.await.unwrap();
    let status = Some(DeliveryStatus::Delivered);
    assert_eq!(listed(&w.store, &w, None, status).await, [stays]);
    let pending = listed(&w.store, &w, None, Some(DeliveryStatus::Pending)).await;
    assert_eq!(pending, [again]);
    let mut all = vec![again, stays];
    all.sort_unstable_by(|one, other| other.cmp(one));
    assert_eq!(listed(&w.store, &w, None, None).await, all);
}

#[tokio::test]
async fn nothing_is_left_of_those_that_are_pruned() {
    let (w, spy) = two_webhooks().await;
    let sent = send(&w, &spy).await;
    acknowledge(&w.store, &sent).await;
    assert!(count(&w.store, ROWS).await > 0);
    while w.store.prune(at(50), 100, at(100)).await.unwrap().more {}
    all_are_found(&w.store, &w, &[]).await;
    assert_eq!(count(&w.store, ROWS).await, 0);
    // Nor in memory: no later group writes one.
    let newest = sent.iter().map(|handed| handed.id.event).max().unwrap();
    let sent = send(&w, &spy).await;
    acknowledge(&w.store, &sent).await;
    let oldest = count(&w.store, "SELECT min(first) FROM delivered").await;
    assert!(oldest > usize::try_from(newest.0).unwrap(), "{oldest}");
}
