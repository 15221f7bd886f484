//! A node as a test has it.

#![allow(dead_code, reason = "not every test uses all of it")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use claimwire_model::delivery::Attempt;
use claimwire_model::event::Fact;
use claimwire_model::filter::{SourceFilter, Subscription};
use claimwire_model::lease::Epoch;
use claimwire_model::ownership::Partition;
use claimwire_model::target::{Target, TargetKind};
use claimwire_model::verdict::{Next, Verdict};
use claimwire_model::webhook::Secrets;
use claimwire_model::{DeliveryId, Dialect, PerformedBy, Shop, TargetNo, Timestamp, Webhook};
use claimwire_store::directory::{NewShop, Once};
use claimwire_store::ownership::{Claim, Claimed};
use claimwire_store::queue::Outcome;
use claimwire_store::vault::Vault;
use claimwire_store::{Commit, Directory, Handed, Intake, Log, Queue};
use claimwire_store_postgres::{Options, PostgresStore};
use claimwire_testkit::postgres::Database;
use serde_json::value::RawValue;
use uuid::Uuid;

pub const PATIENCE: Duration = Duration::from_secs(30);

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_secs(1_790_000_000 + seconds)
}

pub async fn node(database: &Database<'_>) -> Arc<PostgresStore> {
    let vault = Vault::new([7; 32], Vec::new()).unwrap();
    let options = Options {
        connections: 4,
        ..Options::default()
    };
    PostgresStore::open(&database.url(), vault, options)
        .await
        .unwrap()
}

/// Waits for a fact of the database's.
pub async fn until(database: &Database<'_>, sql: &str, holds: impl Fn(&str) -> bool) {
    let start = Instant::now();
    while !holds(&database.sql(sql).unwrap()) {
        assert!(start.elapsed() < PATIENCE, "{sql} never came to hold");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

pub type Partitions = Vec<(Partition, Epoch)>;

/// A heartbeat of a node.
pub async fn beat(node: &PostgresStore, keep: Partitions) -> Partitions {
    let claim = Claim {
        keep,
        leaving: false,
    };
    match node.claim(claim).await.unwrap() {
        Claimed::Shared(owned) => owned.partitions,
        Claimed::Everything => panic!("two nodes share the database"),
    }
}

/// An engine that takes all that it is given, and keeps count of what it promised.
#[derive(Default)]
pub struct Taker {
    handed: Mutex<Vec<Handed>>,
    promised: Mutex<BTreeMap<TargetNo, usize>>,
}

impl Taker {
    /// What it was handed since this was asked last.
    pub fn take(&self) -> Vec<Handed> {
        std::mem::take(&mut *self.handed.lock().unwrap())
    }

    /// Promises that were neither kept nor withdrawn.
    pub fn promised(&self) -> usize {
        self.promised.lock().unwrap().values().sum()
    }

    fn released(&self, target: TargetNo, promises: usize) {
        let mut promised = self.promised.lock().unwrap();
        let left = promised.get_mut(&target).expect("a promise was made");
        *left = left.checked_sub(promises).expect("as many were made");
    }
}

impl Intake for Taker {
    fn admit(&self, target: &Target) -> bool {
        *self.promised.lock().unwrap().entry(target.no).or_default() += 1;
        true
    }
    fn withdraw(&self, target: TargetNo, promises: usize) {
        self.released(target, promises);
    }
    fn hand(&self, deliveries: Vec<Handed>) {
        for handed in &deliveries {
            self.released(handed.id.target, 1);
        }
        self.handed.lock().unwrap().extend(deliveries);
    }
    fn wake(&self, _: &[TargetNo]) {}
    fn offer(&self, _: &[DeliveryId]) {}
    fn changed(&self, _: TargetNo, _: Option<Arc<Target>>) {}
}

pub async fn shop(node: &PostgresStore) -> Arc<Shop> {
    let shop = NewShop {
        id: Uuid::from_u128(1),
        slug: "shop".to_owned(),
        name: "Shop".to_owned(),
        notification_emails: Vec::new(),
    };
    now(node.create_shop(shop, at(0), None).await.unwrap())
}

pub fn now<T>(once: Once<T>) -> T {
    match once {
        Once::Now(done) => done,
        Once::Before(_) => panic!("done before"),
    }
}

pub fn webhook(shop: &Shop) -> Target {
    let secrets = Secrets::new("whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ");
    let webhook = Webhook::new("https://receiver.example/hook", secrets);
    let all =
        Subscription::new(Dialect::Standard, SourceFilter::All, vec!["*".to_owned()]).unwrap();
    let (uuid, kind) = (Uuid::from_u128(2), TargetKind::Webhook(webhook));
    Target::new(shop.no, uuid, kind, all, at(0))
}

pub fn commit(shop: &Arc<Shop>, facts: usize) -> Commit {
    let data = RawValue::from_string("{}".to_owned()).unwrap();
    let fact = Fact {
        given_id: None,
        r#ref: "claims/created".to_owned(),
        event_group: None,
        triggered_at: at(1),
        subject: None,
        event_data: data.into(),
        context: None,
        changes: None,
        performed_by: PerformedBy::default(),
        posted: false,
    };
    Commit {
        shop: shop.clone(),
        now: at(1),
        writes: Vec::new(),
        facts: vec![fact; facts],
        images: Vec::new(),
        letters: Vec::new(),
        idempotency: None,
    }
}

/// An attempt of a delivery got through.
pub fn delivered(handed: &Handed) -> Outcome {
    delivered_at(handed, at(2))
}

/// The same, begun at this time.
pub fn delivered_at(handed: &Handed, started_at: Timestamp) -> Outcome {
    Outcome {
        id: handed.id,
        lease: handed.lease,
        manual: false,
        attempt: Arc::new(Attempt {
            duration: Duration::from_millis(5),
            status_code: Some(200),
            request_headers: [("content-type", "application/json")].into(),
            response_body: b"ok".to_vec(),
            ..Attempt::at(0, started_at)
        }),
        verdict: Verdict::only(Next::Delivered),
    }
}

/// The attempts that a node knows of a target.
pub async fn counted(node: &PostgresStore, target: TargetNo) -> usize {
    let hour = Duration::from_secs(3_600);
    let buckets = node.stats(target, hour, hour, at(60)).await.unwrap();
    let counts = buckets
        .iter()
        .map(|bucket| bucket.delivered + bucket.failed);
    usize::try_from(counts.sum::<u64>()).unwrap()
}
