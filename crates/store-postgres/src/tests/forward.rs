//! A webhook that becomes active with much that waits holds up nobody: what one transaction does not bring forward
//! follows in steps.

use claimwire_testkit::postgres::Cluster;

use crate::jobs::backlog::{self, STEP};
use crate::transaction::{Ended, Transaction};
use crate::{Options, Sharing};
use claimwire_model::{TargetNo, Timestamp};

/// An active webhook whose health is in its second activation, and deliveries for it that wait for a retry. Those with an
/// event divisible by 1,000 have failed in that activation.
const FILL: &str = "
INSERT INTO webhooks (no, partition, uuid, shop, kind, status, settings, secrets, headers, verification_due, created_at,
    updated_at, version)
  VALUES (7, 7, gen_random_uuid(), 1, 0, 0, '{}', '', '', FALSE, 0, 0, 1);
INSERT INTO healths (target, activation) VALUES (7, 2);
INSERT INTO deliveries (event, target, state, due_at, failures, activation)
  SELECT n, 7, 0, 8000000000000 + n, 1, CASE WHEN n % 1000 = 0 THEN 2 ELSE 1 END FROM generate_series(1, 3500) n";

#[tokio::test]
async fn a_long_backlog_is_brought_forward_in_steps() {
    let database = Cluster::shared().unwrap().database(None).unwrap();
    let options = Options {
        sharing: Sharing::Alone,
        ..Options::default()
    };
    let store = super::node(&database, options).await;
    database.sql(FILL).unwrap();
    let now = Timestamp::from_millis(5_000_000_000_000);
    let tx = Transaction::begin(&store.pool, &store.shared)
        .await
        .unwrap();
    let more = backlog::bring_some_forward(&tx, TargetNo(7), now.as_millis(), 2).await;
    assert!(more.unwrap(), "one step is not all");
    let sql = "SELECT count(*) FROM deliveries WHERE due_at < $1";
    let row = tx.query_one(sql, &[&now.as_millis()]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), STEP, "and not more than a step");
    let left = "INSERT INTO forwards (target, since) VALUES (7, $1)";
    tx.execute(left, &[&now.as_millis()]).await.unwrap();
    assert!(matches!(tx.commit().await, Ended::Committed));

    store.shared.left_for_later.notify_one();
    let left = "SELECT count(*) FROM forwards";
    while database.sql(left).unwrap() != "0" {
        tokio::task::yield_now().await;
    }
    let waiting = "SELECT string_agg(event::text, ' ' ORDER BY event) FROM deliveries WHERE due_at > 5000000000000";
    assert_eq!(
        database.sql(waiting).unwrap(),
        "1000 2000 3000",
        "what failed since waits for its own time"
    );
}
