//! An engine on a memory store, with a clock, randomness and a sender that the test holds.

pub mod clock;
pub mod flaky;
pub mod helpdesk;
pub mod marketing;
pub mod sender;

use std::sync::Arc;
use std::time::Duration;

use claimwire_engine::{Clock, Engine, Limits, Ports, Rng};
use claimwire_model::delivery::{Attempt, Delivery};
use claimwire_model::event::Fact;
use claimwire_model::filter::Subscription;
use claimwire_model::subject::Subject;
use claimwire_model::target::TargetKind;
use claimwire_model::webhook::Secrets;
use claimwire_model::{Dialect, Event, PerformedBy, Shop, SubjectKind, Target, Timestamp, Webhook};
use claimwire_store::directory::{NewShop, Once};
use claimwire_store::log::DeliveryFilter;
use claimwire_store::memory::{MemoryStore, SharedMemoryStore};
use claimwire_store::{Commit, Committed, Directory, Log, PageRequest, Store, Subjects};
use claimwire_wire::driver::{Drivers, NoPhotos, Photos};
use claimwire_wire::send::Sender;
use claimwire_wire::trace::Traces;
use serde_json::value::RawValue;
use uuid::Uuid;

use clock::ManualClock;
use sender::ScriptedSender;

pub struct FixedRng(pub f64);

impl Rng for FixedRng {
    fn uniform(&self) -> f64 {
        self.0
    }
}

pub struct World {
    pub store: Arc<MemoryStore>,
    /// Where the store is one of several nodes.
    nodes: Option<Arc<SharedMemoryStore>>,
    pub clock: Arc<ManualClock>,
    pub sender: Arc<ScriptedSender>,
    pub shop: Arc<Shop>,
    /// How the engines follow what they deliver.
    pub traces: Option<Traces>,
}

impl World {
    pub async fn new() -> Self {
        let clock = ManualClock::new(Timestamp::from_millis(1_800_000_000_000));
        Self::on(clock, Arc::new(MemoryStore::new()), None).await
    }

    /// A store that several nodes share; `store` is a node without an engine.
    pub async fn shared() -> Self {
        Self::of_nodes(|clock| SharedMemoryStore::new(move || clock.now())).await
    }

    /// The same, whose nodes are offered what others commit.
    pub async fn hinting() -> Self {
        Self::of_nodes(|clock| SharedMemoryStore::hinting(move || clock.now())).await
    }

    async fn of_nodes(store: impl FnOnce(Arc<ManualClock>) -> SharedMemoryStore) -> Self {
        let clock = ManualClock::new(Timestamp::from_millis(1_800_000_000_000));
        let nodes = Arc::new(store(Arc::clone(&clock)));
        Self::on(clock, Arc::new(nodes.node()), Some(nodes)).await
    }

    /// Another node's handle to the store.
    pub fn node(&self) -> Arc<MemoryStore> {
        Arc::new(self.nodes.as_ref().unwrap().node())
    }

    async fn on(
        clock: Arc<ManualClock>,
        store: Arc<MemoryStore>,
        nodes: Option<Arc<SharedMemoryStore>>,
    ) -> Self {
        let shop = NewShop {
            id: Uuid::from_u128(1),
            slug: "s".to_owned(),
            name: "S".to_owned(),
            notification_emails: Vec::new(),
        };
        let Once::Now(shop) = store.create_shop(shop, clock.now(), None).await.unwrap() else {
            panic!("made before")
        };
        Self {
            sender: ScriptedSender::new(Arc::clone(&clock)),
            store,
            nodes,
            clock,
            shop,
            traces: None,
        }
    }

    /// The same world as another shop sees it.
    pub async fn beside(&self, slug: &str) -> Self {
        let shop = NewShop {
            id: Uuid::new_v4(),
            slug: slug.to_owned(),
            name: slug.to_owned(),
            notification_emails: Vec::new(),
        };
        let made = self.store.create_shop(shop, self.clock.now(), None).await;
        let Once::Now(shop) = made.unwrap() else {
            panic!("made before")
        };
        Self {
            store: Arc::clone(&self.store),
            nodes: self.nodes.clone(),
            clock: Arc::clone(&self.clock),
            sender: Arc::clone(&self.sender),
            shop,
            traces: self.traces.clone(),
        }
    }

    pub fn engine(&self) -> Engine {
        let hour = Duration::from_secs(60 * 60);
        self.engine_with(Limits {
            replay_every: hour,
            prune_every: hour,
            ..Limits::default()
        })
    }

    pub fn engine_with(&self, limits: Limits) -> Engine {
        self.engine_on(self.store.clone(), limits)
    }

    pub fn engine_on(&self, store: Arc<dyn Store>, limits: Limits) -> Engine {
        self.engine_of(store, self.sender.clone(), Drivers::default(), limits)
    }

    pub fn engine_of(
        &self,
        store: Arc<dyn Store>,
        sender: Arc<dyn Sender>,
        drivers: Drivers,
        limits: Limits,
    ) -> Engine {
        self.engine_from(store, sender, drivers, Arc::new(NoPhotos), limits)
    }

    /// On the world's store, with photos from somewhere.
    pub fn engine_with_photos(
        &self,
        sender: Arc<dyn Sender>,
        drivers: Drivers,
        photos: Arc<dyn Photos>,
        limits: Limits,
    ) -> Engine {
        self.engine_from(self.store.clone(), sender, drivers, photos, limits)
    }

    fn engine_from(
        &self,
        store: Arc<dyn Store>,
        sender: Arc<dyn Sender>,
        drivers: Drivers,
        photos: Arc<dyn Photos>,
        limits: Limits,
    ) -> Engine {
        let ports = Ports {
            store,
            sender,
            clock: self.clock.clone(),
            rng: Arc::new(FixedRng(0.5)),
            drivers,
            photos,
            traces: self.traces.clone(),
        };
        Engine::start(ports, limits)
    }

    /// Makes a webhook in the `standard` dialect that hears everything, changed as the test wants.
    pub async fn webhook(&self, url: &str, change: impl FnOnce(&mut Target)) -> Arc<Target> {
        let now = self.clock.now();
        let secrets = Secrets::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let mut webhook = Target::new(
            self.shop.no,
            Uuid::new_v4(),
            TargetKind::Webhook(Webhook::new(url, secrets)),
            Subscription::everything(Dialect::Standard),
            now,
        );
        change(&mut webhook);
        match self.store.create_target(webhook, now, None).await.unwrap() {
            Once::Now(webhook) => webhook,
            Once::Before(_) => panic!("made before"),
        }
    }

    /// Changes a webhook as the API would.
    pub async fn update(&self, webhook: &Target, change: impl FnOnce(&mut Target)) -> Arc<Target> {
        let mut webhook = Target::clone(
            &*self
                .store
                .target_of(self.shop.no, webhook.uuid)
                .await
                .unwrap(),
        );
        change(&mut webhook);
        match self
            .store
            .update_target(webhook, self.clock.now(), None)
            .await
            .unwrap()
        {
            Once::Now(webhook) => webhook,
            Once::Before(_) => panic!("done before"),
        }
    }

    pub async fn current(&self, webhook: &Target) -> Arc<Target> {
        self.store
            .target_of(self.shop.no, webhook.uuid)
            .await
            .unwrap()
    }

    /// Commits an event about a claim.
    pub async fn event(&self, claim: &str) -> Arc<Event> {
        self.event_on(&*self.store, claim).await
    }

    /// Commits an event about a claim through one node's handle to the store.
    pub async fn event_on(&self, store: &impl Subjects, claim: &str) -> Arc<Event> {
        self.event_by(store, claim, PerformedBy::default()).await
    }

    /// The same of a change that someone made.
    pub async fn event_by(
        &self,
        store: &impl Subjects,
        claim: &str,
        performed_by: PerformedBy,
    ) -> Arc<Event> {
        let fact = Fact {
            given_id: None,
            r#ref: "claims/created".to_owned(),
            event_group: None,
            triggered_at: self.clock.now(),
            subject: Some(Subject {
                kind: SubjectKind::Claim,
                id: claim.to_owned(),
            }),
            event_data: RawValue::from_string(format!("{{\"claim_id\":\"{claim}\"}}"))
                .unwrap()
                .into(),
            context: None,
            changes: None,
            performed_by,
            posted: true,
        };
        let commit = Commit {
            shop: Arc::clone(&self.shop),
            now: self.clock.now(),
            writes: Vec::new(),
            facts: vec![fact],
            images: Vec::new(),
            letters: Vec::new(),
            idempotency: None,
        };
        match store.commit(commit).await.unwrap() {
            Committed::Now(mut events) => events.remove(0),
            Committed::Before(_) => panic!("committed before"),
        }
    }

    /// Commits so many events, each about a claim of its own.
    pub async fn events(&self, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        for n in 0..count {
            ids.push(self.event(&format!("c{n}")).await.id());
        }
        ids
    }

    /// Lets everything run that can run while the clock stands. The runtime has one thread and no other
    /// clock, so after this nothing is left but what waits for the clock or for a hanging receiver.
    pub async fn settle(&self) {
        for _ in 0..2000 {
            tokio::task::yield_now().await;
        }
    }

    /// Runs until something is true, the clock standing.
    pub async fn until(&self, what: &str, fact: impl Fn() -> bool) {
        for _ in 0..200_000 {
            if fact() {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("never true: {what}");
    }

    /// Lets time pass, stopping at everything that waits for it.
    pub async fn pass(&self, time: Duration) {
        let end = self.clock.now().plus(time);
        self.settle().await;
        while let Some(next) = self.clock.next().filter(|next| *next <= end) {
            self.clock.set(next);
            self.settle_a_little().await;
        }
        self.clock.set(end);
        self.settle().await;
    }

    async fn settle_a_little(&self) {
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
    }

    pub async fn deliveries(&self, webhook: &Target) -> Vec<Delivery> {
        let filter = DeliveryFilter {
            target: Some(webhook.no),
            ..DeliveryFilter::default()
        };
        let mut request = PageRequest::first(100);
        let mut all = Vec::new();
        loop {
            let page = self
                .store
                .deliveries(self.shop.no, filter.clone(), request, self.clock.now())
                .await
                .unwrap();
            all.extend(page.items);
            request.after = page.next;
            if request.after.is_none() {
                return all;
            }
        }
    }

    pub async fn attempts(&self, delivery: &Delivery) -> Vec<Attempt> {
        self.store
            .delivery(self.shop.no, delivery.id, self.clock.now())
            .await
            .unwrap()
            .1
    }
}
