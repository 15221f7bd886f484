//! What is done behind commits, a bounded step at a time between groups, so that much of it delays nobody
//! else: the deliveries of a wide fan-out, and what a change of a webhook does to its backlog. What is not
//! finished is in the database, and continues after a restart. Shops take turns.

mod fan_out;
mod job;

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use claimwire_model::id::first_number_at;
use claimwire_model::target::{Ordering, Target};
use claimwire_model::{ShopNo, TargetNo, Timestamp};
use claimwire_store::StoreError;
use rusqlite::{Connection, params};

use crate::error::{Error, Result};
use crate::rows;
use crate::shared::Shared;
use crate::terms;
use fan_out::{ALONE, BESIDE};
pub(crate) use fan_out::{Handover, News};
use job::{Job, Kind};

/// Something to be done for a shop.
#[derive(Clone)]
enum Work {
    /// With a webhook's backlog.
    Backlog(Job),
    /// With all its fan-outs, the earliest event first.
    FanOut,
}

/// A job that began, in place of any of the webhook and kind: what is left of it.
struct Began {
    shop: ShopNo,
    target: TargetNo,
    kind: Kind,
    rest: Option<Job>,
}

/// Jobs that go on between groups. What a group does to them holds with its commit.
pub(crate) struct Background {
    /// Shops with work, the next one first.
    turns: VecDeque<ShopNo>,
    /// The first of each shop is the next.
    work: HashMap<ShopNo, VecDeque<Work>>,
    /// By this group.
    began: Vec<Began>,
    /// Shops that got a fan-out in this group.
    fanned_out: Vec<ShopNo>,
    /// The first made a step in this group: its rest.
    stepped: Option<Option<Work>>,
    /// The next step is not made before.
    not_before: Option<Instant>,
    /// Documents before this one are brought into the index of what they are found by; 0: all are in it.
    searchable_since: i64,
    /// As this group leaves it.
    searchable_then: Option<i64>,
}

/// So many deliveries a second are set free, at most: the engine has others to send, too.
const SET_FREE: u32 = 5_000;

impl Background {
    /// What an earlier process left.
    pub(crate) fn left(conn: &Connection) -> Result<Self> {
        let mut background = Self {
            turns: VecDeque::new(),
            work: HashMap::new(),
            began: Vec::new(),
            fanned_out: Vec::new(),
            stepped: None,
            not_before: None,
            searchable_since: terms::searchable_since(conn)?,
            searchable_then: None,
        };
        for shop in rows::fan_out::shops(conn)? {
            background.push(shop, Work::FanOut);
        }
        let mut statement = conn.prepare(
            "SELECT no, forward_since, assigning_lanes, shop FROM webhooks INDEXED BY webhooks_background
             WHERE forward_since IS NOT NULL OR assigning_lanes = 1",
        )?;
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            let no = TargetNo(row.get(0)?);
            let since: Option<i64> = row.get(1)?;
            let shop = ShopNo(row.get(3)?);
            if let Some(since) = since {
                background.push(shop, Work::Backlog(Job::bring_forward(no, since)));
            }
            if row.get(2)? {
                background.push(shop, Work::Backlog(Job::assign_lanes(no)));
            }
        }
        Ok(background)
    }

    fn push(&mut self, shop: ShopNo, work: Work) {
        let of_shop = self.work.entry(shop).or_default();
        if of_shop.is_empty() {
            self.turns.push_back(shop);
        }
        of_shop.push_back(work);
    }

    /// In how long there is something to continue; none: never.
    pub(crate) fn due_in(&self, now: Instant) -> Option<Duration> {
        if !self.turns.is_empty() {
            let wait = |at: Instant| at.saturating_duration_since(now);
            return Some(self.not_before.map_or(Duration::ZERO, wait));
        }
        (self.searchable_since > 0).then_some(Duration::ZERO)
    }

    /// A commit left deliveries of the shop for later.
    pub(crate) fn fan_out(&mut self, shop: ShopNo) {
        self.fanned_out.push(shop);
    }

    /// A webhook became active: begins to bring forward what waits for a retry.
    pub(crate) fn bring_forward(
        &mut self,
        conn: &Connection,
        webhook: &Target,
        now: Timestamp,
    ) -> Result<()> {
        let since = first_number_at(now);
        conn.prepare_cached("UPDATE webhooks SET forward_since = ?2 WHERE no = ?1")?
            .execute([webhook.no.0, since])?;
        let rest = Job::bring_forward(webhook.no, since).step(conn, webhook.ordering)?;
        self.began.push(Began {
            shop: webhook.shop,
            target: webhook.no,
            kind: Kind::BringForward,
            rest,
        });
        Ok(())
    }

    /// A webhook has another ordering: begins to assign lanes to what waits.
    pub(crate) fn assign_lanes(&mut self, conn: &Connection, webhook: &Target) -> Result<()> {
        let ordered = webhook.ordering != Ordering::None;
        conn.prepare_cached("UPDATE webhooks SET assigning_lanes = ?2 WHERE no = ?1")?
            .execute(params![webhook.no.0, ordered])?;
        let rest = if ordered {
            Job::assign_lanes(webhook.no).step(conn, webhook.ordering)?
        } else {
            None
        };
        self.began.push(Began {
            shop: webhook.shop,
            target: webhook.no,
            kind: Kind::AssignLanes,
            rest,
        });
        Ok(())
    }

    /// A step for the shop whose turn it is, a short one if somebody waits for this group. What is new for the engine
    /// is added to the news, also where it fails.
    pub(crate) fn step(
        &mut self,
        conn: &Connection,
        shared: &Shared,
        handover: Handover<'_>,
        awaited: bool,
        news: &mut News,
    ) -> Result<()> {
        let begun = Instant::now();
        let due = self.due_in(begun) == Some(Duration::ZERO);
        let Some(shop) = self.turns.front().copied().filter(|_| due) else {
            if due {
                self.searchable_then = Some(terms::step(conn, self.searchable_since)?);
            }
            return Ok(());
        };
        let budget = if awaited { BESIDE } else { ALONE };
        let work = self.work.get(&shop).and_then(VecDeque::front).cloned();
        let rest = match work {
            Some(Work::FanOut) => {
                let done = fan_out::step(conn, shared, shop, handover, budget, news)?;
                (!done).then_some(Work::FanOut)
            }
            Some(Work::Backlog(job)) => {
                let target = job.target;
                let rest = go_on(conn, shared, job)?.map(Work::Backlog);
                news.woken.push(target);
                rest
            }
            None => None,
        };
        self.stepped = Some(rest);
        let set_free = u32::try_from(news.woken.len() + news.handed.len()).unwrap_or(u32::MAX);
        self.not_before = Some(begun + Duration::from_secs(1) * set_free / SET_FREE);
        Ok(())
    }

    /// The group is committed.
    pub(crate) fn publish(&mut self) {
        self.searchable_since = self.searchable_then.take().unwrap_or(self.searchable_since);
        if let Some(rest) = self.stepped.take() {
            self.turn_over(rest);
        }
        for Began {
            shop,
            target,
            kind,
            rest,
        } in std::mem::take(&mut self.began)
        {
            self.forget(shop, target, kind);
            if let Some(rest) = rest {
                self.push(shop, Work::Backlog(rest));
            }
        }
        for shop in std::mem::take(&mut self.fanned_out) {
            let of_shop = self.work.get(&shop).into_iter().flatten();
            if !of_shop.into_iter().any(|work| matches!(work, Work::FanOut)) {
                self.push(shop, Work::FanOut);
            }
        }
    }

    /// The shop that was the first is the last now, and so is what it was at.
    fn turn_over(&mut self, rest: Option<Work>) {
        let Some(shop) = self.turns.pop_front() else {
            return;
        };
        let of_shop = self.work.entry(shop).or_default();
        of_shop.pop_front();
        of_shop.extend(rest);
        if of_shop.is_empty() {
            self.work.remove(&shop);
        } else {
            self.turns.push_back(shop);
        }
    }

    fn forget(&mut self, shop: ShopNo, target: TargetNo, kind: Kind) {
        let Some(of_shop) = self.work.get_mut(&shop) else {
            return;
        };
        of_shop.retain(|work| match work {
            Work::Backlog(job) => job.target != target || job.kind() != kind,
            Work::FanOut => true,
        });
        if of_shop.is_empty() {
            self.work.remove(&shop);
            self.turns.retain(|turn| *turn != shop);
        }
    }

    /// The group was undone.
    pub(crate) fn undo(&mut self) {
        self.began.clear();
        self.fanned_out.clear();
        self.stepped = None;
        self.searchable_then = None;
    }
}

/// A step of a job; answers the rest.
fn go_on(conn: &Connection, shared: &Shared, job: Job) -> Result<Option<Job>> {
    let target = job.target;
    match rows::webhook::target(conn, shared, target) {
        Ok(webhook) => job.step(conn, webhook.ordering),
        // Of one that was deleted nothing goes out.
        Err(Error::Sql(rusqlite::Error::QueryReturnedNoRows)) => Ok(None),
        Err(Error::Sql(error)) => Err(error.into()),
        // What cannot be read is not to hold up everybody else.
        Err(error) => {
            let error = StoreError::from(error);
            tracing::error!(target_no = target.0, %error, "cannot continue with a webhook's backlog");
            Ok(None)
        }
    }
}
