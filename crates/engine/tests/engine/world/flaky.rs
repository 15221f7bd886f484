//! A store that can be told to stop answering the engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use claimwire_model::audit::Entry;
use claimwire_model::delivery::{Attempt, Delivery, SavedState};
use claimwire_model::lease::Lease;
use claimwire_model::member::Member;
use claimwire_model::replay::Replay;
use claimwire_model::session::Session;
use claimwire_model::shop::ApiKey;
use claimwire_model::target::Target;
use claimwire_model::{DeliveryId, Event, Shop, ShopNo, SubjectKind, TargetNo, Timestamp};
use claimwire_store::audit::Audit;
use claimwire_store::commit::Idempotency;
use claimwire_store::directory::{NewApiKey, NewShop, Once, ShopUpdate, TargetFilter};
use claimwire_store::document::Document;
use claimwire_store::handed::Returned;
use claimwire_store::images::{ImageState, NewImage};
use claimwire_store::log::{Bucket, DeliveryFilter};
use claimwire_store::members::{Joined, MemberChange, Members};
use claimwire_store::outbox::{Mail, MailId, NewLetter};
use claimwire_store::ownership::{Claim, Claimed, Targets};
use claimwire_store::queue::{Outcome, Pruned, Saved, Scan, Stepped, Take, Taken, Verified};
use claimwire_store::sessions::{NewLink, SessionId, Sessions};
use claimwire_store::subjects::{Bounds, Siblings};
use claimwire_store::tally::Tallies;
use claimwire_store::usage::{Usage, Used};
use claimwire_store::{
    Answered, Commit, Committed, Directory, DocumentFilter, EventFilter, Handed, Images, Intake,
    Log, MemoryStore, Outbox, Page, PageRequest, Queue, StoreError, StoreResult, Subjects,
};
use uuid::Uuid;

use super::helpdesk::Instants;

/// A memory store that can be made unreachable.
pub struct FlakyStore {
    inner: Arc<MemoryStore>,
    down: AtomicBool,
    scans: AtomicU64,
    takes: AtomicU64,
    instants: Arc<Instants>,
    between_records: Duration,
}

impl FlakyStore {
    pub fn new(inner: Arc<MemoryStore>) -> Arc<Self> {
        Arc::new(Self::crashing(inner, Arc::default()))
    }

    /// One of a process that crashes at an instant: before or after it saves or records.
    pub fn crashing(inner: Arc<MemoryStore>, instants: Arc<Instants>) -> Self {
        Self {
            inner,
            down: AtomicBool::new(false),
            scans: AtomicU64::new(0),
            takes: AtomicU64::new(0),
            instants,
            between_records: Duration::ZERO,
        }
    }

    /// One that would rather record seldom.
    pub fn slow_to_record(inner: Arc<MemoryStore>, between: Duration) -> Arc<Self> {
        Arc::new(Self {
            between_records: between,
            ..Self::crashing(inner, Arc::default())
        })
    }

    pub fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }

    /// How often the engine scanned.
    pub fn scans(&self) -> u64 {
        self.scans.load(Ordering::SeqCst)
    }

    /// How often the engine looked for what waits.
    pub fn takes(&self) -> u64 {
        self.takes.load(Ordering::SeqCst)
    }

    fn up(&self) -> StoreResult<()> {
        if self.down.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("told to be".to_owned()));
        }
        Ok(())
    }
}

macro_rules! passes_on {
    ($port:ident { $(fn $call:ident($($name:ident: $type:ty),*) -> $answer:ty;)* } $($rest:tt)*) => {
        #[async_trait]
        impl $port for FlakyStore {
            $(async fn $call(&self, $($name: $type),*) -> StoreResult<$answer> {
                self.up()?;
                self.inner.$call($($name),*).await
            })*
            $($rest)*
        }
    };
}

passes_on!(Directory {
    fn create_shop(shop: NewShop, now: Timestamp, key: Option<Idempotency>) -> Once<Arc<Shop>>;
    fn shop(slug: &str) -> Arc<Shop>;
    fn shops(page: PageRequest) -> Page<Arc<Shop>>;
    fn update_shop(shop: ShopNo, update: ShopUpdate, now: Timestamp) -> Arc<Shop>;
    fn delete_shop(shop: ShopNo) -> ();
    fn create_key(shop: ShopNo, new: NewApiKey, now: Timestamp, key: Option<Idempotency>) -> Once<ApiKey>;
    fn key(hash: &[u8; 32]) -> Arc<(ApiKey, Arc<Shop>)>;
    fn keys(shop: ShopNo, page: PageRequest) -> Page<ApiKey>;
    fn delete_key(shop: ShopNo, id: Uuid) -> ();
    fn create_target(webhook: Target, now: Timestamp, key: Option<Idempotency>) -> Once<Arc<Target>>;
    fn target_of(shop: ShopNo, uuid: Uuid) -> Arc<Target>;
    fn target_anywhere(uuid: Uuid) -> (Arc<Shop>, Arc<Target>);
    fn targets(shop: ShopNo, filter: TargetFilter, page: PageRequest) -> Page<Arc<Target>>;
    fn update_target(webhook: Target, now: Timestamp, key: Option<Idempotency>) -> Once<Arc<Target>>;
    fn delete_target(shop: ShopNo, uuid: Uuid, now: Timestamp) -> ();
    fn pending(target: TargetNo) -> u64;
    fn recall(shop: Option<ShopNo>, key: &str, fingerprint: &[u8; 32], now: Timestamp) -> Option<Answered>;
    fn remember(shop: Option<ShopNo>, key: Idempotency, now: Timestamp) -> Once<()>;
    fn ready() -> ();
});

passes_on!(Subjects {
    fn document(shop: ShopNo, kind: SubjectKind, id: &str) -> Document;
    fn documents(shop: ShopNo, kind: SubjectKind, parent: Option<&str>, page: PageRequest) -> Page<Document>;
    fn documents_of(shop: ShopNo, kind: SubjectKind, ids: Vec<String>) -> Vec<Document>;
    fn siblings(shop: ShopNo, kind: SubjectKind, parent: &str, except: &str, bounds: Bounds) -> Siblings;
    fn find_documents(shop: ShopNo, kind: SubjectKind, filter: DocumentFilter, page: PageRequest) -> Page<Document>;
    fn reserve_number(shop: ShopNo, kind: SubjectKind) -> u64;
    fn commit(commit: Commit) -> Committed;
});

passes_on!(Log {
    fn event(shop: ShopNo, id: &str) -> Arc<Event>;
    fn events(shop: ShopNo, filter: EventFilter, page: PageRequest) -> Page<Arc<Event>>;
    fn tallies(shop: ShopNo, since: Timestamp, limit: usize) -> Tallies;
    fn deliveries(shop: ShopNo, filter: DeliveryFilter, page: PageRequest, now: Timestamp) -> Page<Delivery>;
    fn delivery(shop: ShopNo, id: DeliveryId, now: Timestamp) -> (Delivery, Vec<Attempt>);
    fn attempts(shop: ShopNo, id: DeliveryId, before: u32) -> Vec<Attempt>;
    fn retry(shop: ShopNo, id: DeliveryId, now: Timestamp, key: Option<Idempotency>) -> Once<()>;
    fn create_replay(shop: ShopNo, replay: Replay, key: Option<Idempotency>) -> Once<Replay>;
    fn replay(shop: ShopNo, id: Uuid) -> Replay;
    fn stats(target: TargetNo, window: Duration, bucket: Duration, now: Timestamp) -> Vec<Bucket>;
});

passes_on!(Images {
    fn add_image(shop: ShopNo, image: NewImage, now: Timestamp) -> ();
    fn image(name: &str) -> ImageState;
    fn remove_image(shop: ShopNo, name: &str) -> ();
    fn images_to_remove(before: Timestamp, limit: usize) -> Vec<String>;
    fn forget_images(names: Vec<String>) -> ();
});

passes_on!(Sessions {
    fn open_session(id: SessionId, session: Session, now: Timestamp) -> ();
    fn session(id: &SessionId, now: Timestamp) -> (Session, Option<Arc<Shop>>);
    fn extend_session(id: &SessionId, expires_at: Timestamp) -> ();
    fn close_session(id: &SessionId) -> ();
    fn create_link(link: NewLink, now: Timestamp, once: Option<Idempotency>) -> Once<()>;
    fn follow_link(link: &SessionId, session: SessionId, now: Timestamp) -> ();
});

passes_on!(Members {
    fn add_member(member: Member, link: SessionId, letter: Option<NewLetter>) -> ();
    fn members(shop: Option<ShopNo>, page: PageRequest) -> Page<Member>;
    fn member(shop: Option<ShopNo>, id: Uuid) -> Member;
    fn member_of(shop: Option<ShopNo>, email: &str) -> Member;
    fn invited(link: &SessionId, now: Timestamp) -> (Member, Option<Arc<Shop>>);
    fn join(link: &SessionId, joined: Joined, now: Timestamp) -> Member;
    fn change_member(shop: Option<ShopNo>, id: Uuid, change: MemberChange) -> Member;
    fn remove_member(shop: Option<ShopNo>, id: Uuid) -> ();
});

passes_on!(Audit {
    fn add_entry(shop: ShopNo, entry: Entry) -> ();
    fn entries(shop: ShopNo, page: PageRequest) -> Page<Entry>;
});

passes_on!(Usage {
    fn used(shop: ShopNo, what: Used) -> u64;
});

passes_on!(Outbox {
    fn take_mail(now: Timestamp, until: Timestamp) -> Option<Mail>;
    fn mail_ended(id: MailId) -> ();
    fn mail_again(id: MailId, at: Timestamp) -> ();
});

passes_on!(Queue {
    fn claim(claim: Claim) -> Claimed;
    fn waiting(targets: Targets, now: Timestamp) -> Vec<(TargetNo, Timestamp)>;
    fn target(target: TargetNo) -> Arc<Target>;
    fn ticket(target: TargetNo, claim: String) -> Option<SavedState>;
    fn take_named(deliveries: &[DeliveryId], now: Timestamp, lease_for: Duration) -> Vec<Handed>;
    fn release(deliveries: Vec<Returned>) -> ();
    fn verified(verified: Verified, now: Timestamp) -> ();
    fn step_replays(limit: usize, now: Timestamp) -> Stepped;
    fn prune(before: Timestamp, limit: usize, now: Timestamp) -> Pruned;
}
    async fn record(&self, outcomes: Arc<[Outcome]>, now: Timestamp) -> StoreResult<()> {
        self.up()?;
        self.instants.pass().await;
        self.inner.record(outcomes, now).await?;
        self.instants.pass().await;
        Ok(())
    }

    async fn save(&self, saved: Saved, now: Timestamp) -> StoreResult<Option<Lease>> {
        self.up()?;
        self.instants.pass().await;
        let done = self.inner.save(saved, now).await?;
        self.instants.pass().await;
        Ok(done)
    }

    async fn take_all(
        &self,
        takes: &[Take],
        now: Timestamp,
        lease_for: Duration,
    ) -> StoreResult<Vec<StoreResult<Taken>>> {
        self.takes.fetch_add(takes.len() as u64, Ordering::SeqCst);
        self.up()?;
        self.inner.take_all(takes, now, lease_for).await
    }

    async fn scan(
        &self,
        after: TargetNo,
        limit: usize,
        now: Timestamp,
    ) -> StoreResult<Scan> {
        self.scans.fetch_add(1, Ordering::SeqCst);
        self.up()?;
        self.inner.scan(after, limit, now).await
    }

    fn between_records(&self) -> Duration {
        self.between_records
    }

    fn attach(&self, intake: Arc<dyn Intake>) {
        self.inner.attach(intake);
    }
);
