//! Taking for an ordered webhook: of each lane a run from its head, in event order. One lane after the
//! other is looked up by its head, so what stands blocked behind a head is not walked through.

use std::collections::HashSet;

use claimwire_model::{EventNo, Timestamp};
use rusqlite::params;

use super::{Take, event_and_due};
use crate::error::Result;

/// A delivery that may go, at the end of its lane's run so far.
struct Ready {
    event: EventNo,
    at: Timestamp,
    lane: i64,
}

impl Take<'_> {
    /// In event order; of each lane a run that begins with its first and ends before one that has to
    /// wait.
    pub(super) fn pick_ordered(&mut self, manual: &HashSet<EventNo>) -> Result<()> {
        let room = self.room.saturating_sub(self.picked.len());
        let mut ready = Vec::new();
        let mut from = Some(i64::MIN);
        while let Some(lane) = self.lane_from(from)? {
            self.run_of(lane, manual, room, &mut ready)?;
            if ready.len() > 4 * room {
                self.keep_first(room, &mut ready);
            }
            from = lane.checked_add(1);
        }
        self.keep_first(room, &mut ready);
        self.picked.extend(ready.iter().map(|ready| ready.event));
        Ok(())
    }

    /// The first lane at or after `from` in which something stands.
    fn lane_from(&self, from: Option<i64>) -> Result<Option<i64>> {
        let Some(from) = from else { return Ok(None) };
        let mut statement = self.conn.prepare_cached(
            "SELECT lane FROM deliveries INDEXED BY deliveries_lane
             WHERE target = ?1 AND lane >= ?2 AND lane IS NOT NULL AND due_at IS NOT NULL
             ORDER BY lane LIMIT 1",
        )?;
        let mut found = statement.query(params![self.target.0, from])?;
        Ok(found.next()?.map(|row| row.get(0)).transpose()?)
    }

    /// What of a lane may go; and when the first that may not, may.
    fn run_of(
        &mut self,
        lane: i64,
        manual: &HashSet<EventNo>,
        room: usize,
        ready: &mut Vec<Ready>,
    ) -> Result<()> {
        let mut statement = self.conn.prepare_cached(
            "SELECT event, due_at FROM deliveries INDEXED BY deliveries_lane
             WHERE target = ?1 AND lane = ?2 AND due_at IS NOT NULL ORDER BY event",
        )?;
        let mut found = statement.query(params![self.target.0, lane])?;
        let before = ready.len();
        while let Some(row) = found.next()? {
            let (event, due) = event_and_due(row)?;
            if self.incomplete_from.is_some_and(|first| event >= first) {
                self.later(self.now);
                break;
            }
            let by_hand = manual.contains(&event);
            let due = if by_hand { self.now } else { due };
            let may_go = self.may_go(event, due);
            let at = may_go.unwrap_or(self.now);
            let running = ready.len() > before;
            if may_go.is_some_and(|at| at <= self.now) && ready.len() - before < room {
                ready.push(Ready { event, at, lane });
                if !by_hand {
                    continue;
                }
                // Its schedule goes on after a failure: what is behind waits for its end.
                if let Some(row) = found.next()? {
                    let (_, due) = event_and_due(row)?;
                    self.later(due.max(self.lease_until));
                }
            } else if running {
                self.later(at.max(self.lease_until));
            } else {
                self.later(at);
            }
            break;
        }
        Ok(())
    }

    /// Keeps the first of what may go; the others wait for room, or for the end of those before them.
    fn keep_first(&mut self, room: usize, ready: &mut Vec<Ready>) {
        ready.sort_unstable_by_key(|ready| ready.event);
        let others = ready.split_off(room.min(ready.len()));
        let running: HashSet<i64> = ready.iter().map(|ready| ready.lane).collect();
        for other in others {
            let behind = running.contains(&other.lane);
            self.later(if behind {
                other.at.max(self.lease_until)
            } else {
                other.at
            });
        }
    }
}
