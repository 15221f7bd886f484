//! Every list is read by its index, however long the tables are.

use claimwire_testkit::postgres::Cluster;
use tokio_postgres::SimpleQueryMessage;

use crate::connection::{Connection, Param};
use crate::rows::delivery::leased;
use crate::rows::progress;
use crate::take::named::named_sql;
use crate::{Options, deliveries, events, search};

/// A shop of many and several of few: 100,000 events with a delivery for two webhooks each, and as many documents.
/// What is planned for so many is planned for more.
const FILL: &str = "
INSERT INTO shops (id, slug, name, created_at, updated_at)
  SELECT gen_random_uuid(), 's' || n, 's', 0, 0 FROM generate_series(1, 20) n;
INSERT INTO webhooks (partition, uuid, shop, kind, status, settings, secrets, headers, verification_due, created_at,
    updated_at, version)
  SELECT n % 256, gen_random_uuid(), 1 + n / 2, 0, 0, '{}', '', '', FALSE, 0, 0, 1 FROM generate_series(0, 39) n;
INSERT INTO healths (target) SELECT no FROM webhooks;
INSERT INTO events (no, shop, ref, triggered_at, subject_kind, subject_id, event_data, performed_by, posted)
  SELECT n, 1 + n % 20 * (n % 2), 'claims/' || n % 50, 0, 0, 'c' || n % 5000, '{}', '{}', FALSE
  FROM generate_series(1, 100000) n;
INSERT INTO deliveries (event, target, state, due_at)
  SELECT e.no, w.no, CASE WHEN e.no % 1000 = 0 THEN 2 WHEN e.no > 99000 THEN 0 ELSE 1 END,
    CASE WHEN e.no > 99000 THEN e.no END
  FROM events e JOIN webhooks w ON w.shop = e.shop;
INSERT INTO documents (no, shop, kind, id, version, json, terms)
  SELECT n, 1 + n % 20 * (n % 2), 0, 'c' || n, 1, '{}', ARRAY[n % 3, 1000 + n] FROM generate_series(1, 100000) n;
ANALYZE;";

async fn plan(conn: &Connection, sql: &str, params: &[Param<'_>]) -> String {
    let sql = format!("EXPLAIN {sql}");
    let rows = conn.client().query(&sql, params).await.unwrap();
    let lines: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    lines.join("\n")
}

#[tokio::test]
async fn lists_are_read_by_their_indexes() {
    let database = Cluster::shared().unwrap().database(None).unwrap();
    let store = super::node(&database, Options::default()).await;
    database.sql(FILL).unwrap();
    let conn = store.connection().await.unwrap();
    let (shop, kind, from, below, limit, none, zero) =
        (1_i64, 0_i64, 0_i64, i64::MAX, 31_i64, None::<i64>, 0_i64);
    let (r#ref, ids, kinds) = ("claims", vec!["c7"], vec![Some(0_i64)]);
    let no_ref = None::<&str>;
    let (targets, states) = (vec![1_i64, 2], vec![2_i64, 2]);
    let (every, state) = (vec![1_i64, 1, 1, 1], vec![0_i64, 1, 2, 3]);
    let (common, rare) = (vec![1_i64], vec![1077_i64]);
    let event = Some(500_i64);
    let states_of = |sql: &str| sql.replace("{leased}", &format!("NOT {}", leased()));

    let looks = 2_000_i64;
    let plans: [(&str, String, Vec<Param<'_>>, &str); 12] = [
        (
            "a shop's events",
            events::OF_SHOP.to_owned(),
            vec![&shop, &from, &below, &limit],
            "events_open_shop",
        ),
        (
            "a shop's events from one on",
            events::AFTER.to_owned(),
            vec![&shop, &from, &limit],
            "events_open_shop",
        ),
        (
            "events by ref",
            events::OF_REF.to_owned(),
            vec![&shop, &from, &below, &limit, &r#ref],
            "events_open_ref",
        ),
        (
            "events by subject",
            events::OF_SUBJECT.to_owned(),
            vec![&shop, &from, &below, &limit, &no_ref, &ids, &kinds],
            "events_open_subject",
        ),
        (
            "deliveries by state",
            states_of(deliveries::OF_STATES),
            vec![
                &none, &from, &below, &below, &below, &limit, &targets, &states,
            ],
            "deliveries_state",
        ),
        (
            "deliveries under a lease",
            deliveries::OF_LEASED.replace("{leased}", &leased()),
            vec![
                &none, &from, &below, &below, &below, &limit, &targets, &states,
            ],
            "deliveries_due",
        ),
        (
            "deliveries of an event",
            states_of(deliveries::OF_EVENT),
            vec![
                &none, &from, &below, &below, &below, &limit, &targets, &states, &event,
            ],
            "deliveries_pkey",
        ),
        (
            "deliveries by subject",
            states_of(deliveries::OF_SUBJECTS),
            vec![
                &none, &shop, &from, &below, &below, &below, &limit, &every, &state, &ids, &kinds,
            ],
            "events_open_subject",
        ),
        (
            "documents by a rare term",
            format!("SELECT no {}", search::FOUND),
            vec![&shop, &kind, &from, &below, &rare, &limit, &zero],
            "documents_terms",
        ),
        (
            "documents by a common term",
            format!("SELECT no {}", search::NEWEST),
            vec![&shop, &kind, &from, &below, &common, &limit, &zero, &looks],
            "documents_kind",
        ),
        (
            "documents of a kind",
            format!("SELECT no {}", search::ALL),
            vec![&shop, &kind, &from, &below, &limit, &zero],
            "documents_kind",
        ),
        (
            "what waits",
            "SELECT count(*) FROM deliveries WHERE target = $1 AND due_at IS NOT NULL".to_owned(),
            vec![&shop],
            "deliveries_due",
        ),
    ];
    for (list, sql, params, index) in plans {
        let sql = match list {
            // Without the shop, which the rest of the statement asks for.
            "deliveries by state" | "deliveries of an event" | "deliveries under a lease" => {
                renumbered(&sql)
            }
            _ => sql,
        };
        // As the search has it.
        if list == "documents by a rare term" {
            conn.batch_execute(search::BY_TERMS).await.unwrap();
        }
        let plan = plan(&conn, &sql, &params).await;
        conn.batch_execute("ROLLBACK").await.unwrap();
        assert!(plan.contains(index), "{list}: {plan}");
        let by_state = plan.contains("deliveries_state");
        assert_eq!(by_state, list == "deliveries by state", "{list}: {plan}");
        for table in ["events", "deliveries", "documents"] {
            assert!(
                !plan.contains(&format!("Seq Scan on {table}")),
                "{list}: {plan}"
            );
        }
    }
}

/// Kept plans do not know how many wait. One that was made while nothing did must serve while a million do.
#[tokio::test]
async fn deliveries_are_found_by_their_keys_when_none_has_waited() {
    let database = Cluster::shared().unwrap().database(None).unwrap();
    let store = super::node(&database, Options::default()).await;
    database.sql(FILL).unwrap();
    database
        .sql("UPDATE deliveries SET state = 1, due_at = NULL; ANALYZE")
        .unwrap();
    let conn = store.connection().await.unwrap();
    let keys = "'{1,2,3}', '{1,2,3}'";
    let statements = [
        (
            "fetched by name",
            named_sql(),
            "BIGINT[], BIGINT[], BIGINT[], BIGINT, BIGINT, BIGINT",
            format!("{keys}, '{{1,2,3}}', 1, 1, 3"),
        ),
        (
            "locked",
            progress::lock_sql(),
            "BIGINT[], BIGINT[]",
            keys.to_owned(),
        ),
    ];
    for (what, sql, types, given) in statements {
        let sql = format!(
            "SET plan_cache_mode = force_generic_plan; PREPARE kept ({types}) AS {sql};
             EXPLAIN EXECUTE kept ({given}); DEALLOCATE kept"
        );
        let messages = conn.client().simple_query(&sql).await.unwrap();
        let plan: String = messages
            .iter()
            .filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => row.get(0),
                _ => None,
            })
            .fold(String::new(), |plan, line| plan + line + "\n");
        for index in [
            "deliveries_due",
            "deliveries_state",
            "Seq Scan on deliveries",
        ] {
            assert!(!plan.contains(index), "{what}: {plan}");
        }
        assert!(plan.contains("deliveries_pkey"), "{what}: {plan}");
    }
}

/// The parameters behind the second are one less.
fn renumbered(sql: &str) -> String {
    (3..=11).fold(sql.to_owned(), |sql, n| {
        sql.replace(&format!("${n}"), &format!("${}", n - 1))
    })
}
