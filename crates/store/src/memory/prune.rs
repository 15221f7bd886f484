//! Pruning, a bounded step at a time.

use std::collections::{BTreeMap, BTreeSet};

use claimwire_model::delivery::Stage;
use claimwire_model::replay::ReplayState;
use claimwire_model::target::TargetStatus;
use claimwire_model::{DeliveryId, ShopNo, SubjectKind, Timestamp};

use super::rows::Tables;
use crate::queue::Pruned;

/// How many rows may still go in this step.
struct Budget(usize);

impl Budget {
    /// Takes away what is over, as far as the step allows.
    fn remove<K: Ord, V>(&mut self, rows: &mut BTreeMap<K, V>, over: impl Fn(&K, &V) -> bool) {
        rows.retain(|key, row| {
            let goes = self.0 > 0 && over(key, row);
            self.0 -= usize::from(goes);
            !goes
        });
    }
}

impl Tables {
    pub fn prune(&mut self, before: Timestamp, limit: usize, now: Timestamp) -> Pruned {
        let gone: BTreeSet<_> = self
            .shops
            .values()
            .filter(|row| row.deleted)
            .map(|row| row.shop.no)
            .collect();
        let mut budget = Budget(limit);
        budget.remove(&mut self.answers, |(shop, _), row| {
            row.is_over(now) || shop.is_some_and(|shop| gone.contains(&shop))
        });
        budget.remove(&mut self.documents, |(shop, ..), _| gone.contains(shop));
        budget.remove(&mut self.keys, |_, row| gone.contains(&row.key.shop));
        budget.remove(&mut self.members, |_, row| {
            row.member.shop.is_some_and(|shop| gone.contains(&shop))
        });
        budget.remove(&mut self.audit, |_, (shop, entry)| {
            gone.contains(shop) || entry.at < before
        });
        budget.remove(&mut self.replays, |_, row| {
            let done = row.replay.state == ReplayState::Done;
            gone.contains(&row.shop) || (done && row.replay.created_at < before)
        });
        self.prune_tickets(before, &mut budget);
        let expired = self.expire(before, now, &gone, &mut budget);
        self.prune_log(before, now, &gone, &mut budget);
        budget.remove(&mut self.shops, |shop, row| {
            let images = self.images.values().any(|image| image.shop == *shop);
            row.deleted && !images && !self.targets.values().any(|t| t.kept.shop == *shop)
        });
        Pruned {
            rows: u64::try_from(limit - budget.0).unwrap_or(u64::MAX),
            expired,
            more: budget.0 == 0,
        }
    }

    /// Drops what was held for too long; how many.
    fn expire(
        &mut self,
        before: Timestamp,
        now: Timestamp,
        gone: &BTreeSet<ShopNo>,
        budget: &mut Budget,
    ) -> u64 {
        let held = |id: &&DeliveryId| {
            let (Some(row), Some(event)) = (self.deliveries.get(id), self.events.get(&id.event))
            else {
                return false;
            };
            row.progress.stage == Stage::Waiting
                && row.leased(&self.ownership, id.target, now).is_none()
                && event.at < before
        };
        let ids: Vec<_> = self
            .targets
            .values()
            .filter(|target| !target.deleted && !gone.contains(&target.kept.shop))
            .filter(|target| target.kept.status != TargetStatus::Active)
            .flat_map(|target| {
                target.open.iter().map(|event| DeliveryId {
                    event: *event,
                    target: target.kept.no,
                })
            })
            .filter(|id| held(&id))
            .take(budget.0)
            .collect();
        budget.0 -= ids.len();
        for id in &ids {
            self.change_delivery(*id, |row| row.progress.expire());
        }
        u64::try_from(ids.len()).unwrap_or(u64::MAX)
    }

    /// Those of targets that are gone, and of claims that are gone with their events.
    fn prune_tickets(&mut self, before: Timestamp, budget: &mut Budget) {
        let Self {
            tickets,
            targets,
            documents,
            ..
        } = self;
        budget.remove(tickets, |(target, claim), row| {
            let target_gone = targets.get(target).is_none_or(|target| target.deleted);
            let claim_gone = row.gone_at.is_some_and(|at| at < before)
                && !documents.contains_key(&(row.shop, SubjectKind::Claim, claim.clone()));
            target_gone || claim_gone
        });
    }

    /// Deliveries, then the events and targets that none is left of.
    fn prune_log(
        &mut self,
        before: Timestamp,
        now: Timestamp,
        gone: &BTreeSet<ShopNo>,
        budget: &mut Budget,
    ) {
        let Self {
            ownership,
            events,
            targets,
            deliveries,
            given,
            ..
        } = self;
        budget.remove(deliveries, |id, row| {
            let (Some(event), Some(target)) = (events.get(&id.event), targets.get(&id.target))
            else {
                return true;
            };
            let stage = row.progress.stage;
            let over = stage.is_over(event.at, before, target.deleted);
            gone.contains(&event.shop) || (over && row.leased(ownership, id.target, now).is_none())
        });
        for target in targets.values_mut() {
            let no = target.kept.no;
            target.open.retain(|event| {
                deliveries.contains_key(&DeliveryId {
                    event: *event,
                    target: no,
                })
            });
        }
        let needed: BTreeSet<_> = deliveries.keys().map(|id| id.event).collect();
        budget.remove(events, |no, row| {
            !needed.contains(no) && (gone.contains(&row.shop) || row.at < before)
        });
        given.retain(|_, no| events.contains_key(no));
        let needed: BTreeSet<_> = deliveries.keys().map(|id| id.target).collect();
        budget.remove(targets, |no, row| {
            !needed.contains(no) && (row.deleted || gone.contains(&row.kept.shop))
        });
    }
}
