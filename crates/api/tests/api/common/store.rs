//! The memory store with a switch: while it is off, what is known by heart (shops, keys, webhooks) is
//! still read, and everything else is answered as a store does that cannot commit. With another switch it
//! does everything and does not say so.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use claimwire_model::audit::Entry;
use claimwire_model::delivery::{Attempt, Delivery, SavedState};
use claimwire_model::lease::Lease;
use claimwire_model::member::Member;
use claimwire_model::replay::Replay;
use claimwire_model::session::Session;
use claimwire_model::shop::ApiKey;
use claimwire_model::{
    DeliveryId, Event, EventNo, Shop, ShopNo, SubjectKind, Target, TargetNo, Timestamp,
};
use claimwire_store::audit::Audit;
use claimwire_store::directory::{NewApiKey, NewShop, Once, ShopUpdate, TargetFilter};
use claimwire_store::document::Document;
use claimwire_store::handed::Returned;
use claimwire_store::images::{ImageState, NewImage};
use claimwire_store::log::{Bucket, DeliveryFilter};
use claimwire_store::members::{Joined, MemberChange, Members};
use claimwire_store::outbox::{Mail, MailId, NewLetter};
use claimwire_store::ownership::{Claim, Claimed, Targets};
use claimwire_store::queue::{Outcome, Pruned, Saved, Stepped, Take, Taken, Verified};
use claimwire_store::sessions::{NewLink, SessionId, Sessions};
use claimwire_store::subjects::{Bounds, Siblings};
use claimwire_store::tally::Tallies;
use claimwire_store::usage::{Usage, Used};
use claimwire_store::{
    Answered, Commit, Committed, Directory, DocumentFilter, EventFilter, Idempotency, Images,
    Intake, Log, MemoryStore, Outbox, Page, PageRequest, Queue, StoreError, StoreResult, Subjects,
};
use uuid::Uuid;

#[derive(Default)]
pub struct Switched {
    store: MemoryStore,
    off: AtomicBool,
    silent: AtomicBool,
}

impl Switched {
    pub fn off(&self) {
        self.off.store(true, Ordering::SeqCst);
    }

    /// Whether calls are done but their answers lost.
    pub fn lose_answers(&self, lose: bool) {
        self.silent.store(lose, Ordering::SeqCst);
    }

    fn is_heard<T>(&self, answer: T) -> StoreResult<T> {
        match self.silent.load(Ordering::SeqCst) {
            true => Err(StoreError::Unknown("the connection broke".to_owned())),
            false => Ok(answer),
        }
    }

    fn is_on(&self) -> StoreResult<()> {
        match self.off.load(Ordering::SeqCst) {
            true => Err(StoreError::Unavailable("the disk is full".to_owned())),
            false => Ok(()),
        }
    }
}

macro_rules! port {
    ($port:ident { $($known:ident($($ka:ident: $kt:ty),*) -> $kr:ty;)* } { $($name:ident($($a:ident: $t:ty),*) -> $r:ty;)* } $($rest:tt)*) => {
        #[async_trait]
        impl $port for Switched {
            $(async fn $known(&self, $($ka: $kt),*) -> StoreResult<$kr> {
                self.store.$known($($ka),*).await
            })*
            $(async fn $name(&self, $($a: $t),*) -> StoreResult<$r> {
                self.is_on()?;
                let answer = self.store.$name($($a),*).await;
                // Others come in between, as they do with a store that takes its time.
                tokio::task::yield_now().await;
                self.is_heard(answer)?
            })*
            $($rest)*
        }
    };
}

port!(Directory {
    shop(slug: &str) -> Arc<Shop>;
    key(hash: &[u8; 32]) -> Arc<(ApiKey, Arc<Shop>)>;
    target_of(shop: ShopNo, uuid: Uuid) -> Arc<Target>;
    target_anywhere(uuid: Uuid) -> (Arc<Shop>, Arc<Target>);
} {
    create_shop(shop: NewShop, now: Timestamp, once: Option<Idempotency>) -> Once<Arc<Shop>>;
    shops(page: PageRequest) -> Page<Arc<Shop>>;
    update_shop(shop: ShopNo, update: ShopUpdate, now: Timestamp) -> Arc<Shop>;
    delete_shop(shop: ShopNo) -> ();
    create_key(shop: ShopNo, key: NewApiKey, now: Timestamp, once: Option<Idempotency>) -> Once<ApiKey>;
    keys(shop: ShopNo, page: PageRequest) -> Page<ApiKey>;
    delete_key(shop: ShopNo, id: Uuid) -> ();
    create_target(webhook: Target, now: Timestamp, once: Option<Idempotency>) -> Once<Arc<Target>>;
    targets(shop: ShopNo, filter: TargetFilter, page: PageRequest) -> Page<Arc<Target>>;
    update_target(webhook: Target, now: Timestamp, once: Option<Idempotency>) -> Once<Arc<Target>>;
    delete_target(shop: ShopNo, uuid: Uuid, now: Timestamp) -> ();
    pending(target: TargetNo) -> u64;
    recall(shop: Option<ShopNo>, key: &str, fingerprint: &[u8; 32], now: Timestamp) -> Option<Answered>;
    remember(shop: Option<ShopNo>, once: Idempotency, now: Timestamp) -> Once<()>;
    ready() -> ();
});

port!(Subjects {} {
    document(shop: ShopNo, kind: SubjectKind, id: &str) -> Document;
    documents_of(shop: ShopNo, kind: SubjectKind, ids: Vec<String>) -> Vec<Document>;
    documents(shop: ShopNo, kind: SubjectKind, parent: Option<&str>, page: PageRequest) -> Page<Document>;
    siblings(shop: ShopNo, kind: SubjectKind, parent: &str, except: &str, bounds: Bounds) -> Siblings;
    find_documents(shop: ShopNo, kind: SubjectKind, filter: DocumentFilter, page: PageRequest) -> Page<Document>;
    reserve_number(shop: ShopNo, kind: SubjectKind) -> u64;
    commit(commit: Commit) -> Committed;
});

port!(Images {} {
    add_image(shop: ShopNo, image: NewImage, now: Timestamp) -> ();
    image(name: &str) -> ImageState;
    remove_image(shop: ShopNo, name: &str) -> ();
    images_to_remove(before: Timestamp, limit: usize) -> Vec<String>;
    forget_images(names: Vec<String>) -> ();
});

port!(Sessions {} {
    open_session(id: SessionId, session: Session, now: Timestamp) -> ();
    session(id: &SessionId, now: Timestamp) -> (Session, Option<Arc<Shop>>);
    extend_session(id: &SessionId, expires_at: Timestamp) -> ();
    close_session(id: &SessionId) -> ();
    create_link(link: NewLink, now: Timestamp, once: Option<Idempotency>) -> Once<()>;
    follow_link(link: &SessionId, session: SessionId, now: Timestamp) -> ();
});

port!(Members {} {
    add_member(member: Member, link: SessionId, letter: Option<NewLetter>) -> ();
    members(shop: Option<ShopNo>, page: PageRequest) -> Page<Member>;
    member(shop: Option<ShopNo>, id: Uuid) -> Member;
    member_of(shop: Option<ShopNo>, email: &str) -> Member;
    invited(link: &SessionId, now: Timestamp) -> (Member, Option<Arc<Shop>>);
    join(link: &SessionId, joined: Joined, now: Timestamp) -> Member;
    change_member(shop: Option<ShopNo>, id: Uuid, change: MemberChange) -> Member;
    remove_member(shop: Option<ShopNo>, id: Uuid) -> ();
});

port!(Audit {
    add_entry(shop: ShopNo, entry: Entry) -> ();
    entries(shop: ShopNo, page: PageRequest) -> Page<Entry>;
} {});

port!(Usage {} {
    used(shop: ShopNo, what: Used) -> u64;
});

port!(Log {} {
    event(shop: ShopNo, id: &str) -> Arc<Event>;
    events(shop: ShopNo, filter: EventFilter, page: PageRequest) -> Page<Arc<Event>>;
    tallies(shop: ShopNo, since: Timestamp, limit: usize) -> Tallies;
    events_after(shop: ShopNo, after: EventNo, limit: usize) -> Page<Arc<Event>>;
    deliveries(shop: ShopNo, filter: DeliveryFilter, page: PageRequest, now: Timestamp) -> Page<Delivery>;
    delivery(shop: ShopNo, id: DeliveryId, now: Timestamp) -> (Delivery, Vec<Attempt>);
    attempts(shop: ShopNo, id: DeliveryId, before: u32) -> Vec<Attempt>;
    retry(shop: ShopNo, id: DeliveryId, now: Timestamp, once: Option<Idempotency>) -> Once<()>;
    create_replay(shop: ShopNo, replay: Replay, once: Option<Idempotency>) -> Once<Replay>;
    replay(shop: ShopNo, id: Uuid) -> Replay;
    stats(target: TargetNo, window: Duration, bucket: Duration, now: Timestamp) -> Vec<Bucket>;
});

port!(Outbox {} {
    take_mail(now: Timestamp, until: Timestamp) -> Option<Mail>;
    mail_ended(id: MailId) -> ();
    mail_again(id: MailId, at: Timestamp) -> ();
});

port!(Queue {} {
    claim(claim: Claim) -> Claimed;
    waiting(targets: Targets, now: Timestamp) -> Vec<(TargetNo, Timestamp)>;
    target(target: TargetNo) -> Arc<Target>;
    take_all(takes: &[Take], now: Timestamp, lease_for: Duration) -> Vec<StoreResult<Taken>>;
    release(deliveries: Vec<Returned>) -> ();
    record(outcomes: Arc<[Outcome]>, now: Timestamp) -> ();
    ticket(target: TargetNo, claim: String) -> Option<SavedState>;
    save(saved: Saved, now: Timestamp) -> Option<Lease>;
    verified(verified: Verified, now: Timestamp) -> ();
    step_replays(limit: usize, now: Timestamp) -> Stepped;
    prune(before: Timestamp, limit: usize, now: Timestamp) -> Pruned;
}
    fn attach(&self, intake: Arc<dyn Intake>) {
        self.store.attach(intake);
    }
);
