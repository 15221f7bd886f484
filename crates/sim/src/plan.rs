//! What a seed makes: how many nodes, what limits, which troubles, how long.

use std::time::Duration;

use claimwire_engine::Limits;

use crate::chance::Chance;
use crate::faults::Odds;

/// How right the nodes' clocks are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clocks {
    /// All show the true time.
    Right,
    /// They drift apart, and jump.
    Wrong,
}

/// What a seed makes.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Which seed.
    pub seed: u64,
    /// Nodes, 1 to 4.
    pub nodes: usize,
    /// The store is one that other nodes could share.
    pub shared: bool,
    /// How right the nodes' clocks are.
    pub clocks: Clocks,
    /// What goes wrong with the store.
    pub odds: Odds,
    /// Nodes freeze now and then.
    pub freezes: bool,
    /// The network between a node and the store is cut now and then.
    pub partitions: bool,
    /// The mean time between two crashes of a node; none: only in store calls.
    pub crash_every_ms: Option<u64>,
    /// The mean time between two restarts of the store.
    pub store_restarts_every_ms: Option<u64>,
    /// How long things go wrong.
    pub trouble_ms: u64,
    /// Shops.
    pub shops: u64,
    /// Webhooks of each.
    pub webhooks: u64,
    /// How many of them are connectors, in percent.
    pub connectors_percent: u64,
    /// Writers, each at its own pace.
    pub writers: u64,
    /// What each of them does.
    pub operations: u64,
    /// Delays in retry tables and wishes for quiet go up to this many seconds.
    pub longest_wait_s: u64,
    /// The engines' limits.
    pub limits: Limits,
}

/// How far a wrong clock goes wrong by a jump.
pub const JUMP_MS: u64 = 20_000;
/// How much a wrong clock drifts, in millionths.
pub const DRIFT_PPM: u64 = 300;

impl Plan {
    /// The plan of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let chance = Chance::new(seed);
        let big = chance.percent(2);
        let nodes = match chance.below(10) {
            0..5 => 1,
            5..7 => 2,
            7..9 => 3,
            _ => 4,
        };
        let shared = nodes > 1 || chance.percent(30);
        // A node that nobody takes over from gets back what it lost: what it sent before meets its new ownership.
        let gets_back = shared && nodes == 1;
        let longest_wait_s = chance.pick(8, &[8, 60, 60, 300, 3600]);
        // Days of heartbeats take too long.
        let longest_wait_s = if chance.percent(2) && !shared {
            100_000
        } else {
            longest_wait_s
        };
        let often = |percent, rate| if chance.percent(percent) { rate } else { 0 };
        let odds = Odds {
            refused: often(60, 20_000),
            lost: often(60, 20_000),
            lost_notifications: if shared { 50 } else { 0 },
            slow: often(40, 20_000),
            slow_heartbeats: if shared { often(40, 200_000) } else { 0 },
            deadly: often(60, 15_000),
        };
        // Ownership that ends must find something to break off.
        let partitions = shared && chance.percent(if gets_back { 80 } else { 35 });
        let busy = big || partitions || odds.slow_heartbeats > 0;
        let some = |percent: u64, value: u64| chance.percent(percent).then_some(value);
        Self {
            seed,
            nodes: usize::try_from(nodes).unwrap_or(1),
            shared,
            clocks: chance.pick(Clocks::Right, &[Clocks::Right, Clocks::Wrong]),
            odds,
            freezes: chance.percent(25),
            partitions,
            crash_every_ms: some(50, 60_000),
            store_restarts_every_ms: some(30, 60_000),
            trouble_ms: chance.pick(20_000, &[60_000, 200_000, 600_000]),
            shops: chance.between(1, 3),
            webhooks: if big { 8 } else { chance.between(1, 3) },
            connectors_percent: match partitions && gets_back {
                true => 60,
                false => chance.pick(0, &[0, 30, 60]),
            },
            writers: chance.between(1, 3),
            operations: if busy { 60 } else { chance.between(3, 9) },
            longest_wait_s,
            limits: limits(&chance, longest_wait_s),
        }
    }

    /// How much later than its due time anything may be seen to be, and how much earlier, in true time.
    #[must_use]
    pub fn slack_ms(&self) -> u64 {
        match self.clocks {
            Clocks::Right => 0,
            Clocks::Wrong => 4 * JUMP_MS + self.longest_wait_s * 2 * DRIFT_PPM / 1000,
        }
    }
}

fn limits(chance: &Chance, longest_wait_s: u64) -> Limits {
    let size = |first, others: &[usize]| chance.pick(first, others);
    let idle = Duration::from_secs(10 + longest_wait_s / 20);
    let queued = size(1024, &[1, 2, 4, 1024]);
    Limits {
        queued_per_webhook: queued,
        queued_per_quick_webhook: 2 * queued,
        queued_bytes: size(usize::MAX, &[2000, 20_000, usize::MAX]),
        in_flight: size(usize::MAX, &[1, 3, usize::MAX]),
        unrecorded: size(8192, &[1, 2, 4, 8192]),
        record_group: size(512, &[1, 2, 512]),
        takes_at_once: size(4, &[1, 2]),
        lease: Duration::from_secs(chance.pick(120, &[45])),
        verifications_at_once: size(64, &[1]),
        replay_step: size(500, &[1, 3]),
        prune_step: 50,
        replay_every: idle,
        prune_every: idle * 10,
        scan_every: idle,
        scan_step: size(512, &[1, 3]),
        ..Limits::default()
    }
}
