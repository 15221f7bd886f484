//! Photos: whether anything uses them, and when their bytes are to be removed.

use claimwire_model::target::Kind;

use super::world::*;
use super::*;
use crate::commit::Write;
use crate::images::{ImageState, ImageUse, NewImage, UseChange};
use crate::usage::Used;

async fn add(w: &World, name: &str, bytes: u64, when: Timestamp) {
    let image = NewImage {
        name: name.into(),
        bytes,
    };
    w.store.add_image(w.shop.no, image, when).await.unwrap();
}

async fn change(w: &World, name: &str, change: UseChange, when: Timestamp) {
    let name = name.to_owned();
    let mut commit = w.commit_of(Vec::new(), when);
    commit.images.push(ImageUse { name, change });
    w.store.commit(commit).await.unwrap();
}

async fn state(w: &World, name: &str) -> ImageState {
    w.store.image(name).await.unwrap()
}

async fn to_remove(w: &World, before: Timestamp) -> Vec<String> {
    let mut names = w.store.images_to_remove(before, 100).await.unwrap();
    names.sort();
    names
}

pub async fn an_image_is_noted_once(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    assert_eq!(state(&w, "a").await, ImageState::Unknown);
    add(&w, "a", 5, at(0)).await;
    assert_eq!(state(&w, "a").await, ImageState::Kept);
    let again = NewImage {
        name: "a".into(),
        bytes: 6,
    };
    let refused = w.store.add_image(w.shop.no, again, at(1)).await;
    assert_eq!(refused.unwrap_err(), StoreError::Exists);
}

pub async fn what_nobody_used_goes_with_age(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    add(&w, "early", 5, at(0)).await;
    add(&w, "late", 5, at(10)).await;
    add(&w, "used", 5, at(0)).await;
    change(&w, "used", UseChange::Taken, at(1)).await;
    assert_eq!(to_remove(&w, at(0)).await, [""; 0]);
    assert_eq!(to_remove(&w, at(10)).await, ["early"]);
    // It is not shown any more, nor can anything use it; it is named until it is forgotten.
    assert_eq!(state(&w, "early").await, ImageState::Gone);
    change(&w, "early", UseChange::Taken, at(11)).await;
    assert_eq!(to_remove(&w, at(10)).await, ["early"]);
    w.store.forget_images(vec!["early".into()]).await.unwrap();
    assert_eq!(to_remove(&w, at(10)).await, [""; 0]);
    assert_eq!(state(&w, "early").await, ImageState::Unknown);
    assert_eq!(state(&w, "used").await, ImageState::Kept);
}

pub async fn what_the_last_claim_gave_up_is_unused_from_then(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    add(&w, "a", 5, at(0)).await;
    for change_of in [UseChange::Taken, UseChange::Taken, UseChange::GivenUp] {
        change(&w, "a", change_of, at(1)).await;
    }
    assert_eq!(to_remove(&w, at(100)).await, [""; 0]);
    change(&w, "a", UseChange::GivenUp, at(50)).await;
    assert_eq!(to_remove(&w, at(50)).await, [""; 0]);
    assert_eq!(state(&w, "a").await, ImageState::Kept);
    change(&w, "a", UseChange::Taken, at(51)).await;
    assert_eq!(to_remove(&w, at(100)).await, [""; 0]);
    change(&w, "a", UseChange::GivenUp, at(52)).await;
    assert_eq!(to_remove(&w, at(53)).await, ["a"]);
}

pub async fn one_is_gone_with_the_last_claim_that_used_it(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    add(&w, "a", 5, at(0)).await;
    for change_of in [UseChange::Taken, UseChange::Taken, UseChange::Ended] {
        change(&w, "a", change_of, at(1)).await;
    }
    assert_eq!(state(&w, "a").await, ImageState::Kept);
    change(&w, "a", UseChange::Ended, at(2)).await;
    assert_eq!(state(&w, "a").await, ImageState::Gone);
    assert_eq!(to_remove(&w, at(0)).await, ["a"]);
}

pub async fn a_removed_one_is_gone_at_once_whoever_uses_it(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let other = w.new_shop("other").await;
    add(&w, "a", 5, at(0)).await;
    change(&w, "a", UseChange::Taken, at(1)).await;
    let strange = w.store.remove_image(other.no, "a").await;
    assert_eq!(strange.unwrap_err(), StoreError::NotFound);
    w.store.remove_image(w.shop.no, "a").await.unwrap();
    assert_eq!(state(&w, "a").await, ImageState::Gone);
    change(&w, "a", UseChange::GivenUp, at(2)).await;
    assert_eq!(state(&w, "a").await, ImageState::Gone);
    for name in ["a", "never"] {
        let again = w.store.remove_image(w.shop.no, name).await;
        assert_eq!(again.unwrap_err(), StoreError::NotFound);
    }
    assert_eq!(to_remove(&w, at(0)).await, ["a"]);
}

pub async fn another_shops_claims_use_nothing(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let other = w.new_shop("other").await;
    add(&w, "a", 5, at(0)).await;
    let mut commit = w.commit_of(Vec::new(), at(1));
    commit.shop = other;
    for change in [UseChange::Taken, UseChange::Ended] {
        commit.images.push(ImageUse {
            name: "a".into(),
            change,
        });
    }
    w.store.commit(commit).await.unwrap();
    assert_eq!(state(&w, "a").await, ImageState::Kept);
    assert_eq!(to_remove(&w, at(1)).await, ["a"]);
}

pub async fn a_refused_commit_takes_nothing(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    add(&w, "a", 5, at(0)).await;
    let mut commit = w.commit_of(Vec::new(), at(1));
    commit.writes = vec![write("c", 7, "{}")];
    commit.images.push(ImageUse {
        name: "a".into(),
        change: UseChange::Taken,
    });
    let refused = w.store.commit(commit).await;
    assert_eq!(refused.unwrap_err(), StoreError::Stale);
    assert_eq!(to_remove(&w, at(1)).await, ["a"]);
}

pub async fn a_deleted_shops_images_are_gone_and_the_shop_stays_until_they_are(
    store: Arc<dyn Store>,
) {
    let w = World::new(store).await;
    add(&w, "a", 5, at(0)).await;
    add(&w, "b", 5, at(0)).await;
    change(&w, "a", UseChange::Taken, at(1)).await;
    w.store.delete_shop(w.shop.no).await.unwrap();
    assert_eq!(state(&w, "a").await, ImageState::Gone);
    while w.store.prune(at(0), 10, at(9)).await.unwrap().more {}
    assert_eq!(to_remove(&w, at(0)).await, ["a", "b"]);
    w.store
        .forget_images(vec!["a".into(), "b".into()])
        .await
        .unwrap();
    while w.store.prune(at(0), 10, at(9)).await.unwrap().more {}
    assert_eq!(to_remove(&w, at(0)).await, [""; 0]);
    assert_eq!(state(&w, "a").await, ImageState::Unknown);
}

pub async fn a_limit_leaves_the_rest_for_the_next_time(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    for name in ["a", "b", "c"] {
        add(&w, name, 5, at(0)).await;
    }
    let first = w.store.images_to_remove(at(1), 2).await.unwrap();
    assert_eq!(first.len(), 2);
    w.store.forget_images(first).await.unwrap();
    assert_eq!(to_remove(&w, at(1)).await.len(), 1);
}

pub async fn what_a_shop_has_is_counted(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let other = w.new_shop("other").await;
    let count = async |what| {
        let used = [w.shop.no, other.no].map(|shop| w.store.used(shop, what));
        let [ours, others] = used;
        assert_eq!(others.await.unwrap(), 0, "{what:?}");
        ours.await.unwrap()
    };
    let claims = Used::Documents(SubjectKind::Claim);
    for what in [
        Used::Targets(Kind::Webhook),
        Used::ApiKeys,
        Used::Members,
        claims,
        Used::ImageBytes,
    ] {
        assert_eq!(count(what).await, 0, "{what:?}");
    }
    let target = w.webhook(|_| ()).await;
    w.webhook(|_| ()).await;
    let key = new_key(&w, [1; 32]);
    let key_id = key.id;
    now(w
        .store
        .create_key(w.shop.no, key, at(0), None)
        .await
        .unwrap());
    for (id, version) in [("a", 0), ("b", 0), ("a", 1)] {
        let mut commit = w.commit_of(Vec::new(), at(0));
        commit.writes = vec![write(id, version, "{}")];
        w.store.commit(commit).await.unwrap();
    }
    add(&w, "a", 5, at(0)).await;
    add(&w, "b", 7, at(0)).await;
    assert_eq!(count(Used::Targets(Kind::Webhook)).await, 2);
    assert_eq!(count(Used::ApiKeys).await, 1);
    assert_eq!(count(claims).await, 2);
    assert_eq!(count(Used::Documents(SubjectKind::Contact)).await, 0);
    assert_eq!(count(Used::ImageBytes).await, 12);

    w.store
        .delete_target(w.shop.no, target.uuid, at(1))
        .await
        .unwrap();
    w.store.delete_key(w.shop.no, key_id).await.unwrap();
    let mut commit = w.commit_of(Vec::new(), at(1));
    commit.writes = vec![Write {
        after: None,
        ..write("a", 2, "{}")
    }];
    w.store.commit(commit).await.unwrap();
    // Its bytes count until they are removed.
    w.store.remove_image(w.shop.no, "a").await.unwrap();
    assert_eq!(count(Used::ImageBytes).await, 12);
    w.store.forget_images(vec!["a".into()]).await.unwrap();
    assert_eq!(count(Used::Targets(Kind::Webhook)).await, 1);
    assert_eq!(count(Used::ApiKeys).await, 0);
    assert_eq!(count(claims).await, 1);
    assert_eq!(count(Used::ImageBytes).await, 7);
}
