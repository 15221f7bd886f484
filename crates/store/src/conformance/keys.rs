//! API keys.

use super::world::*;
use super::*;

pub async fn a_key_opens_its_shop(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let other = w.new_shop("other").await;
    for (shop, hash) in [(&w.shop, [1; 32]), (&other, [2; 32])] {
        let key = new_key(&w, hash);
        now(w.store.create_key(shop.no, key, at(3), None).await.unwrap());
    }
    let found = w.store.key(&[1; 32]).await.unwrap();
    assert_eq!(found.1, w.shop);
    assert_eq!((found.0.shop, found.0.role), (w.shop.no, Role::Editor));
    assert_eq!((&*found.0.name, found.0.created_at), ("key", at(3)));
    assert_eq!(w.store.key(&[2; 32]).await.unwrap().1, other);
    let unknown = w.store.key(&[3; 32]).await;
    assert_eq!(unknown.unwrap_err(), StoreError::NotFound);
}

pub async fn a_keys_id_and_hash_are_taken_once(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let key = new_key(&w, [1; 32]);
    let no = w.shop.no;
    w.store
        .create_key(no, key.clone(), at(0), None)
        .await
        .unwrap();
    let same_hash = new_key(&w, [1; 32]);
    let same_id = NewApiKey {
        hash: [2; 32],
        ..key
    };
    for taken in [same_hash, same_id] {
        let refused = w.store.create_key(no, taken, at(1), None).await;
        assert_eq!(refused.unwrap_err(), StoreError::Exists);
    }
    assert_eq!(w.store.keys(no, all()).await.unwrap().items.len(), 1);
}

pub async fn keys_are_listed_newest_first(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let mut ids = Vec::new();
    for n in 0..5 {
        let key = new_key(&w, [200 - n; 32]);
        ids.push(key.id);
        w.store
            .create_key(w.shop.no, key, at(0), None)
            .await
            .unwrap();
    }
    let keys = pages(2, |page| w.store.keys(w.shop.no, page)).await;
    ids.reverse();
    assert_eq!(keys.iter().map(|key| key.id).collect::<Vec<_>>(), ids);
}

pub async fn a_deleted_key_is_gone_at_once(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let key = new_key(&w, [1; 32]);
    let (no, uuid) = (w.shop.no, key.id);
    w.store.create_key(no, key, at(0), None).await.unwrap();
    w.store.key(&[1; 32]).await.unwrap();

    let other = w.new_shop("other").await;
    let strange = w.store.delete_key(other.no, uuid).await;
    assert_eq!(strange.unwrap_err(), StoreError::NotFound);
    w.store.key(&[1; 32]).await.unwrap();

    w.store.delete_key(no, uuid).await.unwrap();
    let gone = StoreError::NotFound;
    assert_eq!(w.store.key(&[1; 32]).await.unwrap_err(), gone);
    assert_eq!(w.store.delete_key(no, uuid).await.unwrap_err(), gone);
}
