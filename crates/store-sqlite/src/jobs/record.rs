//! Outcomes: what attempts came to, and what follows from that for delivery and webhook.

use std::sync::Arc;

use claimwire_model::change::{webhook_disabled, webhook_warned};
use claimwire_model::delivery::Attempt;
use claimwire_model::event::Fact;
use claimwire_model::verdict::{Next, Verdict};
use claimwire_model::webhook::{Ordering, Webhook, WebhookStatus};
use claimwire_model::{ShopNo, TargetNo, Timestamp};
use claimwire_store::queue::{Outcome, Verified};
use claimwire_store::stats::Counted;
use rusqlite::params;

use crate::codes::{Code, State};
use crate::error::{Error, Result, damaged};
use crate::jobs::{fan_out, webhook};
use crate::rows;
use crate::rows::delivery::Progress;
use crate::work::Work;

/// See [`claimwire_store::Queue::record`].
pub(crate) fn record(work: &mut Work, outcomes: Vec<Outcome>, now: Timestamp) -> Result<()> {
    for outcome in outcomes {
        let attempt = &outcome.attempt;
        let delivered = outcome.verdict.next == Next::Delivered;
        let ours = work.is_leased(outcome.id, outcome.lease_until);
        if ours && delivered && work.is_unwritten(outcome.id) {
            rows::delivery::insert_delivered(&work.conn, outcome.id, attempt)?;
            work.written(outcome.id);
            work.settle(outcome.id, outcome.lease_until);
        } else if !add(work, &outcome, ours, now)? {
            continue;
        }
        work.count(
            outcome.id.target,
            Counted {
                started_at: attempt.started_at,
                duration: attempt.duration,
                delivered,
            },
        );
        if let Some(webhook) = live(work, outcome.id.target)?.filter(|_| ours || delivered) {
            follow(work, &webhook, &outcome.verdict, ended(attempt), now)?;
            if webhook.ordering != Ordering::None {
                work.wake(webhook.no);
            }
        }
    }
    Ok(())
}

fn ended(attempt: &Attempt) -> Timestamp {
    attempt.started_at.plus(attempt.duration)
}

/// The webhook, unless it was deleted meanwhile.
fn live(work: &mut Work, target: TargetNo) -> Result<Option<Arc<Webhook>>> {
    match work.target(target) {
        Ok(webhook) => Ok(Some(webhook)),
        Err(Error::Sql(rusqlite::Error::QueryReturnedNoRows)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Adds an attempt to a delivery that has its row, or gets it now. False: there was nothing to add.
fn add(work: &mut Work, outcome: &Outcome, ours: bool, now: Timestamp) -> Result<bool> {
    work.write_down(outcome.id)?;
    let Some(progress) = rows::delivery::progress(&work.conn, outcome.id)? else {
        return Ok(false);
    };
    if ours {
        work.settle(outcome.id, outcome.lease_until);
    } else if rows::attempt::recorded(&work.conn, &progress, &outcome.attempt)? {
        return Ok(false);
    }
    write(work, outcome, &progress, ours, now)?;
    Ok(true)
}

/// The attempt, and what becomes of the delivery.
fn write(
    work: &mut Work,
    outcome: &Outcome,
    progress: &Progress,
    ours: bool,
    now: Timestamp,
) -> Result<()> {
    let attempt = &outcome.attempt;
    let number = progress.attempt_count + 1;
    let mut previous = progress.last_attempt;
    if progress.only.is_some() {
        let first = work.next_number(now);
        rows::attempt::move_only(&work.conn, first, outcome.id)?;
        previous = Some(first);
    }
    let no = work.next_number(now);
    rows::attempt::insert(&work.conn, no, previous, number, attempt)?;

    let open = ours && progress.state == State::Waiting;
    let (state, due_at, failures) = match outcome.verdict.next {
        Next::Delivered => (State::Delivered, None, progress.failures),
        Next::RetryAt(at) if open => (State::Waiting, Some(at.as_millis()), progress.failures + 1),
        Next::GiveUp if open => (State::Failed, None, progress.failures + 1),
        Next::RetryAt(_) | Next::GiveUp | Next::Unchanged => {
            (progress.state, progress.due_at, progress.failures)
        }
    };
    let delivered_at =
        (outcome.verdict.next == Next::Delivered).then(|| ended(attempt).as_millis());
    work.conn
        .prepare_cached(
            "UPDATE deliveries SET state = ?3, due_at = ?4, attempt_count = ?5, failures = ?6, manual = ?7,
               delivered_at = coalesce(delivered_at, ?8), last_status = ?9, last_error = ?10, last_attempt = ?11
             WHERE event = ?1 AND target = ?2",
        )?
        .execute(params![
            outcome.id.event.0,
            outcome.id.target.0,
            state.code(),
            due_at,
            number,
            failures,
            progress.manual.saturating_sub(u32::from(ours && outcome.manual)),
            delivered_at,
            attempt.status_code,
            attempt.error,
            no,
        ])?;
    Ok(())
}

/// What follows for the webhook: health, pause, warning, disabling.
fn follow(
    work: &mut Work,
    webhook: &Arc<Webhook>,
    verdict: &Verdict,
    ended: Timestamp,
    now: Timestamp,
) -> Result<()> {
    let health = work.health(webhook.no)?;
    match verdict.next {
        Next::Delivered => health.succeeded(ended),
        Next::RetryAt(_) | Next::GiveUp | Next::Unchanged => health.failed(ended),
    }
    health.paused_until = health.paused_until.max(verdict.pause_until);
    if webhook.status != WebhookStatus::Active {
        return Ok(());
    }
    let mut notices = Vec::new();
    if let Some(reason) = verdict.warn.as_ref().filter(|_| health.warned_at.is_none()) {
        health.warned_at = Some(now);
        notices.push(webhook_warned(webhook, reason, now).map_err(damaged)?);
    }
    if let Some(reason) = &verdict.disable {
        health.disabled_at = Some(now);
        health.disabled_reason = Some(reason.clone());
        let changed = Webhook {
            status: WebhookStatus::Disabled,
            health: health.clone(),
            ..Webhook::clone(webhook)
        };
        webhook::set_status(work, webhook, changed, now)?;
        notices.push(webhook_disabled(webhook, reason, now).map_err(damaged)?);
    }
    for notice in notices {
        announce(work, webhook.shop, notice, now)?;
    }
    Ok(())
}

/// An operational event, for the shop's webhooks that listen to such.
fn announce(work: &mut Work, shop: ShopNo, fact: Fact, now: Timestamp) -> Result<()> {
    let shop = work.shop(shop)?;
    let webhooks = work.webhooks(shop.no)?;
    fan_out::add_event(work, &shop, &webhooks, fact, now)?;
    Ok(())
}

/// See [`claimwire_store::Queue::verified`].
pub(crate) fn verified(work: &mut Work, verified: Verified, now: Timestamp) -> Result<()> {
    let Some(webhook) = live(work, verified.target)? else {
        return Ok(());
    };
    if webhook.version != verified.version {
        return Ok(());
    }
    if verified.passed && webhook.status == WebhookStatus::Unverified {
        let changed = Webhook {
            status: WebhookStatus::Active,
            verification_due: false,
            ..Webhook::clone(&webhook)
        };
        webhook::set_status(work, &webhook, changed, now)?;
    } else if webhook.verification_due {
        work.conn.execute(
            "UPDATE webhooks SET verification_due = 0 WHERE no = ?1",
            [webhook.no.0],
        )?;
        let changed = Webhook {
            verification_due: false,
            ..Webhook::clone(&webhook)
        };
        work.webhook_differs(&Arc::new(changed));
    }
    Ok(())
}
