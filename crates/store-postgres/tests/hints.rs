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
use claimwire_model::verdict::{Next, Verdict};
use claimwire_model::{DeliveryId, EventNo, Role, TargetNo};
use claimwire_store::directory::NewApiKey;
use claimwire_store::queue::{Outcome, Take};
use claimwire_store::{Directory, Handed, Intake, Queue, StoreError, Subjects};
use claimwire_store_postgres::PostgresStore;
use claimwire_testkit::postgres::{Cluster, Database};
use tokio::sync::mpsc;
use uuid::Uuid;

use common::{PATIENCE, at, beat, commit, delivered, node, now, shop, until, webhook};

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
    fn offer(&self, deliveries: &[DeliveryId]) {
        let targets: Vec<TargetNo> = deliveries.iter().map(|id| id.target).collect();
        self.wake(&targets);
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

/// An engine that only hears what it is offered.
struct Offered(mpsc::UnboundedSender<Vec<DeliveryId>>);

impl Intake for Offered {
    fn admit(&self, _: &Target) -> bool {
        false
    }
    fn withdraw(&self, _: TargetNo, _: usize) {}
    fn hand(&self, _: Vec<Handed>) {}
    fn wake(&self, _: &[TargetNo]) {}
    fn offer(&self, deliveries: &[DeliveryId]) {
        let _ = self.0.send(deliveries.to_vec());
    }
    fn changed(&self, _: TargetNo, _: Option<Arc<Target>>) {}
}

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_node_committed_is_fetched_by_its_name() {
    let database = Cluster::shared().unwrap().database(None).unwrap();
    let [owner, other] = two(&database).await;
    let (hear, mut heard) = mpsc::unbounded_channel();
    owner.attach(Arc::new(Offered(hear)));
    let shop = shop(&other).await;
    let hook = other.create_target(webhook(&shop), at(0), None).await;
    let hook = now(hook.unwrap());
    other.commit(commit(&shop, 3)).await.unwrap();
    let offered = tokio::time::timeout(PATIENCE, heard.recv()).await;
    let offered = offered.unwrap().unwrap();
    assert_eq!(offered.len(), 3);

    let nothing = other.take_named(&offered, at(2), MINUTE).await.unwrap();
    assert_eq!(nothing.len(), 0, "it is not the owner");
    let handed = owner.take_named(&offered, at(2), MINUTE).await.unwrap();
    assert_eq!(ids(&handed), offered);
    for handed in &handed {
        assert_eq!(handed.target.no, hook.no);
        assert_eq!(handed.event.fact.r#ref, "claims/created");
        assert_eq!((handed.attempts, handed.expires), (0, at(62)));
        assert!(handed.lease.is_unwritten());
    }
    let leased = "SELECT count(*) FROM deliveries WHERE lease_until IS NOT NULL";
    assert_eq!(database.sql(leased).unwrap(), "0", "nothing was written");

    // What is in hand a take leaves out, and does not call due; the rest it brings.
    let take = async |in_hand: &[DeliveryId]| {
        let take = Take {
            target: hook.no,
            limit: 10,
            in_hand: in_hand.iter().map(|id| id.event).collect(),
        };
        owner.take_all(&[take], at(2), MINUTE).await?.remove(0)
    };
    let taken = take(&offered).await.unwrap();
    assert_eq!((taken.deliveries.len(), taken.next_due), (0, None));
    let taken = take(&offered[..2]).await.unwrap();
    assert_eq!(ids(&taken.deliveries), offered[2..]);
    let again = owner.take_named(&offered, at(3), MINUTE).await.unwrap();
    assert_eq!(ids(&again), offered[..2], "one is leased");

    // An outcome counts while nothing else became of the delivery, and once.
    let third = Handed {
        lease: handed[0].lease,
        ..handed[2].clone()
    };
    for _ in 0..2 {
        let outcomes = Arc::new([failed(&handed[0]), failed(&third)]);
        owner.record(outcomes, at(2)).await.unwrap();
    }
    let counts = "SELECT string_agg(failures::TEXT || attempt_count::TEXT, ',' ORDER BY event) FROM deliveries";
    assert_eq!(database.sql(counts).unwrap(), "11,00,01");
    let again = owner.take_named(&offered, at(3), MINUTE).await.unwrap();
    assert_eq!(ids(&again), offered[1..2], "the others were tried");

    // Ordered by hand meanwhile, it is asked for again soon.
    database
        .sql("UPDATE deliveries SET manual = 1 WHERE attempt_count = 0")
        .unwrap();
    let taken = take(&offered).await.unwrap();
    assert_eq!((taken.deliveries.len(), taken.next_due), (0, Some(at(2))));
}

fn failed(handed: &Handed) -> Outcome {
    Outcome {
        verdict: Verdict::only(Next::RetryAt(at(60))),
        ..delivered(handed)
    }
}

fn ids(handed: &[Handed]) -> Vec<DeliveryId> {
    handed.iter().map(|handed| handed.id).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_fetched_by_name_of_a_webhook_that_has_to_wait() {
    let database = Cluster::shared().unwrap().database(None).unwrap();
    let [owner, other] = two(&database).await;
    let shop = shop(&other).await;
    let hook = other.create_target(webhook(&shop), at(0), None).await;
    let hook = now(hook.unwrap());
    other.commit(commit(&shop, 1)).await.unwrap();
    let event = database.sql("SELECT event FROM deliveries").unwrap();
    let id = DeliveryId {
        event: EventNo(event.parse().unwrap()),
        target: hook.no,
    };
    let fetched = async || {
        let handed = owner.take_named(&[id], at(2), MINUTE).await.unwrap();
        handed.len()
    };
    assert_eq!(fetched().await, 1);
    let waits = [
        (
            "healths",
            "paused_until = 9000000000000",
            "paused_until = NULL",
        ),
        ("webhooks", "status = 1", "status = 0"),
        ("webhooks", "deleted_at = 1", "deleted_at = NULL"),
        ("shops", "deleted = TRUE", "deleted = FALSE"),
        ("deliveries", "manual = 1", "manual = 0"),
        ("deliveries", "attempt_count = 1", "attempt_count = 0"),
        ("deliveries", "lease_until = 0", "lease_until = NULL"),
        ("deliveries", "state = 1", "state = 0"),
        ("owners", "free = TRUE", "free = FALSE"),
        ("nodes", "until = 0", "until = 9000000000000"),
    ];
    for (table, waits, goes) in waits {
        for (set, count) in [(waits, 0), (goes, 1)] {
            database.sql(&format!("UPDATE {table} SET {set}")).unwrap();
            assert_eq!(fetched().await, count, "{table}: {set}");
        }
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
