//! One job in the background.

use std::time::{Duration, Instant};

use claimwire_model::delivery::due_when_activated;
use claimwire_model::id::time_of_number;
use claimwire_model::target::Ordering;
use claimwire_model::{EventNo, Lane, TargetNo};
use claimwire_store::StoreError;
use rusqlite::{Connection, params};

use crate::error::Result;
use crate::rows::{self, time};

/// Rows that one step reads, at most.
const STEP: usize = 128;
/// How long a step takes, about: other jobs wait behind it.
const BUDGET: Duration = Duration::from_millis(1);

/// What is left of a job.
#[derive(Debug, Clone)]
pub(super) struct Job {
    /// Whose it is.
    pub(super) target: TargetNo,
    what: What,
    /// Due time and event that have been looked at.
    seen: (i64, i64),
}

/// A webhook has one of each at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// What waited for a retry when the webhook became active goes out with what was held, at its
    /// place among it.
    BringForward,
    /// What waits gets its lane; nothing of it is taken meanwhile.
    AssignLanes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// Since then: attempts with a number from this one on.
    BringForward(i64),
    AssignLanes,
}

impl Job {
    /// For a webhook that became active when the next number was this.
    pub(super) fn bring_forward(target: TargetNo, since: i64) -> Self {
        Self {
            target,
            what: What::BringForward(since),
            seen: (time_of_number(since).as_millis(), i64::MAX),
        }
    }

    /// For a webhook that has another ordering.
    pub(super) fn assign_lanes(target: TargetNo) -> Self {
        Self {
            target,
            what: What::AssignLanes,
            seen: (i64::MIN, 0),
        }
    }

    /// Which it is.
    pub(super) fn kind(&self) -> Kind {
        match self.what {
            What::BringForward(_) => Kind::BringForward,
            What::AssignLanes => Kind::AssignLanes,
        }
    }

    /// Does a part for a webhook that has this ordering now; answers the rest.
    pub(super) fn step(mut self, conn: &Connection, ordering: Ordering) -> Result<Option<Self>> {
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
            What::AssignLanes => "UPDATE webhooks SET assigning_lanes = 0 WHERE no = ?1",
        };
        conn.prepare_cached(sql)?.execute([self.target.0])?;
        Ok(())
    }
}
