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
use std::time::{Duration, Instant};

use claimwire_model::delivery::Attempt;
use claimwire_model::target::Target;
use claimwire_store::queue::Outcome;
use claimwire_store::{Backlog, CountBacklog, Directory, Log, Queue, Subjects};
use claimwire_store_postgres::PostgresStore;
use claimwire_testkit::postgres::Cluster;

use common::{
    Taker, at, beat, commit, counted, delivered, delivered_at, node, now, shop, until, webhook,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_that_succeeds_at_once_is_three_rows() {
    const COUNT: usize = 200;
    const AT_ONCE: usize = 2;
    let database = Cluster::shared().unwrap().database(None).unwrap();
    let store = node(&database).await;
    let taker = Arc::new(Taker::default());
    store.attach(taker.clone());
    beat(&store, Vec::new()).await;
    let shop = shop(&store).await;
    let target = now(store
        .create_target(webhook(&shop), at(0), None)
        .await
        .unwrap());

    store.commit(commit(&shop, COUNT)).await.unwrap();
    let handed = taker.take();
    assert_eq!(handed.len(), COUNT);
    // Each succeeds later than the one before.
    let outcomes = handed.iter().zip(0..);
    let outcomes: Vec<Outcome> = outcomes
        .map(|(handed, ms)| delivered_at(handed, at(2).plus(Duration::from_millis(ms))))
        .collect();
    let begun = Instant::now();
    for group in outcomes.chunks(AT_ONCE) {
        store.record(group.into(), at(3)).await.unwrap();
    }
    let (delivery, attempts) = store.delivery(shop.no, handed[0].id, at(4)).await.unwrap();
    assert_eq!((delivery.attempt_count, attempts.len()), (1, 1));
    let attempt = Attempt {
        number: 1,
        ..Attempt::clone(&outcomes[0].attempt)
    };
    assert_eq!(attempts[0], attempt);
    let ended = outcomes.iter().map(|outcome| outcome.attempt.ended()).max();
    let what_is_known = async |store: &PostgresStore| {
        let known = store.target_of(shop.no, target.uuid).await.unwrap();
        (
            counted(store, target.no).await,
            known.health.last_success_at,
        )
    };
    assert_eq!(what_is_known(&store).await, (COUNT, ended));

    // A backend tells its counts when it ends. The webhook came with its health. Besides the rows of deliveries there are the
    // health and what statistics need, each at the end and at most once a second before.
    store.close().await;
    drop(store);
    let backends = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
        AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
    until(&database, backends, |count| count == "0").await;
    let sql = "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables
        WHERE relname IN ('events_open', 'deliveries', 'attempts_open', 'documents', 'idempotency', 'marks', 'healths', 'timings')";
    let rows: usize = database.sql(sql).unwrap().parse().unwrap();
    let rest = rows - 3 * COUNT - 1;
    let seconds = usize::try_from(begun.elapsed().as_secs()).unwrap();
    assert!((2..=2 * (seconds + 1)).contains(&rest), "{rest} rows");
    let after = node(&database).await;
    assert_eq!(what_is_known(&after).await, (COUNT, ended));
    after.close().await;
}

#[tokio::test]
async fn what_a_node_counts_comes_to_the_others_without_more_to_do() {
    let database = Cluster::shared().unwrap().database(None).unwrap();
    let (store, other) = (node(&database).await, node(&database).await);
    let taker = Arc::new(Taker::default());
    store.attach(taker.clone());
    beat(&store, Vec::new()).await;
    let shop = shop(&store).await;
    let target = store.create_target(webhook(&shop), at(0), None).await;
    let target = now(target.unwrap());
    store.commit(commit(&shop, 3)).await.unwrap();
    let outcomes: Arc<[Outcome]> = taker.take().iter().map(delivered).collect();
    let ended = outcomes[0].attempt.ended();
    store.record(outcomes, at(3)).await.unwrap();
    let sql = format!(
        "SELECT last_success_at FROM healths WHERE target = {}",
        target.no.0
    );
    until(&database, &sql, |last| {
        last == ended.as_millis().to_string()
    })
    .await;
    for node in [&store, &other] {
        assert_eq!(counted(node, target.no).await, 3);
    }
    // Another node knows of a later one by now: it stays.
    store.commit(commit(&shop, 1)).await.unwrap();
    let outcome = delivered_at(&taker.take()[0], at(4));
    store.record([outcome].into(), at(5)).await.unwrap();
    let later = format!(
        "UPDATE healths SET last_success_at = {}",
        at(99).as_millis()
    );
    database.sql(&later).unwrap();
    let rows = "SELECT count(*) FROM timings";
    until(&database, rows, |count| count == "2").await;
    assert_eq!(database.sql(&sql).unwrap(), at(99).as_millis().to_string());
    store.close().await;
    other.close().await;
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
    store.close().await;
}
