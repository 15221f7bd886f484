//! How many full cycles a second the store does on this host: an event of about 1.5 KB is posted, its
//! delivery is handed over, and the outcome is recorded.
//!
//! `cargo run --release -p claimwire-store-sqlite --example rate -- [SECONDS] [COMMITTERS] [DIRECTORY]`

#![allow(clippy::print_stdout, reason = "it prints what it measured")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use claimwire_model::delivery::Attempt;
use claimwire_model::event::Fact;
use claimwire_model::filter::Subscription;
use claimwire_model::health::Health;
use claimwire_model::retry::RetryPolicy;
use claimwire_model::verdict::{Next, Verdict};
use claimwire_model::webhook::{
    Ack, Ordering, Secrets, Signing, SourceFilter, Webhook, WebhookStatus,
};
use claimwire_model::{Dialect, PerformedBy, Shop, TargetNo, Timestamp};
use claimwire_store::directory::{NewShop, Once};
use claimwire_store::queue::Outcome;
use claimwire_store::vault::Vault;
use claimwire_store::{Commit, Directory, Handed, Intake, Queue, StoreResult, Subjects};
use claimwire_store_sqlite::{Options, SqliteStore};
use serde_json::value::RawValue;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use uuid::Uuid;

type Failure = Box<dyn Error + Send + Sync>;

/// Takes everything, up to a bound.
struct Receiver {
    handed: UnboundedSender<Vec<Handed>>,
}

impl Intake for Receiver {
    fn admit(&self, _: &Webhook) -> bool {
        true
    }
    fn withdraw(&self, _: TargetNo, _: usize) {}
    fn hand(&self, deliveries: Vec<Handed>) {
        // Nobody receives once the measuring is over.
        let _ = self.handed.send(deliveries);
    }
    fn wake(&self, _: &[TargetNo]) {}
    fn changed(&self, _: TargetNo, _: Option<Arc<Webhook>>) {}
}

fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(0))
}

fn webhook(shop: &Shop) -> Result<Webhook, Failure> {
    let subscription = Subscription::new(Dialect::Karla, SourceFilter::All, vec!["*".to_owned()])
        .map_err(|entries| format!("{entries:?}"))?;
    Ok(Webhook {
        no: TargetNo(0),
        uuid: Uuid::new_v4(),
        shop: shop.no,
        url: "https://receiver.example/hook".to_owned(),
        subscription,
        secrets: Secrets {
            current: "a secret of some length".to_owned(),
            previous: None,
            ed25519_seed: None,
        },
        description: None,
        status: WebhookStatus::Active,
        headers: BTreeMap::new(),
        signing: Signing::Hmac,
        timeout_seconds: 15,
        retry: RetryPolicy::of(Dialect::Karla),
        rate_limit: None,
        max_in_flight: 32,
        ordering: Ordering::None,
        ack: Ack::Any2xx,
        verify: false,
        verification_due: false,
        egress: None,
        health: Health::default(),
        created_at: now(),
        updated_at: now(),
        version: 0,
    })
}

fn fact(data: &str) -> Result<Fact, Failure> {
    Ok(Fact {
        given_id: None,
        r#ref: "claims/created".to_owned(),
        event_group: Some("claim_created".to_owned()),
        triggered_at: now(),
        subject: None,
        event_data: RawValue::from_string(data.to_owned())?,
        context: None,
        changes: None,
        performed_by: PerformedBy {
            name: Some("a key".to_owned()),
            ..PerformedBy::default()
        },
        posted: true,
    })
}

fn outcome(handed: &Handed) -> Outcome {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Outcome {
        id: handed.id,
        lease_until: handed.lease_until,
        manual: handed.manual,
        attempt: Attempt {
            number: handed.attempts + 1,
            started_at: now(),
            duration: Duration::from_millis(3),
            status_code: Some(200),
            error: None,
            error_detail: None,
            request_headers: vec![
                header("content-type", "application/json"),
                header("user-agent", "claimwire/0.1.0"),
                header(
                    "karla-signature",
                    "t=1769698127,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd",
                ),
                header("claimwire-event-id", "evt_0000000000000"),
                header("claimwire-delivery-id", "dlv_00000000000000000000000000"),
                header("claimwire-attempt", "1"),
            ],
            response_headers: vec![
                header("content-length", "2"),
                header("date", "Thu, 29 Jan 2026 14:48:47 GMT"),
            ],
            response_body: b"ok".to_vec(),
        },
        verdict: Verdict {
            next: Next::Delivered,
            disable: None,
            warn: None,
            pause_until: None,
        },
    }
}

/// Records what is handed over, as much at once as has come in.
async fn record(
    store: Arc<SqliteStore>,
    mut inbox: UnboundedReceiver<Vec<Handed>>,
    recorded: Arc<AtomicU64>,
) -> StoreResult<()> {
    let mut batches = Vec::new();
    while inbox.recv_many(&mut batches, 64).await > 0 {
        let outcomes: Vec<_> = batches
            .drain(..)
            .flatten()
            .map(|handed| outcome(&handed))
            .collect();
        let count = outcomes.len() as u64;
        store.record(outcomes, now()).await?;
        recorded.fetch_add(count, Relaxed);
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let seconds: u64 = arguments.next().map_or(Ok(5), |text| text.parse())?;
    let committers: usize = arguments.next().map_or(Ok(64), |text| text.parse())?;
    let parent = arguments
        .next()
        .map_or_else(std::env::temp_dir, PathBuf::from);
    let dir = tempfile::tempdir_in(parent)?;
    let path = dir.path().join("claimwire.db");
    let store = SqliteStore::open(&path, Vault::new([7; 32], Vec::new())?, Options::default())?;
    let new = NewShop {
        id: Uuid::new_v4(),
        slug: "shop".to_owned(),
        name: "Shop".to_owned(),
    };
    let Once::Now(shop) = store.create_shop(new, now(), None).await? else {
        return Err("the shop was there".into());
    };
    store.create_webhook(webhook(&shop)?, now(), None).await?;
    let (handed, inbox) = unbounded_channel();
    store.attach(Arc::new(Receiver { handed }));
    let recorded = Arc::new(AtomicU64::new(0));
    let recording = tokio::spawn(record(store.clone(), inbox, recorded.clone()));

    let data = format!(
        r#"{{"claim_id":"{}","description":"{}"}}"#,
        Uuid::new_v4(),
        "x".repeat(1400)
    );
    let stop = Arc::new(AtomicBool::new(false));
    let waits = Arc::new(Mutex::new(Vec::new()));
    let committed = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let tasks: Vec<_> = (0..committers)
        .map(|_| {
            let (store, shop, data) = (store.clone(), shop.clone(), data.clone());
            let (stop, waits, committed) = (stop.clone(), waits.clone(), committed.clone());
            tokio::spawn(async move {
                let mut own = Vec::new();
                while !stop.load(Relaxed) {
                    let asked = Instant::now();
                    let commit = Commit {
                        shop: shop.clone(),
                        now: now(),
                        writes: Vec::new(),
                        facts: vec![fact(&data)?],
                        idempotency: None,
                    };
                    store.commit(commit).await?;
                    own.push(asked.elapsed());
                    committed.fetch_add(1, Relaxed);
                }
                waits
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .append(&mut own);
                Ok::<_, Failure>(())
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    stop.store(true, Relaxed);
    let took = begun.elapsed().as_secs_f64();
    let (commits, outcomes) = (committed.load(Relaxed), recorded.load(Relaxed));
    for task in tasks {
        task.await??;
    }
    let groups = store.transactions();
    let mut waits = std::mem::take(&mut *waits.lock().unwrap_or_else(PoisonError::into_inner));
    waits.sort_unstable();
    let at = |percent: usize| {
        waits
            .get(waits.len() * percent / 100)
            .copied()
            .unwrap_or_default()
    };
    println!("commits/s   {:.0}", commits as f64 / took);
    println!("outcomes/s  {:.0}", outcomes as f64 / took);
    println!("jobs/commit {:.1}", commits as f64 / groups as f64);
    println!("commit p50  {:?}  p99 {:?}", at(50), at(99));
    let wal = std::fs::metadata(path.with_extension("db-wal"))?.len();
    println!(
        "wal         {:.0} MB, database {:.0} MB",
        wal as f64 / 1e6,
        std::fs::metadata(&path)?.len() as f64 / 1e6
    );
    recording.abort();
    store.close();
    Ok(())
}
