//! What finding costs: every filter of the lists of claims, events and deliveries, with few claims in a shop and with
//! many. On PostgreSQL also with as many events and attempts as are asked for beside them.

mod fill;

use std::time::Instant;

use bytes::Bytes;
use http::Method;
use serde_json::{Value, json};

use crate::client::{Client, json_headers};
use crate::options::Options;
use crate::process::peak_mb;
use crate::progress::bar;
use crate::receiver::Receiver;
use crate::report::{Bar, Report, Row, whole};
use crate::scenario::Scenario;
use crate::server::{ADMIN_KEY, Server};
use crate::setup::{self, Post};
use crate::stage::Stage;
use crate::stats::{ms, percentile, ratio};

use fill::{DAYS, fill};

const SHOP: &str = "bench-0";
/// Of each filter, one after another, each time for another value.
const ASKED: u32 = 200;
/// The share of the claims that is there when it is asked for the first time.
const FEW: u32 = 10;
/// Deliveries in a second beside all that is stored.
const RATE: u32 = 100;
/// The slowest filter's p95 with all claims there, in milliseconds.
const P95_MS: Bar = Bar::AtMost(20.0);

const REASONS: [&str; 5] = ["damage", "missing", "wrong_item", "late", "quality"];

/// A filter, as the query of claim number `n`.
type Filter = (&'static str, fn(u32) -> String);

const FILTERS: [Filter; 23] = [
    ("claims: all", |_| "claims?limit=50".to_owned()),
    ("claims: status", |_| {
        "claims?status=pending&limit=50".to_owned()
    }),
    ("claims: status that none has", |_| {
        "claims?status=rejected&limit=50".to_owned()
    }),
    ("claims: reason", |n| {
        format!("claims?reason={}&limit=50", reason(n))
    }),
    ("claims: order_number", |n| {
        format!("claims?order_number={}", order_number(n))
    }),
    ("claims: customer_email", |n| {
        format!("claims?customer_email={}", email(n))
    }),
    ("claims: assignee", |n| {
        format!("claims?assignee={}&limit=50", assignee(n))
    }),
    ("claims: label", |n| {
        format!("claims?label={}&limit=50", label(n))
    }),
    ("claims: q, one word", |n| format!("claims?q=word{n}")),
    ("claims: q, two words of which one is in all", |n| {
        format!("claims?q=scratched+word{n}")
    }),
    ("deliveries: all", |_| "deliveries?limit=50".to_owned()),
    ("deliveries: before a day", |n| {
        format!("deliveries?until={}&limit=50", day(n))
    }),
    ("deliveries: status delivered, before a day", |n| {
        format!("deliveries?status=delivered&until={}&limit=50", day(n))
    }),
    ("deliveries: status pending", |_| {
        "deliveries?status=pending&limit=50".to_owned()
    }),
    ("deliveries: status delivering", |_| {
        "deliveries?status=delivering&limit=50".to_owned()
    }),
    ("deliveries: status failed", |_| {
        "deliveries?status=failed&limit=50".to_owned()
    }),
    ("deliveries: order_number", |n| {
        format!("deliveries?order_number={}", order_number(n))
    }),
    ("deliveries: status that none has", |_| {
        "deliveries?status=expired&limit=50".to_owned()
    }),
    ("events: all", |_| "events?limit=50".to_owned()),
    ("events: before a day", |n| {
        format!("events?until={}&limit=50", day(n))
    }),
    ("events: ref, before a day", |n| {
        format!("events?ref=claims/updated&until={}&limit=50", day(n))
    }),
    ("events: ref", |_| {
        "events?ref=claims/created&limit=50".to_owned()
    }),
    ("events: ref that none has", |_| {
        "events?ref=claims/deleted&limit=50".to_owned()
    }),
];

pub(crate) async fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let receiver = Receiver::start()?;
    let server = Server::start(options).await?;
    let webhook = json!({"url": receiver.url(0)});
    let place = setup::shop_with(server.address, SHOP, [webhook]).await?;
    let few = options.claims / FEW;
    claims(options, &server, 0..few).await?;
    let with_few = ask(&server, few).await?;
    claims(options, &server, few..options.claims).await?;
    let filled = match &options.database {
        Some(database) if options.rows > 0 => Some(fill(options, database)?),
        _ => None,
    };
    let with_many = ask(&server, options.claims).await?;

    let mut name = format!("lists of a shop with {} claims", whole(options.claims));
    if let Some(filled) = &filled {
        let (events, attempts) = (whole(filled.events), whole(filled.attempts));
        name += &format!(", {events} events and {attempts} attempts");
    }
    let mut row = Row::new(&format!("{name}, beside {} claims", whole(few)));
    let slowest = with_many.iter().map(|took| took.p95).fold(0.0, f64::max);
    row.promise("slowest filter: p95, ms", slowest, P95_MS);
    for (((filter, _), few), many) in FILTERS.iter().zip(with_few).zip(with_many) {
        row.add(&format!("{filter}: p50, ms"), many.p50);
        row.add(&format!("{filter}: p95, ms"), many.p95);
        let times = ratio(many.p95, few.p95);
        row.add(&format!("{filter}: times the p95 of few"), times);
    }
    row.add("server peak, MB", peak_mb(server.pid())?);
    if let Some(filled) = &filled {
        row.add("database, GB", filled.gigabytes);
    }
    report.add(row);
    if filled.is_some() {
        let scenario = Scenario::open(&format!("{RATE}/s, {name}"), RATE, options.open_for);
        let stage = Stage::new(options, receiver, server, vec![place]);
        let mut row = Row::new(&scenario.name);
        stage.measure(&scenario).await?.latency(&mut row);
        report.add(row);
    }
    Ok(())
}

async fn claims(
    options: &Options,
    server: &Server,
    numbers: std::ops::Range<u32>,
) -> anyhow::Result<()> {
    let bar = bar(options.progress, "claims", u64::try_from(numbers.len())?);
    setup::all(server.address, numbers.map(claim), &bar).await?;
    bar.finish_and_clear();
    Ok(())
}

/// The request that files claim number `n`.
fn claim(n: u32) -> Post {
    let claim: Value = json!({
        "reason": reason(n),
        "order_number": order_number(n),
        "customer": {"email": email(n)},
        "assignee": {"name": assignee(n)},
        "labels": [label(n)],
        "description": format!("The screen came scratched, word{n}"),
    });
    (format!("/v1/shops/{SHOP}/claims"), claim)
}

/// The end of a day of the last ones, as a time.
fn day(n: u32) -> String {
    let days = i64::from(n % DAYS) * 24;
    let at = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(days);
    at.strftime("%Y-%m-%dT00:00:00Z").to_string()
}

fn reason(n: u32) -> &'static str {
    let place = usize::try_from(n).unwrap_or_default() % REASONS.len();
    REASONS.get(place).copied().unwrap_or("damage")
}

fn order_number(n: u32) -> String {
    format!("R{:07}", n / 2)
}

fn email(n: u32) -> String {
    format!("customer{}@example.com", n / 3)
}

fn assignee(n: u32) -> String {
    format!("agent{}", n % 40)
}

fn label(n: u32) -> String {
    format!("label{}", n % 500)
}

/// What the pages of one filter took, in milliseconds.
struct Took {
    p50: f64,
    p95: f64,
}

/// What each filter takes, over claims numbered below `there`.
async fn ask(server: &Server, there: u32) -> anyhow::Result<Vec<Took>> {
    let mut client = Client::connect(server.address).await?;
    let headers = json_headers(ADMIN_KEY)?;
    let mut found = Vec::new();
    for (name, query) in FILTERS {
        let mut took = Vec::new();
        for turn in 0..ASKED {
            // Spread over all that is there, old and new.
            let n = u32::try_from(u64::from(turn) * u64::from(there) / u64::from(ASKED))?;
            let uri = format!("/v1/shops/{SHOP}/{}", query(n)).parse()?;
            let began = Instant::now();
            let (status, body) = client
                .send(Method::GET, uri, headers.clone(), Bytes::new())
                .await?;
            took.push(u64::try_from(began.elapsed().as_nanos())?);
            anyhow::ensure!(
                status.is_success(),
                "{name} was answered {status}: {}",
                String::from_utf8_lossy(&body)
            );
        }
        let [p50, p95] = [0.5, 0.95].map(|share| ms(percentile(&mut took, share)));
        found.push(Took { p50, p95 });
    }
    Ok(found)
}
