//! How long a shop's writes take in the store beside another shop that commits arrays of events without a pause: the
//! store alone, with no requests, JSON or deliveries sent.
//!
//! `cargo run --release -p claimwire-store-sqlite --example beside -- [NAME=NUMBER …]`, of which: `seconds`, `callers` that
//! commit arrays, `events` of each array, `bytes` of an event, `whole` (1: arrays that may not be written in parts).

#![allow(clippy::print_stdout, reason = "it prints what it measured")]

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use claimwire_model::event::Fact;
use claimwire_model::{PerformedBy, Shop, Timestamp};
use claimwire_store::directory::{NewShop, Once};
use claimwire_store::vault::Vault;
use claimwire_store::{Commit, Directory, Subjects};
use claimwire_store_sqlite::{Options, SqliteStore};
use serde_json::value::RawValue;
use uuid::Uuid;

type Failure = Box<dyn Error + Send + Sync>;

/// Between two writes of the shop that is watched.
const PAUSE: Duration = Duration::from_millis(5);

async fn shop(store: &SqliteStore, slug: &str) -> Result<Arc<Shop>, Failure> {
    let shop = NewShop {
        id: Uuid::new_v4(),
        slug: slug.to_owned(),
        name: "Shop".to_owned(),
        notification_emails: Vec::new(),
    };
    let now = Timestamp::from_secs(1_790_000_000);
    match store.create_shop(shop, now, None).await? {
        Once::Now(shop) => Ok(shop),
        Once::Before(_) => Err("the shop was there".into()),
    }
}

fn commit(shop: &Arc<Shop>, events: u64, data: &str, whole: bool) -> Result<Commit, Failure> {
    let now = Timestamp::from_secs(1_790_000_000);
    let fact = Fact {
        given_id: None,
        r#ref: "claims/updated".to_owned(),
        event_group: Some("claim_updated".to_owned()),
        triggered_at: now,
        subject: None,
        event_data: RawValue::from_string(data.to_owned())?.into(),
        context: None,
        changes: None,
        performed_by: PerformedBy::default(),
        posted: !whole,
    };
    Ok(Commit {
        shop: shop.clone(),
        now,
        writes: Vec::new(),
        facts: (0..events).map(|_| fact.clone()).collect(),
        images: Vec::new(),
        letters: Vec::new(),
        idempotency: None,
    })
}

fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    let at = sorted.get(sorted.len() * percent / 100);
    at.copied().unwrap_or_default().as_secs_f64() * 1e3
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let (mut seconds, mut callers, mut events, mut bytes, mut whole) = (10, 4, 1_000, 170, 0);
    for argument in std::env::args().skip(1) {
        let (name, value) = argument.split_once('=').ok_or("NAME=NUMBER is expected")?;
        let place = match name {
            "seconds" => &mut seconds,
            "callers" => &mut callers,
            "events" => &mut events,
            "bytes" => &mut bytes,
            "whole" => &mut whole,
            _ => return Err(format!("there is no `{name}`").into()),
        };
        *place = value.parse::<u64>()?;
    }
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("claimwire.db");
    let store = SqliteStore::open(&path, Vault::new([7; 32], Vec::new())?, Options::default())?;
    let (large, small) = (shop(&store, "large").await?, shop(&store, "small").await?);
    let data = format!(r#"{{"x":"{}"}}"#, "x".repeat(usize::try_from(bytes)?));
    let until = Instant::now() + Duration::from_secs(seconds);
    let arrays = Arc::new(AtomicU64::new(0));
    let mut tasks = Vec::new();
    for _ in 0..callers {
        let (store, shop, data) = (store.clone(), large.clone(), data.clone());
        let arrays = arrays.clone();
        tasks.push(tokio::spawn(async move {
            while Instant::now() < until {
                store
                    .commit(commit(&shop, events, &data, whole == 1)?)
                    .await?;
                arrays.fetch_add(1, Relaxed);
            }
            Ok::<_, Failure>(())
        }));
    }
    let mut waits = Vec::new();
    while Instant::now() < until {
        let begun = Instant::now();
        store.commit(commit(&small, 1, &data, false)?).await?;
        waits.push(begun.elapsed());
        tokio::time::sleep(PAUSE).await;
    }
    for task in tasks {
        task.await??;
    }
    waits.sort_unstable();
    println!(
        "{} writes: p50 {:.1}, p99 {:.1}, longest {:.1} ms; {} arrays",
        waits.len(),
        percentile(&waits, 50),
        percentile(&waits, 99),
        waits.last().copied().unwrap_or_default().as_secs_f64() * 1e3,
        arrays.load(Relaxed)
    );
    store.close();
    Ok(())
}
