//! Records attempts and what follows from them.

use std::sync::Arc;

use claimwire_model::change::{webhook_disabled, webhook_warned};
use claimwire_model::delivery::Attempt;
use claimwire_model::event::Fact;
use claimwire_model::verdict::{Next, Verdict};
use claimwire_model::webhook::WebhookStatus;
use claimwire_model::{TargetNo, Timestamp, Webhook};

use super::Notifications;
use super::rows::{AttemptRow, DeliveryRow, Stage, Tables};
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
            lease_until,
            manual,
            attempt,
            verdict,
        } = outcome;
        let ended = attempt.started_at.plus(attempt.duration);
        let counts = self.change_delivery(id, |row| {
            let ours = row.lease.map(|lease| lease.until) == Some(lease_until);
            let attempt = Arc::unwrap_or_clone(attempt);
            row.record(ours, manual, attempt, verdict.next)
        });
        match counts {
            Some(true) => self.record_health(id.target, &verdict, ended, now, notifications),
            _ => Ok(()),
        }
    }

    /// What the attempt says of the webhook; nothing of one that is gone.
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
        let mut webhook = Webhook::clone(&row.webhook);
        let active = webhook.status == WebhookStatus::Active;
        let health = &mut webhook.health;
        match verdict.next {
            Next::Delivered => health.succeeded(ended),
            _ => health.failed(ended),
        }
        health.paused_until = health.paused_until.max(verdict.pause_until);

        let mut notices = Vec::new();
        let warned = health.warned_at.is_some();
        if let Some(reason) = verdict.warn.as_ref().filter(|_| active && !warned) {
            health.warned_at = Some(now);
            notices.push(webhook_warned(&webhook, reason, now));
        }
        if let Some(reason) = verdict.disable.as_ref().filter(|_| active) {
            webhook.status = WebhookStatus::Disabled;
            webhook.health.disabled_at = Some(now);
            webhook.health.disabled_reason = Some(reason.clone());
            notices.push(webhook_disabled(&webhook, reason, now));
            self.put_webhook(webhook, now, notifications)?;
        } else if let Some(row) = self.targets.get_mut(&target) {
            row.webhook = Arc::new(webhook);
        }
        self.add_notices(target, notices, now, notifications)
    }

    fn add_notices(
        &mut self,
        target: TargetNo,
        notices: Vec<Result<Fact, serde_json::Error>>,
        now: Timestamp,
        notifications: &mut Notifications,
    ) -> StoreResult<()> {
        let shop = self.target(target)?.webhook.shop;
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
    /// Whether the attempt counts for the webhook too: not when it is late and did not get through.
    fn record(&mut self, ours: bool, manual: bool, attempt: Attempt, next: Next) -> bool {
        let again = |kept: &AttemptRow| {
            kept.attempt.started_at == attempt.started_at
                && kept.attempt.duration == attempt.duration
        };
        if !ours && self.attempts.iter().any(again) {
            return false;
        }
        let ended = attempt.started_at.plus(attempt.duration);
        let acknowledged = next == Next::Delivered;
        self.attempts.push(AttemptRow {
            attempt: Attempt {
                number: u32::try_from(self.attempts.len() + 1).unwrap_or(u32::MAX),
                ..attempt
            },
            acknowledged,
        });
        if ours {
            self.lease = None;
            self.manual -= u32::from(manual && self.manual > 0);
        }
        match next {
            Next::Delivered => {
                self.stage = Stage::Delivered;
                self.delivered_at.get_or_insert(ended);
            }
            Next::RetryAt(due) if ours && self.stage == Stage::Waiting => {
                self.failures += 1;
                self.due = due;
            }
            Next::GiveUp if ours && self.stage == Stage::Waiting => {
                self.failures += 1;
                self.stage = Stage::Failed;
            }
            _ => {}
        }
        ours || acknowledged
    }
}
