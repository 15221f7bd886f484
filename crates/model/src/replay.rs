//! Sending again what a target missed (contract section 2).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::delivery::Stage;
use crate::filter::Subscription;
use crate::id::TargetNo;
use crate::time::Timestamp;

/// How many deliveries of one active target may be due before a replay makes no more due, and how many it
/// makes in one step at most.
pub const REPLAY_AHEAD: usize = 100;
/// Replays of one target that may wait behind the one that runs.
pub const REPLAYS_WAITING: usize = 5;

/// Which deliveries of the span are sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReplayStatus {
    /// Those that ended `failed`.
    Failed,
    /// Every one, and those missing.
    All,
    /// Events that match the target but have no delivery for it.
    Missing,
}

/// How far a replay is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReplayState {
    /// Another one of its target runs, or waits before it.
    Waiting,
    /// Still going through the events.
    Running,
    /// Everything has been queued.
    Done,
}

/// A durable order to send again.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    /// For the outside.
    pub id: Uuid,
    /// To which target.
    pub target: TargetNo,
    /// Its uuid.
    pub target_uuid: Uuid,
    /// Events that came to be at or after; that is when they were committed, whatever their `triggered_at`.
    pub since: Timestamp,
    /// Events that came to be before; the order's own time when absent.
    pub until: Timestamp,
    /// Which of them.
    pub status: ReplayStatus,
    /// Only events that these entries match; the target's own when absent.
    pub enabled_events: Option<Vec<String>>,
    /// How far it is.
    pub state: ReplayState,
    /// Events looked at so far.
    pub scanned: u64,
    /// Deliveries found so far that are to be made due; at the end, how many were.
    pub total: u64,
    /// Deliveries made due so far.
    pub done: u64,
    /// When it was ordered.
    pub created_at: Timestamp,
}

/// What a replay does with one event for its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendAgain {
    /// Nothing.
    No,
    /// Arms the delivery there is: [`Progress::rearm`](crate::delivery::Progress::rearm).
    Rearm,
    /// Makes the delivery that is missing.
    Make,
}

impl ReplayStatus {
    /// What to do about a delivery at this stage; none: there is no delivery. What waits already is left
    /// alone.
    #[must_use]
    pub fn send_again(self, stage: Option<Stage>) -> SendAgain {
        match (self, stage) {
            (Self::Failed | Self::All, Some(Stage::Failed))
            | (Self::All, Some(Stage::Delivered | Stage::Expired)) => SendAgain::Rearm,
            (Self::Missing | Self::All, None) => SendAgain::Make,
            _ => SendAgain::No,
        }
    }
}

impl Replay {
    /// How a new one begins, where so many of its target are not done; none: too many wait already.
    #[must_use]
    pub fn first_state(unfinished: usize) -> Option<ReplayState> {
        match unfinished {
            0 => Some(ReplayState::Running),
            1..=REPLAYS_WAITING => Some(ReplayState::Waiting),
            _ => None,
        }
    }

    /// A step of it: so many events more were looked at and so many deliveries found, and so many were made
    /// due; `ended`: there is nothing left to do.
    pub fn step(&mut self, scanned: usize, found: usize, made: usize, ended: bool) {
        let add = |sum: &mut u64, count: usize| {
            *sum = sum.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        };
        add(&mut self.scanned, scanned);
        add(&mut self.total, found);
        add(&mut self.done, made);
        // A delivery may have ended, or gone out, between the search and its turn.
        self.total = self.total.max(self.done);
        if ended {
            self.total = self.done;
            self.state = ReplayState::Done;
        }
    }

    /// What it chose of what its target is subscribed to.
    #[must_use]
    pub fn subscription(&self, own: &Subscription) -> Subscription {
        let entries = self.enabled_events.clone();
        entries
            .and_then(|entries| Subscription::new(own.dialect, own.source_filter, entries).ok())
            .unwrap_or_else(|| own.clone())
    }
}

/// How many deliveries a step may make due for a target of which `due` are due already, so that what
/// happens meanwhile stands behind few. For one that is not active nothing is due, only held.
#[must_use]
pub fn room(active: bool, due: usize) -> usize {
    if active {
        REPLAY_AHEAD.saturating_sub(due)
    } else {
        REPLAY_AHEAD
    }
}
