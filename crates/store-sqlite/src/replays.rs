//! The search of replays, beside the writer and on a thread of its own: whose turn it is, which of a
//! replay's events ask for a delivery, and which of these are to be made due now.
//! [`jobs::replay::apply`](crate::jobs::replay::apply) makes that true. Bounded in events and in time.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use claimwire_model::delivery::Stage;
use claimwire_model::event::Traits;
use claimwire_model::filter::{SourceFilter, Subscription};
use claimwire_model::id::first_number_at;
use claimwire_model::performed_by::Source;
use claimwire_model::replay::{REPLAY_AHEAD, Replay, SendAgain, room};
use claimwire_model::target::TargetStatus;
use claimwire_model::{DeliveryId, EventNo, PerformedBy, ShopNo, Target, TargetNo, Timestamp};
use claimwire_store::codes::Code;
use claimwire_store::queue::REPLAYS_TRIED;
use claimwire_store::replay_step::{Pass, Plan, Reached, Step};
use claimwire_store::replay_turns::ReplayTurns;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::error::{Error, Result, damaged};
use crate::rows;
use crate::shared::Shared;

/// How long one step searches, about.
const BUDGET: Duration = Duration::from_millis(40);
/// After how many events it looks at the time.
const LOOK_EVERY: usize = 256;

/// What a running replay is to do next.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) no: i64,
    pub(crate) replay: Replay,
    pub(crate) read_at: Reached,
    pub(crate) step: Step,
}

/// Whose turn it was, and what came of it.
#[derive(Debug)]
pub(crate) enum Next {
    Nothing,
    /// Those that were tried have no room.
    Full,
    Found(Box<Found>),
}

/// The next step of the next running replay that can go on.
pub(crate) fn next(
    conn: &Connection,
    shared: &Shared,
    turns: &Mutex<ReplayTurns>,
    limit: usize,
    now: Timestamp,
) -> Result<Next> {
    for _ in 0..REPLAYS_TRIED {
        let mut turns = turns.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((shop, target)) = whose_turn(conn, &turns)? else {
            turns.end();
            return Ok(Next::Nothing);
        };
        turns.took(shop, target);
        drop(turns);
        let sql = format!(
            "SELECT {}, r.no, r.searched, r.seen FROM replays r INDEXED BY replays_running
             JOIN webhooks w ON w.no = r.target WHERE r.state = 1 AND r.shop = ?1 AND r.target = ?2",
            rows::replay::COLUMNS
        );
        let running = conn
            .prepare_cached(&sql)?
            .query_row([shop.0, target.0], |row| {
                let searched = row.get(13)?;
                let seen = row.get(14)?;
                Ok((
                    rows::replay::read(row),
                    row.get(12)?,
                    Reached { searched, seen },
                ))
            })
            .optional()?;
        let Some((replay, no, read_at)) = running else {
            continue;
        };
        let replay = replay?;
        if let Some(step) = step(conn, shared, shop, &replay, read_at, limit, now)? {
            return Ok(Next::Found(Box::new(Found {
                no,
                replay,
                read_at,
                step,
            })));
        }
    }
    Ok(Next::Full)
}

fn whose_turn(conn: &Connection, turns: &ReplayTurns) -> Result<Option<(ShopNo, TargetNo)>> {
    let mut next = conn.prepare_cached(
        "SELECT shop FROM replays INDEXED BY replays_running
         WHERE state = 1 AND shop > ?1 ORDER BY shop LIMIT 1",
    )?;
    let mut shop_after = |after: i64| {
        next.query_row([after], |row| row.get(0).map(ShopNo))
            .optional()
    };
    let last = turns.last_shop().map_or(-1, |shop| shop.0);
    let shop = match shop_after(last)? {
        Some(shop) => Some(shop),
        None => shop_after(-1)?,
    };
    let Some(shop) = shop else { return Ok(None) };
    let mut next = conn.prepare_cached(
        "SELECT target FROM replays INDEXED BY replays_running
         WHERE state = 1 AND shop = ?1 AND target > ?2 ORDER BY target LIMIT 1",
    )?;
    let mut target_after = |after: i64| {
        next.query_row([shop.0, after], |row| row.get(0).map(TargetNo))
            .optional()
    };
    let last = turns.last_target(shop).map_or(-1, |target| target.0);
    let target = match target_after(last)? {
        Some(target) => Some(target),
        None => target_after(-1)?,
    };
    Ok(target.map(|target| (shop, target)))
}

/// What there is to do; none: there is no room, and nothing to search.
fn step(
    conn: &Connection,
    shared: &Shared,
    shop: ShopNo,
    replay: &Replay,
    at: Reached,
    limit: usize,
    now: Timestamp,
) -> Result<Option<Step>> {
    let webhook = match rows::webhook::target(conn, shared, replay.target) {
        Ok(webhook) => webhook,
        Err(Error::Sql(rusqlite::Error::QueryReturnedNoRows)) => {
            return Ok(Some(Step::end(at)));
        }
        Err(error) => return Err(error),
    };
    let search = Search {
        conn,
        shared,
        shop,
        replay,
        subscription: replay.subscription(&webhook.subscription),
        target: webhook.no,
        until: Instant::now() + BUDGET,
    };
    let mut plan = Plan::new(at, room_now(conn, &webhook, now)?);
    if let Some((behind, to)) = plan.left_behind() {
        let pass = search.pass(behind, to, limit, |event| plan.take(event))?;
        plan.took(pass);
    }
    let pass = search.pass(at.searched, i64::MAX, limit, |event| {
        plan.find(event);
        true
    })?;
    Ok(plan.step(pass))
}

/// How many more may be made due now.
fn room_now(conn: &Connection, webhook: &Target, now: Timestamp) -> Result<usize> {
    let active = webhook.status == TargetStatus::Active;
    if !active {
        return Ok(room(active, 0));
    }
    let due: usize = conn
        .prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM deliveries INDEXED BY deliveries_due
               WHERE target = ?1 AND due_at IS NOT NULL AND due_at <= ?2 LIMIT ?3)",
        )?
        .query_row(
            params![webhook.no.0, now.as_millis(), REPLAY_AHEAD],
            |row| row.get(0),
        )?;
    Ok(room(active, due))
}

/// A search of a replay's events.
struct Search<'a> {
    conn: &'a Connection,
    shared: &'a Shared,
    shop: ShopNo,
    replay: &'a Replay,
    subscription: Subscription,
    target: TargetNo,
    until: Instant,
}

impl Search<'_> {
    /// Looks at `limit` events at most, behind `after` and up to `to`, and names those that ask for a
    /// delivery, until one is not wanted.
    fn pass(
        &self,
        after: i64,
        to: i64,
        limit: usize,
        mut wanted: impl FnMut(EventNo) -> bool,
    ) -> Result<Pass> {
        // The column stands behind the event's data: it is read where it decides.
        let performed_by = match self.subscription.source_filter {
            SourceFilter::UiOnly => "e.performed_by",
            SourceFilter::All => "NULL",
        };
        let sql = format!(
            "SELECT e.no, e.ref, e.event_group, d.state, {performed_by}
             FROM events e INDEXED BY events_shop
             LEFT JOIN deliveries d ON d.event = e.no AND d.target = ?4
             WHERE e.shop = ?1 AND e.no > ?2 AND e.no <= ?3 ORDER BY e.no LIMIT ?5"
        );
        let from = first_number_at(self.replay.since) - 1;
        let below = first_number_at(self.replay.until) - 1;
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(params![
            self.shop.0,
            after.max(from),
            to.min(below),
            self.target.0,
            limit
        ])?;
        let mut pass = Pass {
            looked: 0,
            last: after,
            is_whole: false,
        };
        while let Some(row) = rows.next()? {
            let event = EventNo(row.get(0)?);
            if self.asks(row, event)? && !wanted(event) {
                return Ok(pass);
            }
            pass.looked += 1;
            pass.last = event.0;
            if pass.looked.is_multiple_of(LOOK_EVERY) && Instant::now() >= self.until {
                return Ok(pass);
            }
        }
        pass.is_whole = pass.looked < limit;
        Ok(pass)
    }

    /// Whether an event asks for a delivery.
    fn asks(&self, row: &Row<'_>, event: EventNo) -> Result<bool> {
        let stage = row.get::<_, Option<i64>>(3)?;
        let stage = stage.map(Stage::from_code).transpose()?;
        if self.replay.status.send_again(stage) == SendAgain::No {
            return Ok(false);
        }
        let source = match row
            .get_ref(4)?
            .as_str_or_null()
            .map_err(rusqlite::Error::from)?
        {
            Some(text) => PerformedBy::from_kept(text).map_err(damaged)?.source,
            None => Source::Api,
        };
        let heard = self.subscription.matches_traits(Traits {
            r#ref: row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?,
            event_group: row
                .get_ref(2)?
                .as_str_or_null()
                .map_err(rusqlite::Error::from)?,
            source,
        });
        let id = DeliveryId {
            event,
            target: self.target,
        };
        // In the engine's hands, without a row: it waits.
        Ok(heard && (stage.is_some() || self.shared.unwritten.lease(id).is_none()))
    }
}
