//! Arrays of events that are written behind their commit. An array's commit writes its rows in one piece while nobody
//! else waits. Once another shop does, what is left is put down as it is, in parts, and so committed with all of the
//! array: all or nothing. The rows of each part follow between groups, which the others' writes are in.
//!
//! Until the last part has its rows, no other job of the shop runs, so that each sees all before it; the caller is
//! answered then. What a crash leaves is written by the next process.

pub(crate) mod write;

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use claimwire_model::ShopNo;
use claimwire_store::StoreResult;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::error::Result;
use crate::rows;

/// Events of one part.
pub(crate) const EVENTS: usize = 24;
/// About what the texts of one part have, in bytes, unless one event alone has more.
pub(crate) const BYTES: usize = 128 * 1024;
/// How long nothing is tried again that failed.
const RETRY: Duration = Duration::from_millis(100);

type Answer = oneshot::Sender<StoreResult<()>>;

/// Shops that have parts left.
#[derive(Default)]
pub(crate) struct Parts {
    /// The next one first.
    turns: VecDeque<ShopNo>,
    /// Who waits for a shop's last part.
    answers: HashMap<ShopNo, Answer>,
    /// Shops whose array this group put down.
    begun: Vec<(ShopNo, Answer)>,
    /// How many turns this group took.
    taken: usize,
    /// Shops whose last part this group wrote.
    ended: Vec<ShopNo>,
    /// After a failure: nothing is tried before.
    not_before: Option<Instant>,
    /// What the last group's sync took.
    sync: Duration,
}

impl Parts {
    /// What an earlier process left.
    pub(crate) fn left(conn: &Connection) -> Result<Self> {
        Ok(Self {
            turns: rows::part::shops(conn)?.into(),
            ..Self::default()
        })
    }

    /// Shops whose jobs wait for their parts.
    pub(crate) fn shops(&self) -> impl Iterator<Item = ShopNo> {
        self.turns.iter().copied()
    }

    /// A shop's array is put down; `answer` is given when it has all its rows.
    pub(crate) fn begin(&mut self, shop: ShopNo, answer: Answer) {
        self.begun.push((shop, answer));
    }

    /// A group's commit and its sync took so long.
    pub(crate) fn synced(&mut self, took: Duration) {
        self.sync = took;
    }

    /// Whether this group put an array down.
    pub(crate) fn has_begun(&self) -> bool {
        !self.begun.is_empty()
    }

    /// In how long there is something to write; none: never.
    pub(crate) fn due_in(&self, now: Instant) -> Option<Duration> {
        let wait = |at: Instant| at.saturating_duration_since(now);
        (!self.turns.is_empty()).then(|| self.not_before.map_or(Duration::ZERO, wait))
    }

    /// The group is committed: the shops that are held from now on, and those that are no more.
    pub(crate) fn publish(&mut self) -> (Vec<ShopNo>, Vec<ShopNo>) {
        self.not_before = None;
        let turns = self.taken.min(self.turns.len());
        self.turns.rotate_left(turns);
        self.taken = 0;
        let ended = std::mem::take(&mut self.ended);
        self.turns.retain(|shop| !ended.contains(shop));
        for shop in &ended {
            if let Some(answer) = self.answers.remove(shop) {
                // A caller that no longer listens has lost its answer, not its write.
                let _ = answer.send(Ok(()));
            }
        }
        let begun = std::mem::take(&mut self.begun);
        let held = begun.iter().map(|(shop, _)| *shop).collect();
        self.turns.extend(begun.iter().map(|(shop, _)| *shop));
        self.answers.extend(begun);
        (held, ended)
    }

    /// The group was undone.
    pub(crate) fn undo(&mut self, now: Instant) {
        self.begun.clear();
        self.ended.clear();
        if std::mem::take(&mut self.taken) > 0 {
            self.not_before = Some(now + RETRY);
        }
    }
}
