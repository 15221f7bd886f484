//! Shops that another node writes in hold up nobody else's commits.

use std::sync::Arc;

use claimwire_model::{Shop, ShopNo, Timestamp};
use claimwire_store::directory::{NewShop, Once};
use claimwire_store::{Commit, Directory, StoreResult, Subjects};
use claimwire_testkit::postgres::Cluster;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::committer::GROUPS;
use crate::locks::lock_shop;
use crate::transaction::{Ended, Transaction};
use crate::{Options, PostgresStore};

/// Another node's transaction, which has these shops.
async fn hold<'a>(store: &'a PostgresStore, shops: &[ShopNo]) -> Transaction<'a> {
    let tx = Transaction::begin(&store.pool, &store.shared)
        .await
        .unwrap();
    for shop in shops {
        lock_shop(&tx, *shop).await.unwrap();
    }
    tx
}

fn commit(store: &Arc<PostgresStore>, shop: &Arc<Shop>) -> JoinHandle<StoreResult<()>> {
    let commit = Commit {
        shop: shop.clone(),
        now: Timestamp::from_secs(1),
        writes: Vec::new(),
        facts: Vec::new(),
        images: Vec::new(),
        letters: Vec::new(),
        idempotency: None,
    };
    let store = store.clone();
    tokio::spawn(async move { store.commit(commit).await.map(drop) })
}

#[tokio::test]
async fn a_group_does_without_the_shops_that_another_has() {
    let database = Cluster::shared().unwrap().database(None).unwrap();
    let store = super::node(&database, Options::default()).await;
    let mut shops = Vec::new();
    for n in 0..GROUPS + 2 {
        let new = NewShop {
            id: Uuid::from_u128(u128::try_from(n).unwrap()),
            slug: format!("shop-{n}"),
            name: "Shop".to_owned(),
            notification_emails: Vec::new(),
        };
        match store.create_shop(new, Timestamp::from_secs(0), None).await {
            Ok(Once::Now(shop)) => shops.push(shop),
            _ => panic!("a shop cannot be made"),
        }
    }
    let (free, held) = shops.split_last().unwrap();
    let (first, rest) = held.split_first().unwrap();
    let others = hold(&store, &[first.no]).await;
    let rests: Vec<_> = rest.iter().map(|shop| shop.no).collect();
    let long = hold(&store, &rests).await;

    // A group waits for each of these, so that what comes then waits for the first of them, and makes a group together.
    let of_groups = held.iter().take(GROUPS);
    let mut waiting: Vec<_> = of_groups.map(|shop| commit(&store, shop)).collect();
    let waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    while database.sql(waits).unwrap() != GROUPS.to_string() {
        tokio::task::yield_now().await;
    }
    let done = commit(&store, free);
    waiting.push(commit(&store, rest.last().unwrap()));
    tokio::task::yield_now().await;
    assert!(matches!(others.commit().await, Ended::Committed));
    done.await.unwrap().unwrap();

    assert!(matches!(long.commit().await, Ended::Committed));
    for waited in waiting {
        waited.await.unwrap().unwrap();
    }
}
