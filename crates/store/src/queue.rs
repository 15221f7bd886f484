//! The queue of deliveries: the engine's side of the storage port.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use claimwire_model::delivery::{Attempt, SavedState};
use claimwire_model::lease::Lease;
use claimwire_model::target::Target;
use claimwire_model::verdict::Verdict;
use claimwire_model::{DeliveryId, EventNo, TargetNo, Timestamp};

use crate::error::StoreResult;
use crate::handed::{Handed, Returned};
use crate::intake::Intake;
use crate::ownership::{Claim, Claimed, Targets};

/// The deliveries taken, and when to take again.
#[derive(Debug, Clone, Default)]
pub struct Taken {
    /// Leased to the caller, in the order to be sent.
    pub deliveries: Vec<Handed>,
    /// When to take again: when the earliest delivery that was not taken is due (it may be past: there
    /// is more). One leased earlier counts as due when its lease ends, at the soonest; so does what an
    /// ordered webhook keeps behind it. While the webhook is paused not before the pause ends. None:
    /// nothing else waits, or the webhook is not active.
    pub next_due: Option<Timestamp>,
}

/// Which deliveries of a target to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Take {
    /// The target.
    pub target: TargetNo,
    /// At most so many.
    pub limit: usize,
    /// What the caller has in hand of it without a lease in the store ([`Queue::take_named`]), or asks for: left out.
    pub in_hand: Vec<EventNo>,
}

/// A part of a scan of all targets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scan {
    /// Active targets with something that could be taken now, and webhooks that owe a test event since
    /// [`TEST_LEFT_OWING`] or longer.
    pub waiting: Vec<TargetNo>,
    /// Where the next step continues; none: the scan begins anew.
    pub next: Option<TargetNo>,
}

/// A test event that is still owed so long after its webhook was changed was left by a node that died.
pub const TEST_LEFT_OWING: Duration = Duration::from_secs(60);

/// An attempt that ended, to be recorded.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Of which delivery.
    pub id: DeliveryId,
    /// The lease that it was made under.
    pub lease: Lease,
    /// It was ordered by hand.
    pub manual: bool,
    /// What goes on record; shared, so that a caller who may have to ask again copies little.
    pub attempt: Arc<Attempt>,
    /// What follows.
    pub verdict: Verdict,
}

/// A step of a run that takes several, to be on record before the next one begins.
#[derive(Debug, Clone)]
pub struct Saved {
    /// Of which delivery.
    pub id: DeliveryId,
    /// The lease that the run is made under.
    pub lease: Lease,
    /// For how long it is renewed.
    pub lease_for: Duration,
    /// The request that was made for it; none: it is on record, or there was none.
    pub attempt: Option<Arc<Attempt>>,
    /// What the run goes on from, in place of what was saved before; none: that stays.
    pub state: Option<SavedState>,
    /// What is on record from now on of a claim at the delivery's target ([`Queue::ticket`]).
    pub ticket: Option<Ticket>,
}

/// What a target's driver keeps of a claim: where the claim is at the vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The claim's id.
    pub claim: String,
    /// The driver's own business.
    pub state: SavedState,
}

impl Saved {
    /// Whether it is on record already, under this lease that it got: asked again because its answer was
    /// lost. `has` tells whether an attempt is on record.
    pub fn was_done(&self, kept: Lease, has: impl FnOnce(&Attempt) -> bool) -> bool {
        let renewed = Lease {
            until: kept.until,
            ..self.lease
        };
        kept == renewed
            && kept.until > self.lease.until
            && self.attempt.as_ref().is_some_and(|attempt| has(attempt))
    }
}

/// The answer to a test event.
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
    /// Rows that went or were marked `expired`.
    pub rows: u64,
    /// Held deliveries that were dropped now: they never went out.
    pub expired: u64,
    /// There is more to do now.
    pub more: bool,
}

/// What a step of the replays came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stepped {
    /// One went on, or ended.
    Worked,
    /// Those whose turn it was wait until less is due for their targets.
    Full,
    /// None runs.
    Nothing,
}

/// How many replays one step tries until one can go on.
pub const REPLAYS_TRIED: usize = 16;

/// The queue of deliveries.
///
/// There is one delivery per event and webhook, for ever: a replay arms it again, a retry orders an
/// attempt on top. Its attempts are numbered 1, 2, … by the store as they are recorded.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Tells the store who takes new deliveries in memory. Without one all wait to be taken.
    fn attach(&self, intake: Arc<dyn Intake>);
    /// A node's heartbeat. What it keeps is its own for [`crate::ownership::OWNED_FOR`] more, and it
    /// takes what nobody owns, up to its share of what the nodes share that are not leaving
    /// ([`claimwire_model::ownership::Plan`]). What it had and does not keep anyone may take; so may
    /// anyone what was owned by a node whose last heartbeat is too long ago. To be called again and
    /// again, unless the answer is [`Claimed::Everything`].
    async fn claim(&self, claim: Claim) -> StoreResult<Claimed> {
        let _ = claim;
        Ok(Claimed::Everything)
    }
    /// Names those of `targets` that are active and have something waiting, and when the first of it is
    /// due; and every webhook that owes a test event, due now. Each target once. In a store that one
    /// node has to itself this gives up every lease of an earlier life of it.
    async fn waiting(
        &self,
        targets: Targets,
        now: Timestamp,
    ) -> StoreResult<Vec<(TargetNo, Timestamp)>>;
    /// On a store that several nodes share: reads at most `limit` targets with a number above `after`, in
    /// the order of numbers, for what this node was not notified of: what another node's call made due,
    /// and what a dead node had leased. To be called again and again.
    ///
    /// Only targets that this node owns are named. A node that has the store to itself is notified of
    /// every change, and need not scan.
    async fn scan(&self, after: TargetNo, limit: usize, now: Timestamp) -> StoreResult<Scan> {
        let _ = (after, limit, now);
        Ok(Scan::default())
    }
    /// The webhook as it is now.
    async fn target(&self, target: TargetNo) -> StoreResult<Arc<Target>>;
    /// Leases at most `limit` due deliveries of one active target for `lease_for`. Those ordered by
    /// hand first (they wait for nothing but a lease), then by due time and event. Nothing while the
    /// webhook is paused, not active or gone, or not owned by this node. When the lease is over the store's
    /// clock decides.
    ///
    /// For an ordered webhook: in event order, and of each subject (or of the webhook) only a run that
    /// begins with the earliest unfinished delivery, if that may go and is not leased, and ends before
    /// the first that may not, or behind one ordered by hand. An event without a subject waits for no
    /// other, nor does a finished delivery that is ordered by hand.
    ///
    /// An attempt ordered by hand is owed until it is recorded: neither a release nor a lease that
    /// ran out uses it up.
    ///
    /// What was leased before is in doubt ([`Handed::in_doubt`]) until an end of it is recorded, unless it was given
    /// back. A store that does not keep leases over a start takes all from before that to be in doubt.
    async fn take(
        &self,
        target: TargetNo,
        limit: usize,
        now: Timestamp,
        lease_for: Duration,
    ) -> StoreResult<Taken> {
        let take = Take {
            target,
            limit,
            in_hand: Vec::new(),
        };
        let taken = self.take_all(&[take], now, lease_for).await?;
        taken
            .into_iter()
            .next()
            .unwrap_or_else(|| Ok(Taken::default()))
    }
    /// For how many targets a [`Self::take_all`] costs little more than a [`Self::take`] for one.
    fn takes_together(&self) -> usize {
        1
    }
    /// A [`Self::take`] for each of these; no target twice. The answers are in the same order, each its own: one that fails holds
    /// up no other. Of an ordered target nothing
    /// is taken while the caller has something of it in hand that is to be left out.
    async fn take_all(
        &self,
        takes: &[Take],
        now: Timestamp,
        lease_for: Duration,
    ) -> StoreResult<Vec<StoreResult<Taken>>>;
    /// Hands out those of these deliveries, new ones of which [`Intake::offer`] told, that this node may have at once as if
    /// they had been handed over with their commit: nothing was tried or leased of them yet, and their targets are active
    /// webhooks, not ordered, not paused, and this node's. In the order of their numbers. What is not answered is left to a take.
    ///
    /// The store changes nothing and remembers nothing: their leases are [unwritten](Lease::unwritten). Only the owner takes
    /// what is its own, so it is for the caller to name what it has in hand of this with each [`Self::take_all`] until an
    /// outcome is recorded. What it forgets, a take brings. `expires` is `lease_for` from now.
    async fn take_named(
        &self,
        deliveries: &[DeliveryId],
        now: Timestamp,
        lease_for: Duration,
    ) -> StoreResult<Vec<Handed>> {
        let _ = (deliveries, now, lease_for);
        Ok(Vec::new())
    }
    /// How long after the beginning of a [`Self::record`] the next one had better wait, so that it is for more outcomes:
    /// where each costs much, whatever it is for. What a webhook's order waits for need not wait itself.
    fn between_records(&self) -> Duration {
        Duration::ZERO
    }
    /// Gives leased deliveries back unattempted, due as they were: those that are still under the lease
    /// that is named with them.
    async fn release(&self, deliveries: Vec<Returned>) -> StoreResult<()>;
    /// Records attempts with what follows from them: delivery, health, pause, warning and disabling
    /// (once, with its operational event), in one commit.
    ///
    /// - `Delivered` ends the delivery; what is delivered stays so until a replay.
    /// - `RetryAt` and `GiveUp` count a failure; `Unchanged` leaves due time and failures alone.
    /// - Each attempt counts in the health, manual ones too, at the time it ended.
    /// - Of an active webhook a warning is kept and told once until a success, and a disabling once; its
    ///   version grows with the latter. The operational event gets its deliveries as any other.
    ///
    /// An outcome is late when its delivery is no longer under its lease ([`Lease::covers`]): leased anew, released or
    /// recorded, or its target's partition is in a newer epoch. A late one adds its attempt to the record and changes nothing else, unless it is
    /// `Delivered`; one that started and lasted as an attempt on record is that attempt, recorded
    /// twice, and does nothing at all. What is gone is passed over.
    async fn record(&self, outcomes: Arc<[Outcome]>, now: Timestamp) -> StoreResult<()>;
    /// Saves a step of a run: its attempt, what was found out, and the renewed lease, in one commit. The
    /// attempt counts neither for the delivery's schedule nor in the health: the end of the run does.
    /// What was saved is handed out with the delivery ([`Handed::state`]) until that is delivered or
    /// armed again by a replay.
    ///
    /// Answers with the renewed lease. `None`: the delivery is not under the lease any more, or the node
    /// does not own the target any more, and nothing was done. Asked again after it was done, it is done
    /// no second time and answers the same.
    async fn save(&self, saved: Saved, now: Timestamp) -> StoreResult<Option<Lease>>;
    /// What was saved last of a claim at a target, whichever delivery it was saved with. It stays for as
    /// long as the target and the claim are there, and at least until a deleted claim's events are pruned.
    async fn ticket(&self, target: TargetNo, claim: String) -> StoreResult<Option<SavedState>>;
    /// Records the answer to a test event, owed or not: none is owed any more, and one that passed
    /// makes an unverified webhook active. Passed over when the webhook is gone or has another version.
    async fn verified(&self, verified: Verified, now: Timestamp) -> StoreResult<()>;
    /// Goes on with one running replay. Shops take turns, and in a shop its targets; how many wait is
    /// nothing to a step. A step looks for what is to be made due, at no more than `limit` events that were
    /// committed in the replay's span, and makes due what was found, up to
    /// [`REPLAY_AHEAD`](claimwire_model::replay::REPLAY_AHEAD) deliveries. Of the events that match, `failed` arms again what ended `failed`,
    /// `missing` makes what is not there, `all` does both and arms again everything that is finished. Armed
    /// again: due now, its failures forgotten, its attempts kept. What waits already is left alone.
    ///
    /// Of an active webhook no more is made due while as many of its deliveries are due already, so that what
    /// happens meanwhile stands behind few; the search goes on. When a replay is done, the next that waits
    /// for its target runs.
    async fn step_replays(&self, limit: usize, now: Timestamp) -> StoreResult<Stepped>;
    /// One step of tidying up: at most `limit` rows. Held deliveries made before `before` become
    /// `expired` and are shown for [`EXPIRED_SHOWN`](claimwire_model::delivery::EXPIRED_SHOWN) more; finished and cancelled ones go with their
    /// attempts, and events with the last of their deliveries. What an active webhook still waits for
    /// stays, however old. Idempotency records older than 24 hours go, replays that are done and older
    /// than `before`, and all that deleted shops left.
    async fn prune(&self, before: Timestamp, limit: usize, now: Timestamp) -> StoreResult<Pruned>;
}
