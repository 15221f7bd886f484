//! Texts that PostgreSQL does not take as they are.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use claimwire_model::{SubjectKind, Timestamp};
use claimwire_store::commit::{Content, Write};
use claimwire_store::directory::{NewShop, Once};
use claimwire_store::vault::Vault;
use claimwire_store::{Commit, Directory, EventFilter, Log, PageRequest, StoreError, Subjects};
use claimwire_store_postgres::{Options, PostgresStore};
use claimwire_testkit::postgres::Cluster;
use uuid::Uuid;

#[tokio::test]
async fn a_nul_is_no_fault_of_the_stores() {
    let database = Cluster::shared().unwrap().database(None).unwrap();
    let vault = Vault::new([7; 32], Vec::new()).unwrap();
    let store = PostgresStore::open(&database.url(), vault, Options::default())
        .await
        .unwrap();
    let now = Timestamp::from_secs(1_790_000_000);
    let shop = NewShop {
        id: Uuid::from_u128(1),
        slug: "shop".to_owned(),
        name: "Shop".to_owned(),
        notification_emails: Vec::new(),
    };
    let Once::Now(shop) = store.create_shop(shop, now, None).await.unwrap() else {
        panic!("done now");
    };
    assert_eq!(store.shop("\0").await.unwrap_err(), StoreError::NotFound);
    let claim = SubjectKind::Claim;
    let missing = store.document(shop.no, claim, "a\0b").await;
    assert_eq!(missing.unwrap_err(), StoreError::NotFound);
    let missing = store.event(shop.no, "\0").await;
    assert_eq!(missing.unwrap_err(), StoreError::NotFound);
    let filter = EventFilter {
        r#ref: Some("\0".to_owned()),
        ..EventFilter::default()
    };
    let none = store.events(shop.no, filter, PageRequest::first(10)).await;
    assert_eq!(none.unwrap_err(), StoreError::NotFound);

    let commit = Commit {
        shop: shop.clone(),
        now,
        writes: vec![Write {
            kind: claim,
            id: "a".to_owned(),
            expected_version: 0,
            after: Some(Content {
                parent: Some("order\0".to_owned()),
                json: "{}".to_owned(),
            }),
        }],
        facts: Vec::new(),
        images: Vec::new(),
        letters: Vec::new(),
        idempotency: None,
    };
    store.commit(commit).await.unwrap();
    let page = PageRequest::first(10);
    let found = store
        .documents(shop.no, claim, Some("order\0"), page)
        .await
        .unwrap();
    assert_eq!(found.items.len(), 1);
}
