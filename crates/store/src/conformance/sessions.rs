//! Who is signed in at the portal.

use claimwire_model::session::{Holder, Session};
use claimwire_model::{ShopNo, Timestamp};

use super::world::*;
use super::*;
use crate::sessions::{NewLink, OF_A_SHOP};

fn holder(shop: Option<ShopNo>) -> Holder {
    Holder {
        shop,
        role: Role::Editor,
        name: "Anna".into(),
        principal: None,
    }
}

fn link(shop: ShopNo, id: [u8; 32], expires_at: Timestamp) -> NewLink {
    NewLink {
        id,
        holder: holder(Some(shop)),
        expires_at,
    }
}

fn session(shop: Option<ShopNo>, expires_at: Timestamp) -> Session {
    Session {
        expires_at,
        ..Session::opened(holder(shop), at(0))
    }
}

impl World {
    async fn is_open(&self, id: [u8; 32], when: Timestamp) -> bool {
        match self.store.session(&id, when).await {
            Ok(_) => true,
            Err(StoreError::NotFound) => false,
            Err(other) => panic!("{other:?}"),
        }
    }
}

pub async fn a_session_is_as_it_was_opened(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let key = Some(w.uuid());
    let of_shop = Session::opened(
        Holder {
            principal: key,
            ..holder(Some(w.shop.no))
        },
        at(1),
    );
    let operator = Session::opened(
        Holder {
            role: Role::Admin,
            ..holder(None)
        },
        at(1),
    );
    for (id, session) in [([1; 32], &of_shop), ([2; 32], &operator)] {
        w.store
            .open_session(id, session.clone(), at(1))
            .await
            .unwrap();
    }
    let found = w.store.session(&[1; 32], at(2)).await.unwrap();
    assert_eq!(found, (of_shop.clone(), Some(w.shop.clone())));
    let found = w.store.session(&[2; 32], at(2)).await.unwrap();
    assert_eq!(found, (operator, None));
    assert!(!w.is_open([3; 32], at(2)).await);
    let again = w.store.open_session([1; 32], of_shop, at(2)).await;
    assert_eq!(again.unwrap_err(), StoreError::Exists);
}

pub async fn a_session_is_over_with_its_time(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let no = Some(w.shop.no);
    w.store
        .open_session([1; 32], session(no, at(10)), at(0))
        .await
        .unwrap();
    assert!(w.is_open([1; 32], at(9)).await);
    assert!(!w.is_open([1; 32], at(10)).await);
    w.store.extend_session(&[1; 32], at(20)).await.unwrap();
    assert!(w.is_open([1; 32], at(19)).await);
    assert!(!w.is_open([1; 32], at(20)).await);
    w.store.extend_session(&[9; 32], at(20)).await.unwrap();
    assert!(!w.is_open([9; 32], at(1)).await, "none was made");
}

pub async fn a_session_that_is_closed_is_over_at_once(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    for id in [[1; 32], [2; 32]] {
        let session = session(Some(w.shop.no), at(10));
        w.store.open_session(id, session, at(0)).await.unwrap();
    }
    for _ in 0..2 {
        w.store.close_session(&[1; 32]).await.unwrap();
    }
    assert!(!w.is_open([1; 32], at(1)).await);
    assert!(w.is_open([2; 32], at(1)).await);
}

pub async fn a_session_goes_with_its_key(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let key = new_key(&w, [7; 32]);
    now(w
        .store
        .create_key(w.shop.no, key.clone(), at(0), None)
        .await
        .unwrap());
    let of_key = |key| Holder {
        principal: key,
        ..holder(Some(w.shop.no))
    };
    for (id, key) in [([1; 32], Some(key.id)), ([2; 32], Some(w.uuid()))] {
        let session = Session::opened(of_key(key), at(0));
        w.store.open_session(id, session, at(0)).await.unwrap();
        let link = NewLink {
            holder: of_key(key),
            ..link(w.shop.no, id, at(10))
        };
        now(w.store.create_link(link, at(0), None).await.unwrap());
    }
    w.store.delete_key(w.shop.no, key.id).await.unwrap();
    assert!(!w.is_open([1; 32], at(1)).await);
    assert!(w.is_open([2; 32], at(1)).await);
    let gone = w.store.follow_link(&[1; 32], [3; 32], at(1)).await;
    assert_eq!(gone.unwrap_err(), StoreError::NotFound);
    w.store.follow_link(&[2; 32], [3; 32], at(1)).await.unwrap();
}

pub async fn a_session_goes_with_its_shop(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let no = w.shop.no;
    w.store
        .open_session([1; 32], session(Some(no), at(10)), at(0))
        .await
        .unwrap();
    let made = w.store.create_link(link(no, [2; 32], at(10)), at(0), None);
    now(made.await.unwrap());
    w.store.delete_shop(no).await.unwrap();
    assert!(!w.is_open([1; 32], at(1)).await);
    let gone = w.store.follow_link(&[2; 32], [3; 32], at(1)).await;
    assert_eq!(gone.unwrap_err(), StoreError::NotFound);
    let none = w.store.create_link(link(no, [4; 32], at(10)), at(1), None);
    assert_eq!(none.await.unwrap_err(), StoreError::NotFound);
}

pub async fn a_link_opens_one_session_once(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let no = w.shop.no;
    for (id, until) in [([1; 32], at(10)), ([2; 32], at(5))] {
        let made = w.store.create_link(link(no, id, until), at(0), None);
        now(made.await.unwrap());
    }
    w.store.follow_link(&[1; 32], [8; 32], at(5)).await.unwrap();
    let found = w.store.session(&[8; 32], at(6)).await.unwrap();
    let opened = Session::opened(holder(Some(no)), at(5));
    assert_eq!(found, (opened, Some(w.shop.clone())));
    for used_or_late in [[1; 32], [2; 32], [3; 32]] {
        let refused = w.store.follow_link(&used_or_late, [9; 32], at(5)).await;
        assert_eq!(refused.unwrap_err(), StoreError::NotFound);
    }
    assert!(!w.is_open([9; 32], at(5)).await);
}

pub async fn a_shop_has_a_bounded_number_of_sessions(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let other = w.new_shop("other").await;
    let id = |n: usize| {
        let mut id = [0; 32];
        id[..8].copy_from_slice(&n.to_be_bytes());
        id
    };
    let over = |n: usize| at(100_000 - i64::try_from(n).unwrap());
    let of_other = session(Some(other.no), at(50));
    w.store
        .open_session([9; 32], of_other, at(0))
        .await
        .unwrap();
    for n in 0..OF_A_SHOP + 2 {
        let session = session(Some(w.shop.no), over(n));
        w.store.open_session(id(n), session, at(0)).await.unwrap();
    }
    assert!(w.is_open(id(0), at(1)).await, "it lasts longest");
    assert!(w.is_open(id(OF_A_SHOP + 1), at(1)).await, "it is new");
    assert!(!w.is_open(id(OF_A_SHOP), at(1)).await);
    assert!(w.is_open([9; 32], at(1)).await, "another shop's");
}
