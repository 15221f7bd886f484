//! Records attempts and what follows from them.

use std::sync::Arc;

use claimwire_model::change::{target_disabled, target_warned};
use claimwire_model::delivery::{Attempt, Recorded};
use claimwire_model::event::Fact;
use claimwire_model::target::TargetStatus;
use claimwire_model::verdict::{Next, Verdict};
use claimwire_model::{TargetNo, Timestamp};

use super::Notifications;
use super::rows::{AttemptRow, DeliveryRow, Tables};
use crate::error::{StoreError, StoreResult};
use crate::queue::Outcome;

impl Tables {
    pub fn record(
        &mut self,
        outcome: Outcome,
        now: Timestamp,
        notifications: &mut Notifications,
    ) -> StoreResult<()> {
        let Outcome {
            id,
            lease,
            manual,
            attempt,
            verdict,
        } = outcome;
        let ended = attempt.ended();
        let latest = self.ownership.is_latest(id.target, lease);
        let counts = self.change_delivery(id, |row| {
            let recorded = Recorded {
                ours: latest && lease.covers(row.lease, row.progress.attempts),
                manual,
                ended,
                next: verdict.next,
                activation: verdict.activation,
            };
            row.record(&recorded, Arc::unwrap_or_clone(attempt))
        });
        match counts {
            Some(true) => self.record_health(id.target, &verdict, ended, now, notifications),
            _ => Ok(()),
        }
    }

    /// What the attempt says of the target; nothing of one that is gone.
    fn record_health(
        &mut self,
        target: TargetNo,
        verdict: &Verdict,
        ended: Timestamp,
        now: Timestamp,
        notifications: &mut Notifications,
    ) -> StoreResult<()> {
        let Ok(row) = self.target(target) else {
            return Ok(());
        };
        let kept = Arc::clone(&row.kept);
        let mut health = kept.health.clone();
        let active = kept.status == TargetStatus::Active;
        let effect = verdict.affect(&mut health, active, ended, now);
        let warned = effect.warned.map(|why| target_warned(&kept, why, now));
        let disabled = effect.disabled.map(|why| target_disabled(&kept, why, now));
        if disabled.is_some() {
            self.put_target(kept.disabled(health, now), now, notifications)?;
        } else if let Some(row) = self.targets.get_mut(&target) {
            Arc::make_mut(&mut row.kept).health = health;
        }
        let notices = warned.into_iter().chain(disabled);
        self.add_notices(target, notices, now, notifications)
    }

    fn add_notices(
        &mut self,
        target: TargetNo,
        notices: impl Iterator<Item = Result<Fact, serde_json::Error>>,
        now: Timestamp,
        notifications: &mut Notifications,
    ) -> StoreResult<()> {
        let shop = self.target(target)?.kept.shop;
        for notice in notices {
            let fact = notice.map_err(|e| {
                StoreError::Damaged(format!("an operational event cannot be written: {e}"))
            })?;
            self.add_event(shop, fact, now, notifications);
        }
        Ok(())
    }
}

impl DeliveryRow {
    /// Whether the attempt counts for the webhook too.
    fn record(&mut self, recorded: &Recorded, attempt: Attempt) -> bool {
        if !recorded.ours && self.has(&attempt) {
            return false;
        }
        self.progress.record(recorded);
        self.attempts.push(AttemptRow {
            attempt: Attempt {
                number: self.progress.attempts,
                ..attempt
            },
            acknowledged: Some(recorded.next == Next::Delivered),
        });
        if recorded.ours {
            self.lease = None;
        }
        if recorded.next == Next::Delivered {
            self.saved = None;
        }
        recorded.counts()
    }
}
