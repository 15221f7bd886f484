//! Events are found by what they are about whether that has its row or is in memory: as they come, after a crash, and until
//! they are pruned.

use std::sync::Arc;

use claimwire_model::subject::Subject;
use claimwire_model::{EventNo, Shop, SubjectKind};
use claimwire_store::directory::NewShop;
use claimwire_store::find::AboutSubject;
use claimwire_store::{Directory, EventFilter, Log, PageRequest, Queue, Subjects};
use uuid::Uuid;

use super::crash::crash_image;
use super::world::{World, at, new, open};
use crate::{Options, SqliteStore};

/// More than are kept in memory.
const EVENTS: usize = 400;
/// They are about so many things in turn.
const SUBJECTS: usize = 90;

/// A shop that nobody hears of, so that its events can be pruned.
async fn quiet(w: &World) -> Arc<Shop> {
    let shop = NewShop {
        id: Uuid::from_u128(9),
        slug: "quiet".into(),
        name: "Quiet".into(),
        notification_emails: Vec::new(),
    };
    new(w.store.create_shop(shop, at(0), None).await.unwrap())
}

/// Far from each other in the order of rows, one after the other.
fn subject(n: usize) -> String {
    format!("{:x}-c", (n % SUBJECTS) * 7_919 % 997)
}

async fn add(store: &SqliteStore, w: &World, shop: &Arc<Shop>, n: usize) -> EventNo {
    let mut commit = w.commit_of(10);
    commit.shop = shop.clone();
    commit.facts[0].subject = Some(Subject {
        kind: [SubjectKind::Claim, SubjectKind::Order][n / SUBJECTS % 2],
        id: subject(n),
    });
    store.commit(commit).await.unwrap().event_numbers()[0]
}

/// The shop's events about something, oldest first.
async fn about(store: &SqliteStore, shop: &Shop, subject: AboutSubject) -> Vec<EventNo> {
    let filter = EventFilter {
        subject: Some(subject),
        ..EventFilter::default()
    };
    let page = store.events(shop.no, filter, PageRequest::first(1000));
    let events = page.await.unwrap().items;
    events.iter().rev().map(|event| event.no).collect()
}

/// That each is found, alone by its id and with its kind.
async fn all_are_found(store: &SqliteStore, shop: &Shop, events: &[EventNo]) {
    for n in 0..SUBJECTS {
        let of = |kind: Option<usize>| -> Vec<EventNo> {
            let all = events.iter().enumerate();
            let mine = all.filter(|(event, _)| {
                event % SUBJECTS == n && kind.is_none_or(|kind| event / SUBJECTS % 2 == kind)
            });
            mine.map(|(_, no)| *no).collect()
        };
        for (kind, expected) in [
            (None, of(None)),
            (Some(SubjectKind::Claim), of(Some(0))),
            (Some(SubjectKind::Order), of(Some(1))),
        ] {
            let id = subject(n);
            let found = about(store, shop, AboutSubject { kind, id }).await;
            assert_eq!(found, expected, "{} of {kind:?}", subject(n));
        }
    }
}

pub(super) async fn count(store: &SqliteStore, sql: &'static str) -> usize {
    let counted = store.read(move |conn, _| Ok(conn.query_row(sql, [], |row| row.get(0))?));
    counted.await.unwrap()
}

const ROWS: &str = "SELECT count(*) FROM event_subjects";

#[tokio::test]
async fn they_are_found_as_they_come_and_after_a_crash() {
    let w = World::new(Options::default()).await;
    let mut events = Vec::new();
    for n in 0..EVENTS {
        events.push(add(&w.store, &w, &w.shop, n).await);
        if n % 133 == 0 {
            all_are_found(&w.store, &w.shop, &events).await;
        }
    }
    all_are_found(&w.store, &w.shop, &events).await;
    let rows = count(&w.store, ROWS).await;
    assert!((1..EVENTS).contains(&rows), "{rows} have their rows");

    let image = crash_image(&w);
    let path = image.path().join("claimwire.db");
    let after = open(&path, Options::default()).unwrap();
    all_are_found(&after, &w.shop, &events).await;
    // And after a stop, which notes how far everything is.
    for n in EVENTS..EVENTS + 150 {
        events.push(add(&after, &w, &w.shop, n).await);
    }
    after.close();
    let again = open(&path, Options::default()).unwrap();
    all_are_found(&again, &w.shop, &events).await;
    let noted = count(&again, "SELECT event FROM settled WHERE no = 2").await;
    assert!(noted >= events[0].0 as usize, "{noted}");
}

#[tokio::test]
async fn nothing_is_left_of_events_that_are_pruned() {
    let w = World::new(Options::default()).await;
    let shop = quiet(&w).await;
    for n in 0..EVENTS {
        add(&w.store, &w, &shop, n).await;
    }
    assert!(count(&w.store, ROWS).await > 0);
    while w.store.prune(at(50), 100, at(100)).await.unwrap().more {}
    let id = subject(0);
    let found = about(&w.store, &shop, AboutSubject { kind: None, id }).await;
    assert_eq!(found, []);
    assert_eq!(count(&w.store, ROWS).await, 0);
    // Nor in memory: no later group writes one.
    for n in 0..EVENTS {
        add(&w.store, &w, &w.shop, n).await;
    }
    let of_shop = "SELECT count(*) FROM event_subjects WHERE event NOT IN (SELECT no FROM events)";
    assert_eq!(count(&w.store, of_shop).await, 0);
}
