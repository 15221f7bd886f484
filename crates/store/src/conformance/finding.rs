//! Finding: each filter of a list, and pages that are bounded in bytes.

use claimwire_model::EventNo;
use claimwire_model::search::{self, Field, term};
use claimwire_model::subject::Subject;

use super::world::*;
use super::*;
use crate::commit::Write;
use crate::find::{AboutSubject, DocumentFilter};
use crate::log::{ATTEMPTS_AT_ONCE, DeliveryFilter};
use crate::page::PAGE_BYTES;

async fn put(w: &World, writes: Vec<Write>, when: Timestamp) {
    let mut commit = w.commit_of(Vec::new(), when);
    commit.writes = writes;
    w.store.commit(commit).await.unwrap();
}

fn with(terms: Vec<String>) -> DocumentFilter {
    DocumentFilter {
        terms,
        ..DocumentFilter::default()
    }
}

async fn claims(w: &World, filter: DocumentFilter) -> Vec<String> {
    let mut found = Vec::new();
    for limit in [1, 2, 100] {
        let read = |page| {
            w.store
                .find_documents(w.shop.no, SubjectKind::Claim, filter.clone(), page)
        };
        let by_cursor: Vec<_> = pages(limit, read).await.into_iter().map(|d| d.id).collect();
        let by_number = pages_by_skipping(limit, read).await;
        let by_number: Vec<_> = by_number.into_iter().map(|d| d.id).collect();
        assert_eq!(by_cursor, by_number, "{filter:?}, {limit} at a time");
        found = by_cursor;
    }
    found
}

pub async fn documents_are_found_by_their_terms(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let json = |status: &str, title: &str, label: &str| {
        serde_json::json!({
            "status": status, "title": title, "labels": [label], "order_number": "A-1",
            "customer": {"email": "Ada@mail.example"},
        })
        .to_string()
    };
    for (n, (status, title, label)) in [
        ("pending", "Broken cup", "vip"),
        ("pending", "Broken plate", "late"),
        ("closed", "Lost parcel", "vip"),
        ("accepted", "Größe passt nicht, 100%_egal", "vip"),
    ]
    .into_iter()
    .enumerate()
    {
        let document = write(&format!("c{n}"), 0, &json(status, title, label));
        put(&w, vec![document], at(i64::try_from(n).unwrap())).await;
    }
    // The same words elsewhere.
    let order = Write {
        kind: SubjectKind::Order,
        ..write("c9", 0, &json("pending", "Broken cup", "vip"))
    };
    put(&w, vec![order], at(9)).await;
    let other = w.new_shop("other").await;
    let mut strange = w.commit_of(Vec::new(), at(9));
    strange.shop = other;
    strange.writes = vec![write("c8", 0, &json("pending", "Broken cup", "vip"))];
    w.store.commit(strange).await.unwrap();

    let status = |value: &str| term(Field::Status, value);
    let both = |a: Vec<String>, b: Vec<String>| [a, b].concat();
    for (terms, expected) in [
        (vec![], vec!["c3", "c2", "c1", "c0"]),
        (vec![status("pending")], vec!["c1", "c0"]),
        (vec![status("pend")], vec![]),
        (vec![term(Field::Label, "vip")], vec!["c3", "c2", "c0"]),
        (
            vec![term(Field::Label, "vip"), status("pending")],
            vec!["c0"],
        ),
        (
            vec![term(Field::OrderNumber, "A-1")],
            vec!["c3", "c2", "c1", "c0"],
        ),
        (vec![term(Field::OrderNumber, "a-1")], vec![]),
        (
            vec![term(Field::CustomerEmail, "ADA@mail.example")],
            vec!["c3", "c2", "c1", "c0"],
        ),
        (search::query("broken"), vec!["c1", "c0"]),
        (search::query("BRO cu"), vec!["c0"]),
        (search::query("größe"), vec!["c3"]),
        (search::query("100"), vec!["c3"]),
        (search::query("nothing"), vec![]),
        (
            both(search::query("broken"), vec![term(Field::Label, "late")]),
            vec!["c1"],
        ),
        // What an index may take for its own language.
        (vec![term(Field::Label, "\" OR \"vip")], vec![]),
        (vec![term(Field::Label, "v*")], vec![]),
    ] {
        assert_eq!(claims(&w, with(terms.clone())).await, expected, "{terms:?}");
    }
    for (since, until, expected) in [
        (Some(at(1)), None, vec!["c1"]),
        (None, Some(at(1)), vec!["c0"]),
        (Some(at(0)), Some(at(2)), vec!["c1", "c0"]),
        (Some(at(2)), None, vec![]),
    ] {
        let filter = DocumentFilter {
            since,
            until,
            ..with(vec![status("pending")])
        };
        assert_eq!(claims(&w, filter).await, expected, "{since:?} {until:?}");
    }
    let filter = DocumentFilter {
        since: Some(at(1)),
        until: Some(at(3)),
        ..DocumentFilter::default()
    };
    assert_eq!(claims(&w, filter).await, ["c2", "c1"]);
}

pub async fn a_document_is_found_by_what_it_holds_now(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let status = |value: &str| with(vec![term(Field::Status, value)]);
    put(&w, vec![write("a", 0, r#"{"status":"pending"}"#)], at(1)).await;
    put(&w, vec![write("b", 0, r#"{"status":"pending"}"#)], at(1)).await;
    put(&w, vec![write("a", 1, r#"{"status":"closed"}"#)], at(2)).await;
    assert_eq!(claims(&w, status("pending")).await, ["b"]);
    assert_eq!(claims(&w, status("closed")).await, ["a"]);
    // The same terms again, none at all, and some again.
    put(
        &w,
        vec![write("a", 2, r#"{"status":"closed","custom":{}}"#)],
        at(3),
    )
    .await;
    assert_eq!(claims(&w, status("closed")).await, ["a"]);
    put(&w, vec![write("a", 3, "{}")], at(4)).await;
    assert_eq!(claims(&w, status("closed")).await, [""; 0]);
    put(&w, vec![write("a", 4, r#"{"status":"closed"}"#)], at(5)).await;
    assert_eq!(claims(&w, status("closed")).await, ["a"]);
    let delete = Write {
        after: None,
        ..write("a", 5, "")
    };
    put(&w, vec![delete], at(6)).await;
    assert_eq!(claims(&w, status("closed")).await, [""; 0]);
    put(&w, vec![write("a", 0, r#"{"status":"pending"}"#)], at(7)).await;
    assert_eq!(claims(&w, status("pending")).await, ["a", "b"]);
}

pub async fn events_are_found_by_ref_and_subject(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let about = |kind, id: &str| {
        Some(Subject {
            kind,
            id: id.into(),
        })
    };
    let (claim, order) = (SubjectKind::Claim, SubjectKind::Order);
    for (n, (r#ref, subject)) in [
        ("claims/created", about(claim, "1")),
        ("claims/updated", about(claim, "1")),
        ("claims-old/created", None),
        ("orders/synced", about(order, "1")),
        ("claims/created", about(claim, "2")),
        ("shipments/delivered/SUCCESSFULLY_DELIVERED", None),
    ]
    .into_iter()
    .enumerate()
    {
        let mut fact = fact("x");
        fact.r#ref = r#ref.into();
        fact.subject = subject;
        w.commit(vec![fact], at(i64::try_from(n).unwrap()))
            .await
            .unwrap();
    }
    let all = w
        .store
        .events(w.shop.no, EventFilter::default(), super::make::all());
    let mut numbers: Vec<_> = all.await.unwrap().items.iter().map(|e| e.no).collect();
    numbers.reverse();
    let r#ref = |prefix: &str| EventFilter {
        r#ref: Some(prefix.into()),
        ..EventFilter::default()
    };
    let subject = |kind, id: &str| EventFilter {
        subject: Some(AboutSubject {
            kind,
            id: id.into(),
        }),
        ..EventFilter::default()
    };
    for (filter, expected) in [
        (r#ref("claims"), vec![4, 1, 0]),
        (r#ref("claims/created"), vec![4, 0]),
        (r#ref("claims/crea"), vec![]),
        (r#ref("claim"), vec![]),
        (r#ref("shipments/delivered"), vec![5]),
        (subject(Some(claim), "1"), vec![1, 0]),
        (subject(None, "1"), vec![3, 1, 0]),
        (subject(Some(order), "2"), vec![]),
        (
            EventFilter {
                r#ref: Some("claims/updated".into()),
                ..subject(Some(claim), "1")
            },
            vec![1],
        ),
        (
            EventFilter {
                since: Some(at(1)),
                until: Some(at(4)),
                ..r#ref("claims")
            },
            vec![1],
        ),
        (
            EventFilter {
                since: Some(at(2)),
                ..subject(None, "1")
            },
            vec![3],
        ),
        (
            EventFilter {
                since: Some(at(2)),
                until: Some(at(4)),
                ..EventFilter::default()
            },
            vec![3, 2],
        ),
    ] {
        let expected: Vec<_> = expected.into_iter().map(|n: usize| numbers[n]).collect();
        let read = |page| w.store.events(w.shop.no, filter.clone(), page);
        for limit in [1, 2, 100] {
            for listed in [
                pages(limit, read).await,
                pages_by_skipping(limit, read).await,
            ] {
                let listed: Vec<_> = listed.iter().map(|event| event.no).collect();
                assert_eq!(listed, expected, "{filter:?}, {limit} at a time");
            }
        }
    }
}

pub async fn events_are_followed_in_the_order_of_their_commits(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let other = w.new_shop("other").await;
    let mut made = Vec::new();
    for n in 0..7_u32 {
        made.push(w.event(at(n.into())).await.no);
        let mut foreign = w.commit_of(vec![fact("c")], at(n.into()));
        foreign.shop = other.clone();
        w.store.commit(foreign).await.unwrap();
    }
    for limit in [1, 2, 3, 100] {
        let (mut after, mut followed) = (EventNo(0), Vec::new());
        loop {
            let page = w.store.events_after(w.shop.no, after, limit).await.unwrap();
            followed.extend(page.items.iter().map(|event| event.no));
            let Some(last) = followed.last() else { break };
            after = *last;
            assert_eq!(
                page.next.is_some(),
                followed.len() < made.len(),
                "{limit} at a time"
            );
            if page.next.is_none() {
                break;
            }
        }
        assert_eq!(followed, made, "{limit} at a time");
    }
    let from = w.store.events_after(w.shop.no, made[4], 100).await.unwrap();
    assert_eq!(
        from.items.iter().map(|event| event.no).collect::<Vec<_>>(),
        made[5..]
    );
    let end = w.store.events_after(w.shop.no, made[6], 100).await.unwrap();
    assert!(end.items.is_empty() && end.next.is_none());
    // Times go back; numbers do not.
    let late = w.event(at(0)).await.no;
    let next = w.store.events_after(w.shop.no, made[6], 100).await.unwrap();
    assert_eq!(
        next.items.iter().map(|event| event.no).collect::<Vec<_>>(),
        [late]
    );
    w.store.delete_shop(w.shop.no).await.unwrap();
    let gone = w
        .store
        .events_after(w.shop.no, EventNo(0), 100)
        .await
        .unwrap();
    assert!(gone.items.is_empty() && gone.next.is_none());
}

pub async fn deliveries_are_found_by_what_their_events_are_about(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hooks = [w.webhook(|_| {}).await, w.webhook(|_| {}).await];
    let mut events = Vec::new();
    for claim in ["a", "b", "a", "c"] {
        events.push(w.event_of(claim, at(1)).await);
    }
    let about = |ids: &[&str]| {
        let of = |id: &&str| AboutSubject {
            kind: Some(SubjectKind::Claim),
            id: (*id).to_owned(),
        };
        DeliveryFilter {
            about: Some(ids.iter().map(of).collect()),
            ..DeliveryFilter::default()
        }
    };
    for (filter, expected) in [
        (about(&["a"]), vec![(2, 1), (2, 0), (0, 1), (0, 0)]),
        (
            about(&["a", "c"]),
            vec![(3, 1), (3, 0), (2, 1), (2, 0), (0, 1), (0, 0)],
        ),
        (about(&["x"]), vec![]),
        (about(&[]), vec![]),
        (
            DeliveryFilter {
                target: Some(hooks[0].no),
                ..about(&["a", "b"])
            },
            vec![(2, 0), (1, 0), (0, 0)],
        ),
        (
            DeliveryFilter {
                status: Some(DeliveryStatus::Failed),
                ..about(&["a"])
            },
            vec![],
        ),
    ] {
        let read = |page| w.store.deliveries(w.shop.no, filter.clone(), page, at(5));
        for limit in [1, 3, 100] {
            for listed in [
                pages(limit, read).await,
                pages_by_skipping(limit, read).await,
            ] {
                let listed: Vec<_> = listed.iter().map(|d| (d.id.event, d.id.target)).collect();
                let expected: Vec<_> = expected
                    .iter()
                    .map(|(event, hook): &(usize, usize)| (events[*event].no, hooks[*hook].no))
                    .collect();
                assert_eq!(listed, expected, "{filter:?}, {limit} at a time");
            }
        }
    }
}

pub async fn a_page_is_bounded_in_bytes(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let text = |bytes: usize| format!(r#"{{"status":"pending","custom":"{}"}}"#, "x".repeat(bytes));
    for (n, bytes) in [100, 400_000, 400_000, 400_000, 2 * PAGE_BYTES, 100]
        .into_iter()
        .enumerate()
    {
        put(&w, vec![write(&format!("c{n}"), 0, &text(bytes))], at(1)).await;
        let mut fact = fact("x");
        fact.event_data = json(&text(bytes));
        w.commit(vec![fact], at(1)).await.unwrap();
    }
    let expected = [vec!["c5"], vec!["c4"], vec!["c3", "c2"], vec!["c1", "c0"]];
    let all = DocumentFilter::default();
    let (kind, pending) = (
        SubjectKind::Claim,
        with(vec![term(Field::Status, "pending")]),
    );
    let mut request = super::make::all();
    for page in &expected {
        let plain = w
            .store
            .documents(w.shop.no, kind, None, request)
            .await
            .unwrap();
        let ids: Vec<_> = plain.items.iter().map(|d| &*d.id).collect();
        assert_eq!(ids, *page);
        for filter in [&all, &pending] {
            let found = w
                .store
                .find_documents(w.shop.no, kind, filter.clone(), request);
            assert_eq!(found.await.unwrap(), plain, "{filter:?}");
        }
        request.after = plain.next;
    }
    assert_eq!(request.after, None);
    let mut events = Vec::new();
    let mut request = super::make::all();
    loop {
        let page = w
            .store
            .events(w.shop.no, EventFilter::default(), request)
            .await
            .unwrap();
        events.push(page.items.len());
        request.after = page.next;
        if request.after.is_none() {
            break;
        }
    }
    assert_eq!(events, [1, 1, 2, 2]);
}

pub async fn attempts_are_read_in_parts(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let event = w.event(at(0)).await;
    let count = u32::try_from(2 * ATTEMPTS_AT_ONCE + 3).unwrap();
    let id = claimwire_model::DeliveryId {
        event: event.no,
        target: hook.no,
    };
    for n in 0..i64::from(count) {
        let taken = w.take(&hook, at(n)).await;
        w.record(&taken[0], Next::RetryAt(at(n + 1)), at(n)).await;
    }
    let now = at(i64::from(count));
    let (delivery, mut attempts) = w.store.delivery(w.shop.no, id, now).await.unwrap();
    assert_eq!(delivery.attempt_count, count);
    let mut parts = Vec::new();
    let mut numbers = Vec::new();
    while let Some(first) = attempts.first().map(|attempt| attempt.number) {
        parts.push(attempts.len());
        numbers.splice(0..0, attempts.iter().map(|attempt| attempt.number));
        attempts = w.store.attempts(w.shop.no, id, first).await.unwrap();
    }
    assert_eq!(parts, [ATTEMPTS_AT_ONCE, ATTEMPTS_AT_ONCE, 3]);
    assert_eq!(numbers, (1..=count).collect::<Vec<_>>());
    let other = w.new_shop("other").await;
    let strange = w.store.attempts(other.no, id, count).await;
    assert_eq!(strange.unwrap_err(), StoreError::NotFound);
}
