//! One node does the housekeeping at a time.

use std::sync::Arc;
use std::time::Duration;

use claimwire_model::Timestamp;
use claimwire_store::Queue;
use claimwire_store::queue::Pruned;
use claimwire_testkit::postgres::{Cluster, Database};

use crate::housekeeping::{Work, begin};
use crate::transaction::Transaction;
use crate::{Options, PostgresStore};

async fn node(database: &Database<'_>) -> Arc<PostgresStore> {
    let options = Options {
        connections: 4,
        ..Options::default()
    };
    super::node(database, options).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_finds_work_under_way_leaves_it_to_the_other_node() {
    let database = Cluster::shared().unwrap().database(None).unwrap();
    let nodes = [node(&database).await, node(&database).await];
    let old = Timestamp::from_secs(1_700_000_000);
    let now = old.plus(Duration::from_secs(40 * 86_400));
    let answer = "INSERT INTO idempotency VALUES (1, 'key', 1, 'x', 200, '')";
    database.sql(answer).unwrap();
    let left = || database.sql("SELECT count(*) FROM idempotency").unwrap();

    let [first, second] = [0, 1].map(|n: usize| &nodes[n]);
    let at_it = Transaction::begin(&first.pool, &first.shared)
        .await
        .unwrap();
    assert!(begin(&at_it, Work::Prune).await.unwrap());
    let other = Transaction::begin(&second.pool, &second.shared)
        .await
        .unwrap();
    assert!(!begin(&other, Work::Prune).await.unwrap());
    assert!(begin(&other, Work::Replays).await.unwrap(), "another kind");
    other.roll_back().await;
    let pruned = second.prune(old, 100, now).await.unwrap();
    assert_eq!(pruned, Pruned::default());
    assert_eq!(left(), "1");

    // A node that dies lets go of it with its connection.
    drop(at_it);
    let mut rows = 0;
    while rows == 0 {
        rows = second.prune(old, 100, now).await.unwrap().rows;
    }
    assert_eq!(left(), "0");
}
