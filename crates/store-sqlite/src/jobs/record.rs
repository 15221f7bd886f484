//! Outcomes: what attempts came to, and what follows from that for delivery and webhook.

use std::sync::Arc;

use claimwire_model::change::{target_disabled, target_warned};
use claimwire_model::delivery::{Attempt, Recorded};
use claimwire_model::event::Fact;
use claimwire_model::target::{Ordering, Target, TargetStatus, Tested};
use claimwire_model::verdict::{Next, Verdict};
use claimwire_model::{DeliveryId, ShopNo, TargetNo, Timestamp};
use claimwire_store::queue::{Outcome, Verified};
use claimwire_store::stats::Counted;

use crate::error::{Error, Result, damaged};
use crate::jobs::fan_out::{AT_ONCE, FanOut};
use crate::jobs::webhook;
use crate::rows;
use crate::rows::progress::DeliveryRow;
use crate::work::Work;

/// See [`claimwire_store::Queue::record`].
pub(crate) fn record(work: &mut Work, outcomes: &[Outcome], now: Timestamp) -> Result<()> {
    work.is_told(now);
    for outcome in outcomes {
        let attempt = &outcome.attempt;
        let delivered = outcome.verdict.next == Next::Delivered;
        let recorded = Recorded {
            ours: work.is_leased(outcome.id, outcome.lease),
            manual: outcome.manual,
            ended: attempt.ended(),
            next: outcome.verdict.next,
            activation: outcome.verdict.activation,
        };
        let whole = attempt.step.is_none() && attempt.error.is_none();
        if recorded.ours && delivered && whole && work.is_unwritten(outcome.id) {
            rows::delivery::insert_delivered(&work.conn, outcome.id, attempt)?;
            work.written(outcome.id);
            work.settle(outcome.id, outcome.lease.until);
        } else if !add(work, outcome, &recorded, now)? {
            continue;
        }
        let webhook = live(work, outcome.id.target)?;
        if delivered {
            let shop = match webhook.as_deref() {
                Some(webhook) => Some(webhook.shop),
                None => rows::event::shop(&work.conn, outcome.id.event)?,
            };
            if let Some(shop) = shop {
                work.delivered(outcome.id, shop);
            }
        }
        work.count(
            outcome.id.target,
            Counted {
                started_at: attempt.started_at,
                duration: attempt.duration,
                delivered,
            },
        );
        if let Some(webhook) = webhook.filter(|_| recorded.counts()) {
            follow(work, &webhook, &outcome.verdict, recorded.ended, now)?;
            if webhook.ordering != Ordering::None {
                work.wake(webhook.no);
            }
        }
    }
    Ok(())
}

/// The webhook, unless it was deleted meanwhile; its health may be old.
fn live(work: &Work, target: TargetNo) -> Result<Option<Arc<Target>>> {
    match work.settings(target) {
        Ok(webhook) => Ok(Some(webhook)),
        Err(Error::Sql(rusqlite::Error::QueryReturnedNoRows)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Adds an attempt to a delivery that has its row, or gets it now. False: there was nothing to add.
fn add(work: &mut Work, outcome: &Outcome, recorded: &Recorded, now: Timestamp) -> Result<bool> {
    work.write_down(outcome.id)?;
    let Some(row) = rows::progress::of_delivery(&work.conn, outcome.id)? else {
        return Ok(false);
    };
    if recorded.ours {
        work.settle(outcome.id, outcome.lease.until);
    } else if rows::attempt::recorded(&work.conn, &row, &outcome.attempt)? {
        return Ok(false);
    }
    write(work, outcome, &row, recorded, now)?;
    Ok(true)
}

/// The attempt, and what becomes of the delivery.
fn write(
    work: &mut Work,
    outcome: &Outcome,
    row: &DeliveryRow,
    recorded: &Recorded,
    now: Timestamp,
) -> Result<()> {
    let attempt = &outcome.attempt;
    let mut progress = row.progress;
    progress.record(recorded);
    let no = add_attempt(work, outcome.id, row, progress.attempts, attempt, now)?;
    rows::delivery::record(&work.conn, outcome.id, &progress, attempt, no)
}

/// Adds an attempt of this number at the head of a delivery's chain. Answers with its row's number.
pub(super) fn add_attempt(
    work: &mut Work,
    id: DeliveryId,
    row: &DeliveryRow,
    number: u32,
    attempt: &Attempt,
    now: Timestamp,
) -> Result<i64> {
    let mut previous = row.last_attempt;
    if row.only.is_some() {
        let first = work.next_number(now);
        rows::attempt::move_only(&work.conn, first, id)?;
        previous = Some(first);
    }
    let no = work.next_number(now);
    rows::attempt::insert(&work.conn, no, previous, number, attempt)?;
    Ok(no)
}

/// What follows for the webhook: health, pause, warning, disabling.
fn follow(
    work: &mut Work,
    webhook: &Arc<Target>,
    verdict: &Verdict,
    ended: Timestamp,
    now: Timestamp,
) -> Result<()> {
    let active = webhook.status == TargetStatus::Active;
    let health = work.health(webhook.no)?;
    let effect = verdict.affect(health, active, ended, now);
    let mut notices = Vec::new();
    if let Some(reason) = effect.warned {
        notices.push(target_warned(webhook, reason, now).map_err(damaged)?);
    }
    if let Some(reason) = effect.disabled {
        let disabled = webhook.disabled(health.clone(), now);
        webhook::keep(work, disabled, now)?;
        notices.push(target_disabled(webhook, reason, now).map_err(damaged)?);
    }
    for notice in notices {
        announce(work, webhook.shop, notice, now)?;
    }
    Ok(())
}

/// An operational event, for the shop's webhooks that listen to such.
fn announce(work: &mut Work, shop: ShopNo, fact: Fact, now: Timestamp) -> Result<()> {
    let shop = work.shop(shop)?;
    let mut fan_out = FanOut::new(work, &shop, now, AT_ONCE)?;
    let event = work.new_event(fact, now);
    fan_out.add(work, event, None)?;
    fan_out.finish(work)
}

/// See [`claimwire_store::Queue::verified`].
pub(crate) fn verified(work: &mut Work, verified: Verified, now: Timestamp) -> Result<()> {
    let Some(webhook) = live(work, verified.target)? else {
        return Ok(());
    };
    let webhook = work.fresh(&webhook);
    match webhook.tested(verified.version, verified.passed, now) {
        Tested::Nothing => {}
        Tested::Settled(settled) => {
            work.conn.execute(
                "UPDATE webhooks SET verification_due = 0 WHERE no = ?1",
                [settled.no.0],
            )?;
            work.webhook_differs(&Arc::new(settled));
        }
        Tested::Activated(changed) => {
            webhook::keep(work, changed, now)?;
        }
    }
    Ok(())
}
