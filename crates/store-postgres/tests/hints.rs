//! What nodes tell each other: that something waits, and that a key was revoked; and that they get on without it. What a
//! commit has to know it finds out by itself.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use claimwire_model::target::Target;
use claimwire_model::{Role, TargetNo};
use claimwire_store::directory::NewApiKey;
use claimwire_store::{Directory, Handed, Intake, Queue, StoreError, Subjects};
use claimwire_store_postgres::PostgresStore;
use claimwire_testkit::postgres::{Cluster, Database};
use tokio::sync::mpsc;
use uuid::Uuid;

use common::{PATIENCE, at, beat, commit, node, now, shop, until, webhook};

/// The hint connections of a database.
const LISTENING: &str =
    "FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '% hints'";

/// An engine that is only ever woken.
struct Woken(mpsc::UnboundedSender<TargetNo>);

impl Intake for Woken {
    fn admit(&self, _: &Target) -> bool {
        false
    }
    fn withdraw(&self, _: TargetNo, _: usize) {}
    fn hand(&self, _: Vec<Handed>) {}
    fn wake(&self, targets: &[TargetNo]) {
        for target in targets {
            let _ = self.0.send(*target);
        }
    }
    fn changed(&self, _: TargetNo, _: Option<Arc<Target>>) {}
}

/// Two nodes that hear each other: the first owns everything.
async fn two(database: &Database<'_>) -> [Arc<PostgresStore>; 2] {
    let nodes = [node(database).await, node(database).await];
    assert_eq!(beat(&nodes[0], Vec::new()).await.len(), 256);
    listening(database, 2).await;
    nodes
}

/// Each has been heard by itself: what it did last.
async fn listening(database: &Database<'_>, nodes: usize) {
    let sql = format!("SELECT count(*) {LISTENING} AND state = 'idle' AND query LIKE 'NOTIFY%'");
    until(database, &sql, |count| count == nodes.to_string()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_owner_hears_of_what_another_node_committed() {
    let database = Cluster::shared().unwrap().database(None).unwrap();
    let [owner, other] = two(&database).await;
    let (wake, mut woken) = mpsc::unbounded_channel();
    owner.attach(Arc::new(Woken(wake)));
    let shop = shop(&other).await;
    let webhook = now(other
        .create_target(webhook(&shop), at(0), None)
        .await
        .unwrap());

    // The second time over connections that took the place of those that broke.
    for _ in 0..2 {
        while woken.try_recv().is_ok() {}
        let mut heard = None;
        let start = Instant::now();
        while heard.is_none() {
            // One whose hint came while the owner did not listen is lost, as it may be.
            assert!(start.elapsed() < PATIENCE, "the owner never heard");
            other.commit(commit(&shop, 1)).await.unwrap();
            let next = tokio::time::timeout(Duration::from_secs(2), woken.recv()).await;
            heard = next.ok().flatten();
        }
        assert_eq!(heard, Some(webhook.no));
        database
            .sql(&format!("SELECT pg_terminate_backend(pid) {LISTENING}"))
            .unwrap();
        other.commit(commit(&shop, 1)).await.unwrap();
        // Its ownership may have run out meanwhile.
        beat(&owner, Vec::new()).await;
        let scan = owner.scan(TargetNo(0), 10, at(2)).await.unwrap();
        assert_eq!(scan.waiting, [webhook.no], "also without a hint");
        listening(&database, 2).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_works_with_what_another_node_has_just_changed() {
    let database = Cluster::shared().unwrap().database(None).unwrap();
    let [first, second] = [node(&database).await, node(&database).await];
    let shop = shop(&first).await;
    let commit = async || second.commit(commit(&shop, 1)).await.unwrap();
    let deliveries = || database.sql("SELECT count(*) FROM deliveries").unwrap();
    // From now on it has the shop in memory.
    commit().await;
    let made = first.create_target(webhook(&shop), at(0), None).await;
    let target = now(made.unwrap());
    commit().await;
    assert_eq!(deliveries(), "1");
    let gone = first.delete_target(shop.no, target.uuid, at(5)).await;
    gone.unwrap();
    commit().await;
    assert_eq!(deliveries(), "1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_was_revoked_at_one_node_soon_opens_nothing_at_the_others() {
    let database = Cluster::shared().unwrap().database(None).unwrap();
    let nodes = two(&database).await;
    let shop = shop(&nodes[0]).await;
    for hash in [[1; 32], [2; 32]] {
        let key = NewApiKey {
            id: Uuid::from_u128(u128::from(hash[0])),
            hash,
            name: "key".to_owned(),
            role: Role::Editor,
        };
        let key = now(nodes[0]
            .create_key(shop.no, key, at(0), None)
            .await
            .unwrap());
        nodes[1].key(&hash).await.unwrap();
        if hash[0] == 2 {
            // The hint is lost.
            database
                .sql(&format!("SELECT pg_terminate_backend(pid) {LISTENING}"))
                .unwrap();
        }
        nodes[0].delete_key(shop.no, key.id).await.unwrap();
        let gone = nodes[0].key(&hash).await;
        assert!(
            matches!(gone, Err(StoreError::NotFound)),
            "at once: {gone:?}"
        );
        let start = Instant::now();
        while nodes[1].key(&hash).await.is_ok() {
            assert!(start.elapsed() < PATIENCE, "the key still opens the shop");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_not_read_again_for_every_request() {
    let database = Cluster::shared().unwrap().database(None).unwrap();
    let node = node(&database).await;
    listening(&database, 1).await;
    let shop = shop(&node).await;
    let key = NewApiKey {
        id: Uuid::from_u128(1),
        hash: [1; 32],
        name: "key".to_owned(),
        role: Role::Editor,
    };
    now(node.create_key(shop.no, key, at(0), None).await.unwrap());
    let start = Instant::now();
    let mut last = node.key(&[1; 32]).await.unwrap();
    loop {
        let next = node.key(&[1; 32]).await.unwrap();
        if Arc::ptr_eq(&last, &next) {
            return;
        }
        // So much time went by in between that it had to be read anew.
        assert!(start.elapsed() < PATIENCE, "it is read each time");
        last = next;
    }
}
