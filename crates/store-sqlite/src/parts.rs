//! Arrays of events that are written behind their commit. An array's commit writes its rows in one piece while nobody
//! else waits. Once another shop does, what is left is put down as it is, in parts, and so committed with all of the
//! array: all or nothing. The rows of each part follow between groups, which the others' writes are in.
//!
//! Until the last part has its rows, no other job of the shop runs, so that each sees all before it; the caller is
//! answered then. What a crash leaves is written by the next process.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use claimwire_model::ShopNo;
use claimwire_model::id::time_of_number;
use claimwire_store::StoreResult;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::error::{Error, Result};
use crate::jobs::fan_out::FanOut;
use crate::rows;
use crate::work::Work;

/// Events of one part.
pub(crate) const EVENTS: usize = 24;
/// About what the texts of one part have, in bytes, unless one event alone has more.
pub(crate) const BYTES: usize = 128 * 1024;
/// Deliveries of one part that are made with it; more are made behind it.
const DELIVERIES: usize = 256;
/// For how long a group writes parts when somebody waits for it: as long as its sync takes, between these.
const BESIDE: (Duration, Duration) = (Duration::from_micros(300), Duration::from_millis(1));
/// And when nobody does, unless another shop comes meanwhile.
const ALONE: Duration = Duration::from_millis(4);
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

/// Writes parts, of one shop after another; for a short time if somebody waits for this group, or for the next one.
pub(crate) fn step(work: &mut Work, awaited: bool) -> Result<()> {
    let begun = Instant::now();
    let beside = work.parts.sync.clamp(BESIDE.0, BESIDE.1);
    let time = if awaited { beside } else { ALONE };
    while work.parts.due_in(begun) == Some(Duration::ZERO)
        && (work.parts.taken == 0 || begun.elapsed() < time)
    {
        let place = work.parts.taken % work.parts.turns.len().max(1);
        let Some(shop) = work.parts.turns.get(place).copied() else {
            break;
        };
        if work.parts.taken > 0 && work.others_wait(shop) {
            break;
        }
        work.parts.taken += 1;
        if work.parts.ended.contains(&shop) {
            if work.parts.ended.len() == work.parts.turns.len() {
                break;
            }
            continue;
        }
        if of_shop(work, shop)? {
            work.parts.ended.push(shop);
        }
    }
    Ok(())
}

/// Writes a shop's first part. True: it was the last.
fn of_shop(work: &mut Work, shop: ShopNo) -> Result<bool> {
    let of = match work.shop(shop) {
        Ok(of) => of,
        Err(Error::Sql(rusqlite::Error::QueryReturnedNoRows)) => {
            rows::part::remove_all(&work.conn, shop)?;
            return Ok(true);
        }
        Err(error) => return Err(error),
    };
    let Some((no, events)) = rows::part::first(&work.conn, shop)? else {
        return Ok(true);
    };
    let mut fan_out = FanOut::new(work, &of, time_of_number(no), DELIVERIES)?;
    for event in events {
        fan_out.add(work, std::sync::Arc::new(event), None)?;
    }
    fan_out.finish(work)?;
    rows::part::remove(&work.conn, no)?;
    Ok(!rows::part::is_left(&work.conn, shop)?)
}
