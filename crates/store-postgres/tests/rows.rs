//! What a delivery costs the database in rows: its event, itself, and itself once more with its outcome.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;
mod large;

use std::sync::Arc;
use std::time::Duration;

use claimwire_model::delivery::Attempt;
use claimwire_model::target::Target;
use claimwire_model::verdict::{Next, Verdict};
use claimwire_store::queue::Outcome;
use claimwire_store::{Backlog, CountBacklog, Directory, Handed, Log, Queue, Subjects};
use claimwire_testkit::postgres::Cluster;

use common::{Taker, at, beat, commit, node, now, shop, until, webhook};

fn delivered(handed: &Handed) -> Outcome {
    Outcome {
        id: handed.id,
        lease: handed.lease,
        manual: false,
        attempt: Arc::new(Attempt {
            duration: Duration::from_millis(5),
            status_code: Some(200),
            request_headers: [("content-type", "application/json")].into(),
            response_body: b"ok".to_vec(),
            ..Attempt::at(0, at(2))
        }),
        verdict: Verdict::only(Next::Delivered),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_that_succeeds_at_once_is_three_rows() {
    const COUNT: usize = 200;
    const AT_ONCE: usize = 50;
    let database = Cluster::shared().unwrap().database(None).unwrap();
    let store = node(&database).await;
    let taker = Arc::new(Taker::default());
    store.attach(taker.clone());
    beat(&store, Vec::new()).await;
    let shop = shop(&store).await;
    now(store
        .create_target(webhook(&shop), at(0), None)
        .await
        .unwrap());

    store.commit(commit(&shop, COUNT)).await.unwrap();
    let handed = taker.take();
    assert_eq!(handed.len(), COUNT);
    let outcomes: Vec<Outcome> = handed.iter().map(delivered).collect();
    for group in outcomes.chunks(AT_ONCE) {
        store.record(group.to_vec(), at(3)).await.unwrap();
    }
    let (delivery, attempts) = store.delivery(shop.no, handed[0].id, at(4)).await.unwrap();
    assert_eq!((delivery.attempt_count, attempts.len()), (1, 1));
    let attempt = Attempt {
        number: 1,
        ..Attempt::clone(&outcomes[0].attempt)
    };
    assert_eq!(attempts[0], attempt);

    // A backend tells its counts when it ends. Besides the rows of deliveries, each group writes the webhook's health and
    // what statistics need; and the webhook came with its health.
    store.close();
    drop(store);
    let sql = "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables
        WHERE relname IN ('events_open', 'deliveries', 'attempts_open', 'documents', 'idempotency', 'marks', 'healths', 'timings')";
    let rows = 3 * COUNT + 2 * COUNT / AT_ONCE + 1;
    until(&database, sql, |sum| sum.parse::<usize>().unwrap() >= rows).await;
    assert_eq!(database.sql(sql).unwrap(), rows.to_string());
}

#[tokio::test]
async fn what_waits_in_the_whole_database_is_counted_and_the_oldest_known() {
    let database = Cluster::shared().unwrap().database(None).unwrap();
    let store = node(&database).await;
    let shop = shop(&store).await;
    let target = now(store
        .create_target(webhook(&shop), at(0), None)
        .await
        .unwrap());
    let backlog = |unfinished, due_since: Option<i64>| Backlog {
        unfinished,
        due_since: due_since.map(at),
    };
    assert_eq!(store.backlog(at(9)).await.unwrap(), backlog(0, None));
    store.commit(commit(&shop, 3)).await.unwrap();
    assert_eq!(store.backlog(at(9)).await.unwrap(), backlog(3, Some(1)));
    assert_eq!(store.backlog(at(0)).await.unwrap(), backlog(3, None));
    let mut paused = Target::clone(&target);
    paused.health.paused_until = Some(at(100));
    now(store.update_target(paused, at(5), None).await.unwrap());
    assert_eq!(store.backlog(at(9)).await.unwrap(), backlog(3, None));
    let gone = store.delete_target(shop.no, target.uuid, at(9));
    gone.await.unwrap();
    assert_eq!(store.backlog(at(9)).await.unwrap(), backlog(0, None));
    store.close();
}
