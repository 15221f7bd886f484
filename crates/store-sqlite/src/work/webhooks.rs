//! Webhooks as the jobs of one group see them: as they are cached, with what earlier jobs of the group did
//! to them.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use claimwire_model::TargetNo;
use claimwire_model::by_number::ByNumber;
use claimwire_model::health::Health;
use claimwire_model::target::Target;
use claimwire_store::StoreError;

use crate::cache::Cache;
use crate::error::Result;

/// A webhook's health in a group.
pub(super) struct HealthChange {
    pub(super) now: Health,
    /// As the group found it.
    before: Health,
}

impl HealthChange {
    /// Whether it did nothing but succeed once more: that may be written later.
    pub(super) fn is_quiet(&self) -> bool {
        self.now.only_succeeded_since(&self.before)
    }
}

/// What a group knows of webhooks beyond the cache.
#[derive(Default)]
pub(super) struct GroupWebhooks {
    pub(super) healths: ByNumber<TargetNo, HealthChange>,
    /// Webhooks as this job has changed them; no other job of the group sees them.
    overrides: ByNumber<TargetNo, Arc<Target>>,
    /// Fresh copies for this group's deliveries.
    copies: ByNumber<TargetNo, Arc<Target>>,
}

impl GroupWebhooks {
    /// A webhook with its health as of this job.
    pub(super) fn fresh(&mut self, webhook: &Arc<Target>, cache: &Cache) -> Arc<Target> {
        match self.copies.entry(webhook.no) {
            Entry::Occupied(entry) => entry.get().clone(),
            Entry::Vacant(entry) => {
                let changed = self.overrides.get(&webhook.no).cloned();
                let mut fresh = changed.unwrap_or_else(|| cache.fresh(webhook));
                if let Some(health) = self.healths.get(&webhook.no)
                    && health.now != fresh.health
                {
                    Arc::make_mut(&mut fresh).health = health.now.clone();
                }
                entry.insert(fresh).clone()
            }
        }
    }

    /// A webhook for a delivery that is handed over ([`Cache::for_engine`]).
    pub(super) fn for_engine(&mut self, webhook: &Arc<Target>, cache: &Cache) -> Arc<Target> {
        if self.has_health(webhook.no) || self.overrides.contains_key(&webhook.no) {
            return self.fresh(webhook, cache);
        }
        cache.for_engine(webhook)
    }

    /// A webhook that this job has changed; its health may be old.
    pub(super) fn changed(&self, no: TargetNo) -> Option<Arc<Target>> {
        self.overrides.get(&no).cloned()
    }

    /// This job has changed a webhook.
    pub(super) fn change(&mut self, webhook: &Arc<Target>) {
        self.copies.remove(&webhook.no);
        self.overrides.insert(webhook.no, webhook.clone());
    }

    /// Whether a job of this group has changed a webhook's health.
    pub(super) fn has_health(&self, no: TargetNo) -> bool {
        self.healths.contains_key(&no)
    }

    /// A webhook's health is to be changed, which was this.
    pub(super) fn begin_health(&mut self, no: TargetNo, before: Health) {
        let change = HealthChange {
            now: before.clone(),
            before,
        };
        self.healths.insert(no, change);
    }

    /// A webhook's health, to be changed.
    pub(super) fn health(&mut self, no: TargetNo) -> Result<&mut Health> {
        self.copies.remove(&no);
        let change = self.healths.get_mut(&no).ok_or(StoreError::NotFound)?;
        Ok(&mut change.now)
    }

    /// The group has ended: what it committed is in the cache, or it was undone.
    pub(super) fn forget(&mut self) {
        self.copies.clear();
        self.overrides.clear();
        self.healths.clear();
    }
}
