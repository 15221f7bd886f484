//! Steps of runs that take several requests.

use claimwire_model::Timestamp;
use claimwire_model::lease::Lease;
use claimwire_store::queue::Saved;

use crate::error::Result;
use crate::jobs::record::add_attempt;
use crate::rows;
use crate::work::Work;

/// See [`claimwire_store::Queue::save`].
pub(crate) fn save(work: &mut Work, saved: &Saved, now: Timestamp) -> Result<Option<Lease>> {
    let id = saved.id;
    let Some(kept) = work.lease(id) else {
        return Ok(None);
    };
    work.write_down(id)?;
    let Some(row) = rows::progress::of_delivery(&work.conn, id)? else {
        return Ok(None);
    };
    if kept != saved.lease {
        let recorded = match &saved.attempt {
            Some(attempt) => rows::attempt::recorded(&work.conn, &row, attempt)?,
            None => false,
        };
        return Ok(Some(kept).filter(|kept| saved.was_done(*kept, |_| recorded)));
    }
    if let Some(attempt) = &saved.attempt {
        let mut progress = row.progress;
        progress.step();
        let no = add_attempt(work, id, &row, progress.attempts, attempt, now)?;
        rows::delivery::record(&work.conn, id, &progress, attempt, no)?;
    }
    if let Some(state) = &saved.state {
        rows::delivery::save(&work.conn, id, state)?;
    }
    if let Some(ticket) = &saved.ticket {
        rows::ticket::keep(&work.conn, id.target, ticket)?;
    }
    let renewed = now.plus(saved.lease_for);
    work.renew(id, kept.until, renewed);
    Ok(Some(Lease::alone(renewed)))
}
