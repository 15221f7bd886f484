//! An array is written in parts where others wait, and is all there or not at all.

use std::borrow::Cow;
use std::sync::Arc;

use claimwire_model::{Event, EventNo, Shop};
use claimwire_store::directory::NewShop;
use claimwire_store::{Commit, Directory, EventFilter, Log, PageRequest, Subjects};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::crash::crash_image;
use super::world::{World, at, new, open};
use crate::error::Result;
use crate::jobs::commit::{self, Prepared};
use crate::work::Work;
use crate::{Options, SqliteStore, recover, rows};

const EVENTS: usize = 1000;

async fn other(w: &World) -> Arc<Shop> {
    let shop = NewShop {
        id: Uuid::from_u128(9),
        slug: "other".into(),
        name: "Other".into(),
        notification_emails: Vec::new(),
    };
    new(w.store.create_shop(shop, at(0), None).await.unwrap())
}

fn array(w: &World, shop: &Arc<Shop>, events: usize) -> Commit {
    let mut commit = w.commit_of(100);
    commit.shop = shop.clone();
    commit.facts = (0..events)
        .map(|n| {
            let mut fact = commit.facts[0].clone();
            fact.given_id = Some(format!("{}-{n}", shop.slug));
            fact
        })
        .collect();
    commit
}

/// Commits it; its numbers, and which of several it was to be answered.
fn committed(
    store: &Arc<SqliteStore>,
    commit: Commit,
    done: &tokio::sync::mpsc::UnboundedSender<&'static str>,
    name: &'static str,
) -> JoinHandle<Vec<EventNo>> {
    let (store, done) = (store.clone(), done.clone());
    tokio::spawn(async move {
        let committed = store.commit(commit).await.unwrap();
        done.send(name).unwrap();
        committed.event_numbers()
    })
}

async fn all(store: &SqliteStore, shop: &Shop) -> Vec<Arc<Event>> {
    let request = PageRequest::first(2 * EVENTS);
    let list = store.events(shop.no, EventFilter::default(), request);
    list.await.unwrap().items.into_iter().rev().collect()
}

#[tokio::test]
async fn an_array_lets_others_between_its_parts_and_its_own_shop_behind_them() {
    let w = World::new(Options::default()).await;
    let other = other(&w).await;
    let (free, wait) = std::sync::mpsc::channel::<()>();
    let store = w.store.clone();
    let (begin, begun) = tokio::sync::oneshot::channel();
    let hold = move |_: &mut Work| {
        let _ = begin.send(());
        Ok(wait.recv().is_ok())
    };
    let held = tokio::spawn(async move { store.write(hold).await });
    begun.await.unwrap();
    let (done, mut order) = tokio::sync::mpsc::unbounded_channel();
    let mut commits = Vec::new();
    for (shop, events, name) in [
        (&w.shop, EVENTS, "array"),
        (&other, EVENTS, "other"),
        (&w.shop, 1, "next"),
    ] {
        let mut commit = array(&w, shop, events);
        if name == "next" {
            commit.facts[0].given_id = None;
        }
        commits.push(committed(&w.store, commit, &done, name));
        while w.store.queued() < commits.len() {
            tokio::task::yield_now().await;
        }
    }
    free.send(()).unwrap();
    held.await.unwrap().unwrap();
    let mut answered = Vec::new();
    for _ in 0..3 {
        answered.push(order.recv().await.unwrap());
    }
    assert_eq!(answered, ["other", "array", "next"]);
    let mut numbers = Vec::new();
    for commit in commits {
        numbers.push(commit.await.unwrap());
    }
    let of_array = &numbers[0];
    assert!(of_array.is_sorted() && numbers[2][0] > of_array[EVENTS - 1]);
    let there = all(&w.store, &w.shop).await;
    let ids: Vec<_> = there.iter().take(EVENTS).map(|event| event.id()).collect();
    let expected: Vec<_> = (0..EVENTS).map(|n| format!("shop-{n}")).collect();
    assert_eq!(ids, expected);
    assert_eq!(there.len(), EVENTS + 1);
    assert!(there.iter().map(|event| event.no).is_sorted());
    let deliveries = w.store.pending(w.webhook.no).await.unwrap();
    assert_eq!(deliveries, EVENTS as u64 + 1);
    // The same array again is the first one.
    let again = w.store.commit(array(&w, &w.shop, EVENTS)).await.unwrap();
    assert_eq!(&again.event_numbers(), of_array);
}

#[tokio::test]
async fn an_array_is_put_down_alike_whoever_makes_its_texts() {
    let w = World::new(Options::default()).await;
    let other = other(&w).await;
    for (shop, ahead) in [(&w.shop, false), (&other, true)] {
        let commit = array(&w, shop, EVENTS);
        let prepared = Prepared::of(&commit, || ahead);
        assert_eq!(prepared.texts().len(), if ahead { EVENTS } else { 0 });
        let written = w.store.write(move |work| {
            work.ask(Box::new(|_| true));
            commit::commit(work, commit, &prepared)
        });
        let behind = written.await.unwrap().behind.unwrap();
        behind.await.unwrap().unwrap();
        let there = all(&w.store, shop).await;
        let ids: Vec<_> = there.iter().map(|event| event.id()).collect();
        let slug = &shop.slug;
        let expected: Vec<_> = (0..EVENTS).map(|n| format!("{slug}-{n}")).collect();
        assert_eq!(ids, expected);
        let first = &array(&w, shop, 1).facts[0];
        let alike = there
            .iter()
            .all(|event| event.fact.event_data.get() == first.event_data.get());
        assert!(alike);
    }
}

/// An array of which so many parts are put down and have no rows.
async fn put_down(w: &World, parts: usize) -> Vec<EventNo> {
    let commit = array(w, &w.shop, parts * 2);
    let shop = w.shop.no;
    let written = w.store.write(move |work| {
        let facts = commit.facts.into_iter();
        let events: Vec<_> = facts.map(|fact| work.new_event(fact, at(1))).collect();
        for part in events.chunks(2) {
            let texts = part.iter().map(|event| {
                let text = rows::part::Text::of(&event.fact)?;
                Ok((event.no, Cow::Owned(text)))
            });
            rows::part::insert(&work.conn, shop, &texts.collect::<Result<Vec<_>>>()?)?;
        }
        Ok(events.iter().map(|event| event.no).collect())
    });
    written.await.unwrap()
}

#[tokio::test]
async fn what_a_crash_leaves_of_an_array_is_written_at_the_next_start() {
    let w = World::new(Options::default()).await;
    let numbers = put_down(&w, 40).await;
    assert_eq!(all(&w.store, &w.shop).await.len(), 0);
    let image = crash_image(&w);
    let after = open(&image.path().join("claimwire.db"), Options::default()).unwrap();
    // The shop's own next write comes behind it.
    let next = after.commit(w.commit_of(10)).await.unwrap().event_numbers();
    let there: Vec<_> = all(&after, &w.shop).await.iter().map(|e| e.no).collect();
    assert_eq!(there[..numbers.len()], numbers);
    assert_eq!(there[numbers.len()..], next);
    let deliveries = after.pending(w.webhook.no).await.unwrap();
    assert_eq!(deliveries, there.len() as u64);
}

#[tokio::test]
async fn who_follows_the_log_sees_nothing_behind_an_array_before_all_of_it() {
    let w = World::new(Options::default()).await;
    let before = w.event(10).await.unwrap().event_numbers();
    put_down(&w, 2).await;
    w.event(10).await.unwrap();
    let follow = w.store.events_after(w.shop.no, EventNo(0), 100);
    let seen: Vec<_> = follow.await.unwrap().items.iter().map(|e| e.no).collect();
    assert_eq!(seen, before);
}

#[tokio::test]
async fn a_start_after_a_crash_looks_through_all_that_follows_an_array() {
    let w = World::new(Options::default()).await;
    let first = put_down(&w, 2).await[0];
    let last = w.event(10).await.unwrap().event_numbers()[0];
    let settled = w.store.write(move |work| {
        let settled = recover::Settled {
            deliveries: last,
            subjects: last,
            delivered: last,
        };
        recover::settle(&work.conn, settled)?;
        let sql = "SELECT min(event), max(event) FROM settled";
        let both = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        Ok(work.conn.query_row(sql, [], both)?)
    });
    assert_eq!(settled.await.unwrap(), (first.0 - 1, first.0 - 1));
}

#[tokio::test]
async fn parts_of_a_shop_that_is_deleted_go_with_it() {
    let w = World::new(Options::default()).await;
    put_down(&w, 4).await;
    w.store.delete_shop(w.shop.no).await.unwrap();
    let image = crash_image(&w);
    let after = open(&image.path().join("claimwire.db"), Options::default()).unwrap();
    loop {
        let sql = "SELECT count(*) FROM parts";
        let left = after.write(move |work| Ok(work.conn.query_row(sql, [], |row| row.get(0))?));
        let left: i64 = left.await.unwrap();
        if left == 0 {
            break;
        }
    }
    let events = "SELECT count(*) FROM events";
    let events = after.read(move |conn, _| Ok(conn.query_row(events, [], |row| row.get(0))?));
    let events: i64 = events.await.unwrap();
    assert_eq!(events, 0);
}
