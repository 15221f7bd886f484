//! What goes wrong, how often; nothing any more once it is calm.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::chance::Chance;

/// The store's call that keeps a node's ownership.
pub const HEARTBEAT: &str = "claim";

/// A caller gives up what does not pass the network after this long at most.
const MOST_PATIENT_MS: u64 = 15_000;

/// How often each thing goes wrong.
#[derive(Debug, Clone, Default)]
pub struct Odds {
    /// Store calls in a million that are refused.
    pub refused: u64,
    /// Store calls in a million that do their work but whose answer is lost.
    pub lost: u64,
    /// Of those, in a hundred, that the store's news are lost of, too.
    pub lost_notifications: u64,
    /// Store calls in a million that take seconds.
    pub slow: u64,
    /// Heartbeats in a million that take seconds, on the way there and on the way back.
    pub slow_heartbeats: u64,
    /// Store calls in a million that the node dies in.
    pub deadly: u64,
}

/// What becomes of a store call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is done and answered.
    Fine,
    /// It does nothing and says so.
    Refused,
    /// The store is down.
    Down,
    /// It is done, and its answer is an error.
    Lost,
    /// It is done, and neither its answer nor its news arrive.
    LostWithNotifications,
    /// The node dies before it.
    DiesBefore,
    /// The node dies after it, before the answer.
    DiesAfter,
}

/// The faults of the store.
#[derive(Debug)]
pub struct Faults {
    odds: Odds,
    chance: Chance,
    calm: AtomicBool,
    down_until: AtomicU64,
}

impl Faults {
    /// Faults by these odds.
    #[must_use]
    pub fn new(odds: Odds, chance: Chance) -> Self {
        Self {
            odds,
            chance,
            calm: AtomicBool::new(false),
            down_until: AtomicU64::new(0),
        }
    }

    /// Nothing goes wrong any more.
    pub fn calm(&self) {
        self.calm.store(true, Ordering::SeqCst);
        self.down_until.store(0, Ordering::SeqCst);
    }

    /// Whether it is.
    pub fn is_calm(&self) -> bool {
        self.calm.load(Ordering::SeqCst)
    }

    /// The store restarts, and is there again then.
    pub fn down_until(&self, at: u64) {
        self.down_until.store(at, Ordering::SeqCst);
    }

    /// The fate of a call.
    pub fn fate(&self) -> Fate {
        let odds = &self.odds;
        let mut at = self.chance.below(1_000_000);
        if self.is_calm() {
            return Fate::Fine;
        }
        for (share, fate) in [
            (odds.refused, Fate::Refused),
            (odds.lost, Fate::Lost),
            (odds.deadly / 2, Fate::DiesBefore),
            (odds.deadly / 2, Fate::DiesAfter),
        ] {
            if at < share {
                let deaf = fate == Fate::Lost && self.chance.percent(odds.lost_notifications);
                return if deaf {
                    Fate::LostWithNotifications
                } else {
                    fate
                };
            }
            at -= share;
        }
        Fate::Fine
    }

    /// Whether the store is down.
    pub fn is_down(&self, now: u64) -> bool {
        now < self.down_until.load(Ordering::SeqCst)
    }

    /// What becomes of what is sent while the network is cut for `ms` more: sent again until it passes, or given up
    /// before that, after so long.
    pub fn given_up_after(&self, ms: u64) -> Option<u64> {
        let patience = self.chance.between(1, MOST_PATIENT_MS);
        let given_up = self.chance.percent(50);
        (given_up && patience < ms).then_some(patience)
    }

    /// How long a way of this call to the store, or back, takes; whether that is remarkable.
    pub fn way(&self, call: &str) -> (u64, bool) {
        let odds = match call {
            HEARTBEAT => self.odds.slow.max(self.odds.slow_heartbeats),
            _ => self.odds.slow,
        };
        let slow = self.chance.millionths(odds) && !self.is_calm();
        let ms = match self.chance.below(4) {
            _ if slow => self.chance.between(500, 8000),
            0 | 1 => 0,
            _ => self.chance.between(1, 6),
        };
        (ms, slow)
    }
}
