//! Every bound of the engine, by name.

use std::time::Duration;

/// What an engine does of all that it could, where others on its store do the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duties {
    /// Owns targets and makes the attempts of their deliveries.
    pub deliver: bool,
    /// Prunes, and goes on with replays.
    pub housekeeping: bool,
}

/// How much the engine holds and does at once. The defaults suit a small server.
#[derive(Debug, Clone)]
pub struct Limits {
    /// What it does.
    pub duties: Duties,
    /// Finished and held deliveries are kept this long (`--retention-days`).
    pub retention: Duration,
    /// Deliveries of one webhook that wait in memory for a slot.
    pub queued_per_webhook: usize,
    /// Of one whose oldest has waited for less than half a second.
    pub queued_per_quick_webhook: usize,
    /// Bytes of deliveries held in memory, waiting or under way, over all webhooks, and of their events, each of which
    /// counts once. Beyond it those of a shop with more than its share get one at a time.
    pub queued_bytes: usize,
    /// Attempts under way over all webhooks. Beyond it a webhook of a shop with more than its share may
    /// still have one, so that those that hang do not lock out their neighbours.
    pub in_flight: usize,
    /// Ended attempts that wait to be recorded; beyond it no attempt begins.
    pub unrecorded: usize,
    /// Ended attempts recorded in one commit.
    pub record_group: usize,
    /// Webhooks whose deliveries are being fetched from the store at once, each by itself. A store that takes for many
    /// together ([`claimwire_store::Queue::takes_together`]) is asked once at a time.
    pub takes_at_once: usize,
    /// How long a delivery taken from the store is ours: the wait in memory and the longest attempt.
    pub lease: Duration,
    /// What a lease must outlast the attempts made under it by: for the record, and because the clocks
    /// of the nodes that share a store are not the same.
    pub lease_margin: Duration,
    /// How often a store that several nodes share hears that this one lives and what it owns: several times
    /// within [`claimwire_store::ownership::OWNED_FOR`].
    pub heartbeat_every: Duration,
    /// How often a store that several nodes share is scanned for what other nodes left.
    pub scan_every: Duration,
    /// Webhooks that one step of the scan reads.
    pub scan_step: usize,
    /// Test events on their way to unverified webhooks at once.
    pub verifications_at_once: usize,
    /// Events that a replay looks at in one step.
    pub replay_step: usize,
    /// The pause between two steps of replays.
    pub replay_pause: Duration,
    /// Rows that go in one step of pruning.
    pub prune_step: usize,
    /// The pause between two steps of pruning, so that live traffic goes between them, and of replays while
    /// their targets have enough to do.
    pub step_pause: Duration,
    /// How often the store is asked for replays that were ordered.
    pub replay_every: Duration,
    /// How often the store is asked for rows to prune.
    pub prune_every: Duration,
    /// The wait before the store is asked again after it could not answer.
    pub store_pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            duties: Duties {
                deliver: true,
                housekeeping: true,
            },
            retention: Duration::from_secs(30 * 24 * 60 * 60),
            queued_per_webhook: 1024,
            queued_per_quick_webhook: 8192,
            queued_bytes: 40 * 1024 * 1024,
            in_flight: 16_384,
            unrecorded: 8192,
            record_group: 512,
            takes_at_once: 4,
            lease: Duration::from_secs(120),
            lease_margin: Duration::from_secs(5),
            heartbeat_every: Duration::from_millis(2500),
            scan_every: Duration::from_secs(2),
            scan_step: 1000,
            verifications_at_once: 64,
            replay_step: 10_000,
            replay_pause: Duration::from_millis(5),
            prune_step: 500,
            step_pause: Duration::from_millis(50),
            replay_every: Duration::from_secs(1),
            prune_every: Duration::from_secs(60),
            store_pause: Duration::from_secs(1),
        }
    }
}
