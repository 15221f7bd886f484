//! Those who use the API: they commit events, change webhooks, press "retry" and order replays, and try
//! again when they get no answer.

mod facts;
mod make;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use claimwire_model::replay::{Replay, ReplayState, ReplayStatus};
use claimwire_model::target::TargetStatus;
use claimwire_model::webhook::PreviousSecret;
use claimwire_model::{Dialect, Shop, Target};
use claimwire_store::log::DeliveryFilter;
use claimwire_store::{
    Commit, Directory, Idempotency, Log, PageRequest, StoreError, StoreResult, Subjects,
};
use uuid::Uuid;

use crate::chance::Chance;
use crate::context::Context;
use crate::node::Node;
use crate::store::FaultyStore;
use crate::trace::TraceEvent;

pub use facts::MARK;
pub use make::{connected, secret, webhook};

/// Whoever got no answer so often gives up.
const TRIES: usize = 6;
/// No overlap of secrets is shorter.
const OVERLAP: Duration = Duration::from_secs(600);

/// Someone who uses the API.
pub struct Writer {
    /// Which.
    pub no: u64,
    /// Where.
    pub context: Arc<Context>,
    /// The nodes that can be asked.
    pub nodes: Vec<Arc<Node>>,
    /// The shops.
    pub shops: Vec<Arc<Shop>>,
    /// What is done.
    pub chance: Chance,
}

impl Writer {
    /// Does so many things within about this time.
    pub async fn run(self, operations: u64, within_ms: u64) {
        for n in 0..operations {
            let pause = self.chance.between(0, 2 * within_ms / operations.max(1));
            self.context.time.nap(pause).await;
            let Some(shop) = self.any(&self.shops) else {
                return;
            };
            let key = format!("writer-{}-{n}", self.no);
            match self.chance.below(100) {
                0..10 => self.switch(&shop, &key).await,
                10..16 => self.rotate(&shop, &key).await,
                16..26 => self.retry(&shop, &key).await,
                26..30 => self.replay(&shop, &key).await,
                30..32 => self.delete(&shop).await,
                _ => self.commit(&shop, &key).await,
            }
        }
    }

    fn any<T: Clone>(&self, of: &[T]) -> Option<T> {
        let place = usize::try_from(self.chance.below(of.len() as u64)).ok()?;
        of.get(place).cloned()
    }

    /// Asks any node, again when there is no answer; when all is calm, until there is one.
    async fn ask<T, A: Future<Output = StoreResult<T>>>(
        &self,
        question: impl Fn(Arc<FaultyStore>) -> A,
    ) -> Option<T> {
        let mut tries = 0;
        while tries < TRIES || self.context.faults.is_calm() {
            tries += 1;
            if let Some(api) = self.any(&self.nodes).and_then(|node| node.api()) {
                let process = Arc::clone(&api.process);
                let answer = tokio::select! {
                    biased;
                    answer = question(api) => Some(answer),
                    () = process.ended() => None,
                };
                match answer {
                    Some(Ok(answer)) => return Some(answer),
                    Some(Err(error)) if error.is_passing() => {}
                    None => {}
                    Some(Err(_)) => return None,
                }
            }
            let pause = self.chance.between(10, 2000);
            self.context.time.nap(pause).await;
        }
        None
    }

    fn idempotency(key: &str) -> Option<Idempotency> {
        Some(Idempotency {
            key: key.to_owned(),
            fingerprint: [7; 32],
            status: 200,
            body: Box::new(|_| Vec::new()),
        })
    }

    async fn commit(&self, shop: &Arc<Shop>, key: &str) {
        let facts = facts::facts(&self.chance, shop, key);
        let committed = self
            .ask(|api| {
                let commit = Commit {
                    shop: Arc::clone(shop),
                    now: api.wall.shows(),
                    writes: Vec::new(),
                    facts: facts.clone(),
                    images: Vec::new(),
                    letters: Vec::new(),
                    idempotency: Self::idempotency(key),
                };
                async move { api.commit(commit).await }
            })
            .await;
        if committed.is_some() {
            self.context
                .history
                .note(TraceEvent::Acknowledged(key.to_owned()));
        }
    }

    async fn any_webhook(&self, shop: &Shop) -> Option<Arc<Target>> {
        self.any(&self.context.targets(shop.no).await)
    }

    /// Changes a webhook as it is now.
    pub async fn change(&self, uuid: Uuid, shop: &Shop, key: &str, change: impl Fn(&mut Target)) {
        let change = &change;
        self.ask(|api| async move {
            let webhook = api.target_of(shop.no, uuid).await?;
            let mut webhook = Target::clone(&webhook);
            change(&mut webhook);
            let now = api.wall.shows();
            match api
                .update_target(webhook, now, Self::idempotency(key))
                .await
            {
                Err(StoreError::Stale) => Err(StoreError::Unavailable("stale".to_owned())),
                answer => answer,
            }
        })
        .await;
    }

    async fn switch(&self, shop: &Shop, key: &str) {
        let Some(webhook) = self.any_webhook(shop).await else {
            return;
        };
        let status = match webhook.status {
            TargetStatus::Active => TargetStatus::Inactive,
            _ => TargetStatus::Active,
        };
        self.change(webhook.uuid, shop, key, |webhook| webhook.status = status)
            .await;
    }

    async fn rotate(&self, shop: &Shop, key: &str) {
        let Some(webhook) = self.any_webhook(shop).await else {
            return;
        };
        let new = secret(&self.chance, webhook.dialect());
        let expires_at = crate::time::instant(self.context.time.now()).plus(OVERLAP);
        self.change(webhook.uuid, shop, key, |webhook| {
            let Some(webhook) = webhook.webhook_mut() else {
                return;
            };
            let old = std::mem::replace(&mut webhook.secrets.current, new.clone());
            webhook.secrets.previous = Some(PreviousSecret {
                secret: old,
                ed25519_seed: webhook.secrets.ed25519_seed,
                expires_at,
            });
        })
        .await;
    }

    async fn retry(&self, shop: &Shop, key: &str) {
        let page = PageRequest::first(30);
        let now = crate::time::instant(self.context.time.now());
        let filter = DeliveryFilter::default();
        let deliveries = self
            .context
            .store
            .deliveries(shop.no, filter, page, now)
            .await;
        let deliveries = deliveries.map(|page| page.items).unwrap_or_default();
        let Some(delivery) = self.any(&deliveries) else {
            return;
        };
        self.ask(|api| async move {
            let now = api.wall.shows();
            api.retry(shop.no, delivery.id, now, Self::idempotency(key))
                .await
        })
        .await;
    }

    async fn replay(&self, shop: &Shop, key: &str) {
        let Some(webhook) = self.any_webhook(shop).await else {
            return;
        };
        let status = self.chance.pick(
            ReplayStatus::Failed,
            &[ReplayStatus::All, ReplayStatus::Missing],
        );
        let id = Uuid::from_u128(u128::from(self.chance.next()));
        self.ask(|api| {
            let now = api.wall.shows();
            let replay = Replay {
                id,
                target: webhook.no,
                target_uuid: webhook.uuid,
                since: now.minus(Duration::from_secs(3600)),
                until: now,
                status,
                enabled_events: None,
                state: ReplayState::Running,
                scanned: 0,
                total: 0,
                done: 0,
                created_at: now,
            };
            async move {
                api.create_replay(shop.no, replay, Self::idempotency(key))
                    .await
            }
        })
        .await;
    }

    async fn delete(&self, shop: &Shop) {
        let Some(webhook) = self.any_webhook(shop).await else {
            return;
        };
        self.ask(|api| {
            let uuid = webhook.uuid;
            async move {
                let now = api.wall.shows();
                api.delete_target(shop.no, uuid, now).await
            }
        })
        .await;
    }

    /// Switches all on again that is off, or nearly all; of those that must prove themselves asks for it.
    pub async fn switch_all_on(&self) {
        for shop in &self.shops {
            for webhook in self.context.targets(shop.no).await {
                if webhook.status == TargetStatus::Active || self.chance.percent(10) {
                    continue;
                }
                let key = format!("on-{}", webhook.no.0);
                let proves = webhook.dialect() == Dialect::Claimport
                    && webhook.webhook().is_some_and(|webhook| webhook.verify);
                self.change(webhook.uuid, shop, &key, |webhook| {
                    if let Some(webhook) = webhook.webhook_mut() {
                        webhook.verification_due = proves;
                    }
                    webhook.status = if proves {
                        TargetStatus::Unverified
                    } else {
                        TargetStatus::Active
                    };
                })
                .await;
            }
        }
    }
}
