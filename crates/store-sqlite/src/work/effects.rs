//! What follows in memory from a group of jobs, once it is committed or undone.

use std::collections::HashMap;
use std::sync::Arc;

use claimwire_model::by_number::{ByNumber, Numbers};
use claimwire_model::target::Target;
use claimwire_model::{DeliveryId, ShopNo, TargetNo, Timestamp};
use claimwire_store::deferred::UnderWay;
use claimwire_store::stats::Counted;
use claimwire_store::{Handed, Intake};

use crate::counters::Counter;
use crate::delivered::Delivered;
use crate::event_subjects::EventSubject;
use crate::shared::Shared;
use crate::write_behind::Changes;

/// Gathered while the jobs run.
#[derive(Default)]
pub(super) struct Effects {
    /// Leased already, to be handed over.
    pub(super) handed: Vec<Handed>,
    /// Have something new to take.
    pub(super) woken: Vec<TargetNo>,
    /// What the engine is to know of webhooks; none: deleted.
    pub(super) changed: Vec<(TargetNo, Option<Arc<Target>>)>,
    /// Leases that end.
    pub(super) settled: ByNumber<DeliveryId, Timestamp>,
    /// Leases that are renewed: when each ended before, and now.
    pub(super) renewed: ByNumber<DeliveryId, (Timestamp, Timestamp)>,
    /// They were without a row and have it now.
    pub(super) written: Numbers<DeliveryId>,
    /// Attempts for the statistics.
    pub(super) counted: ByNumber<TargetNo, Vec<Counted>>,
    /// Deferred writes that the group made.
    pub(super) deferred: Vec<UnderWay>,
    /// What new events are about.
    pub(super) subjects: Changes<EventSubject>,
    /// Which deliveries were acknowledged.
    pub(super) delivered: Changes<Delivered>,
    /// Counters that the group wrote.
    pub(super) counters: HashMap<Counter, u64>,
    /// Shops that are not what they were.
    pub(super) shops: Vec<ShopNo>,
    /// Webhooks that are not what they were, or new.
    pub(super) webhooks: Vec<Arc<Target>>,
    /// Webhooks that are deleted.
    pub(super) gone: Vec<(ShopNo, TargetNo)>,
}

impl Effects {
    /// Whether the group must be committed before the next job runs, since that one would not see what
    /// was changed.
    pub(super) fn must_commit(&self) -> bool {
        !self.shops.is_empty() || !self.webhooks.is_empty() || !self.gone.is_empty()
    }

    /// After the commit: what is known of deliveries follows the database.
    pub(super) fn publish_deliveries(&mut self, shared: &Shared) {
        self.counters.clear();
        if !self.written.is_empty() {
            shared.unwritten.remove(self.written.drain());
        }
        shared.leases.renew(self.renewed.drain());
        shared.leases.let_go(self.settled.drain());
        for writes in self.deferred.drain(..) {
            writes.written();
        }
        shared.event_subjects.publish(&mut self.subjects);
        shared.delivered.publish(&mut self.delivered);
    }

    /// After the commit: what is cached of shops and webhooks follows the database.
    pub(super) fn publish_directory(&mut self, shared: &Shared) {
        for webhook in self.webhooks.drain(..) {
            shared.cache.change_webhook(&webhook);
        }
        for (shop, webhook) in self.gone.drain(..) {
            if self.shops.contains(&shop) {
                shared.cache.forget_webhooks(shop);
            } else {
                shared.cache.remove_webhook(shop, webhook);
            }
        }
        for shop in self.shops.drain(..) {
            shared.cache.forget_shop(shop);
        }
    }

    /// After the callers were answered: notifies the engine.
    pub(super) fn notify(&mut self, intake: Option<&dyn Intake>) {
        let handed = std::mem::take(&mut self.handed);
        let mut woken = std::mem::take(&mut self.woken);
        let changed = std::mem::take(&mut self.changed);
        let Some(intake) = intake else { return };
        for (target, webhook) in changed {
            intake.changed(target, webhook);
        }
        if !handed.is_empty() {
            intake.hand(handed);
        }
        if !woken.is_empty() {
            woken.sort_unstable();
            woken.dedup();
            intake.wake(&woken);
        }
    }

    /// The group was undone: so are its leases and promises, and what was cached from within it.
    pub(super) fn undo(self, shared: &Shared, intake: Option<&dyn Intake>) {
        let of_webhooks = self.webhooks.iter().map(|webhook| webhook.shop);
        let of_gone = self.gone.iter().map(|(shop, _)| *shop);
        for shop in self.shops.iter().copied().chain(of_webhooks).chain(of_gone) {
            shared.cache.forget_shop(shop);
            shared.cache.forget_webhooks(shop);
        }
        shared.counters.give_back(self.counters);
        for writes in self.deferred {
            writes.failed();
        }
        let leases = self.handed.iter().map(|h| (h.id, h.lease.until));
        shared.leases.let_go(leases);
        shared.unwritten.remove(self.handed.iter().map(|h| h.id));
        let Some(intake) = intake else { return };
        let mut promises: ByNumber<TargetNo, usize> = ByNumber::default();
        for handed in &self.handed {
            *promises.entry(handed.id.target).or_default() += 1;
        }
        for (target, promises) in promises {
            intake.withdraw(target, promises);
        }
    }
}
