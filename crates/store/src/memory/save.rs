//! Saves the steps of runs.

use std::sync::Arc;

use claimwire_model::delivery::Attempt;
use claimwire_model::lease::Lease;
use claimwire_model::{ShopNo, TargetNo, Timestamp};

use super::rows::{AttemptRow, DeliveryRow, Tables, TicketRow};
use crate::queue::{Saved, Ticket};

impl Tables {
    /// See [`crate::Queue::save`].
    pub fn save(&mut self, saved: Saved, now: Timestamp) -> Option<Lease> {
        let (id, lease) = (saved.id, saved.lease);
        let granted = self
            .ownership
            .grant(lease.node, id.target, now, saved.lease_for);
        let renewed = granted.filter(|renewed| renewed.epoch == lease.epoch)?;
        let ticket = saved.ticket.clone();
        let done = |row: &mut DeliveryRow| {
            let first = row.lease == Some(lease);
            row.save(saved, renewed).map(|lease| (lease, first))
        };
        let (lease, first) = self.change_delivery(id, done)??;
        if let Some(ticket) = ticket.filter(|_| first) {
            self.keep_ticket(id.target, ticket);
        }
        Some(lease)
    }

    fn keep_ticket(&mut self, target: TargetNo, Ticket { claim, state }: Ticket) {
        let Some(shop) = self.targets.get(&target).map(|row| row.kept.shop) else {
            return;
        };
        let row = self.tickets.entry((target, claim)).or_insert(TicketRow {
            shop,
            state: state.clone(),
            gone_at: None,
        });
        row.state = state;
    }

    /// Its events may still be on their way: what is kept of a deleted claim goes with them.
    pub fn claim_gone(&mut self, shop: ShopNo, claim: &str, now: Timestamp) {
        for ((_, of), row) in &mut self.tickets {
            if row.shop == shop && of == claim {
                row.gone_at = Some(now);
            }
        }
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
