//! A store in a folder of its own with a shop and a webhook.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering as Atomic};
use std::sync::{Arc, Mutex};

use claimwire_model::event::Fact;
use claimwire_model::filter::Subscription;
use claimwire_model::target::TargetKind;
use claimwire_model::webhook::Secrets;
use claimwire_model::{
    DeliveryId, Dialect, PerformedBy, Shop, ShopNo, Target, TargetNo, Timestamp, Webhook,
};
use claimwire_store::directory::{NewShop, Once};
use claimwire_store::vault::Vault;
use claimwire_store::{Commit, Committed, Directory, Handed, Intake, StoreResult, Subjects};
use serde_json::value::RawValue;
use tempfile::TempDir;
use uuid::Uuid;

use crate::{Options, SqliteStore};

pub(super) const SECRET: &str = "a-secret-that-signs-0123456789";
pub(super) const HEADER: &str = "Bearer a-door-that-opens";

pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_secs(1_790_000_000 + seconds)
}

pub(super) fn open(path: &Path, options: Options) -> StoreResult<Arc<SqliteStore>> {
    SqliteStore::open(path, Vault::new([7; 32], Vec::new())?, options)
}

pub(super) fn new<T>(once: Once<T>) -> T {
    match once {
        Once::Now(value) => value,
        Once::Before(_) => panic!("done before"),
    }
}

pub(super) struct World {
    pub(super) dir: TempDir,
    pub(super) store: Arc<SqliteStore>,
    pub(super) shop: Arc<Shop>,
    pub(super) webhook: Arc<Target>,
}

impl World {
    pub(super) async fn new(options: Options) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = open(&dir.path().join("claimwire.db"), options).unwrap();
        let shop = NewShop {
            id: Uuid::from_u128(1),
            slug: "shop".into(),
            name: "Shop".into(),
            notification_emails: Vec::new(),
        };
        let shop = new(store.create_shop(shop, at(0), None).await.unwrap());
        let webhook = new(store
            .create_target(webhook(shop.no), at(0), None)
            .await
            .unwrap());
        Self {
            dir,
            store,
            shop,
            webhook,
        }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.dir.path().join("claimwire.db")
    }

    /// Commits one event whose data is `data` bytes long.
    pub(super) async fn event(&self, data: usize) -> StoreResult<Committed> {
        self.store.commit(self.commit_of(data)).await
    }

    pub(super) fn commit_of(&self, data: usize) -> Commit {
        let json = format!(r#"{{"text":"{}"}}"#, "x".repeat(data));
        Commit {
            shop: self.shop.clone(),
            now: at(1),
            writes: Vec::new(),
            facts: vec![Fact {
                given_id: None,
                r#ref: "claims/created".into(),
                event_group: Some("claim_created".into()),
                triggered_at: at(1),
                subject: None,
                event_data: RawValue::from_string(json).unwrap().into(),
                context: None,
                changes: None,
                performed_by: PerformedBy::default(),
                posted: true,
            }],
            images: Vec::new(),
            letters: Vec::new(),
            idempotency: None,
        }
    }
}

fn webhook(shop: ShopNo) -> Target {
    let secrets = Secrets {
        ed25519_seed: Some([9; 32]),
        ..Secrets::new(SECRET)
    };
    let webhook = Webhook {
        headers: BTreeMap::from([("authorization".to_owned(), HEADER.to_owned())]),
        ..Webhook::new("https://receiver.example/hook", secrets)
    };
    Target::new(
        shop,
        Uuid::from_u128(2),
        TargetKind::Webhook(webhook),
        Subscription::everything(Dialect::Karla),
        at(0),
    )
}

/// An engine with room for everything.
#[derive(Default)]
pub(super) struct Spy {
    pub(super) promised: AtomicUsize,
    pub(super) withdrawn: AtomicUsize,
    pub(super) handed: Mutex<Vec<Handed>>,
}

impl Spy {
    /// Waits until a delivery is handed over: that is after the commit was answered.
    pub(super) async fn one(&self) -> Handed {
        loop {
            if let Some(handed) = self.handed.lock().unwrap().pop() {
                return handed;
            }
            tokio::task::yield_now().await;
        }
    }
}

impl Intake for Spy {
    fn admit(&self, _: &Target) -> bool {
        self.promised.fetch_add(1, Atomic::Relaxed);
        true
    }

    fn withdraw(&self, _: TargetNo, promises: usize) {
        self.withdrawn.fetch_add(promises, Atomic::Relaxed);
    }

    fn hand(&self, deliveries: Vec<Handed>) {
        self.handed.lock().unwrap().extend(deliveries);
    }

    fn wake(&self, _: &[TargetNo]) {}

    fn offer(&self, _: &[DeliveryId]) {}
    fn changed(&self, _: TargetNo, _: Option<Arc<Target>>) {}
}
