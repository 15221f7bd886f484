//! What waits to be sent: the engine's side of the store.

use std::sync::Arc;

use async_trait::async_trait;
use claimwire_model::delivery::Attempt;
use claimwire_model::verdict::Verdict;
use claimwire_model::webhook::Webhook;
use claimwire_model::{DeliveryId, TargetNo, Timestamp};

use crate::error::StoreResult;
use crate::intake::{Handed, Intake};

/// What was taken, and when to look again.
#[derive(Debug, Clone, Default)]
pub struct Taken {
    /// Leased to the caller, in the order to be sent.
    pub deliveries: Vec<Handed>,
    /// When the earliest delivery that was not taken is due (it may be past: there is more); none:
    /// nothing else waits.
    pub next_due: Option<Timestamp>,
}

/// An attempt that ended, to be recorded.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Of which delivery.
    pub id: DeliveryId,
    /// The lease that it was made under.
    pub lease_until: Timestamp,
    /// It was ordered by hand.
    pub manual: bool,
    /// What goes on record.
    pub attempt: Attempt,
    /// What follows.
    pub verdict: Verdict,
}

/// The answer to a test event that was owed.
#[derive(Debug, Clone)]
pub struct Verified {
    /// Which webhook.
    pub target: TargetNo,
    /// Its version when the test was sent: a later change of URL owes a new test.
    pub version: u64,
    /// Whether exactly 200 came back: the webhook becomes active.
    pub passed: bool,
}

/// Bounded work that a store does on the side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pruned {
    /// Rows that went.
    pub rows: u64,
    /// Held deliveries among them that never went out.
    pub expired: u64,
    /// There is more to do now.
    pub more: bool,
}

/// The queue of deliveries.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Tells the store who takes new deliveries in memory. Without one all wait to be taken.
    fn attach(&self, intake: Arc<dyn Intake>);
    /// At start: gives up every lease of an earlier life of this node, and names all targets with
    /// something waiting and when the first of it is due, and every webhook that owes a test event.
    async fn waiting(&self, now: Timestamp) -> StoreResult<Vec<(TargetNo, Timestamp)>>;
    /// The webhook as it is now.
    async fn target(&self, target: TargetNo) -> StoreResult<Arc<Webhook>>;
    /// Leases at most `limit` due deliveries of one active target, until `lease_until`. Manual ones
    /// first, then by due time. For an ordered webhook: in event order, and of each subject (or of
    /// the webhook) only a run that begins with the earliest unfinished delivery, if that is due and
    /// not leased.
    async fn take(
        &self,
        target: TargetNo,
        limit: usize,
        now: Timestamp,
        lease_until: Timestamp,
    ) -> StoreResult<Taken>;
    /// Gives leased deliveries back unattempted, due as they were.
    async fn release(&self, deliveries: Vec<DeliveryId>) -> StoreResult<()>;
    /// Records attempts with what follows from them: delivery, health, pause, warning and disabling
    /// (once, with its operational event), in one commit. An outcome whose delivery was leased anew
    /// meanwhile adds its attempt to the record and changes nothing else, unless it is `Delivered`.
    async fn record(&self, outcomes: Vec<Outcome>, now: Timestamp) -> StoreResult<()>;
    /// Records the answer to a test event that was owed.
    async fn verified(&self, verified: Verified, now: Timestamp) -> StoreResult<()>;
    /// Goes on with running replays: looks at no more than `limit` events. True: there is more.
    async fn step_replays(&self, limit: usize, now: Timestamp) -> StoreResult<bool>;
    /// Removes what was made before `before` and is finished or held, what deleted shops and webhooks
    /// left, and idempotency records older than 24 hours: at most `limit` rows.
    async fn prune(&self, before: Timestamp, limit: usize, now: Timestamp) -> StoreResult<Pruned>;
}
