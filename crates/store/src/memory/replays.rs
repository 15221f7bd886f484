//! Replays: sending again what a webhook missed.

use std::ops::Bound::{Excluded, Unbounded};

use claimwire_model::replay::{Replay, ReplayState, ReplayStatus, SendAgain, room};
use claimwire_model::target::TargetStatus;
use claimwire_model::{DeliveryId, EventNo, ShopNo, Target, Timestamp};
use uuid::Uuid;

use super::Notifications;
use super::rows::{ReplayRow, Tables};
use crate::error::{StoreError, StoreResult};

impl Tables {
    pub fn create_replay(&mut self, shop: ShopNo, replay: Replay) -> StoreResult<Replay> {
        self.shop(shop)?;
        self.target(replay.target)
            .ok()
            .filter(|row| row.kept.shop == shop)
            .ok_or(StoreError::NotFound)?;
        if self.replays.contains_key(&replay.id) {
            return Err(StoreError::Exists);
        }
        let row = ReplayRow {
            no: self.next_no(),
            shop,
            replay: replay.clone(),
            seen: EventNo(0),
        };
        self.replays.insert(replay.id, row);
        Ok(replay)
    }

    /// Reads `limit` events at most. True: there is more.
    pub fn step_replays(
        &mut self,
        limit: usize,
        now: Timestamp,
        notifications: &mut Notifications,
    ) -> bool {
        let running = |row: &&ReplayRow| row.replay.state == ReplayState::Running;
        let mut ids: Vec<_> = self.replays.values().filter(running).collect();
        ids.sort_by_key(|row| row.no);
        let ids: Vec<_> = ids.into_iter().map(|row| row.replay.id).collect();

        let share = (limit / ids.len().max(1)).max(1);
        for id in ids {
            self.step_replay(id, share, now, notifications);
        }
        self.replays.values().any(|row| running(&row))
    }

    /// Reads `limit` events at most, and none after there is no more room.
    fn step_replay(
        &mut self,
        id: Uuid,
        limit: usize,
        now: Timestamp,
        notifications: &mut Notifications,
    ) {
        let Some(row) = self.replays.get(&id) else {
            return;
        };
        let (replay, shop) = (row.replay.clone(), row.shop);
        let Ok(target) = self.target(replay.target) else {
            return self.end_replay(id);
        };
        let webhook = target.kept.clone();
        let subscription = replay.subscription(&webhook.subscription);
        let span = (Excluded(row.seen), Unbounded);
        let events: Vec<_> = self
            .events
            .range(span)
            .map(|(_, row)| row)
            .filter(|row| row.shop == shop && row.at >= replay.since && row.at < replay.until)
            .take(limit)
            .map(|row| row.event.clone())
            .collect();

        let room = self.room(&webhook, now);
        let (mut looked, mut queued) = (0, 0);
        for event in &events {
            if queued >= room {
                break;
            }
            looked += 1;
            if subscription.matches(&event.fact) {
                let id = DeliveryId {
                    event: event.no,
                    target: webhook.no,
                };
                queued += usize::from(self.send_again(id, replay.status, &webhook, now));
            }
        }
        if queued > 0 {
            notifications.wake.insert(webhook.no);
        }
        if let Some(row) = self.replays.get_mut(&id) {
            row.replay.total += u64::try_from(looked).unwrap_or(u64::MAX);
            row.replay.done += u64::try_from(queued).unwrap_or(u64::MAX);
            let last = events.get(..looked).and_then(<[_]>::last);
            row.seen = last.map_or(row.seen, |event| event.no);
        }
        if looked == events.len() && events.len() < limit {
            self.end_replay(id);
        }
    }

    /// How many more may be made due now.
    fn room(&self, webhook: &Target, now: Timestamp) -> usize {
        let target = webhook.no;
        let open = self.targets.get(&target).into_iter();
        let ids = open.flat_map(|row| &row.open).map(|event| DeliveryId {
            event: *event,
            target,
        });
        let due = ids
            .filter_map(|id| self.deliveries.get(&id))
            .filter_map(|row| row.progress.due)
            .filter(|due| *due <= now);
        room(webhook.status == TargetStatus::Active, due.count())
    }

    fn end_replay(&mut self, id: Uuid) {
        if let Some(row) = self.replays.get_mut(&id) {
            row.replay.state = ReplayState::Done;
        }
    }

    /// Arms or makes a delivery, if the replay asks for it. True: it did.
    fn send_again(
        &mut self,
        id: DeliveryId,
        status: ReplayStatus,
        webhook: &Target,
        now: Timestamp,
    ) -> bool {
        let stage = self.deliveries.get(&id).map(|row| row.progress.stage);
        match status.send_again(stage) {
            SendAgain::No => false,
            SendAgain::Rearm => {
                let armed = self.change_delivery(id, |row| {
                    row.progress.rearm(now);
                    row.saved = None;
                });
                armed.is_some()
            }
            SendAgain::Make => {
                let event = self.events.get(&id.event).map(|row| row.event.clone());
                event
                    .map(|event| self.add_delivery(&event, webhook, now))
                    .is_some()
            }
        }
    }
}
