//! Days have tables of their own, go whole, and lose nothing that is needed.

use std::sync::Arc;

use claimwire_model::Timestamp;
use claimwire_model::id::first_number_at;
use claimwire_store::Queue;
use claimwire_testkit::postgres::{Cluster, Database};

use crate::{Options, PostgresStore};

const DAY: i64 = 24 * 60 * 60;

/// A store whose housekeeping ran once, and the first second of the next day by its clock.
async fn store(database: &Database<'_>) -> (Arc<PostgresStore>, i64) {
    let store = super::node(database, Options::default()).await;
    let now = database.sql("SELECT clock_ms() / 1000").unwrap();
    let now: i64 = now.trim().parse().unwrap();
    (store, now - now % DAY + DAY)
}

/// Prunes to the end what is older than a time, in seconds.
async fn prune(store: &PostgresStore, before: i64) {
    let (before, now) = (
        Timestamp::from_secs(before),
        Timestamp::from_secs(before + 30 * DAY),
    );
    for _ in 0..100 {
        if !store.prune(before, 2, now).await.unwrap().more {
            return;
        }
    }
    panic!("pruning comes to no end");
}

fn number(seconds: i64) -> i64 {
    first_number_at(Timestamp::from_secs(seconds))
}

fn event(no: i64, given_id: &str, context: &str, context_of: &str) -> String {
    format!(
        "INSERT INTO events (no, shop, given_id, ref, triggered_at, event_data, context, context_of, performed_by, posted)
         VALUES ({no}, 1, {given_id}, 'claims/created', 0, '{{}}', {context}, {context_of}, '{{}}', FALSE);"
    )
}

fn delivery(event: i64, state: i64) -> String {
    format!(
        "INSERT INTO deliveries (event, target, state, due_at) VALUES ({event}, 1, {state}, CASE {state} WHEN 0 THEN 1 END);
         INSERT INTO attempts (event, target, number, started_at, duration_us, request_headers, response_headers,
           response_body) VALUES ({event}, 1, 1, 0, 0, '', '', '');"
    )
}

const SHOP: &str = "
INSERT INTO shops (id, slug, name, created_at, updated_at) VALUES (gen_random_uuid(), 's', 's', 0, 0);
INSERT INTO webhooks (partition, uuid, shop, kind, status, settings, secrets, headers, verification_due, created_at,
  updated_at, version) VALUES (0, gen_random_uuid(), 1, 0, 0, '{}', '', '', FALSE, 0, 0, 1);";

#[tokio::test]
async fn a_day_goes_whole_and_what_others_need_of_it_stays() {
    let database = Cluster::shared().unwrap().database(None).unwrap();
    let (store, tomorrow) = store(&database).await;
    prune(&store, tomorrow - 2 * DAY).await;
    let numbers: Vec<i64> = (0..6).map(|n| number(tomorrow) + n).collect();
    let later = number(tomorrow + DAY);
    let mut sql = SHOP.to_owned();
    for no in &numbers {
        sql += &event(*no, &format!("'e{no}'"), "'{\"order\":1}'", "NULL");
        sql += &delivery(*no, 1);
    }
    for no in [later, later + 1] {
        sql += &event(no, "NULL", "NULL", &numbers[0].to_string());
        sql += &delivery(no, 0);
    }
    database.sql(&sql).unwrap();
    let tables = "SELECT relname FROM pg_class WHERE relname LIKE '%\\_to\\_2%' AND relkind = 'r' ORDER BY 1";
    let days = database.sql(tables).unwrap();
    let of = |no: i64| {
        let sql = format!("SELECT tableoid::REGCLASS FROM events WHERE no = {no}");
        database.sql(&sql).unwrap()
    };
    let (first, second) = (of(numbers[0]), of(later));
    assert!(
        days.contains(first.trim()) && first != second,
        "{first} {second} {days}"
    );

    // In the middle of the day it all is there.
    prune(&store, tomorrow + DAY / 2).await;
    let count = |table: &str| {
        database
            .sql(&format!("SELECT count(*) FROM {table}"))
            .unwrap()
    };
    assert_eq!(count("events").trim(), "8");
    assert_eq!(count("deliveries").trim(), "8");

    // What another day waits for keeps its own day, row by row.
    prune(&store, tomorrow + 3 * DAY + 1).await;
    assert_eq!(count("events").trim(), "2");
    assert_eq!(count("deliveries").trim(), "2");
    assert_eq!(count("attempts").trim(), "2");
    assert_eq!(count("event_ids").trim(), "0");
    let left = database.sql(tables).unwrap();
    assert!(!left.contains(first.trim()), "{left}");
    assert!(
        !left.contains(&first.trim().replace("events", "attempts")),
        "{left}"
    );
    assert!(left.contains(second.trim()), "{left}");
    let shared =
        format!("SELECT no - {later}, context, context_of - {later} FROM events ORDER BY no");
    assert_eq!(
        database.sql(&shared).unwrap().trim(),
        "0||1\n1|{\"order\":1}|"
    );

    database
        .sql("UPDATE deliveries SET state = 1, due_at = NULL")
        .unwrap();
    prune(&store, tomorrow + 3 * DAY + 1).await;
    assert_eq!(count("events").trim(), "0");
    assert_eq!(count("attempts").trim(), "0");
    assert!(!database.sql(tables).unwrap().contains(second.trim()));
    store.close().await;
}

#[tokio::test]
async fn every_event_has_a_place_and_an_id_is_given_once() {
    let database = Cluster::shared().unwrap().database(None).unwrap();
    let (store, tomorrow) = store(&database).await;
    let far = number(tomorrow + 400 * DAY);
    let places = [1, number(tomorrow - 100 * DAY), number(tomorrow), far];
    for (round, place) in places.iter().enumerate() {
        database
            .sql(&event(*place, &format!("'{round}'"), "NULL", "NULL"))
            .unwrap();
    }
    prune(&store, tomorrow - 200 * DAY).await;
    for place in places.iter().skip(1) {
        let (next, same) = (place + 1, place + 2);
        database
            .sql(&event(next, &format!("'n{next}'"), "NULL", "NULL"))
            .unwrap();
        let again = database.sql(&event(same, &format!("'n{next}'"), "NULL", "NULL"));
        assert!(again.is_err());
    }
    // The one that is far ahead has ended the table that had no end; the next goes behind it.
    let open = database.sql("SELECT count(*) FROM events_open").unwrap();
    assert_eq!(open.trim(), "0");
    database
        .sql(&event(i64::MAX - 1, "NULL", "NULL", "NULL"))
        .unwrap();
    let open = database.sql("SELECT count(*) FROM events_open").unwrap();
    assert_eq!(open.trim(), "1");
    store.close().await;
}
