//! A group of outcomes takes along what was deferred of its targets; what it could not write stays deferred.

use std::sync::Arc;
use std::time::Duration;

use claimwire_model::delivery::Attempt;
use claimwire_model::lease::{Epoch, Lease, NodeId};
use claimwire_model::verdict::{Next, Verdict};
use claimwire_model::{DeliveryId, EventNo, TargetNo, Timestamp};
use claimwire_store::Queue as _;
use claimwire_store::queue::Outcome;
use claimwire_store::stats::Counted;
use claimwire_testkit::postgres::Cluster;

use crate::Options;
use crate::shared::LIMITS;

const TARGET: TargetNo = TargetNo(7);

/// An active webhook with deliveries that nobody has a lease of.
const FILL: &str = "
INSERT INTO shops (no, id, slug, name, created_at, updated_at) VALUES (1, gen_random_uuid(), 'shop', 'Shop', 0, 0);
INSERT INTO webhooks (no, partition, uuid, shop, kind, status, settings, secrets, headers, verification_due, created_at,
    updated_at, version)
  VALUES (7, 7, gen_random_uuid(), 1, 0, 0, '{}', '', '', FALSE, 0, 0, 1);
INSERT INTO healths (target) VALUES (7);
INSERT INTO deliveries (event, target, state, due_at, failures, activation)
  SELECT n, 7, 0, 8000000000000, 0, 0 FROM generate_series(1, 2) n";
const REFUSE: &str = "
CREATE FUNCTION refuse() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON timings FOR EACH ROW EXECUTE FUNCTION refuse()";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_secs(1_790_000_000 + seconds)
}

fn outcome(event: i64) -> Outcome {
    Outcome {
        id: DeliveryId {
            event: EventNo(event),
            target: TARGET,
        },
        lease: Lease {
            node: NodeId(1 << 40),
            epoch: Epoch(1),
            until: at(0),
        },
        manual: false,
        attempt: Arc::new(Attempt::at(0, at(2))),
        verdict: Verdict::only(Next::Delivered),
    }
}

#[tokio::test]
async fn a_group_takes_along_what_is_due_and_gives_it_back_when_it_fails() {
    let database = Cluster::shared().unwrap().database(None).unwrap();
    let store = super::node(&database, Options::default()).await;
    database.sql(FILL).unwrap();
    // Nothing is written behind groups meanwhile.
    let turn = store.shared.writing_deferred.lock().await;
    let one = Counted {
        started_at: at(1),
        duration: Duration::from_millis(5),
        delivered: true,
    };
    let no = store.shared.next_number(at(1));
    let counted = vec![one; LIMITS.attempts];
    let deferred = &store.shared.deferred;
    deferred.add(TARGET, no, counted, Some(at(9)));

    let written = "SELECT coalesce(sum(length(samples)) / 8, 0), (SELECT last_success_at FROM healths) FROM timings";
    database.sql(REFUSE).unwrap();
    assert!(store.record([outcome(1)].into(), at(3)).await.is_err());
    assert_eq!(database.sql(written).unwrap(), "0|");
    database.sql("DROP TRIGGER refuse ON timings").unwrap();
    store.record([outcome(1)].into(), at(3)).await.unwrap();
    let all = format!("{}|{}", LIMITS.attempts, at(9).as_millis());
    assert_eq!(database.sql(written).unwrap(), all);

    // Its own attempt waits, as the next one does.
    store.record([outcome(2)].into(), at(3)).await.unwrap();
    assert_eq!(database.sql(written).unwrap(), all);
    drop(turn);
    store.close().await;
    let all = format!("{}|{}", LIMITS.attempts + 2, at(9).as_millis());
    assert_eq!(database.sql(written).unwrap(), all);
}
