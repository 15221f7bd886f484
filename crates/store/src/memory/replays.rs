//! Replays: sending again what a webhook missed.

use std::ops::Bound::{Excluded, Included, Unbounded};

use claimwire_model::replay::{Replay, ReplayState, ReplayStatus, SendAgain, room};
use claimwire_model::target::TargetStatus;
use claimwire_model::{DeliveryId, EventNo, ShopNo, Target, Timestamp};
use uuid::Uuid;

use super::Notifications;
use super::rows::{EventRow, ReplayRow, Tables};
use crate::error::{StoreError, StoreResult};
use crate::queue::{REPLAYS_TRIED, Stepped};

impl Tables {
    pub fn create_replay(&mut self, shop: ShopNo, mut replay: Replay) -> StoreResult<Replay> {
        self.shop(shop)?;
        self.target(replay.target)
            .ok()
            .filter(|row| row.kept.shop == shop)
            .ok_or(StoreError::NotFound)?;
        if self.replays.contains_key(&replay.id) {
            return Err(StoreError::Exists);
        }
        let unfinished = |row: &&ReplayRow| {
            row.replay.target == replay.target && row.replay.state != ReplayState::Done
        };
        let before = self.replays.values().filter(unfinished);
        let count = before.clone().count();
        let first = before.min_by_key(|row| row.no).map(|row| row.replay.id);
        replay.state = match (Replay::first_state(count), first) {
            (None, Some(first)) => return Err(StoreError::ReplayRunning(first)),
            (state, _) => state.unwrap_or(ReplayState::Waiting),
        };
        let row = ReplayRow {
            no: self.next_no(),
            shop,
            replay: replay.clone(),
            searched: EventNo(0),
            seen: EventNo(0),
        };
        self.replays.insert(replay.id, row);
        Ok(replay)
    }

    /// See [`crate::Queue::step_replays`].
    pub fn step_replays(
        &mut self,
        limit: usize,
        now: Timestamp,
        notifications: &mut Notifications,
    ) -> Stepped {
        for _ in 0..REPLAYS_TRIED {
            let Some(id) = self.next_replay() else {
                self.turns.end();
                return Stepped::Nothing;
            };
            if self.step_replay(id, limit, now, notifications) {
                return Stepped::Worked;
            }
        }
        Stepped::Full
    }

    /// Whose turn it is.
    fn next_replay(&mut self) -> Option<Uuid> {
        let running = |row: &&ReplayRow| row.replay.state == ReplayState::Running;
        let running = self.replays.values().filter(running);
        let mut running: Vec<_> = running
            .map(|row| (row.shop, row.replay.target, row.replay.id))
            .collect();
        running.sort_unstable();
        let last = self.turns.last_shop();
        let later = running.iter().find(|(shop, ..)| Some(*shop) > last);
        let (shop, ..) = *later.or_else(|| running.first())?;
        running.retain(|(of, ..)| *of == shop);
        let last = self.turns.last_target(shop);
        let later = running.iter().find(|(_, target, _)| Some(*target) > last);
        let (_, target, id) = *later.or_else(|| running.first())?;
        self.turns.took(shop, target);
        Some(id)
    }

    /// False: there is no room, and nothing to search.
    fn step_replay(
        &mut self,
        id: Uuid,
        limit: usize,
        now: Timestamp,
        notifications: &mut Notifications,
    ) -> bool {
        let Some(row) = self.replays.get(&id) else {
            return true;
        };
        let (replay, shop, from) = (row.replay.clone(), row.shop, row.searched);
        let Ok(target) = self.target(replay.target) else {
            self.replay_stepped(id, (0, 0, 0), true);
            return true;
        };
        let webhook = target.kept.clone();
        let span = |(_, row): &(&EventNo, &EventRow)| {
            row.shop == shop && row.at >= replay.since && row.at < replay.until
        };
        let rest = self.events.range((Excluded(from), Unbounded)).filter(span);
        let looked: Vec<EventNo> = rest.take(limit).map(|(no, _)| *no).collect();
        let searched = looked.last().copied().unwrap_or(from);
        let subscription = replay.subscription(&webhook.subscription);
        let asks = |tables: &Self, event: EventNo| {
            let id = DeliveryId {
                event,
                target: webhook.no,
            };
            let stage = tables.deliveries.get(&id).map(|row| row.progress.stage);
            let heard = tables.events.get(&event);
            heard.is_some_and(|row| subscription.matches(&row.event.fact))
                && replay.status.send_again(stage) != SendAgain::No
        };
        let found = looked.iter().filter(|no| asks(self, **no)).count();

        let room = self.room(&webhook, now);
        let open = (Excluded(row.seen), Included(searched));
        let open = self.events.range(open).filter(span);
        let mut open = open.map(|(no, _)| *no).filter(|no| asks(self, *no));
        let due: Vec<_> = open.by_ref().take(room).collect();
        let more = open.next().is_some();
        let mut made = 0;
        for event in &due {
            let id = DeliveryId {
                event: *event,
                target: webhook.no,
            };
            made += usize::from(self.send_again(id, replay.status, &webhook, now));
        }
        if made > 0 {
            notifications.wake.insert(webhook.no);
        }
        let all_searched = looked.len() < limit;
        if let Some(row) = self.replays.get_mut(&id) {
            row.searched = searched;
            row.seen = match due.last() {
                _ if !more => searched,
                Some(last) => *last,
                None => row.seen,
            };
        }
        let ended = all_searched && !more;
        self.replay_stepped(id, (looked.len(), found, made), ended);
        ended || !looked.is_empty() || made > 0
    }

    fn replay_stepped(
        &mut self,
        id: Uuid,
        (scanned, found, made): (usize, usize, usize),
        ended: bool,
    ) {
        let Some(row) = self.replays.get_mut(&id) else {
            return;
        };
        row.replay.step(scanned, found, made, ended);
        if !ended {
            return;
        }
        let target = row.replay.target;
        let waits = |row: &&mut ReplayRow| {
            row.replay.target == target && row.replay.state == ReplayState::Waiting
        };
        let next = self.replays.values_mut().filter(waits);
        if let Some(next) = next.min_by_key(|row| row.no) {
            next.replay.state = ReplayState::Running;
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
