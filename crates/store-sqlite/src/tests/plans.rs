//! The statements that grow with the data go by their indexes: nothing is scanned or sorted.

use rusqlite::StatementStatus;

use super::world::World;
use crate::Options;
use crate::{delivered, deliveries, events, search};

#[tokio::test]
async fn lists_follow_an_index() {
    let w = World::new(Options::default()).await;
    let statements = [
        deliveries::OF_STATE.to_owned(),
        delivered::CHUNK.to_owned(),
        delivered::NEXT.to_owned(),
        delivered::LEFT.to_owned(),
        deliveries::TARGETS.to_owned(),
        deliveries::OF_EVENT.to_owned(),
        events::OF_REF.to_owned(),
        events::OF_SUBJECT.to_owned(),
        events::NEXT_REF.to_owned(),
        format!("SELECT no {}", events::OF_SHOP),
        format!("SELECT no {}", events::AFTER),
        search::FOUND.to_owned(),
        "SELECT no FROM documents INDEXED BY documents_parent
         WHERE parent = ?5 AND shop = ?1 AND kind = ?2 AND no < ?3 ORDER BY no DESC LIMIT ?4"
            .to_owned(),
        "SELECT event, due_at FROM deliveries INDEXED BY deliveries_due
         WHERE target = ?1 AND due_at IS NOT NULL ORDER BY due_at, event"
            .to_owned(),
        "SELECT lane FROM deliveries INDEXED BY deliveries_lane
         WHERE target = ?1 AND lane >= ?2 AND lane IS NOT NULL AND due_at IS NOT NULL
         ORDER BY lane LIMIT 1"
            .to_owned(),
        "SELECT event, due_at FROM deliveries INDEXED BY deliveries_lane
         WHERE target = ?1 AND lane = ?2 AND due_at IS NOT NULL ORDER BY event"
            .to_owned(),
        "SELECT target FROM deliveries INDEXED BY deliveries_due
         WHERE target > ?1 AND due_at IS NOT NULL ORDER BY target LIMIT 1"
            .to_owned(),
        "SELECT due_at, event, last_attempt FROM deliveries INDEXED BY deliveries_due
         WHERE target = ?1 AND due_at IS NOT NULL AND (due_at, event) > (?2, ?3)
         ORDER BY due_at, event LIMIT ?4"
            .to_owned(),
        "SELECT no, handed FROM events
         WHERE no > (SELECT event FROM settled WHERE no = 1) AND handed IS NOT NULL"
            .to_owned(),
        "SELECT no FROM documents INDEXED BY documents_kind
         WHERE ?5 IS NULL AND shop = ?1 AND kind = ?2 AND no < ?3 ORDER BY no DESC LIMIT ?4"
            .to_owned(),
        "SELECT no FROM shops WHERE deleted = 0 AND no < ?1 ORDER BY no DESC LIMIT ?2".to_owned(),
        "SELECT no FROM api_keys WHERE shop = ?1 AND no < ?2 ORDER BY no DESC LIMIT ?3".to_owned(),
        "SELECT no FROM members WHERE shop = ?1 AND no < ?2 ORDER BY no DESC LIMIT ?3".to_owned(),
        "SELECT no FROM audit WHERE shop = ?1 AND no < ?2 ORDER BY no DESC LIMIT ?3".to_owned(),
    ];
    for sql in statements {
        let plan: String = w
            .store
            .read({
                let sql = sql.clone();
                move |conn, _| {
                    let mut explain = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                    let parameters = vec![rusqlite::types::Null; explain.parameter_count()];
                    let steps = explain
                        .query_map(rusqlite::params_from_iter(parameters), |row| {
                            row.get::<_, String>(3)
                        })?
                        .collect::<rusqlite::Result<Vec<_>>>()?;
                    Ok(steps.join("; "))
                }
            })
            .await
            .unwrap();
        assert!(
            // A virtual table is always scanned by an index of its own.
            !plan
                .replace("SCAN search VIRTUAL TABLE INDEX", "")
                .contains("SCAN")
                && !plan.contains("TEMP B-TREE"),
            "{sql}: {plan}"
        );
    }
}

/// What a statement that is kept costs is its steps, not its compilation.
#[tokio::test]
async fn statements_that_are_kept_are_compiled_once() {
    let w = World::new(Options::default()).await;
    let compiled = w.store.read(|conn, _| {
        let mut again = Vec::new();
        for sql in [
            deliveries::OF_STATE,
            delivered::CHUNK,
            delivered::NEXT,
            events::OF_SUBJECT,
            "SELECT event, due_at FROM deliveries INDEXED BY deliveries_due
             WHERE target = ?1 AND due_at IS NOT NULL ORDER BY due_at, event",
        ] {
            for bound in 0..5 {
                let mut statement = conn.prepare_cached(sql)?;
                let parameters = vec![bound; statement.parameter_count()];
                let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
                while rows.next()?.is_some() {}
                drop(rows);
                again.push(statement.get_status(StatementStatus::RePrepare));
            }
        }
        Ok(again)
    });
    assert_eq!(compiled.await.unwrap(), [0; 25]);
}
