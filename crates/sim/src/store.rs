//! The store as one process of a node reaches it: calls take time, fail before or after their work, and
//! the node may die between any two of them.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use claimwire_model::audit::Entry;
use claimwire_model::delivery::{Attempt, Delivery, SavedState};
use claimwire_model::lease::{Epoch, Lease};
use claimwire_model::member::Member;
use claimwire_model::ownership::Partition;
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

use crate::clock::WallClock;
use crate::context::Context;
use crate::faults::{Fate, HEARTBEAT};
use crate::intake::NodeIntake;
use crate::process::Process;
use crate::trace::TraceEvent;

/// One process's way to the store.
#[derive(Clone)]
pub struct FaultyStore {
    /// The node's own handle to it.
    pub inner: Arc<MemoryStore>,
    /// Whose calls they are.
    pub process: Arc<Process>,
    /// What it takes for the time.
    pub wall: Arc<WallClock>,
    /// Where.
    pub context: Arc<Context>,
    /// Who hears of it.
    pub intake: Arc<Mutex<Option<Arc<dyn Intake>>>>,
    /// What the process owned by the latest heartbeat.
    pub owned: Arc<Mutex<Vec<(Partition, Epoch)>>>,
    /// For how many targets it takes at once.
    pub takes_together: usize,
}

impl FaultyStore {
    fn note(&self, event: TraceEvent) {
        self.context.history.note(event);
    }

    fn granted(&self, deliveries: &[Handed], told: Timestamp) {
        for handed in deliveries {
            self.note(TraceEvent::Granted {
                process: self.process.no,
                handed: handed.clone(),
                told,
            });
        }
    }

    /// The way there or back. False: the network is cut, and it was given up.
    async fn way(&self, call: &'static str) -> bool {
        let (ms, slow) = self.context.faults.way(call);
        if slow {
            let what = if call == HEARTBEAT {
                "slow heartbeat"
            } else {
                "slow"
            };
            self.note(TraceEvent::Fault(what, call));
        }
        if ms > 0 {
            self.context.time.nap(ms).await;
        }
        self.process.pass().await;
        let passes = self.passes(call).await;
        self.process.pass().await;
        passes
    }

    /// While the network is cut, what is sent waits for its end, or is given up before.
    async fn passes(&self, call: &'static str) -> bool {
        loop {
            let ms = self.process.cut_off_for();
            if ms == 0 || self.context.faults.is_calm() {
                return true;
            }
            if let Some(patience) = self.context.faults.given_up_after(ms) {
                self.note(TraceEvent::Fault("given up", call));
                self.context.time.nap(patience).await;
                return false;
            }
            self.note(TraceEvent::Fault("held up", call));
            self.context.time.nap(ms).await;
        }
    }

    /// One call: `work` is done at one instant, or not at all.
    async fn call<T>(
        &self,
        call: &'static str,
        work: impl Future<Output = StoreResult<T>> + Send,
    ) -> StoreResult<T> {
        self.process.pass().await;
        let mut fate = self.context.faults.fate();
        if !self.way(call).await {
            return Err(StoreError::Unknown("the network is cut".to_owned()));
        }
        if self.context.faults.is_down(self.context.time.now()) {
            fate = Fate::Down;
        }
        let fault = match fate {
            Fate::Fine => None,
            Fate::Refused => Some("refused"),
            Fate::Down => Some("down"),
            Fate::Lost => Some("lost"),
            Fate::LostWithNotifications => Some("lost with its news"),
            Fate::DiesBefore => Some("crash before"),
            Fate::DiesAfter => Some("crash after"),
        };
        if let Some(fault) = fault {
            self.note(TraceEvent::Fault(fault, call));
        }
        match fate {
            Fate::Refused => return Err(StoreError::Unavailable("busy".to_owned())),
            Fate::Down => return Err(StoreError::Unavailable("restarting".to_owned())),
            Fate::DiesBefore => self.die().await,
            Fate::LostWithNotifications => self.process.lose_notifications(),
            Fate::Fine | Fate::Lost | Fate::DiesAfter => {}
        }
        let answer = work.await;
        match fate {
            Fate::LostWithNotifications => self.restore_notifications(),
            Fate::DiesAfter => self.die().await,
            _ => {}
        }
        if !self.way(call).await {
            return Err(StoreError::Unknown("the network is cut".to_owned()));
        }
        match fate {
            Fate::Lost | Fate::LostWithNotifications => {
                Err(StoreError::Unknown("the answer was lost".to_owned()))
            }
            _ => answer,
        }
    }

    async fn die(&self) {
        self.context.kill(&self.process);
        self.process.pass().await;
    }

    /// What was promised for a commit of which nothing is known is void.
    fn restore_notifications(&self) {
        let promises = self.process.restore_notifications();
        let intake = self.intake.lock().unwrap_or_else(PoisonError::into_inner);
        for (target, count) in promises {
            if let Some(intake) = intake.as_ref() {
                intake.withdraw(target, count);
            }
        }
    }

    /// Notes what the process owns, whole where that changed, and what of it is not among what it keeps.
    fn claimed(&self, keep: &[(Partition, Epoch)], owned: &[(Partition, Epoch)]) {
        let mut before = self.owned.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = *before != owned;
        if changed {
            owned.clone_into(&mut before);
        }
        self.note(TraceEvent::Claimed {
            process: self.process.no,
            owned: changed.then(|| owned.to_owned()),
            gained: owned
                .iter()
                .filter(|one| !keep.contains(one))
                .copied()
                .collect(),
        });
    }

    /// Notes what the store keeps of a webhook.
    async fn look_at(&self, target: TargetNo) {
        if let Ok(webhook) = self.context.store.target(target).await {
            self.note(TraceEvent::Kept(webhook));
        }
    }

    /// Notes events that a commit made.
    async fn committed(&self, events: &[Arc<Event>], shop: ShopNo, key: &str) {
        let webhooks = self.context.targets(shop).await;
        for event in events {
            let hears = |webhook: &&Arc<Target>| webhook.subscription.matches(&event.fact);
            self.note(TraceEvent::Committed {
                event: Arc::clone(event),
                shop,
                matched: webhooks.iter().filter(hears).map(|w| w.no).collect(),
                key: key.to_owned(),
            });
        }
    }

    /// Notes whose deliveries a step of the replays armed.
    async fn stepped(&self) {
        let replays = self.context.replays().clone();
        for (place, (shop, before)) in replays.into_iter().enumerate() {
            let Ok(after) = self.context.store.replay(shop, before.id).await else {
                continue;
            };
            if after.done > before.done {
                self.note(TraceEvent::Replayed(after.target));
            }
            if let Some(kept) = self.context.replays().get_mut(place) {
                kept.1 = after;
            }
        }
    }

    /// A step is saved, once it has arrived.
    async fn saved(&self, saved: Saved, now: Timestamp) -> StoreResult<Option<Lease>> {
        let work = async {
            let renewed = self.inner.save(saved.clone(), now).await?;
            if let Some(renewed) = renewed {
                self.note(TraceEvent::Saved {
                    process: self.process.no,
                    expires: now.plus(saved.lease_for),
                    saved: Arc::new(saved),
                    renewed,
                });
            }
            Ok(renewed)
        };
        self.call("save", work).await
    }

    /// Notes the newest events of a shop that came from the store itself.
    async fn noticed(&self, shop: ShopNo) {
        let page = PageRequest::first(100);
        let events = self
            .context
            .store
            .events(shop, EventFilter::default(), page)
            .await;
        let events: Vec<_> = events.map(|page| page.items).unwrap_or_default();
        let notices: Vec<_> = events
            .into_iter()
            .rev()
            .filter(|event| event.fact.r#ref.starts_with("webhooks/"))
            .collect();
        self.committed(&notices, shop, "").await;
    }
}

macro_rules! passes_on {
    ($port:ident { $(fn $call:ident($($name:ident: $type:ty),*) -> $answer:ty;)* } $($rest:tt)*) => {
        #[async_trait]
        impl $port for FaultyStore {
            $(async fn $call(&self, $($name: $type),*) -> StoreResult<$answer> {
                self.call(stringify!($call), self.inner.$call($($name),*)).await
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
    fn target_of(shop: ShopNo, uuid: Uuid) -> Arc<Target>;
    fn target_anywhere(uuid: Uuid) -> (Arc<Shop>, Arc<Target>);
    fn targets(shop: ShopNo, filter: TargetFilter, page: PageRequest) -> Page<Arc<Target>>;
    fn pending(target: TargetNo) -> u64;
    fn recall(shop: Option<ShopNo>, key: &str, fingerprint: &[u8; 32], now: Timestamp) -> Option<Answered>;
    fn remember(shop: Option<ShopNo>, key: Idempotency, now: Timestamp) -> Once<()>;
    fn ready() -> ();
}
    async fn create_target(
        &self,
        webhook: Target,
        now: Timestamp,
        key: Option<Idempotency>,
    ) -> StoreResult<Once<Arc<Target>>> {
        let work = async {
            let made = self.inner.create_target(webhook, now, key).await?;
            if let Once::Now(webhook) = &made {
                self.note(TraceEvent::Kept(Arc::clone(webhook)));
            }
            Ok(made)
        };
        self.call("create_webhook", work).await
    }

    async fn update_target(
        &self,
        webhook: Target,
        now: Timestamp,
        key: Option<Idempotency>,
    ) -> StoreResult<Once<Arc<Target>>> {
        let work = async {
            let made = self.inner.update_target(webhook, now, key).await?;
            if let Once::Now(webhook) = &made {
                self.note(TraceEvent::Kept(Arc::clone(webhook)));
            }
            Ok(made)
        };
        self.call("update_webhook", work).await
    }

    async fn delete_target(&self, shop: ShopNo, uuid: Uuid, now: Timestamp) -> StoreResult<()> {
        let work = async {
            let no = self.inner.target_of(shop, uuid).await?.no;
            self.inner.delete_target(shop, uuid, now).await?;
            self.note(TraceEvent::Deleted(no));
            Ok(())
        };
        self.call("delete_webhook", work).await
    }
);

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

passes_on!(Subjects {
    fn document(shop: ShopNo, kind: SubjectKind, id: &str) -> Document;
    fn documents_of(shop: ShopNo, kind: SubjectKind, ids: Vec<String>) -> Vec<Document>;
    fn documents(shop: ShopNo, kind: SubjectKind, parent: Option<&str>, page: PageRequest) -> Page<Document>;
    fn siblings(shop: ShopNo, kind: SubjectKind, parent: &str, except: &str, bounds: Bounds) -> Siblings;
    fn find_documents(shop: ShopNo, kind: SubjectKind, filter: DocumentFilter, page: PageRequest) -> Page<Document>;
    fn reserve_number(shop: ShopNo, kind: SubjectKind) -> u64;
}
    async fn commit(&self, commit: Commit) -> StoreResult<Committed> {
        let shop = commit.shop.no;
        let key = commit.idempotency.as_ref().map(|i| i.key.clone());
        let work = async {
            let committed = self.inner.commit(commit).await?;
            if let Committed::Now(events) = &committed {
                self.committed(events, shop, &key.unwrap_or_default()).await;
            }
            Ok(committed)
        };
        self.call("commit", work).await
    }
);

passes_on!(Log {
    fn event(shop: ShopNo, id: &str) -> Arc<Event>;
    fn events(shop: ShopNo, filter: EventFilter, page: PageRequest) -> Page<Arc<Event>>;
    fn tallies(shop: ShopNo, since: Timestamp, limit: usize) -> Tallies;
    fn deliveries(shop: ShopNo, filter: DeliveryFilter, page: PageRequest, now: Timestamp) -> Page<Delivery>;
    fn delivery(shop: ShopNo, id: DeliveryId, now: Timestamp) -> (Delivery, Vec<Attempt>);
    fn attempts(shop: ShopNo, id: DeliveryId, before: u32) -> Vec<Attempt>;
    fn replay(shop: ShopNo, id: Uuid) -> Replay;
    fn stats(target: TargetNo, window: Duration, bucket: Duration, now: Timestamp) -> Vec<Bucket>;
}
    async fn create_replay(
        &self,
        shop: ShopNo,
        replay: Replay,
        key: Option<Idempotency>,
    ) -> StoreResult<Once<Replay>> {
        let work = async {
            let ordered = self.inner.create_replay(shop, replay, key).await?;
            if let Once::Now(replay) = &ordered {
                self.context.replays().push((shop, replay.clone()));
            }
            Ok(ordered)
        };
        self.call("create_replay", work).await
    }

    async fn retry(
        &self,
        shop: ShopNo,
        id: DeliveryId,
        now: Timestamp,
        key: Option<Idempotency>,
    ) -> StoreResult<Once<()>> {
        let work = async {
            let ordered = self.inner.retry(shop, id, now, key).await?;
            if let Once::Now(()) = &ordered {
                self.note(TraceEvent::Ordered(id));
            }
            Ok(ordered)
        };
        self.call("retry", work).await
    }
);

passes_on!(Queue {
    fn target(target: TargetNo) -> Arc<Target>;
    fn scan(after: TargetNo, limit: usize, now: Timestamp) -> Scan;
    fn prune(before: Timestamp, limit: usize, now: Timestamp) -> Pruned;
}
    fn attach(&self, intake: Arc<dyn Intake>) {
        *self.intake.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&intake));
        self.inner.attach(Arc::new(NodeIntake {
            inner: intake,
            process: Arc::clone(&self.process),
            wall: Arc::clone(&self.wall),
            context: Arc::clone(&self.context),
        }));
    }

    async fn claim(&self, claim: Claim) -> StoreResult<Claimed> {
        let work = async {
            let keep = claim.keep.clone();
            let claimed = self.inner.claim(claim).await?;
            if let Claimed::Shared(owned) = &claimed {
                self.claimed(&keep, &owned.partitions);
            }
            Ok(claimed)
        };
        self.call(HEARTBEAT, work).await
    }

    async fn waiting(
        &self,
        targets: Targets,
        now: Timestamp,
    ) -> StoreResult<Vec<(TargetNo, Timestamp)>> {
        let work = async {
            let opened = targets == Targets::All;
            let waiting = self.inner.waiting(targets, now).await?;
            if opened {
                self.note(TraceEvent::Opened(self.process.no));
            }
            Ok(waiting)
        };
        self.call("waiting", work).await
    }

    fn takes_together(&self) -> usize {
        self.takes_together
    }

    async fn take_all(
        &self,
        takes: &[Take],
        now: Timestamp,
        lease_for: Duration,
    ) -> StoreResult<Vec<StoreResult<Taken>>> {
        let mut all = Vec::with_capacity(takes.len());
        for take in takes {
            let work = async {
                let takes = std::slice::from_ref(take);
                let taken = self.inner.take_all(takes, now, lease_for).await?;
                let taken = taken.into_iter().next().transpose()?.unwrap_or_default();
                self.granted(&taken.deliveries, now);
                Ok(taken)
            };
            all.push(self.call("take", work).await);
        }
        Ok(all)
    }

    async fn take_named(
        &self,
        deliveries: &[DeliveryId],
        now: Timestamp,
        lease_for: Duration,
    ) -> StoreResult<Vec<Handed>> {
        let work = async {
            let taken = self.inner.take_named(deliveries, now, lease_for).await?;
            self.granted(&taken, now);
            Ok(taken)
        };
        self.call("take by name", work).await
    }

    async fn release(&self, deliveries: Vec<Returned>) -> StoreResult<()> {
        let work = async {
            self.inner.release(deliveries.clone()).await?;
            for Returned { id, lease, .. } in deliveries {
                let process = self.process.no;
                self.note(TraceEvent::Released { process, id, lease });
            }
            Ok(())
        };
        self.call("release", work).await
    }

    async fn record(&self, outcomes: Arc<[Outcome]>, now: Timestamp) -> StoreResult<()> {
        let work = async {
            self.inner.record(Arc::clone(&outcomes), now).await?;
            for outcome in &*outcomes {
                let target = outcome.id.target;
                let told = outcome.verdict.disable.is_some() || outcome.verdict.warn.is_some();
                self.note(TraceEvent::Recorded {
                    process: self.process.no,
                    outcome: Arc::new(outcome.clone()),
                });
                if told {
                    self.look_at(target).await;
                    if let Ok(webhook) = self.context.store.target(target).await {
                        self.noticed(webhook.shop).await;
                    }
                }
            }
            Ok(())
        };
        self.call("record", work).await
    }

    async fn save(&self, saved: Saved, now: Timestamp) -> StoreResult<Option<Lease>> {
        // What was sent arrives, also when its caller was broken off meanwhile.
        let this = self.clone();
        let sent = tokio::spawn(async move { this.saved(saved, now).await });
        let ended = |_| Err(StoreError::Unknown("the call ended".to_owned()));
        sent.await.unwrap_or_else(ended)
    }

    async fn ticket(&self, target: TargetNo, claim: String) -> StoreResult<Option<SavedState>> {
        self.call("ticket", self.inner.ticket(target, claim)).await
    }

    async fn verified(&self, verified: Verified, now: Timestamp) -> StoreResult<()> {
        let work = async {
            let target = verified.target;
            self.inner.verified(verified, now).await?;
            self.look_at(target).await;
            Ok(())
        };
        self.call("verified", work).await
    }

    async fn step_replays(&self, limit: usize, now: Timestamp) -> StoreResult<Stepped> {
        let work = async {
            let more = self.inner.step_replays(limit, now).await?;
            self.stepped().await;
            Ok(more)
        };
        self.call("step_replays", work).await
    }
);
