//! Members, and the audit log.

use claimwire_model::audit::Entry;
use claimwire_model::member::Member;
use claimwire_model::session::{Holder, Session};
use claimwire_model::{ShopNo, Source};

use super::world::*;
use super::*;
use crate::PageRequest;
use crate::members::{Joined, MemberChange};
use crate::sessions::{NewLink, SessionId};

fn member(w: &World, shop: Option<ShopNo>, email: &str) -> Member {
    Member {
        id: w.uuid(),
        shop,
        email: email.into(),
        name: String::new(),
        role: Role::Editor,
        password: None,
        invited_until: Some(at(10)),
        created_at: at(0),
    }
}

fn joined(email: &str) -> Joined {
    Joined {
        email: email.into(),
        name: "Anna".into(),
        password: "hash".into(),
    }
}

impl World {
    async fn add_member(&self, shop: Option<ShopNo>, email: &str, link: SessionId) -> Member {
        let member = member(self, shop, email);
        let added = self.store.add_member(member.clone(), link, None);
        added.await.unwrap();
        member
    }

    /// A session and a portal link that stand on the member.
    async fn sign_in(&self, member: &Member, id: SessionId) {
        let holder = Holder {
            shop: Some(self.shop.no),
            role: member.role,
            name: "Anna".into(),
            principal: Some(member.id),
        };
        let session = Session::opened(holder.clone(), at(0));
        self.store.open_session(id, session, at(0)).await.unwrap();
        let link = NewLink {
            id,
            holder,
            expires_at: at(10),
        };
        now(self.store.create_link(link, at(0), None).await.unwrap());
    }

    async fn is_signed_in(&self, id: SessionId) -> bool {
        let session = self.store.session(&id, at(1)).await.is_ok();
        let mut other = id;
        other[31] ^= 1;
        let link = self.store.follow_link(&id, other, at(1)).await.is_ok();
        assert_eq!(session, link, "a session and its links end together");
        session
    }
}

pub async fn a_member_is_as_they_were_invited(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let (no, other) = (Some(w.shop.no), w.new_shop("other").await);
    let anna = w.add_member(no, "anna@a.test", [1; 32]).await;
    let bo = w.add_member(no, "bo@a.test", [2; 32]).await;
    let operator = w.add_member(None, "anna@a.test", [3; 32]).await;
    w.add_member(Some(other.no), "anna@a.test", [4; 32]).await;
    assert_eq!(w.store.member(no, anna.id).await.unwrap(), anna);
    assert_eq!(w.store.member_of(no, "bo@a.test").await.unwrap(), bo);
    let found = w.store.member_of(None, "anna@a.test").await.unwrap();
    assert_eq!(found, operator);
    for (shop, id) in [(None, anna.id), (Some(other.no), anna.id), (no, w.uuid())] {
        let none = w.store.member(shop, id).await;
        assert_eq!(none.unwrap_err(), StoreError::NotFound);
    }
    let none = w.store.member_of(no, "c@a.test").await;
    assert_eq!(none.unwrap_err(), StoreError::NotFound);

    let first = w.store.members(no, PageRequest::first(1)).await.unwrap();
    assert_eq!(first.items, [bo]);
    let request = PageRequest::after(1, first.next);
    let second = w.store.members(no, request).await.unwrap();
    assert_eq!((second.items, second.next), (vec![anna], None));
    let operators = w.store.members(None, PageRequest::first(9)).await.unwrap();
    assert_eq!(operators.items, [operator]);
}

pub async fn an_address_is_once_in_a_shop(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let no = Some(w.shop.no);
    let anna = w.add_member(no, "anna@a.test", [1; 32]).await;
    let same_address = member(&w, no, "anna@a.test");
    let same_id = Member {
        id: anna.id,
        ..member(&w, no, "b@a.test")
    };
    let same_link = member(&w, no, "c@a.test");
    for (member, link) in [
        (same_address, [2; 32]),
        (same_id, [3; 32]),
        (same_link, [1; 32]),
    ] {
        let refused = w.store.add_member(member, link, None).await;
        assert_eq!(refused.unwrap_err(), StoreError::Exists);
    }
    w.add_member(no, "bo@a.test", [5; 32]).await;
    let refused = w.store.join(&[5; 32], joined("anna@a.test"), at(1)).await;
    assert_eq!(refused.unwrap_err(), StoreError::Exists);
    let bo = w.store.join(&[5; 32], joined("bo@a.test"), at(1)).await;
    assert_eq!(bo.unwrap().email, "bo@a.test", "the link was not used up");
}

pub async fn a_member_joins_once_by_their_link(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let no = Some(w.shop.no);
    let anna = w.add_member(no, "", [1; 32]).await;
    let found = w.store.invited(&[1; 32], at(9)).await.unwrap();
    assert_eq!(found, (anna.clone(), Some(w.shop.clone())));
    let operator = w.add_member(None, "", [2; 32]).await;
    let found = w.store.invited(&[2; 32], at(9)).await.unwrap();
    assert_eq!(found, (operator, None));
    let late = w.store.invited(&[1; 32], at(10)).await;
    assert_eq!(late.unwrap_err(), StoreError::NotFound);
    let late = w.store.join(&[1; 32], joined("a@a.test"), at(10)).await;
    assert_eq!(late.unwrap_err(), StoreError::NotFound);

    let made = w.store.join(&[1; 32], joined("a@a.test"), at(9)).await;
    let made = made.unwrap();
    let expected = Member {
        email: "a@a.test".into(),
        name: "Anna".into(),
        password: Some("hash".into()),
        invited_until: None,
        ..anna
    };
    assert_eq!(made, expected);
    assert_eq!(w.store.member(no, made.id).await.unwrap(), expected);
    for link in [[1; 32], [9; 32]] {
        let again = w.store.join(&link, joined("b@a.test"), at(9)).await;
        assert_eq!(again.unwrap_err(), StoreError::NotFound);
    }
}

pub async fn a_new_link_is_in_the_place_of_the_old(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let no = Some(w.shop.no);
    let anna = w.add_member(no, "a@a.test", [1; 32]).await;
    w.sign_in(&anna, [7; 32]).await;
    let change = MemberChange::Link([2; 32], at(20), None);
    let changed = w.store.change_member(no, anna.id, change).await.unwrap();
    assert_eq!(changed.invited_until, Some(at(20)));
    let old = w.store.invited(&[1; 32], at(1)).await;
    assert_eq!(old.unwrap_err(), StoreError::NotFound);
    assert!(w.is_signed_in([7; 32]).await);
    w.sign_in(&anna, [8; 32]).await;
    let made = w.store.join(&[2; 32], joined("a@a.test"), at(19)).await;
    made.unwrap();
    assert!(!w.is_signed_in([8; 32]).await, "with a new password");
}

pub async fn a_members_sessions_go_with_their_role_and_with_them(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let no = Some(w.shop.no);
    let anna = w.add_member(no, "anna@a.test", [1; 32]).await;
    let bo = w.add_member(no, "bo@a.test", [2; 32]).await;
    w.sign_in(&anna, [7; 32]).await;
    w.sign_in(&bo, [8; 32]).await;
    let change = MemberChange::Role(Role::Viewer);
    for shop in [None, Some(w.new_shop("other").await.no)] {
        let strange = w.store.change_member(shop, anna.id, change.clone()).await;
        assert_eq!(strange.unwrap_err(), StoreError::NotFound);
        let strange = w.store.remove_member(shop, anna.id).await;
        assert_eq!(strange.unwrap_err(), StoreError::NotFound);
    }
    let changed = w.store.change_member(no, anna.id, change).await.unwrap();
    assert_eq!(changed.role, Role::Viewer);
    assert_eq!(w.store.member(no, anna.id).await.unwrap(), changed);
    assert!(!w.is_signed_in([7; 32]).await);
    w.sign_in(&anna, [9; 32]).await;
    w.store.remove_member(no, anna.id).await.unwrap();
    assert!(!w.is_signed_in([9; 32]).await);
    let no_key = w.store.delete_key(w.shop.no, bo.id).await;
    assert_eq!(no_key.unwrap_err(), StoreError::NotFound);
    assert!(w.is_signed_in([8; 32]).await, "another's");
    for _ in 0..2 {
        let gone = w.store.remove_member(no, anna.id).await;
        assert_eq!(gone.unwrap_err(), StoreError::NotFound);
    }
    let gone = w.store.invited(&[1; 32], at(1)).await;
    assert_eq!(gone.unwrap_err(), StoreError::NotFound);
}

pub async fn members_go_with_their_shop(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let no = Some(w.shop.no);
    let anna = w.add_member(no, "anna@a.test", [1; 32]).await;
    w.store.add_entry(w.shop.no, entry("a", 0)).await.unwrap();
    w.store.delete_shop(w.shop.no).await.unwrap();
    let gone = [
        w.store.member(no, anna.id).await.err(),
        w.store.member_of(no, "anna@a.test").await.err(),
        w.store.invited(&[1; 32], at(1)).await.err(),
        w.store
            .join(&[1; 32], joined("a@a.test"), at(1))
            .await
            .err(),
        w.store
            .add_member(member(&w, no, "b@a.test"), [2; 32], None)
            .await
            .err(),
        w.store.remove_member(no, anna.id).await.err(),
        w.store.add_entry(w.shop.no, entry("a", 0)).await.err(),
    ];
    for error in gone {
        assert_eq!(error, Some(StoreError::NotFound));
    }
    let members = w.store.members(no, PageRequest::first(9)).await.unwrap();
    assert_eq!(members.items, []);
    let entries = w.store.entries(w.shop.no, PageRequest::first(9)).await;
    assert_eq!(entries.unwrap().items, []);
    while w.store.prune(at(0), 100, at(0)).await.unwrap().more {}
    let slug = w.shop.slug.clone();
    assert!(w.store.shop(&slug).await.is_err());
}

fn entry(did: &str, seconds: i64) -> Entry {
    Entry {
        at: at(seconds),
        who: "Anna".into(),
        source: Source::Ui,
        did: did.into(),
        on: "https://r.test".into(),
    }
}

pub async fn the_audit_log_is_a_shops_own_and_newest_first(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let other = w.new_shop("other").await;
    let api = Entry {
        source: Source::Api,
        ..entry("b", 1)
    };
    for entry in [entry("a", 0), api.clone(), entry("c", 2)] {
        w.store.add_entry(w.shop.no, entry).await.unwrap();
    }
    w.store.add_entry(other.no, entry("d", 3)).await.unwrap();
    let first = w.store.entries(w.shop.no, PageRequest::first(2)).await;
    let first = first.unwrap();
    assert_eq!(first.items, [entry("c", 2), api]);
    let request = PageRequest::after(2, first.next);
    let second = w.store.entries(w.shop.no, request).await.unwrap();
    assert_eq!((second.items, second.next), (vec![entry("a", 0)], None));
}

pub async fn the_audit_log_is_pruned_with_the_log(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    for entry in [entry("old", 0), entry("new", 1_000)] {
        w.store.add_entry(w.shop.no, entry).await.unwrap();
    }
    while w.store.prune(at(500), 100, at(1_000)).await.unwrap().more {}
    let left = w.store.entries(w.shop.no, PageRequest::first(9)).await;
    assert_eq!(left.unwrap().items, [entry("new", 1_000)]);
}
