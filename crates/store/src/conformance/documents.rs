//! Documents: versions, lists, numbers.

use std::collections::BTreeSet;

use super::world::*;
use super::*;
use crate::commit::{Content, Write};
use crate::subjects::Bounds;

async fn put(w: &World, writes: Vec<Write>) -> Result<(), StoreError> {
    let mut commit = w.commit_of(Vec::new(), at(1));
    commit.writes = writes;
    w.store.commit(commit).await.map(|_| ())
}

pub async fn a_document_grows_by_a_version_with_each_write(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let text = r#"{"price":1.10,"big":123456789012345678901234567890,"e":1e3,"ü":"\u0000"}"#;
    put(&w, vec![write("c", 0, "{}")]).await.unwrap();
    put(&w, vec![write("c", 1, text)]).await.unwrap();
    let kept = w
        .store
        .document(w.shop.no, SubjectKind::Claim, "c")
        .await
        .unwrap();
    assert_eq!((kept.kind, &*kept.id), (SubjectKind::Claim, "c"));
    assert_eq!((kept.version, &*kept.json, kept.parent), (2, text, None));
}

pub async fn a_document_is_of_its_shop_and_kind(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    put(&w, vec![write("c", 0, "{}")]).await.unwrap();
    let other = w.new_shop("other").await;
    for (shop, kind, id) in [
        (other.no, SubjectKind::Claim, "c"),
        (w.shop.no, SubjectKind::Contact, "c"),
        (w.shop.no, SubjectKind::Claim, "C"),
    ] {
        let missing = w.store.document(shop, kind, id).await;
        assert_eq!(missing.unwrap_err(), StoreError::NotFound);
    }
}

pub async fn a_deleted_document_can_be_made_anew(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    put(&w, vec![write("a", 0, "{}"), write("b", 0, "{}")])
        .await
        .unwrap();
    let delete = Write {
        after: None,
        ..write("a", 1, "")
    };
    put(&w, vec![delete]).await.unwrap();
    let gone = w.store.document(w.shop.no, SubjectKind::Claim, "a").await;
    assert_eq!(gone.unwrap_err(), StoreError::NotFound);

    put(&w, vec![write("a", 0, "[]")]).await.unwrap();
    let anew = w
        .store
        .document(w.shop.no, SubjectKind::Claim, "a")
        .await
        .unwrap();
    assert_eq!((anew.version, &*anew.json), (1, "[]"));
    let listed = w
        .store
        .documents(w.shop.no, SubjectKind::Claim, None, all())
        .await;
    let ids: Vec<_> = listed.unwrap().items.into_iter().map(|d| d.id).collect();
    assert_eq!(ids, ["a", "b"], "it counts from its new beginning");
}

pub async fn a_second_write_in_one_commit_expects_the_first(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    put(&w, vec![write("c", 0, "1"), write("c", 1, "2")])
        .await
        .unwrap();
    let kept = w
        .store
        .document(w.shop.no, SubjectKind::Claim, "c")
        .await
        .unwrap();
    assert_eq!((kept.version, &*kept.json), (2, "2"));
    let refused = put(&w, vec![write("c", 2, "3"), write("c", 2, "4")]).await;
    assert_eq!(refused.unwrap_err(), StoreError::Stale);
    let kept = w
        .store
        .document(w.shop.no, SubjectKind::Claim, "c")
        .await
        .unwrap();
    assert_eq!(kept.version, 2);
}

pub async fn documents_are_read_by_their_ids(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    for id in ["c0", "c1", "c2"] {
        put(&w, vec![write(id, 0, "{}")]).await.unwrap();
    }
    let read = async |shop, kind, ids: &[&str]| {
        let ids = ids.iter().map(|id| (*id).to_owned()).collect();
        let found = w.store.documents_of(shop, kind, ids).await.unwrap();
        let mut ids: Vec<_> = found.into_iter().map(|document| document.id).collect();
        ids.sort();
        ids
    };
    let (own, claim) = (w.shop.no, SubjectKind::Claim);
    let asked = ["c2", "nobody", "c0", "c2", "nul\0"];
    assert_eq!(read(own, claim, &asked).await, ["c0", "c2"]);
    assert!(read(own, claim, &[]).await.is_empty());
    assert!(read(own, SubjectKind::Order, &asked).await.is_empty());
    let other = w.new_shop("other").await;
    assert!(read(other.no, claim, &asked).await.is_empty());
}

pub async fn documents_are_listed_by_their_first_write(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    for n in 0..7 {
        put(&w, vec![write(&format!("c{n}"), 0, "{}")])
            .await
            .unwrap();
    }
    put(&w, vec![write("c2", 1, "{}")]).await.unwrap();
    let read = |page| w.store.documents(w.shop.no, SubjectKind::Claim, None, page);
    let listed = pages(3, read).await;
    let ids: Vec<_> = listed.iter().map(|d| &*d.id).collect();
    assert_eq!(ids, ["c6", "c5", "c4", "c3", "c2", "c1", "c0"]);
}

pub async fn documents_are_found_by_what_they_hang_on(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    for (n, parent) in ["A", "B", "A", "A"].into_iter().enumerate() {
        let after = Some(Content {
            parent: Some(parent.into()),
            json: "{}".into(),
        });
        let id = format!("c{n}");
        put(
            &w,
            vec![Write {
                after,
                ..write(&id, 0, "")
            }],
        )
        .await
        .unwrap();
    }
    // One moves.
    let after = Some(Content {
        parent: Some("B".into()),
        json: "{}".into(),
    });
    put(
        &w,
        vec![Write {
            after,
            ..write("c2", 1, "")
        }],
    )
    .await
    .unwrap();
    for (parent, expected) in [
        ("A", vec!["c3", "c0"]),
        ("B", vec!["c2", "c1"]),
        ("C", vec![]),
    ] {
        let read = |page| {
            w.store
                .documents(w.shop.no, SubjectKind::Claim, Some(parent), page)
        };
        let listed = pages(1, read).await;
        let ids: Vec<_> = listed.iter().map(|d| &*d.id).collect();
        assert_eq!(ids, expected, "parent {parent}");
        assert!(listed.iter().all(|d| d.parent.as_deref() == Some(parent)));
    }
}

pub async fn siblings_are_the_newest_others_and_their_count(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hanging = |parent: &str, json: &str| {
        Some(Content {
            parent: Some(parent.into()),
            json: json.into(),
        })
    };
    let ten = "0123456789";
    for (id, parent) in [("a", "A"), ("b", "A"), ("x", "B"), ("c", "A"), ("d", "A")] {
        let after = hanging(parent, ten);
        put(
            &w,
            vec![Write {
                after,
                ..write(id, 0, "")
            }],
        )
        .await
        .unwrap();
    }
    for (parent, except, documents, bytes, ids, count) in [
        ("A", "", 100, 1_000, vec!["d", "c", "b", "a"], 4),
        ("A", "c", 100, 1_000, vec!["d", "b", "a"], 3),
        ("A", "x", 100, 1_000, vec!["d", "c", "b", "a"], 4),
        ("A", "d", 2, 1_000, vec!["c", "b"], 3),
        ("A", "a", 2, 1_000, vec!["d", "c"], 3),
        ("A", "x", 2, 1_000, vec!["d", "c"], 4),
        ("A", "", 100, 20, vec!["d", "c"], 4),
        ("A", "", 100, 21, vec!["d", "c", "b"], 4),
        ("A", "b", 100, 25, vec!["d", "c", "a"], 3),
        ("B", "x", 100, 1_000, vec![], 0),
        ("C", "", 100, 1_000, vec![], 0),
    ] {
        let bounds = Bounds { documents, bytes };
        let claim = SubjectKind::Claim;
        let found = w.store.siblings(w.shop.no, claim, parent, except, bounds);
        let found = found.await.unwrap();
        let found_ids: Vec<_> = found.documents.iter().map(|d| &*d.id).collect();
        assert_eq!(
            (found_ids, found.count),
            (ids, count),
            "{parent} {except} {bounds:?}"
        );
    }
    let other = w.new_shop("other").await;
    let bounds = Bounds {
        documents: 100,
        bytes: 1_000,
    };
    let strange = w
        .store
        .siblings(other.no, SubjectKind::Claim, "A", "", bounds);
    assert_eq!(strange.await.unwrap().count, 0);
}

pub async fn a_message_needs_its_claim(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let message = |id: &str| Write {
        kind: SubjectKind::Message,
        after: Some(Content {
            parent: Some("c".into()),
            json: "{}".into(),
        }),
        ..write(id, 0, "")
    };
    let gone = |kind, id: &str| Write {
        kind,
        after: None,
        ..write(id, 1, "")
    };
    let stale = put(&w, vec![message("m")]).await.unwrap_err();
    assert_eq!(stale, StoreError::Stale, "there is no such claim");
    put(&w, vec![write("c", 0, "{}"), message("m")])
        .await
        .unwrap();
    put(&w, vec![message("n")]).await.unwrap();

    let claim = || gone(SubjectKind::Claim, "c");
    let first = || gone(SubjectKind::Message, "m");
    let stale = put(&w, vec![first(), claim()]).await.unwrap_err();
    assert_eq!(stale, StoreError::Stale, "the second message would stay");
    let both = vec![first(), gone(SubjectKind::Message, "n"), claim()];
    put(&w, both).await.unwrap();
    let stale = put(&w, vec![message("late")]).await.unwrap_err();
    assert_eq!(stale, StoreError::Stale, "the claim is gone");
}

pub async fn numbers_are_given_once(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let other = w.new_shop("other").await;
    let mut given = BTreeSet::new();
    let mut last = 0;
    for _ in 0..50 {
        let number = reserve(&w, SubjectKind::Claim).await;
        assert!(number > last, "they count up");
        last = number;
        given.insert(number);
    }
    assert_eq!(given.len(), 50);
    assert_eq!(given.first(), Some(&1));
    let elsewhere = w.store.reserve_number(other.no, SubjectKind::Claim).await;
    assert_eq!(elsewhere.unwrap(), 1);
    for number in 1..=2 {
        assert_eq!(reserve(&w, SubjectKind::Contact).await, number);
    }
    assert_eq!(reserve(&w, SubjectKind::Claim).await, 51);
}

async fn reserve(w: &World, kind: SubjectKind) -> u64 {
    w.store.reserve_number(w.shop.no, kind).await.unwrap()
}
