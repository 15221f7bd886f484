//! What is much is done in bounded steps, and costs those who have little nothing.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use claimwire_model::delivery::DeliveryStatus;
use claimwire_model::event::Fact;
use claimwire_model::filter::{SourceFilter, Subscription};
use claimwire_model::json::SharedJson;
use claimwire_model::target::{Ordering, TargetStatus};
use claimwire_model::verdict::Next;
use claimwire_model::{Dialect, EventNo, Target};
use claimwire_store::log::DeliveryFilter;
use claimwire_store::ownership::Targets;
use claimwire_store::{Directory, Handed, Log, PageRequest, Queue, Subjects};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::crash::crash_image;
use super::groups::delivered;
use super::world::{Spy, World, at, new, open};
use crate::{Options, SqliteStore};

/// More than two steps of a background job.
const MANY: usize = 300;

async fn world_with_backlog() -> World {
    let w = World::new(Options::default()).await;
    for _ in 0..MANY {
        w.event(10).await.unwrap();
    }
    w
}

async fn update(w: &World, change: impl FnOnce(&mut Target)) {
    let mut webhook = Target::clone(&*w.store.target(w.webhook.no).await.unwrap());
    change(&mut webhook);
    new(w.store.update_target(webhook, at(10), None).await.unwrap());
}

/// Takes until nothing is left that could be, and all of the backlog was there.
async fn take_all(store: &Arc<SqliteStore>, w: &World) -> Vec<Handed> {
    let mut taken: Vec<Handed> = Vec::new();
    while taken.len() < MANY {
        let more = store
            .take(w.webhook.no, MANY, at(20), Duration::from_secs(480))
            .await;
        taken.extend(more.unwrap().deliveries);
        tokio::task::yield_now().await;
    }
    taken
}

/// Bytes of all files of the store.
fn bytes_on_disk(w: &World) -> u64 {
    let files = std::fs::read_dir(w.path().parent().unwrap()).unwrap();
    files
        .map(|file| file.unwrap().metadata().unwrap().len())
        .sum()
}

#[tokio::test]
async fn a_change_of_many_facts_writes_what_they_share_once() {
    const EACH: usize = 500_000;
    let w = World::new(Options::default()).await;
    let text = || -> SharedJson {
        let text = format!(r#"{{"order":"{}"}}"#, "x".repeat(EACH));
        RawValue::from_string(text).unwrap().into()
    };
    let mut commit = w.commit_of(10);
    let fact = commit.facts.pop().unwrap();
    commit.facts = vec![
        Fact {
            context: Some(text()),
            event_data: text(),
            changes: Some(text()),
            ..fact
        };
        100
    ];
    let before = bytes_on_disk(&w);
    w.store.commit(commit).await.unwrap();
    // Once into the log and, after a checkpoint, once into the database.
    let written = bytes_on_disk(&w) - before;
    assert!(written < 12 * EACH as u64, "{written} bytes");
}

#[tokio::test]
async fn a_long_backlog_is_due_when_its_webhook_is_active_again() {
    let w = world_with_backlog().await;
    let taken = w
        .store
        .take(w.webhook.no, MANY, at(2), Duration::from_secs(58))
        .await;
    let failed = taken.unwrap().deliveries.into_iter().map(|handed| {
        let mut outcome = delivered(&handed);
        outcome.verdict.next = Next::RetryAt(at(9_000));
        outcome
    });
    w.store.record(failed.collect(), at(3)).await.unwrap();
    update(&w, |webhook| webhook.status = TargetStatus::Disabled).await;
    let before = w.store.transactions();
    update(&w, |webhook| webhook.status = TargetStatus::Active).await;
    let taken = take_all(&w.store, &w).await;
    let different: BTreeSet<_> = taken.iter().map(|handed| handed.id).collect();
    assert_eq!(different.len(), MANY);
    // One is counted when it is seen or a moment later, and certainly once the next one is answered.
    w.event(10).await.unwrap();
    let transactions = w.store.transactions() - before - 1;
    assert!(
        transactions >= 3,
        "{transactions}: it was not done in steps"
    );
}

#[tokio::test]
async fn a_long_backlog_is_put_in_line_after_a_crash_too() {
    let w = world_with_backlog().await;
    // Whoever changes his mind is not served by what he had begun.
    for ordering in [Ordering::Subject, Ordering::None, Ordering::Webhook] {
        update(&w, |webhook| webhook.ordering = ordering).await;
    }
    let image = crash_image(&w);
    let after = open(&image.path().join("claimwire.db"), Options::default()).unwrap();
    for store in [&w.store, &after] {
        let taken = take_all(store, &w).await;
        let order: Vec<EventNo> = taken.iter().map(|handed| handed.id.event).collect();
        assert!(order.is_sorted(), "each run begins with what is first");
        let astray = store.read(|conn, _| {
            let sql = "SELECT count(*) FROM deliveries WHERE lane IS NOT 0";
            Ok(conn.query_row(sql, [], |row| row.get::<_, i64>(0))?)
        });
        assert_eq!(astray.await.unwrap(), 0);
    }
}

#[tokio::test]
async fn of_many_webhooks_those_hear_that_want_to() {
    let w = World::new(Options::default()).await;
    let filter = |entry: &str| {
        let entries = vec![entry.to_owned()];
        Subscription::new(Dialect::Karla, SourceFilter::All, entries).unwrap()
    };
    let mut deaf = Vec::new();
    for n in 0..40 {
        let webhook = Target {
            uuid: Uuid::from_u128(100 + n),
            subscription: filter("shipments"),
            ..Target::clone(&w.webhook)
        };
        deaf.push(new(w
            .store
            .create_target(webhook, at(0), None)
            .await
            .unwrap()));
    }
    let all = PageRequest::first(100);
    let subscribers = async || {
        w.event(10).await.unwrap();
        let list = w
            .store
            .deliveries(w.shop.no, DeliveryFilter::default(), all, at(2));
        let listed = list.await.unwrap().items;
        let newest = listed.iter().map(|delivery| delivery.id.event).max();
        let of_newest = listed.iter().filter(|d| Some(d.id.event) == newest);
        of_newest.map(|d| d.id.target).collect::<Vec<_>>()
    };
    assert_eq!(subscribers().await, [w.webhook.no]);
    let one = deaf.swap_remove(7);
    let changed = Target {
        subscription: filter("claims"),
        ..Target::clone(&one)
    };
    new(w.store.update_target(changed, at(1), None).await.unwrap());
    assert_eq!(subscribers().await, [one.no, w.webhook.no]);
    let deleted = w.store.delete_target(w.shop.no, w.webhook.uuid, at(1));
    deleted.await.unwrap();
    assert_eq!(subscribers().await, [one.no]);
}

#[tokio::test]
async fn what_is_noted_later_is_shown_at_once_and_kept_at_the_end() {
    let w = World::new(Options::default()).await;
    let spy = Arc::new(Spy::default());
    w.store.attach(spy.clone());
    w.event(10).await.unwrap();
    let outcome = delivered(&spy.one().await);
    w.store.record([outcome].into(), at(2)).await.unwrap();
    let seen = async |store: &Arc<SqliteStore>| {
        let (hour, minute) = (Duration::from_secs(3600), Duration::from_secs(60));
        let stats = store
            .stats(w.webhook.no, hour, minute, at(5))
            .await
            .unwrap();
        let health = store.target(w.webhook.no).await.unwrap().health.clone();
        let count: u64 = stats.iter().map(|bucket| bucket.delivered).sum();
        (count, health.last_success_at.is_some())
    };
    assert_eq!(seen(&w.store).await, (1, true));
    // The crash forgets it, the delivery not.
    let image = crash_image(&w);
    let after = open(&image.path().join("claimwire.db"), Options::default()).unwrap();
    assert_eq!(seen(&after).await, (0, false));
    assert_eq!(after.waiting(Targets::All, at(5)).await.unwrap(), []);
    w.store.close();
    let again = open(&w.path(), Options::default()).unwrap();
    assert_eq!(seen(&again).await, (1, true));
}

#[tokio::test]
async fn what_is_handed_over_is_listed_and_counted_before_it_has_a_row() {
    let w = World::new(Options::default()).await;
    let spy = Arc::new(Spy::default());
    w.store.attach(spy.clone());
    for _ in 0..3 {
        w.event(10).await.unwrap();
    }
    let recorded = spy.one().await;
    w.store
        .record([delivered(&recorded)].into(), at(2))
        .await
        .unwrap();
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let one = PageRequest::after(1, after);
        let page = w
            .store
            .deliveries(w.shop.no, DeliveryFilter::default(), one, at(2));
        let page = page.await.unwrap();
        listed.extend(page.items);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let events: Vec<_> = listed.iter().map(|delivery| delivery.id.event).collect();
    assert_eq!(events.len(), 3);
    assert!(
        events.is_sorted_by(|newer, older| newer > older),
        "{events:?}"
    );
    for delivery in &listed {
        let expected = match delivery.id == recorded.id {
            true => DeliveryStatus::Delivered,
            false => DeliveryStatus::Delivering,
        };
        assert_eq!(delivery.status, expected);
    }
    assert_eq!(w.store.pending(w.webhook.no).await.unwrap(), 2);
}
