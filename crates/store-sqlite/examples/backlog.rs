//! What a long backlog costs: so many deliveries wait for one webhook, and the store is opened, asked,
//! changed and drained.
//!
//! `cargo run --release -p claimwire-store-sqlite --example backlog -- [DELIVERIES]`

#![allow(clippy::print_stdout, reason = "it prints what it measured")]

#[allow(dead_code, reason = "a part of the other example")]
#[path = "rate/made.rs"]
mod made;
#[allow(dead_code, reason = "a part of the other example")]
#[path = "rate/usage.rs"]
mod usage;

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use claimwire_model::target::{Ordering, Target, TargetStatus};
use claimwire_model::{Shop, TargetNo};
use claimwire_store::directory::{NewShop, Once};
use claimwire_store::ownership::Targets;
use claimwire_store::vault::Vault;
use claimwire_store::{Commit, Directory, Queue, Subjects};
use claimwire_store_sqlite::{Options, SqliteStore};
use made::{fact, now, outcome, webhook};
use usage::resident;
use uuid::Uuid;

type Failure = Box<dyn Error + Send + Sync>;

/// Events in one commit.
const TOGETHER: usize = 100;
/// Deliveries taken at once.
const TAKEN: usize = 512;

fn open(path: &Path) -> Result<Arc<SqliteStore>, Failure> {
    let vault = Vault::new([7; 32], Vec::new())?;
    Ok(SqliteStore::open(path, vault, Options::default())?)
}

fn commit(shop: &Arc<Shop>, events: usize) -> Result<Commit, Failure> {
    let facts = (0..events).map(|_| fact(r#"{"text":"short"}"#));
    Ok(Commit {
        shop: shop.clone(),
        now: now(),
        writes: Vec::new(),
        facts: facts.collect::<Result<_, _>>()?,
        images: Vec::new(),
        letters: Vec::new(),
        idempotency: None,
    })
}

fn say(what: &str, since: Instant) {
    println!(
        "{what:44} {:9.1} ms  {:4} MiB",
        since.elapsed().as_secs_f64() * 1e3,
        resident()
    );
}

/// Changes the webhook; tells how long that took, and the slowest of the commits beside its steps.
async fn change(
    store: &Arc<SqliteStore>,
    target: TargetNo,
    other: &Arc<Shop>,
    what: &str,
    change: impl FnOnce(&mut Target),
) -> Result<(), Failure> {
    let mut webhook = Target::clone(&*store.target(target).await?);
    change(&mut webhook);
    let begun = Instant::now();
    store.update_target(webhook, now(), None).await?;
    say(what, begun);
    let mut waits = Vec::new();
    for _ in 0..200 {
        let asked = Instant::now();
        store.commit(commit(other, 1)?).await?;
        waits.push(asked.elapsed());
    }
    waits.sort_unstable();
    let at = |n: usize| waits.get(n).copied().unwrap_or(Duration::ZERO);
    println!(
        "  … another shop's commits: p50 {:?}, p99 {:?}",
        at(100),
        at(198)
    );
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let waiting: usize = std::env::args()
        .nth(1)
        .map_or(Ok(1_000_000), |text| text.parse())?;
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("claimwire.db");
    let store = open(&path)?;
    let mut shops = Vec::new();
    for slug in ["dead", "other"] {
        let new = NewShop {
            id: Uuid::new_v4(),
            slug: slug.to_owned(),
            name: "Shop".to_owned(),
            notification_emails: Vec::new(),
        };
        let Once::Now(shop) = store.create_shop(new, now(), None).await? else {
            return Err("the shop was there".into());
        };
        shops.push(shop);
    }
    let [dead, other] = shops.as_slice() else {
        return Err("two shops".into());
    };
    let made = store
        .create_target(webhook(dead.no, "*")?, now(), None)
        .await?;
    let Once::Now(made) = made else {
        return Err("the webhook was there".into());
    };
    let target = made.no;
    let begun = Instant::now();
    for _ in 0..waiting / TOGETHER {
        store.commit(commit(dead, TOGETHER)?).await?;
    }
    say("written", begun);
    store.close();
    drop(store);

    let begun = Instant::now();
    let store = open(&path)?;
    say("opened", begun);
    let begun = Instant::now();
    let found = store.waiting(Targets::All, now()).await?;
    say(&format!("asked who waits: {}", found.len()), begun);
    let begun = Instant::now();
    let pending = store.pending(target).await?;
    say(&format!("counted: {pending}"), begun);
    change(&store, target, other, "disabled", |w| {
        w.status = TargetStatus::Disabled
    })
    .await?;
    change(&store, target, other, "made active", |w| {
        w.status = TargetStatus::Active
    })
    .await?;
    change(&store, target, other, "put in the order of subjects", |w| {
        w.ordering = Ordering::Subject;
    })
    .await?;
    change(&store, target, other, "put in no order", |w| {
        w.ordering = Ordering::None
    })
    .await?;

    let (begun, mut drained) = (Instant::now(), 0);
    let mut longest = Duration::ZERO;
    while drained < waiting / 4 {
        let asked = Instant::now();
        let lease_for = Duration::from_secs(60);
        let taken = store.take(target, TAKEN, now(), lease_for).await?;
        longest = longest.max(asked.elapsed());
        drained += taken.deliveries.len();
        let outcomes = taken.deliveries.iter().map(outcome).collect();
        store.record(outcomes, now()).await?;
    }
    let rate = drained as f64 / begun.elapsed().as_secs_f64();
    say(&format!("drained a quarter, {rate:.0}/s"), begun);
    println!("  … the longest take: {longest:?}");
    store.close();
    Ok(())
}
