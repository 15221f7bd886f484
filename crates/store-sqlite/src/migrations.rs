//! The schema's numbered steps. A step, once released, never changes: the database remembers its hash.

use claimwire_store::StoreError;
use ring::digest;
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::Result;

/// One step: its file's name and text.
struct Migration {
    name: &'static str,
    sql: &'static str,
}

/// All steps, in order; the first has number 1.
const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_start",
        sql: include_str!("../migrations/0001_start.sql"),
    },
    Migration {
        name: "0002_error_detail",
        sql: include_str!("../migrations/0002_error_detail.sql"),
    },
    Migration {
        name: "0003_written_once",
        sql: include_str!("../migrations/0003_written_once.sql"),
    },
    Migration {
        name: "0004_sealed_keys",
        sql: include_str!("../migrations/0004_sealed_keys.sql"),
    },
    Migration {
        name: "0005_shop_egress",
        sql: include_str!("../migrations/0005_shop_egress.sql"),
    },
    Migration {
        name: "0006_chores",
        sql: include_str!("../migrations/0006_chores.sql"),
    },
    Migration {
        name: "0007_notices",
        sql: include_str!("../migrations/0007_notices.sql"),
    },
];

/// Brings the database up to this program, each step in a transaction of its own. Refuses a database
/// that a newer program wrote, and one whose steps are not this program's.
pub(crate) fn migrate(conn: &mut Connection) -> Result<()> {
    apply(conn, MIGRATIONS)
}

fn apply(conn: &mut Connection, migrations: &[Migration]) -> Result<()> {
    conn.execute_batch(
        "CREATE TABLE IF NOT EXISTS migrations (
           no INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum BLOB NOT NULL
         )",
    )?;
    let newest: Option<usize> =
        conn.query_row("SELECT max(no) FROM migrations", [], |r| r.get(0))?;
    if newest.is_some_and(|newest| newest > migrations.len()) {
        return Err(refused(format!(
            "it was written by a newer claimwire (schema {}, this program knows {}): run that version \
             or a later one",
            newest.unwrap_or_default(),
            migrations.len()
        )));
    }
    for (no, migration) in (1_usize..).zip(migrations) {
        let checksum = digest::digest(&digest::SHA256, migration.sql.as_bytes());
        let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let recorded: Option<Vec<u8>> = tx
            .query_row("SELECT checksum FROM migrations WHERE no = ?1", [no], |r| {
                r.get(0)
            })
            .optional()?;
        match recorded {
            Some(recorded) if recorded == checksum.as_ref() => continue,
            Some(_) => {
                return Err(refused(format!(
                    "its schema step {} is not this program's: restore a backup, or run the version \
                     that wrote it",
                    migration.name
                )));
            }
            None => {
                tx.execute_batch(migration.sql)?;
                tx.execute(
                    "INSERT INTO migrations (no, name, checksum) VALUES (?1, ?2, ?3)",
                    params![no, migration.name, checksum.as_ref()],
                )?;
                tx.commit()?;
            }
        }
    }
    Ok(())
}

fn refused(why: String) -> crate::error::Error {
    StoreError::Damaged(format!("this database cannot be used: {why}")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(result: Result<()>) -> String {
        StoreError::from(result.expect_err("refused")).to_string()
    }

    #[test]
    fn twice_is_once() {
        let mut conn = Connection::open_in_memory().expect("memory");
        migrate(&mut conn).expect("first");
        migrate(&mut conn).expect("second");
    }

    #[test]
    fn what_was_written_before_a_step_is_there_after_it() {
        let mut conn = Connection::open_in_memory().expect("memory");
        apply(&mut conn, &MIGRATIONS[..2]).expect("the second step");
        conn.execute_batch(
            "INSERT INTO events (no, shop, given_id, ref, triggered_at, event_data, context, performed_by,
               posted)
             VALUES (7, 1, 'mine', 'claims/created', 5, '{}', '[1]', '{}', 1), (8, 1, NULL, 'x', 6, '{}', NULL,
               '{}', 0);
             INSERT INTO deliveries (event, target, state, due_at, attempt_count, failures, manual, lane)
             VALUES (7, 3, 1, NULL, 1, 0, 0, NULL), (8, 3, 0, 9, 0, 0, 0, 4);",
        )
        .expect("rows");
        migrate(&mut conn).expect("all steps");
        let events: Vec<(i64, Option<String>, Option<String>, String)> = conn
            .prepare("SELECT no, given_id, context, performed_by FROM events WHERE handed IS NULL")
            .and_then(|mut all| {
                all.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?
                    .collect()
            })
            .expect("events");
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
            .expect("counts");
        assert_eq!(counts, (8, 2, 8));
    }

    #[test]
    fn a_newer_database_is_refused() {
        let mut conn = Connection::open_in_memory().expect("memory");
        migrate(&mut conn).expect("first");
        conn.execute(
            "INSERT INTO migrations VALUES (99, '0099_later', x'00')",
            [],
        )
        .expect("later");
        assert!(message(migrate(&mut conn)).contains("newer claimwire (schema 99"));
    }

    #[test]
    fn a_changed_step_is_refused() {
        let mut conn = Connection::open_in_memory().expect("memory");
        apply(
            &mut conn,
            &[Migration {
                name: "0001_a",
                sql: "CREATE TABLE a (x)",
            }],
        )
        .expect("first");
        let changed = [Migration {
            name: "0001_a",
            sql: "CREATE TABLE a (x, y)",
        }];
        assert!(message(apply(&mut conn, &changed)).contains("0001_a"));
    }

    #[test]
    fn a_step_that_fails_leaves_nothing() {
        let mut conn = Connection::open_in_memory().expect("memory");
        let bad = [Migration {
            name: "0001_bad",
            sql: "CREATE TABLE a (x); NONSENSE",
        }];
        apply(&mut conn, &bad).expect_err("fails");
        apply(
            &mut conn,
            &[Migration {
                name: "0001_good",
                sql: "CREATE TABLE a (x)",
            }],
        )
        .expect("clean");
    }
}
