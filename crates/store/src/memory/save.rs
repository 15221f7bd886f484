//! Saves the steps of runs.

use std::sync::Arc;

use claimwire_model::Timestamp;
use claimwire_model::delivery::Attempt;
use claimwire_model::lease::Lease;

use super::rows::{AttemptRow, DeliveryRow, Tables};
use crate::queue::Saved;

impl Tables {
    /// See [`crate::Queue::save`].
    pub fn save(&mut self, saved: Saved, now: Timestamp) -> Option<Lease> {
        let (id, lease) = (saved.id, saved.lease);
        let granted = self
            .ownership
            .grant(lease.node, id.target, now, saved.lease_for);
        let renewed = granted.filter(|renewed| renewed.epoch == lease.epoch)?;
        self.change_delivery(id, |row| row.save(saved, renewed))?
    }
}

impl DeliveryRow {
    fn save(&mut self, saved: Saved, renewed: Lease) -> Option<Lease> {
        let kept = self.lease?;
        if kept != saved.lease {
            return Some(kept).filter(|kept| saved.was_done(*kept, |attempt| self.has(attempt)));
        }
        self.lease = Some(renewed);
        if let Some(attempt) = saved.attempt {
            self.progress.step();
            self.attempts.push(AttemptRow {
                attempt: Attempt {
                    number: self.progress.attempts,
                    ..Arc::unwrap_or_clone(attempt)
                },
                acknowledged: None,
            });
        }
        if saved.state.is_some() {
            self.saved = saved.state;
        }
        Some(renewed)
    }

    /// Whether an attempt on record started and lasted as this one.
    pub fn has(&self, attempt: &Attempt) -> bool {
        self.attempts.iter().any(|row| {
            row.attempt.started_at == attempt.started_at && row.attempt.duration == attempt.duration
        })
    }
}
