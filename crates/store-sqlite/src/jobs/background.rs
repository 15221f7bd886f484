//! Applies a change of a webhook to its backlog, a bounded step at a time, so that a long backlog delays
//! nobody else. What is not finished is marked in the webhook's row, and continues after a restart.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use claimwire_model::delivery::due_when_activated;
use claimwire_model::id::{first_number_at, time_of_number};
use claimwire_model::webhook::{Ordering, Webhook};
use claimwire_model::{EventNo, Lane, TargetNo, Timestamp};
use claimwire_store::StoreError;
use rusqlite::{Connection, params};

use crate::error::Result;
use crate::rows::{self, time};

/// Rows that one step reads, at most.
const STEP: usize = 128;
/// How long a step takes, about: other jobs wait behind it.
const BUDGET: Duration = Duration::from_millis(1);

/// Work that continues between groups.
#[derive(Debug, Clone)]
pub(crate) struct BackgroundJob {
    target: TargetNo,
    what: What,
    /// Due time and event that have been looked at.
    seen: (i64, i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// What waited for a retry when the webhook became active goes out with what was held, at its
    /// place among it; since then: attempts with a number from this one on.
    BringForward(i64),
    /// What waits gets its lane; nothing of it is taken meanwhile.
    AssignLanes,
}

/// A webhook became active: begins to bring forward what waits for a retry.
pub(crate) fn bring_forward(
    conn: &Connection,
    webhook: &Webhook,
    now: Timestamp,
) -> Result<Option<BackgroundJob>> {
    let since = first_number_at(now);
    conn.prepare_cached("UPDATE webhooks SET forward_since = ?2 WHERE no = ?1")?
        .execute([webhook.no.0, since])?;
    BackgroundJob::forward(webhook.no, since).step(conn, webhook.ordering)
}

/// A webhook has another ordering: begins to assign lanes to what waits.
pub(crate) fn assign_lanes(conn: &Connection, webhook: &Webhook) -> Result<Option<BackgroundJob>> {
    let ordered = webhook.ordering != Ordering::None;
    conn.prepare_cached("UPDATE webhooks SET lining = ?2 WHERE no = ?1")?
        .execute(params![webhook.no.0, ordered])?;
    if !ordered {
        return Ok(None);
    }
    BackgroundJob::lanes(webhook.no).step(conn, webhook.ordering)
}

/// What an earlier process left.
pub(crate) fn left(conn: &Connection) -> Result<VecDeque<BackgroundJob>> {
    let mut statement = conn.prepare(
        "SELECT no, forward_since, lining FROM webhooks INDEXED BY webhooks_chores
         WHERE forward_since IS NOT NULL OR lining = 1",
    )?;
    let mut found = statement.query([])?;
    let mut jobs = VecDeque::new();
    while let Some(row) = found.next()? {
        let no = TargetNo(row.get(0)?);
        let since: Option<i64> = row.get(1)?;
        jobs.extend(since.map(|since| BackgroundJob::forward(no, since)));
        if row.get(2)? {
            jobs.push_back(BackgroundJob::lanes(no));
        }
    }
    Ok(jobs)
}

impl BackgroundJob {
    fn forward(target: TargetNo, since: i64) -> Self {
        Self {
            target,
            what: What::BringForward(since),
            seen: (time_of_number(since).as_millis(), i64::MAX),
        }
    }

    fn lanes(target: TargetNo) -> Self {
        Self {
            target,
            what: What::AssignLanes,
            seen: (i64::MIN, 0),
        }
    }

    /// Whose it is.
    pub(crate) fn target(&self) -> TargetNo {
        self.target
    }

    /// Whether it assigns lanes.
    pub(crate) fn assigns_lanes(&self) -> bool {
        self.what == What::AssignLanes
    }

    /// Does a part for a webhook that has this ordering now; answers the rest.
    pub(crate) fn step(mut self, conn: &Connection, ordering: Ordering) -> Result<Option<Self>> {
        let begun = Instant::now();
        let mut waiting = conn.prepare_cached(
            "SELECT due_at, event, last_attempt FROM deliveries INDEXED BY deliveries_due
             WHERE target = ?1 AND due_at IS NOT NULL AND (due_at, event) > (?2, ?3)
             ORDER BY due_at, event LIMIT ?4",
        )?;
        let found: Vec<(i64, i64, Option<i64>)> = waiting
            .query_map(
                params![self.target.0, self.seen.0, self.seen.1, STEP],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )?
            .collect::<rusqlite::Result<_>>()?;
        let mut done = 0;
        for (due, event, last_attempt) in &found {
            if begun.elapsed() >= BUDGET {
                break;
            }
            done += 1;
            self.seen = (*due, *event);
            let due = match self.what {
                What::AssignLanes => *due,
                // One that failed since then waits for its own time.
                What::BringForward(since) if last_attempt.is_some_and(|no| no >= since) => continue,
                What::BringForward(since) => {
                    let activated = time_of_number(since);
                    due_when_activated(time(*due), EventNo(*event), activated).as_millis()
                }
            };
            self.put(conn, ordering, EventNo(*event), due)?;
        }
        if done < found.len() || found.len() == STEP {
            return Ok(Some(self));
        }
        self.end(conn)?;
        Ok(None)
    }

    fn put(&self, conn: &Connection, ordering: Ordering, event: EventNo, due: i64) -> Result<()> {
        let lane = match ordering {
            Ordering::None => None,
            ordering => match rows::event::by_no(conn, event) {
                Ok(event) => Lane::of(ordering, &event),
                // What cannot be read cannot be sent either; it must not hold up all the others.
                Err(error) => {
                    let error = StoreError::from(error);
                    tracing::error!(%event, %error, "cannot assign a delivery's lane");
                    None
                }
            },
        };
        conn.prepare_cached(
            "UPDATE deliveries SET due_at = ?3, lane = ?4 WHERE event = ?1 AND target = ?2",
        )?
        .execute(params![
            event.0,
            self.target.0,
            due,
            lane.map(|lane| lane.0)
        ])?;
        Ok(())
    }

    fn end(&self, conn: &Connection) -> Result<()> {
        let sql = match self.what {
            What::BringForward(_) => "UPDATE webhooks SET forward_since = NULL WHERE no = ?1",
            What::AssignLanes => "UPDATE webhooks SET lining = 0 WHERE no = ?1",
        };
        conn.prepare_cached(sql)?.execute([self.target.0])?;
        Ok(())
    }
}
