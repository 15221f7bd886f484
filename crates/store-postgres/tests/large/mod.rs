//! However many events, deliveries, documents and attempts there are, nothing that API, portal and engine ask reads a
//! table whole: by the plans that PostgreSQL logs as it runs them. A hundred thousand of each, or as many as
//! `CLAIMWIRE_TEST_ROWS` says: `make million`. And no page of a list reads more than a few of their blocks.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use claimwire_model::delivery::DeliveryStatus;
use claimwire_model::id::first_number_at;
use claimwire_model::{DeliveryId, EventNo, Shop, SubjectKind, Target, TargetNo, Timestamp};
use claimwire_store::find::{AboutSubject, DocumentFilter, EventFilter};
use claimwire_store::log::DeliveryFilter;
use claimwire_store::ownership::{Claim, Targets};
use claimwire_store::subjects::Bounds;
use claimwire_store::{Directory, Handed, Log, PageRequest, Queue, Subjects};
use claimwire_store_postgres::PostgresStore;
use claimwire_testkit::postgres::{Cluster, Database, Setup};
use claimwire_testkit::rows::more_webhooks;

use uuid::Uuid;

use super::common::{Partitions, Taker, at, beat, commit, node, now, shop, until, webhook};
use super::delivered;

/// So that the rows are there soon.
const SETTINGS: &str = "
max_wal_size = 8GB
shared_buffers = 512MB
maintenance_work_mem = 256MB
jit = off
shared_preload_libraries = 'auto_explain'
auto_explain.log_nested_statements = on
auto_explain.log_analyze = on
auto_explain.log_timing = off
auto_explain.log_buffers = on
log_min_messages = log
";

/// Tables that are not read whole.
const LARGE: [&str; 9] = [
    "events",
    "deliveries",
    "documents",
    "attempts",
    "event_ids",
    "timings",
    "idempotency",
    "audit",
    "tickets",
];

/// Blocks that a page of a list reads at most, of however many rows: a few of each day's table, and by ref those of each ref.
const BLOCKS: u64 = 4_000;

/// `:rows` of all that grows. From `:first` on, `:step` apart: over the partitions that are there, none of which is left
/// empty. Half of the deliveries wait, and of those one in fifty is due. Indexes are made after the rows.
const FILL: &str = "
CREATE TEMP TABLE kept AS SELECT indexname, indexdef FROM pg_indexes
  WHERE tablename IN ('events', 'deliveries', 'documents', 'timings', 'tickets', 'idempotency', 'audit')
    AND indexname NOT IN (SELECT conname FROM pg_constraint);
DO $$ DECLARE name TEXT; BEGIN
  FOR name IN SELECT indexname FROM kept LOOP EXECUTE 'DROP INDEX ' || name; END LOOP;
END $$;
:more_webhooks
INSERT INTO events (no, shop, given_id, ref, triggered_at, subject_kind, subject_id, event_data, performed_by, posted)
  SELECT :first + n::BIGINT * :step, (SELECT min(no) FROM shops) + n % 20 * (n % 2), CASE WHEN n % 10 = 0 THEN 'given' || n END,
    'claims/' || n % 50, 0, 0, 'c' || n % (:rows / 20), '{}', '{\"source\":\"api\"}', FALSE FROM generate_series(1, :rows) n;
INSERT INTO deliveries (event, target, state, due_at, lane)
  SELECT :first + n::BIGINT * :step, (SELECT min(no) FROM webhooks) + n % :webhooks, CASE WHEN n % 1000 = 0 THEN 2 WHEN n > :rows / 100 * 50 THEN 0 ELSE 1 END,
    CASE WHEN n % 1000 = 0 THEN NULL WHEN n > :rows / 100 * 99 THEN n WHEN n > :rows / 100 * 50 THEN 32503680000000 END, CASE WHEN n % 3 = 0 THEN n % 1000 END
  FROM generate_series(1, :rows) n;
INSERT INTO attempts (event, target, number, started_at, duration_us, request_headers, response_headers, response_body)
  SELECT :first + n::BIGINT * :step, (SELECT min(no) FROM webhooks) + n % :webhooks, 1, 0, 0, '', '', '' FROM generate_series(1, :rows) n;
INSERT INTO documents (no, shop, kind, id, parent, version, json, terms)
  SELECT n, (SELECT min(no) FROM shops) + n % 20 * (n % 2), n % 2, 'c' || n, 'c' || n % 1000, 1, '{}', ARRAY[n % 3, 1000 + n]
  FROM generate_series(1, :rows) n;
INSERT INTO timings SELECT (SELECT min(no) FROM webhooks) + n % :webhooks, :first + n::BIGINT * :step, '' FROM generate_series(1, :rows) n;
INSERT INTO idempotency SELECT (SELECT min(no) FROM shops), 'k' || n, :first + n::BIGINT * :step, '', 200, '' FROM generate_series(1, :rows) n;
INSERT INTO audit SELECT :first + n::BIGINT * :step, (SELECT min(no) FROM shops), 0, 'w', 0, 'd', 'w' FROM generate_series(1, :rows) n;
INSERT INTO tickets SELECT (SELECT min(no) FROM webhooks) + n % :webhooks, 'c' || n, (SELECT min(no) FROM shops), '' FROM generate_series(1, :rows) n;
DO $$ DECLARE definition TEXT; BEGIN
  FOR definition IN SELECT indexdef FROM kept LOOP EXECUTE replace(definition, ' ON ONLY ', ' ON '); END LOOP;
END $$;";

/// Webhooks of the shop that has most of it.
const WEBHOOKS: u128 = 12;

/// Over how many days: more than there are made ahead.
const DAYS: i64 = 12;

/// Whether plans are logged on connections that are made from now on.
fn log_plans(database: &Database<'_>, how: &str) {
    let name = database.name();
    let sql = format!("ALTER DATABASE {name} SET auto_explain.log_min_duration = {how}");
    database.sql(&sql).unwrap();
}

fn log_of(cluster: &Cluster) -> String {
    let log = cluster.socket().with_file_name("log");
    std::fs::read_to_string(log).unwrap()
}

/// The plans of a group of commits and a group of outcomes, on connections that know the tables from when they were empty.
async fn of_grown_tables(cluster: &Cluster, database: &Database<'_>, shop: &Arc<Shop>) -> String {
    log_plans(database, "0");
    let store = node(database).await;
    let taker = Arc::new(Taker::default());
    store.attach(taker.clone());
    beat(&store, Vec::new()).await;
    let group = async |events| {
        store.commit(commit(shop, events)).await.unwrap();
        let handed = taker.take();
        assert!(!handed.is_empty());
        let outcomes = handed.iter().map(delivered).collect();
        store.record(outcomes, at(3)).await.unwrap();
    };
    group(1).await;
    // Until there is enough to be looked at.
    let analysed = "SELECT reltuples > 500 FROM pg_class WHERE oid = 'deliveries'::REGCLASS";
    for _ in 0..20 {
        group(80).await;
        if database.sql(analysed).unwrap() == "t" {
            break;
        }
    }
    until(database, analysed, |analysed| analysed == "t").await;
    let before = log_of(cluster).len();
    group(1).await;
    let plans = log_of(cluster).split_off(before);
    let leaving = Claim {
        keep: Vec::new(),
        leaving: true,
    };
    store.claim(leaving).await.unwrap();
    store.close().await;
    log_plans(database, "-1");
    plans
}

/// Fills the database; from now on plans are logged.
fn fill(database: &Database<'_>, first: Timestamp) {
    let rows = std::env::var("CLAIMWIRE_TEST_ROWS").map_or(100_000, |rows| rows.parse().unwrap());
    let day = first_number_at(at(86_400)) - first_number_at(at(0));
    let sql = FILL
        .replace(":rows", &rows.to_string())
        .replace(":more_webhooks", &more_webhooks(10, "shop + 1 + n % 5"))
        .replace(":webhooks", &WEBHOOKS.to_string())
        .replace(":first", &first_number_at(first).to_string())
        .replace(":step", &(day * DAYS / rows).to_string());
    database.sql(&sql).unwrap();
    database.sql("ANALYZE").unwrap();
    log_plans(database, "0");
}

/// All filters of lists, each alone and with bounds of time.
async fn lists(store: &PostgresStore, shop: &Shop, target: &Target, event: EventNo) {
    let pages = [
        PageRequest::first(20),
        PageRequest {
            after: Some((event.0, 0)),
            ..PageRequest::first(20)
        },
    ];
    let times = [(None, None), (Some(at(0)), Some(at(1_000_000_000)))];
    let about = AboutSubject {
        kind: Some(SubjectKind::Claim),
        id: "c77".to_owned(),
    };
    for (page, (since, until)) in pages
        .iter()
        .flat_map(|page| times.map(|times| (*page, times)))
    {
        let filter = EventFilter {
            since,
            until,
            ..EventFilter::default()
        };
        let of_ref = EventFilter {
            r#ref: Some("claims".to_owned()),
            ..filter.clone()
        };
        let of_subject = EventFilter {
            subject: Some(about.clone()),
            ..filter.clone()
        };
        for filter in [filter, of_ref, of_subject] {
            store.events(shop.no, filter, page).await.unwrap();
        }
        let filter = DeliveryFilter {
            since,
            until,
            ..DeliveryFilter::default()
        };
        let mut filters = vec![
            DeliveryFilter {
                target: Some(target.no),
                ..filter.clone()
            },
            DeliveryFilter {
                event: Some(event.to_string()),
                ..filter.clone()
            },
            DeliveryFilter {
                event: Some("given10".to_owned()),
                ..filter.clone()
            },
            DeliveryFilter {
                about: Some(vec![about.clone()]),
                ..filter.clone()
            },
            filter.clone(),
        ];
        filters.extend(DeliveryStatus::ALL.iter().map(|status| DeliveryFilter {
            status: Some(*status),
            ..filter.clone()
        }));
        for filter in filters {
            store
                .deliveries(shop.no, filter, page, at(1))
                .await
                .unwrap();
        }
        for terms in [
            Vec::new(),
            vec!["status:pending".to_owned()],
            vec!["a".to_owned(), "b".to_owned()],
        ] {
            let filter = DocumentFilter {
                terms,
                since,
                until,
            };
            store
                .find_documents(shop.no, SubjectKind::Claim, filter, page)
                .await
                .unwrap();
        }
        store
            .documents(shop.no, SubjectKind::Claim, None, page)
            .await
            .unwrap();
        store
            .documents(shop.no, SubjectKind::Message, Some("c77"), page)
            .await
            .unwrap();
    }
}

/// What is asked for by its id, counted or summed up.
async fn single(store: &PostgresStore, shop: &Shop, target: &Target, event: EventNo) {
    let id = DeliveryId {
        event,
        target: target.no,
    };
    let _ = store.event(shop.no, &event.to_string()).await;
    let _ = store.event(shop.no, "given10").await;
    store.events_after(shop.no, event, 20).await.unwrap();
    let _ = store.delivery(shop.no, id, at(1)).await;
    let _ = store.attempts(shop.no, id, 9).await;
    let _ = store.document(shop.no, SubjectKind::Claim, "c2").await;
    let ids = (0..500).map(|n| format!("c{n}")).collect();
    let several = store.documents_of(shop.no, SubjectKind::Claim, ids);
    assert!(!several.await.unwrap().is_empty());
    let bounds = Bounds {
        documents: 10,
        bytes: 1_000,
    };
    store
        .siblings(shop.no, SubjectKind::Claim, "c77", "c2", bounds)
        .await
        .unwrap();
    let hour = Duration::from_secs(3_600);
    store
        .stats(target.no, hour * 24, hour, at(1))
        .await
        .unwrap();
    store.pending(target.no).await.unwrap();
    let _ = store.recall(Some(shop.no), "k5", &[0; 32], at(1)).await;
    store.target_of(shop.no, target.uuid).await.unwrap();
    let _ = store.ticket(target.no, "c5".to_owned()).await;
}

/// What the engine does.
async fn work(store: &PostgresStore, shop: &Arc<Shop>, target: &Target, owned: Partitions) {
    let far = at(1_000_000_000);
    store
        .waiting(
            Targets::Of(owned.into_iter().map(|(partition, _)| partition).collect()),
            far,
        )
        .await
        .unwrap();
    store.scan(TargetNo(0), 100, far).await.unwrap();
    let taken = store
        .take(target.no, 50, far, Duration::from_secs(60))
        .await
        .unwrap();
    let leases = taken.deliveries.iter().map(Handed::returned);
    store.release(leases.collect()).await.unwrap();
    store.commit(commit(shop, 20)).await.unwrap();
    store.step_replays(100, far).await.unwrap();
    let _ = store.prune(at(-1_000_000), 100, at(0)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_reads_a_large_table_whole() {
    let cluster = Cluster::start_as(Setup {
        settings: SETTINGS,
        ..Setup::default()
    })
    .unwrap();
    let database = cluster.database(None).unwrap();
    let store = node(&database).await;
    let shop = shop(&store).await;
    let mut targets = Vec::new();
    for number in 0..WEBHOOKS {
        let mut target = webhook(&shop);
        target.uuid = Uuid::from_u128(number);
        targets.push(now(store.create_target(target, at(0), None).await.unwrap()));
    }
    let target = targets.swap_remove(0);
    // Makes the days.
    store.prune(at(-1_000_000), 100, at(0)).await.unwrap();
    let today: i64 = database
        .sql("SELECT clock_ms() / 1000")
        .unwrap()
        .parse()
        .unwrap();
    let first = Timestamp::from_secs(today - 2 * 86_400);
    store.close().await;
    drop(store);
    let plans = of_grown_tables(&cluster, &database, &shop).await;
    for table in ["events", "deliveries"] {
        assert!(plans.contains(&format!(" on {table}")), "{table}: {plans}");
        assert!(!plans.contains(&format!("Seq Scan on {table}")), "{plans}");
    }
    assert!(plans.contains("deliveries_pkey"), "{plans}");
    fill(&database, first);

    let before = log_of(&cluster).len();
    let store = node(&database).await;
    let owned = beat(&store, Vec::new()).await;
    let event = store.events(
        shop.no,
        EventFilter::default(),
        PageRequest {
            skip: 1_000,
            ..PageRequest::first(1)
        },
    );
    let event = event.await.unwrap().items[0].no;
    let lists_begin = log_of(&cluster).len() - before;
    lists(&store, &shop, &target, event).await;
    let lists_end = log_of(&cluster).len() - before;
    single(&store, &shop, &target, event).await;
    work(&store, &shop, &target, owned).await;
    store.close().await;
    drop(store);

    let log = log_of(&cluster).split_off(before);
    let long: Vec<&str> = log[lists_begin..lists_end]
        .split("Query Text: ")
        .skip(1)
        .filter(|plan| blocks(plan) > BLOCKS)
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n\n"));
    let plans: Vec<&str> = log.split("Query Text: ").skip(1).collect();
    assert!(plans.len() > 100, "{} plans are logged", plans.len());
    for table in LARGE {
        assert!(
            log.contains(&format!(" on {table}")),
            "nothing asked {table}"
        );
    }
    let whole: BTreeSet<&str> = plans
        .iter()
        .copied()
        .filter(|plan| reads_whole(plan))
        .collect();
    assert!(
        whole.is_empty(),
        "{}",
        whole.into_iter().collect::<Vec<_>>().join("\n\n")
    );
}

/// How many blocks a plan's whole work read, from memory and from the disk.
fn blocks(plan: &str) -> u64 {
    let read = plan
        .lines()
        .find_map(|line| line.trim().strip_prefix("Buffers: shared "));
    let counts = read.into_iter().flat_map(str::split_whitespace);
    let counts = counts.filter_map(|count| {
        let count = count.strip_prefix("hit=").or(count.strip_prefix("read="));
        count.and_then(|count| count.parse::<u64>().ok())
    });
    counts.sum()
}

/// Whether a plan reads all of a large table.
fn reads_whole(plan: &str) -> bool {
    LARGE
        .iter()
        .any(|table| plan.contains(&format!("Seq Scan on {table}")))
}
