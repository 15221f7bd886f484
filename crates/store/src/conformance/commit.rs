//! The commit: all of it or nothing, and events that are the same for ever.

use claimwire_model::EventNo;
use claimwire_model::event::Fact;
use claimwire_model::{Event, PerformedBy, Source, TraceContext};

use super::world::*;
use super::*;
use crate::commit::Committed;
use crate::page::PageRequest;

/// Nothing is there of what a refused commit asked for.
async fn nothing_but(w: &World, events: usize, deliveries: usize) {
    assert_eq!(w.events().await.len(), events);
    assert_eq!(w.deliveries(at(50)).await.len(), deliveries);
    let document = w.store.document(w.shop.no, SubjectKind::Claim, "new").await;
    assert_eq!(document.unwrap_err(), StoreError::NotFound);
    let record = w
        .store
        .recall(Some(w.shop.no), "key", &[1; 32], at(50))
        .await;
    assert_eq!(record.unwrap(), None);
}

pub async fn everything_is_there_together(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hooks = [w.webhook(|_| {}).await, w.webhook(|_| {}).await];
    let mut commit = w.commit_of(vec![fact("a"), fact("b")], at(10));
    commit.writes = vec![write("a", 0, "1"), write("b", 0, "2")];
    commit.idempotency = Some(idempotency("key", 1));
    let Committed::Now(events) = w.store.commit(commit).await.unwrap() else {
        panic!("done now");
    };

    assert_eq!(events.len(), 2);
    for (event, claim) in events.iter().zip(["a", "b"]) {
        assert_eq!(event.fact.subject.as_ref().unwrap().id, claim);
        let found = w.store.event(w.shop.no, &event.id()).await.unwrap();
        assert_eq!(found.no, event.no);
        w.store
            .document(w.shop.no, SubjectKind::Claim, claim)
            .await
            .unwrap();
        for hook in &hooks {
            let (delivery, attempts) = w.delivery(id(event, hook), at(10)).await;
            assert_eq!(delivery.status, DeliveryStatus::Pending);
            assert_eq!(delivery.event_id, event.id());
            assert_eq!(delivery.r#ref, "claims/created");
            assert_eq!(delivery.target_uuid, hook.uuid);
            assert_eq!(delivery.created_at, at(10));
            assert_eq!(delivery.next_attempt_at, Some(at(10)));
            assert_eq!((delivery.attempt_count, attempts.len()), (0, 0));
        }
    }
    let record = w
        .store
        .recall(Some(w.shop.no), "key", &[1; 32], at(11))
        .await;
    let ids = format!("{},{}", events[0].id(), events[1].id());
    assert_eq!(record.unwrap(), Some(answered(&ids)));
}

pub async fn a_stale_write_writes_nothing(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    w.webhook(|_| {}).await;
    let mut first = w.commit_of(Vec::new(), at(1));
    first.writes = vec![write("old", 0, "1")];
    w.store.commit(first).await.unwrap();

    for stale in [
        write("old", 0, "2"),
        write("old", 2, "2"),
        write("none", 1, "2"),
    ] {
        let mut commit = w.commit_of(vec![fact("a")], at(2));
        commit.writes = vec![write("new", 0, "1"), stale];
        commit.idempotency = Some(idempotency("key", 1));
        let refused = w.store.commit(commit).await;
        assert_eq!(refused.unwrap_err(), StoreError::Stale);
        nothing_but(&w, 0, 0).await;
    }
    let old = w
        .store
        .document(w.shop.no, SubjectKind::Claim, "old")
        .await
        .unwrap();
    assert_eq!((old.version, &*old.json), (1, "1"));
}

pub async fn another_content_under_a_given_id_writes_nothing(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    w.webhook(|_| {}).await;
    w.commit(vec![given("mine")], at(1)).await.unwrap();
    let others = [
        Fact {
            event_data: json(r#"{"id":"other"}"#),
            ..given("mine")
        },
        Fact {
            r#ref: "claims/closed".into(),
            ..given("mine")
        },
        Fact {
            event_group: None,
            ..given("mine")
        },
        Fact {
            context: Some(json("{}")),
            ..given("mine")
        },
    ];
    for other in others {
        let mut commit = w.commit_of(vec![fact("a"), other], at(2));
        commit.writes = vec![write("new", 0, "1")];
        commit.idempotency = Some(idempotency("key", 1));
        let refused = w.store.commit(commit).await;
        assert_eq!(refused.unwrap_err(), StoreError::Conflict);
        nothing_but(&w, 1, 1).await;
    }
}

pub async fn the_same_event_posted_again_is_the_first(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    w.webhook(|_| {}).await;
    let first = w
        .commit(vec![given("mine")], at(1))
        .await
        .unwrap()
        .remove(0);
    let later = Fact {
        triggered_at: at(2),
        ..given("mine")
    };
    let again = w
        .commit(vec![given("a"), later, given("b")], at(2))
        .await
        .unwrap();
    let ids: Vec<_> = again.iter().map(|event| event.id()).collect();
    assert_eq!(ids, ["a", "mine", "b"]);
    assert_eq!(again[1].no, first.no);
    assert_eq!(again[1].fact.triggered_at, at(0), "as it was told first");
    assert_eq!(w.events().await.len(), 3);
    assert_eq!(w.deliveries(at(2)).await.len(), 3);

    let told = |data: &str| Fact {
        event_data: json(data),
        ..given("told")
    };
    let first = w.commit(vec![told(r#"{"a":1,"b":"ü"}"#)], at(3)).await;
    let otherwise = told(r#"{ "b": "\u00fc", "a": 1 }"#);
    let again = w.commit(vec![otherwise], at(4)).await;
    assert_eq!(
        again.unwrap()[0].no,
        first.unwrap()[0].no,
        "the same members"
    );
    let refused = w.commit(vec![told(r#"{"a":1.0,"b":"ü"}"#)], at(5)).await;
    assert_eq!(refused.unwrap_err(), StoreError::Conflict);
}

pub async fn the_same_id_twice_in_one_commit_is_one_event(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    w.webhook(|_| {}).await;
    let events = w
        .commit(vec![given("x"), given("y"), given("x")], at(1))
        .await
        .unwrap();
    assert_eq!(events[0].no, events[2].no);
    assert_eq!(w.deliveries(at(1)).await.len(), 2);

    let other = Fact {
        event_data: json("[]"),
        ..given("z")
    };
    let refused = w.commit(vec![given("z"), other], at(2)).await;
    assert_eq!(refused.unwrap_err(), StoreError::Conflict);
    nothing_but(&w, 2, 2).await;
}

pub async fn a_given_id_is_of_its_shop(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let mine = w.commit(vec![given("x")], at(1)).await.unwrap().remove(0);
    let other = w.new_shop("other").await;
    let missing = w.store.event(other.no, "x").await;
    assert_eq!(missing.unwrap_err(), StoreError::NotFound);
    let mut commit = w.commit_of(vec![given("x")], at(2));
    commit.shop = other.clone();
    let theirs = w.store.commit(commit).await.unwrap().event_numbers()[0];
    assert_ne!(theirs, mine.no);
    assert_eq!(w.store.event(other.no, "x").await.unwrap().no, theirs);
    assert_eq!(w.store.event(w.shop.no, "x").await.unwrap().no, mine.no);
}

pub async fn an_event_is_found_by_the_id_that_people_see(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let ours = w.event(at(1)).await;
    let theirs = w.commit(vec![given("x")], at(1)).await.unwrap().remove(0);
    let s = &w.store;
    assert_eq!(s.event(w.shop.no, &ours.id()).await.unwrap().no, ours.no);
    assert_eq!(s.event(w.shop.no, "x").await.unwrap().no, theirs.no);
    let never = EventNo(ours.no.0 - 1).to_string();
    let other = w.new_shop("other").await;
    for (shop, id) in [
        (w.shop.no, "y"),
        (w.shop.no, &*never),
        (w.shop.no, ""),
        (other.no, &*ours.id()),
    ] {
        let missing = s.event(shop, id).await;
        assert_eq!(missing.unwrap_err(), StoreError::NotFound, "{id}");
    }
}

fn compared(event: &Event) -> String {
    format!("{event:?}")
}

pub async fn an_event_never_changes(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let fact = Fact {
        given_id: Some("mine".into()),
        r#ref: "claims/closed".into(),
        event_group: Some("claim_updated".into()),
        triggered_at: at(-1000),
        event_data: json(r#"{ "n": 1.10, "e": 1e3, "big": 123456789012345678901234567890 }"#),
        context: Some(json(r#"{"order": null}"#)),
        changes: Some(json(r#"{"status":{"before":"pending","after":"closed"}}"#)),
        performed_by: PerformedBy {
            source: Source::Ui,
            user_id: Some(serde_json::json!(2642)),
            name: Some("Ü".into()),
            trace: TraceContext::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        },
        posted: true,
        ..fact("c")
    };
    let bare = Fact {
        event_group: None,
        subject: None,
        performed_by: PerformedBy::default(),
        ..given("bare")
    };
    let made = w.commit(vec![fact, bare], at(1)).await.unwrap();
    let taken = w.take(&hook, at(1)).await;
    let listed = w.events().await;
    for (n, event) in made.iter().enumerate() {
        let kept = w.store.event(w.shop.no, &event.id()).await.unwrap();
        assert_eq!(compared(&kept), compared(event));
        assert_eq!(compared(&taken[n].event), compared(event));
        assert_eq!(compared(&listed[1 - n]), compared(event));
    }
}

pub async fn event_numbers_grow_in_commit_order(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let mut numbers = Vec::new();
    // The clock stands still, goes on and goes back.
    for when in [at(5), at(5), at(9), at(3), at(9), at(100)] {
        let events = w.commit(vec![fact("a"), fact("b")], when).await.unwrap();
        numbers.extend(events.iter().map(|event| event.no));
    }
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    let listed = w.events().await;
    numbers.reverse();
    assert_eq!(listed.iter().map(|e| e.no).collect::<Vec<_>>(), numbers);
}

pub async fn events_are_listed_without_gaps_or_doubles(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let other = w.new_shop("other").await;
    let mut numbers = Vec::new();
    for n in 0..11 {
        numbers.push(w.event(at(n / 3)).await.no);
        let mut strange = w.commit_of(vec![fact("x")], at(n / 3));
        strange.shop = other.clone();
        w.store.commit(strange).await.unwrap();
    }
    numbers.reverse();
    for limit in [1, 4, 11, 12] {
        let read = |page| w.store.events(w.shop.no, EventFilter::default(), page);
        let listed = pages(limit, read).await;
        assert_eq!(listed.iter().map(|e| e.no).collect::<Vec<_>>(), numbers);
    }
    // What comes while someone turns pages is on none of the later ones.
    let first = w
        .store
        .events(w.shop.no, EventFilter::default(), PageRequest::first(4));
    let first = first.await.unwrap();
    w.event(at(50)).await;
    let rest = w.store.events(
        w.shop.no,
        EventFilter::default(),
        PageRequest::after(100, first.next),
    );
    let read: Vec<_> = [first.items, rest.await.unwrap().items].concat();
    assert_eq!(read.iter().map(|e| e.no).collect::<Vec<_>>(), numbers);
}

pub async fn commits_at_once_all_have_their_place(store: Arc<dyn Store>) {
    let w = Arc::new(World::new(store).await);
    let hook = w.webhook(|_| {}).await;
    let tasks: Vec<_> = (0..40)
        .map(|n| {
            let w = w.clone();
            tokio::spawn(async move { w.event_of(&format!("c{n}"), at(1)).await.no })
        })
        .collect();
    let mut numbers = Vec::new();
    for task in tasks {
        numbers.push(task.await.unwrap());
    }
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 40);
    assert_eq!(events_of(&w.take(&hook, at(1)).await), numbers);
}
