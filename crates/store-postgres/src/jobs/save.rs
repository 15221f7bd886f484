//! Steps of runs that take several requests.

use claimwire_model::delivery::SavedState;
use claimwire_model::lease::Lease;
use claimwire_model::{DeliveryId, TargetNo, Timestamp};
use claimwire_store::StoreResult;
use claimwire_store::queue::{Saved, Ticket};

use crate::error::Result;
use crate::jobs::attempts;
use crate::ownership;
use crate::rows::progress;
use crate::store::PostgresStore;
use crate::transaction::{Transaction, transact};

/// See [`claimwire_store::Queue::save`].
pub(crate) async fn save(
    store: &PostgresStore,
    saved: &Saved,
    now: Timestamp,
) -> StoreResult<Option<Lease>> {
    transact!(store, tx => step(tx, saved, now).await)
}

async fn step(tx: &Transaction<'_>, saved: &Saved, now: Timestamp) -> Result<Option<Lease>> {
    let id = saved.id;
    let (hold, rows) = tokio::try_join!(
        ownership::hold(tx, tx.shared, saved.lease.node, id.target, now),
        progress::lock(tx, [id]),
    )?;
    let hold = hold.filter(|hold| hold.epoch == saved.lease.epoch);
    let (Some(hold), Some((_, row))) = (hold, rows.into_iter().next()) else {
        return Ok(None);
    };
    let Some(kept) = row.lease else {
        return Ok(None);
    };
    if kept != saved.lease {
        let recorded = match &saved.attempt {
            Some(attempt) => attempts::recorded(tx, id, attempt).await?,
            None => false,
        };
        return Ok(Some(kept).filter(|kept| saved.was_done(*kept, |_| recorded)));
    }
    let renewed = Lease {
        until: hold.clock.plus(saved.lease_for),
        ..saved.lease
    };
    let mut progress = row.progress;
    if let Some(attempt) = &saved.attempt {
        progress.step();
        attempts::insert(tx, &[(id, progress.attempts, attempt.clone())]).await?;
    }
    write(tx, saved, progress.attempts, renewed).await?;
    if let Some(ticket) = &saved.ticket {
        keep(tx, id.target, ticket).await?;
    }
    Ok(Some(renewed))
}

async fn write(tx: &Transaction<'_>, saved: &Saved, attempts: u32, renewed: Lease) -> Result<()> {
    let DeliveryId { event, target } = saved.id;
    let state = saved.state.as_ref().map(|state| &*state.0);
    let made = saved.attempt.as_ref();
    let status = made.and_then(|attempt| attempt.status_code).map(i64::from);
    let error = made.and_then(|attempt| attempt.error.as_deref());
    tx.execute(
        "UPDATE deliveries SET attempt_count = $3, saved = coalesce($4, saved), lease_until = $5,
           last_status = CASE WHEN $6 THEN $7 ELSE last_status END,
           last_error = CASE WHEN $6 THEN $8 ELSE last_error END
         WHERE event = $1 AND target = $2",
        &[
            &event.0,
            &target.0,
            &i64::from(attempts),
            &state,
            &renewed.until.as_millis(),
            &made.is_some(),
            &status,
            &error,
        ],
    )
    .await?;
    Ok(())
}

async fn keep(tx: &Transaction<'_>, target: TargetNo, ticket: &Ticket) -> Result<()> {
    tx.execute(
        "INSERT INTO tickets (target, claim, shop, state) SELECT no, $2, shop, $3 FROM webhooks WHERE no = $1
         ON CONFLICT (target, claim) DO UPDATE SET state = excluded.state",
        &[&target.0, &ticket.claim, &&*ticket.state.0],
    )
    .await?;
    Ok(())
}

/// See [`claimwire_store::Queue::ticket`].
pub(crate) async fn ticket(
    store: &PostgresStore,
    target: TargetNo,
    claim: &str,
) -> StoreResult<Option<SavedState>> {
    let conn = store.connection().await?;
    let found = conn
        .query_opt(
            "SELECT state FROM tickets WHERE target = $1 AND claim = $2",
            &[&target.0, &claim],
        )
        .await?;
    let state: Option<Vec<u8>> = found
        .map(|row| row.try_get(0))
        .transpose()
        .map_err(crate::error::Error::from)?;
    Ok(state.map(|state| SavedState(state.into())))
}
