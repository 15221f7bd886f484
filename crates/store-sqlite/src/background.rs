//! What a change of a webhook does to its backlog, a bounded step at a time between groups, so that a long
//! backlog delays nobody else. What is not finished is marked in the webhook's row, and continues after a
//! restart.

mod job;

use std::collections::VecDeque;

use claimwire_model::id::first_number_at;
use claimwire_model::target::{Ordering, Target};
use claimwire_model::{TargetNo, Timestamp};
use claimwire_store::StoreError;
use rusqlite::{Connection, params};

use crate::error::{Error, Result};
use crate::rows;
use crate::shared::Shared;
use job::{Job, Kind};

/// A job that began, in place of any of the webhook and kind: what is left of it.
struct Began {
    target: TargetNo,
    kind: Kind,
    rest: Option<Job>,
}

/// Jobs that go on between groups. What a group does to them holds with its commit.
pub(crate) struct Background {
    /// The first is under way.
    jobs: VecDeque<Job>,
    /// By this group.
    began: Vec<Began>,
    /// The first made a step in this group: its rest.
    stepped: Option<Option<Job>>,
}

impl Background {
    /// What an earlier process left.
    pub(crate) fn left(conn: &Connection) -> Result<Self> {
        let mut statement = conn.prepare(
            "SELECT no, forward_since, lining FROM webhooks INDEXED BY webhooks_chores
             WHERE forward_since IS NOT NULL OR lining = 1",
        )?;
        let mut found = statement.query([])?;
        let mut jobs = VecDeque::new();
        while let Some(row) = found.next()? {
            let no = TargetNo(row.get(0)?);
            let since: Option<i64> = row.get(1)?;
            jobs.extend(since.map(|since| Job::bring_forward(no, since)));
            if row.get(2)? {
                jobs.push_back(Job::assign_lanes(no));
            }
        }
        Ok(Self {
            jobs,
            began: Vec::new(),
            stepped: None,
        })
    }

    /// Whether there is nothing to continue.
    pub(crate) fn is_empty(&self) -> bool {
        self.jobs.is_empty()
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
            target: webhook.no,
            kind: Kind::BringForward,
            rest,
        });
        Ok(())
    }

    /// A webhook has another ordering: begins to assign lanes to what waits.
    pub(crate) fn assign_lanes(&mut self, conn: &Connection, webhook: &Target) -> Result<()> {
        let ordered = webhook.ordering != Ordering::None;
        conn.prepare_cached("UPDATE webhooks SET lining = ?2 WHERE no = ?1")?
            .execute(params![webhook.no.0, ordered])?;
        let rest = if ordered {
            Job::assign_lanes(webhook.no).step(conn, webhook.ordering)?
        } else {
            None
        };
        self.began.push(Began {
            target: webhook.no,
            kind: Kind::AssignLanes,
            rest,
        });
        Ok(())
    }

    /// A step of the first job; answers whose it is.
    pub(crate) fn step(&mut self, conn: &Connection, shared: &Shared) -> Result<Option<TargetNo>> {
        let Some(job) = self.jobs.front().cloned() else {
            return Ok(None);
        };
        let target = job.target;
        // Of one that was deleted nothing goes out.
        let rest = match rows::webhook::target(conn, shared, target) {
            Ok(webhook) => job.step(conn, webhook.ordering)?,
            Err(Error::Sql(rusqlite::Error::QueryReturnedNoRows)) => None,
            Err(Error::Sql(error)) => return Err(error.into()),
            // What cannot be read is not to hold up everybody else.
            Err(error) => {
                let error = StoreError::from(error);
                tracing::error!(target_no = target.0, %error, "cannot continue with a webhook's backlog");
                None
            }
        };
        self.stepped = Some(rest);
        Ok(Some(target))
    }

    /// The group is committed.
    pub(crate) fn publish(&mut self) {
        if let Some(rest) = self.stepped.take() {
            self.jobs.pop_front();
            if let Some(rest) = rest {
                self.jobs.push_front(rest);
            }
        }
        for Began { target, kind, rest } in self.began.drain(..) {
            self.jobs
                .retain(|job| job.target != target || job.kind() != kind);
            self.jobs.extend(rest);
        }
    }

    /// The group was undone.
    pub(crate) fn undo(&mut self) {
        self.began.clear();
        self.stepped = None;
    }
}
