//! However many claims, events and deliveries a shop has, a page of each list is read by an index: what it takes is
//! counted, in steps of SQLite's machine and in reads of the file. A million of each: `make million`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use claimwire_model::delivery::DeliveryStatus;
use claimwire_model::id::first_number_at;
use claimwire_model::search::{Field, query, term};
use claimwire_model::{SubjectKind, Timestamp};
use claimwire_store::find::{AboutSubject, EventFilter};
use claimwire_store::log::DeliveryFilter;
use claimwire_store::ownership::Targets;
use claimwire_store::{DocumentFilter, PageRequest, Queue};
use rusqlite::{Connection, params};

use super::world::{World, at};
use crate::connection::{self, Role};
use crate::error::Result;
use crate::shared::Shared;
use crate::terms::Place;
use crate::{Options, delivered, deliveries, events, search};

const ROWS: i64 = 1_000_000;
/// What a page of a hundred may take, from a cold cache. Two terms of half a million claims each, of which none has
/// both, take most: all of their entries, some bytes each.
const STEPS: u64 = 15_000;
const READS: u64 = 700;

/// A million of each, one in a millisecond. `?1`: the first number, `?2`: how far apart, `?3`: the shop, `?4`: the
/// target.
const FILL: [&str; 4] = [
    r#"INSERT INTO documents (no, shop, kind, id, version, json, terms)
       SELECT ?1 + n * ?2, ?3, 0, 'c' || n, 1,
         format('{"id":"c%d","number":%d,"status":"%s","order_number":"%d","customer":{"email":"c%d@x"},"labels":["%d"]}',
           n, n, iif(n % 50000 = 7, 'rejected', 'pending'), n, n / 3, n % 1000), 'spending'
       FROM numbers WHERE ?4 > 0"#,
    "INSERT INTO events (no, shop, ref, triggered_at, subject_kind, subject_id, event_data, performed_by, posted)
       SELECT ?1 + n * ?2, ?3, iif(n % 50000 = 7, 'claims/rejected', 'claims/updated'), 0, 0, 'c' || (n % 100000), '{}', ?5, 0
       FROM numbers WHERE ?4 > 0",
    "INSERT INTO deliveries (event, target, state, due_at, attempt_count, failures, manual, delivered_at)
       SELECT ?1 + n * ?2, ?4, iif(n % 50000 = 7, 2, iif(n % 1000 = 5, 0, 1)), iif(n % 1000 = 5, ?1, NULL), 1, 0, 0,
         iif(n % 1000 = 5 OR n % 50000 = 7, NULL, 0)
       FROM numbers WHERE ?3 > 0",
    "INSERT INTO audit (no, shop, at, who, source, did, what)
       SELECT n + 1, ?3, 0, 'ada', 0, 'did', 'what' FROM numbers WHERE ?1 + ?2 + ?4 > 0",
];

/// The terms of the documents, as the index has them: those that the filters below ask for.
const TERMS: &str = "INSERT INTO search (rowid, terms)
    SELECT ?1 + n * ?2, iif(n % 50000 = 7, ?3, ?4) || ' ' || ?5 || n || ' ' || ?6 || (n / 3) || ?7 || ' ' || ?8 || (n % 1000)
      || ' ' || ?9 || n || ' ' || ?10 || ' ' || iif(n % 2, ?11, ?12)
    FROM numbers";

fn number(n: i64) -> i64 {
    let first = first_number_at(at(0));
    first + n * ((first_number_at(at(1)) - first) / 1000)
}

fn fill(w: &World) -> rusqlite::Result<()> {
    let conn = Connection::open(w.path())?;
    let by: String = conn.query_row("SELECT performed_by FROM events", [], |row| row.get(0))?;
    conn.execute_batch(
        "PRAGMA synchronous = OFF; DELETE FROM events; DELETE FROM deliveries; BEGIN",
    )?;
    conn.execute_batch(&format!(
        "CREATE TEMP TABLE numbers AS WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < {ROWS} - 1)
         SELECT n FROM n"
    ))?;
    let (first, apart) = (number(0), number(1) - number(0));
    let (shop, target) = (w.shop.no, w.webhook.no.0);
    for sql in FILL {
        let mut fill = conn.prepare(sql)?;
        let with_text = fill.parameter_count() == 5;
        match with_text {
            true => fill.execute(params![first, apart, shop.0, target, by])?,
            false => fill.execute(params![first, apart, shop.0, target])?,
        };
    }
    conn.execute_batch(
        "INSERT INTO event_subjects SELECT shop, subject_id, no FROM events ORDER BY shop, subject_id, no;
         UPDATE settled SET event = (SELECT max(no) FROM events) WHERE no IN (2, 3)",
    )?;
    conn.execute_batch(delivered::FILL)?;
    let place = Place {
        shop,
        kind: SubjectKind::Claim,
    };
    let token = |text: &str| place.token(text);
    let field = |field, value| token(&term(field, value));
    let email = field(Field::CustomerEmail, "@x");
    let (before, behind) = email.split_at(email.len() - "_40x".len());
    conn.prepare(TERMS)?.execute(params![
        first,
        apart,
        field(Field::Status, "rejected"),
        field(Field::Status, "pending"),
        field(Field::OrderNumber, ""),
        before,
        behind,
        field(Field::Label, ""),
        token("w"),
        token("wglass"),
        token("wodd"),
        token("weven"),
    ])?;
    conn.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)")
}

/// What this thread has read from files so far, in calls.
fn reads() -> u64 {
    let io = std::fs::read_to_string("/proc/thread-self/io").unwrap();
    let calls = io.lines().find_map(|line| line.strip_prefix("syscr: "));
    calls.unwrap().parse().unwrap()
}

/// Asks on a new connection. What is wrong with what it took, or how much was found.
fn asked(
    w: &World,
    what: &str,
    expected: usize,
    ask: impl Fn(&Connection) -> Result<usize>,
) -> Option<String> {
    let mut conn = connection::open(&w.path(), Role::Reader).unwrap();
    // Reads the schema.
    conn.execute_batch("SELECT count(*) FROM shops").unwrap();
    let steps = Arc::new(AtomicU64::new(0));
    let counted = steps.clone();
    conn.progress_handler(
        10,
        Some(move || {
            counted.fetch_add(10, Ordering::Relaxed);
            false
        }),
    )
    .unwrap();
    let before = reads();
    let found = ask(&conn).unwrap();
    let (steps, reads) = (steps.load(Ordering::Relaxed), reads() - before);
    let good = found == expected && steps <= STEPS && reads <= READS;
    (!good)
        .then(|| format!("{what}: {found} of {expected} found in {steps} steps and {reads} reads"))
}

const PAGE: PageRequest = PageRequest::first(100);
const NOW: i64 = 10_000;

/// When half of them had been written.
fn half() -> Option<Timestamp> {
    Some(at(0).plus(Duration::from_millis(ROWS.unsigned_abs() / 2)))
}

fn subject(kind: Option<SubjectKind>, id: &str) -> AboutSubject {
    AboutSubject {
        kind,
        id: id.to_owned(),
    }
}

#[tokio::test]
#[ignore = "writes a gigabyte: make million"]
async fn a_page_of_each_list_is_short_work_at_a_million_rows() {
    let w = World::new(Options::default()).await;
    w.event(10).await.unwrap();
    w.store.close();
    fill(&w).unwrap();
    let store = super::world::open(&w.path(), Options::default()).unwrap();
    let waiting = store.waiting(Targets::All, at(NOW)).await.unwrap();
    assert_eq!(waiting.len(), 1);
    let mut wrong = of_claims(&w);
    wrong.extend(of_events(&w, &store.shared));
    wrong.extend(of_deliveries(&w, &store.shared));
    store.close();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn of_claims(w: &World) -> Vec<String> {
    let mut wrong = Vec::new();
    let deep = PageRequest::after(100, Some((number(ROWS / 2), i64::MAX)));
    let claims: [(&str, Vec<String>, usize); 14] = [
        ("all claims", vec![], 100),
        (
            "status of nearly all",
            vec![term(Field::Status, "pending")],
            100,
        ),
        ("status of few", vec![term(Field::Status, "rejected")], 20),
        ("status of none", vec![term(Field::Status, "closed")], 0),
        ("order number", vec![term(Field::OrderNumber, "77777")], 1),
        ("e-mail", vec![term(Field::CustomerEmail, "7777@X")], 3),
        ("label of many", vec![term(Field::Label, "77")], 100),
        ("word of all", query("glass"), 100),
        ("word of one", query("777777"), 1),
        ("words of all and of one", query("glass 777777"), 1),
        (
            "status of nearly all, label of many",
            vec![term(Field::Status, "pending"), term(Field::Label, "77")],
            100,
        ),
        (
            "label and another that never meet",
            vec![term(Field::Label, "77"), term(Field::Label, "78")],
            0,
        ),
        ("two halves that never meet", query("odd even"), 0),
        (
            "status of few, label that none of them has",
            vec![term(Field::Status, "rejected"), term(Field::Label, "8")],
            0,
        ),
    ];
    for (what, terms, expected) in claims {
        for (page, since, until) in [
            (PAGE, None, None),
            (deep, None, None),
            (PAGE, half(), None),
            (PAGE, None, half()),
        ] {
            let filter = DocumentFilter {
                terms: terms.clone(),
                since,
                until,
            };
            let part = page.after.is_some() || since.is_some() || until.is_some();
            let what = format!("{what}, {:?} {since:?} {until:?}", page.after);
            let ask = |conn: &Connection| {
                let found = search::find(conn, w.shop.no, SubjectKind::Claim, &filter, page)?;
                Ok(found.items.len())
            };
            // Of what one half has, and the other may not, the other cases tell.
            let expected = if part { count(w, ask) } else { expected };
            wrong.extend(asked(w, &what, expected, ask));
        }
    }

    wrong
}

fn of_events(w: &World, shared: &Shared) -> Vec<String> {
    let mut wrong = Vec::new();
    let a_ref = |text: &str| Some(text.to_owned());
    let all = EventFilter::default;
    let filters = [
        (all(), 100),
        (
            EventFilter {
                r#ref: a_ref("claims/updated"),
                ..all()
            },
            100,
        ),
        (
            EventFilter {
                r#ref: a_ref("claims/rejected"),
                ..all()
            },
            20,
        ),
        (
            EventFilter {
                r#ref: a_ref("claims"),
                ..all()
            },
            100,
        ),
        (
            EventFilter {
                r#ref: a_ref("orders"),
                ..all()
            },
            0,
        ),
        (
            EventFilter {
                subject: Some(subject(Some(SubjectKind::Claim), "c777")),
                ..all()
            },
            10,
        ),
        (
            EventFilter {
                subject: Some(subject(None, "c777")),
                ..all()
            },
            10,
        ),
        (
            EventFilter {
                subject: Some(subject(Some(SubjectKind::Order), "c777")),
                ..all()
            },
            0,
        ),
        (
            EventFilter {
                subject: Some(subject(None, "c7")),
                r#ref: a_ref("claims/rejected"),
                ..all()
            },
            10,
        ),
        (
            EventFilter {
                since: half(),
                ..all()
            },
            100,
        ),
        (
            EventFilter {
                r#ref: a_ref("claims/rejected"),
                until: half(),
                ..all()
            },
            10,
        ),
    ];
    for (filter, expected) in filters {
        wrong.extend(asked(w, &format!("{filter:?}"), expected, |conn| {
            Ok(events::list(conn, shared, w.shop.no, &filter, PAGE)?
                .items
                .len())
        }));
    }

    wrong
}

fn of_deliveries(w: &World, shared: &Shared) -> Vec<String> {
    let mut wrong = Vec::new();
    let all = DeliveryFilter::default;
    let of = Some(w.webhook.no);
    let filters = [
        (all(), 100),
        (
            DeliveryFilter {
                target: of,
                ..all()
            },
            100,
        ),
        (
            DeliveryFilter {
                status: Some(DeliveryStatus::Delivered),
                ..all()
            },
            100,
        ),
        (
            DeliveryFilter {
                status: Some(DeliveryStatus::Pending),
                ..all()
            },
            100,
        ),
        (
            DeliveryFilter {
                status: Some(DeliveryStatus::Failed),
                ..all()
            },
            20,
        ),
        (
            DeliveryFilter {
                status: Some(DeliveryStatus::Failed),
                target: of,
                ..all()
            },
            20,
        ),
        (
            DeliveryFilter {
                status: Some(DeliveryStatus::Expired),
                target: of,
                ..all()
            },
            0,
        ),
        (
            DeliveryFilter {
                status: Some(DeliveryStatus::Held),
                ..all()
            },
            0,
        ),
        (
            DeliveryFilter {
                status: Some(DeliveryStatus::Cancelled),
                ..all()
            },
            0,
        ),
        (
            DeliveryFilter {
                status: Some(DeliveryStatus::Delivering),
                ..all()
            },
            0,
        ),
        (
            DeliveryFilter {
                about: Some(vec![subject(Some(SubjectKind::Claim), "c777")]),
                ..all()
            },
            10,
        ),
        (
            DeliveryFilter {
                about: Some(vec![subject(None, "c777"), subject(None, "c778")]),
                status: Some(DeliveryStatus::Failed),
                ..all()
            },
            0,
        ),
        (
            DeliveryFilter {
                since: half(),
                status: Some(DeliveryStatus::Failed),
                ..all()
            },
            10,
        ),
        (
            DeliveryFilter {
                until: half(),
                ..all()
            },
            100,
        ),
    ];
    for (filter, expected) in filters {
        wrong.extend(asked(w, &format!("{filter:?}"), expected, |conn| {
            let found = deliveries::list(conn, shared, w.shop.no, &filter, PAGE, at(NOW))?;
            Ok(found.items.len())
        }));
    }
    wrong
}

/// How much there is to be found.
fn count(w: &World, ask: impl Fn(&Connection) -> Result<usize>) -> usize {
    let conn = connection::open(&w.path(), Role::Reader).unwrap();
    ask(&conn).unwrap()
}
