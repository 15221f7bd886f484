use claimwire_model::TargetNo;

use super::*;
use crate::delivered;

fn memory() -> Connection {
    Connection::open_in_memory().unwrap()
}

fn steps(steps: &[(&str, &str)]) -> Runner {
    let steps: Vec<_> = steps
        .iter()
        .map(|(name, sql)| Migration::unapplied(name, sql).unwrap())
        .collect();
    Runner::new(&steps)
}

fn message(result: Result<()>) -> String {
    StoreError::from(result.expect_err("refused")).to_string()
}

/// Steps 1 to `last`, and the table in which the program of that time noted them.
fn before_refinery(last: i32) -> Connection {
    let mut conn = memory();
    let all = runner().unwrap();
    let released = all.get_migrations().clone();
    apply(&mut conn, all.set_target(Target::Version(last))).unwrap();
    conn.execute_batch(
        "DROP TABLE refinery_schema_history;
         CREATE TABLE migrations (no INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum BLOB NOT NULL)",
    )
    .unwrap();
    for step in released.iter().filter(|step| step.version() <= last) {
        let checksum = digest::digest(&digest::SHA256, step.sql().unwrap().as_bytes());
        let name = format!("{:04}_{}", step.version(), step.name());
        conn.execute(
            "INSERT INTO migrations VALUES (?1, ?2, ?3)",
            (step.version(), name, checksum.as_ref()),
        )
        .unwrap();
    }
    conn
}

fn schema(conn: &Connection) -> Vec<String> {
    conn.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> 'migrations' ORDER BY name")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap()
}

#[test]
fn twice_is_once() {
    let mut conn = memory();
    migrate(&mut conn).unwrap();
    migrate(&mut conn).unwrap();
}

#[test]
fn what_was_written_before_a_step_is_there_after_it() {
    let mut conn = memory();
    let second = runner().unwrap().set_target(Target::Version(2));
    apply(&mut conn, second).unwrap();
    conn.execute_batch(
        "INSERT INTO events (no, shop, given_id, ref, triggered_at, event_data, context, performed_by,
           posted)
         VALUES (7, 1, 'mine', 'claims/created', 5, '{}', '[1]', '{}', 1), (8, 1, NULL, 'x', 6, '{}', NULL,
           '{}', 0);
         INSERT INTO deliveries (event, target, state, due_at, attempt_count, failures, manual, lane)
         VALUES (7, 3, 1, NULL, 1, 0, 0, NULL), (8, 3, 0, 9, 0, 0, 0, 4);",
    )
    .unwrap();
    migrate(&mut conn).unwrap();
    let events: Vec<(i64, Option<String>, Option<String>, String)> = conn
        .prepare("SELECT no, given_id, context, performed_by FROM events WHERE handed IS NULL")
        .and_then(|mut all| {
            all.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?
                .collect()
        })
        .unwrap();
    let mine = (7, Some("mine".into()), Some("[1]".into()), "{}".into());
    assert_eq!(events, [mine, (8, None, None, "{}".into())]);
    let counts: (i64, i64, i64) = conn
        .query_row(
            "SELECT (SELECT event FROM settled), (SELECT count(*) FROM deliveries WHERE target = 3),
               (SELECT event FROM deliveries INDEXED BY deliveries_lane
                WHERE target = 3 AND lane = 4 AND due_at IS NOT NULL)",
            [],
            |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)),
        )
        .unwrap();
    assert_eq!(counts, (8, 2, 8));
    assert_eq!(
        delivered::newest(&conn, TargetNo(3), 0, 9).unwrap(),
        Some(7)
    );
}

#[test]
fn a_database_from_before_refinery_is_taken_over() {
    let mut fresh = memory();
    migrate(&mut fresh).unwrap();
    for last in [3, 7] {
        let mut conn = before_refinery(last);
        migrate(&mut conn).unwrap();
        migrate(&mut conn).unwrap();
        assert_eq!(schema(&conn), schema(&fresh), "from step {last}");
    }
}

#[test]
fn what_was_interrupted_while_it_was_taken_over_goes_on() {
    let mut conn = before_refinery(7);
    conn.execute_batch(
        "CREATE TABLE refinery_schema_history (version int4 PRIMARY KEY, name VARCHAR(255),
           applied_on VARCHAR(255), checksum VARCHAR(255))",
    )
    .unwrap();
    migrate(&mut conn).unwrap();
}

#[test]
fn a_database_from_before_refinery_with_other_steps_is_refused() {
    let mut conn = before_refinery(7);
    conn.execute("UPDATE migrations SET checksum = x'00' WHERE no = 5", [])
        .unwrap();
    assert!(message(migrate(&mut conn)).contains("0005_shop_egress"));
}

/// What the program before refinery asks of its own table, and then says no.
#[test]
fn a_program_from_before_refinery_sees_a_newer_database() {
    for mut conn in [memory(), before_refinery(7)] {
        migrate(&mut conn).unwrap();
        let newest: i32 = conn
            .query_row("SELECT max(no) FROM migrations", [], |row| row.get(0))
            .unwrap();
        assert!(newest > 7);
    }
}

#[test]
fn a_newer_database_is_refused() {
    let mut conn = memory();
    migrate(&mut conn).unwrap();
    let known = newest(runner().unwrap().get_migrations());
    conn.execute(
        "INSERT INTO refinery_schema_history VALUES (99, 'later', '2030-01-01T00:00:00Z', '1')",
        [],
    )
    .unwrap();
    let said = message(migrate(&mut conn));
    assert!(said.contains("its schema is 99 (later)"), "{said}");
    assert!(said.contains(&format!("up to {known}.")), "{said}");
}

#[test]
fn a_changed_step_is_refused() {
    let mut conn = memory();
    apply(&mut conn, steps(&[("V1__a", "CREATE TABLE a (x)")])).unwrap();
    let changed = steps(&[("V1__a", "CREATE TABLE a (x, y)")]);
    assert!(message(apply(&mut conn, changed)).contains("step a is not"));
}

#[test]
fn steps_that_fail_leave_nothing() {
    let mut conn = memory();
    let good = ("V1__good", "CREATE TABLE a (x)");
    let bad = steps(&[good, ("V2__bad", "CREATE TABLE b (x); NONSENSE")]);
    apply(&mut conn, bad).expect_err("fails");
    apply(
        &mut conn,
        steps(&[good, ("V2__better", "CREATE TABLE b (x)")]),
    )
    .unwrap();
}
