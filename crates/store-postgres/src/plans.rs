//! What the engine asks for again and again is found by an index, however much stands in the tables.

use claimwire_testkit::postgres::{Cluster, Database};

use crate::take::{due_sql, ordered::runs_sql};
use crate::waiting::scan_sql;

/// Many deliveries of few targets wait; far more have ended.
const FILL: &str = r#"
INSERT INTO shops (no, id, slug, name, created_at, updated_at) VALUES (1, gen_random_uuid(), 's', 's', 1, 1);
INSERT INTO webhooks (no, partition, uuid, shop, kind, status, settings, secrets, headers, verification_due,
    created_at, updated_at, version)
  SELECT no, no % 256, gen_random_uuid(), 1, 0, 0, '{}', '', '', FALSE, 1, 1, 1 FROM generate_series(1, 2000) AS no;
INSERT INTO healths (target) SELECT no FROM webhooks;
INSERT INTO events (no, shop, ref, triggered_at, event_data, performed_by, posted)
  SELECT no, 1, 'claims/created', 1, '{}', '{}', FALSE FROM generate_series(1, 50000) AS no;
INSERT INTO deliveries (event, target, state, due_at, lane) SELECT no, 1 + no % 5, 0, no, no % 997 FROM events;
INSERT INTO deliveries (event, target, state) SELECT no, 100 + no % 1900, 1 FROM events;
UPDATE owners SET node = 1, epoch = 1, free = FALSE;
INSERT INTO nodes VALUES (1, 9223372036854775807, FALSE);
ANALYZE;
"#;

/// How a statement is done, whatever its parameters.
fn plan(database: &Database<'_>, sql: &str, parameters: &str) -> String {
    let script = format!(
        "SET plan_cache_mode = force_generic_plan; PREPARE asked AS {sql}; EXPLAIN EXECUTE asked ({parameters})"
    );
    database.sql(&script).unwrap()
}

#[test]
fn no_table_of_the_log_is_read_whole() {
    let database = Cluster::shared().unwrap().database(None).unwrap();
    for step in [
        include_str!("../migrations/V0001__start.sql"),
        include_str!("../migrations/V0003__first_attempt.sql"),
        include_str!("../migrations/V0004__partitions.sql"),
    ] {
        database.sql(step).unwrap();
    }
    database.sql(FILL).unwrap();
    for (sql, parameters) in [
        (
            due_sql(),
            "'{1,2}', '{1,2}', '{100,100}', 1, NULL, 60000, 1000, '{7}', '{1}'",
        ),
        (runs_sql(), "1, 1, 1, 60000, 60000, 1, 100, 16"),
        (scan_sql(), "0, 1000, 60000, 1, 1"),
    ] {
        let plan = plan(&database, &sql, parameters);
        for table in ["deliveries", "events", "webhooks", "healths"] {
            assert!(!plan.contains(&format!("Seq Scan on {table}")), "{plan}");
        }
        // What waits is read in the order of its index, and no more of it than is asked for.
        assert!(
            plan.contains("deliveries_due") || plan.contains("deliveries_lane"),
            "{plan}"
        );
    }
}
