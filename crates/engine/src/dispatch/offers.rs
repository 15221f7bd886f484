//! What other nodes committed for this one's targets: fetched by name while there is room and nothing stands before it,
//! as if it had been committed here. Nothing depends on an offer: what was not fetched by it, a take brings.

use std::collections::HashSet;

use claimwire_model::{DeliveryId, Timestamp};
use claimwire_store::Handed;

use super::Dispatch;

/// Deliveries of one fetch, at most.
const AT_ONCE: usize = 512;

impl Dispatch {
    /// See [`claimwire_store::Intake::offer`].
    pub(crate) fn offered(&mut self, deliveries: &[DeliveryId], now: Timestamp) {
        for id in deliveries {
            let Some((queue, limits, admission)) = self.admitting(id.target, None) else {
                continue;
            };
            if admission
                .is_some_and(|admission| queue.admit_offered(id.event, now, limits, admission))
            {
                self.offered.push(*id);
            } else {
                queue.backlog.woken();
                self.advance(id.target, now);
            }
        }
        if !self.offered.is_empty() && !self.fetches_offered {
            self.fetches_offered = true;
            self.effects.fetch_offered = true;
        }
    }

    /// What is to be fetched by name now, in the order of numbers; nothing: the task that asks ends.
    pub(crate) fn next_offered(&mut self) -> Vec<DeliveryId> {
        let rest = self.offered.split_off(self.offered.len().min(AT_ONCE));
        let mut next = std::mem::replace(&mut self.offered, rest);
        next.sort_unstable();
        self.fetches_offered = !next.is_empty();
        next
    }

    /// Of what was asked for by name this came; the rest a take is to look for.
    pub(crate) fn offered_came(
        &mut self,
        asked: &[DeliveryId],
        handed: Vec<Handed>,
        now: Timestamp,
    ) {
        let came: HashSet<DeliveryId> = handed.iter().map(|handed| handed.id).collect();
        self.hand(handed, now);
        for id in asked.iter().filter(|id| !came.contains(id)) {
            if let Some(queue) = self.queue(id.target) {
                queue.withdraw_offered(id.event);
                queue.backlog.woken();
                self.advance(id.target, now);
            }
        }
    }
}
