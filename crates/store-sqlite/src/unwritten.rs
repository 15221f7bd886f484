//! Deliveries that are in the engine's hands and have no row yet. Each gets its row with its outcome;
//! until then its event's row names it, or one of [`handed`](crate::rows::handed), which is what a crash leaves
//! ([`recover`](crate::recover)).
//!
//! Exact for the writer, who adds when such a row is written and takes away after the commit that
//! wrote the delivery's. For a reader who asks before its snapshot begins: what is not here and was
//! answered for has its row in the snapshot.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use claimwire_model::by_number::ByNumber;
use claimwire_model::{DeliveryId, EventNo, ShopNo, TargetNo, Timestamp};

/// What one target has in hand.
struct InHand {
    shop: ShopNo,
    /// Until when each is leased.
    leases: BTreeMap<EventNo, Timestamp>,
}

impl InHand {
    fn ids(&self, target: TargetNo) -> impl Iterator<Item = (DeliveryId, Timestamp)> {
        self.leases.iter().map(move |(event, until)| {
            let event = *event;
            (DeliveryId { event, target }, *until)
        })
    }
}

#[derive(Default)]
struct Known {
    targets: ByNumber<TargetNo, InHand>,
    /// All of them as they were added, with some that are written by now.
    added: VecDeque<DeliveryId>,
    /// No lease ends before; none: there is none.
    first_end: Option<Timestamp>,
}

/// All of them.
#[derive(Default)]
pub(crate) struct Unwritten(Mutex<Known>);

impl Known {
    fn lease(&self, id: DeliveryId) -> Option<Timestamp> {
        self.targets.get(&id.target)?.leases.get(&id.event).copied()
    }

    fn remove(&mut self, id: DeliveryId) {
        if let Some(in_hand) = self.targets.get_mut(&id.target) {
            in_hand.leases.remove(&id.event);
            if in_hand.leases.is_empty() {
                self.targets.remove(&id.target);
            }
        }
    }

    fn all(&self) -> impl Iterator<Item = (DeliveryId, Timestamp)> {
        self.targets
            .iter()
            .flat_map(|(no, in_hand)| in_hand.ids(*no))
    }
}

impl Unwritten {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A delivery that is leased and handed over.
    pub(crate) fn add(&self, shop: ShopNo, id: DeliveryId, until: Timestamp) {
        let mut known = self.known();
        known.first_end = Some(known.first_end.map_or(until, |first| first.min(until)));
        known.added.push_back(id);
        let in_hand = known.targets.entry(id.target).or_insert_with(|| InHand {
            shop,
            leases: BTreeMap::new(),
        });
        in_hand.leases.insert(id.event, until);
    }

    /// These have their rows, or their event is gone.
    pub(crate) fn remove(&self, written: impl IntoIterator<Item = DeliveryId>) {
        let mut known = self.known();
        for id in written {
            known.remove(id);
        }
        while let Some(first) = known.added.front().copied()
            && known.lease(first).is_none()
        {
            known.added.pop_front();
        }
    }

    /// Until when a delivery is leased, if it has no row.
    pub(crate) fn lease(&self, id: DeliveryId) -> Option<Timestamp> {
        self.known().lease(id)
    }

    /// The oldest event with such a delivery. Looks at every target that has one.
    pub(crate) fn oldest(&self) -> Option<EventNo> {
        let known = self.known();
        let of_each = known
            .targets
            .values()
            .filter_map(|in_hand| in_hand.leases.keys().next());
        of_each.min().copied()
    }

    /// Those that at least `lag` others were added after.
    pub(crate) fn stragglers(&self, lag: usize) -> Vec<DeliveryId> {
        let known = self.known();
        let behind = known.added.len().saturating_sub(lag);
        let added = known.added.iter().take(behind).copied();
        added.filter(|id| known.lease(*id).is_some()).collect()
    }

    /// Those whose lease has ended: whoever had them may have lost them.
    pub(crate) fn lapsed(&self, now: Timestamp) -> Vec<DeliveryId> {
        let mut known = self.known();
        if known.first_end.is_none_or(|first| now < first) {
            return Vec::new();
        }
        // Those that have lapsed stay until they are written: the next to ask must get them too.
        known.first_end = known.all().map(|(_, until)| until).min();
        let lapsed = known.all().filter(|(_, until)| *until <= now);
        lapsed.map(|(id, _)| id).collect()
    }

    /// All of them.
    pub(crate) fn all(&self) -> Vec<DeliveryId> {
        self.known().all().map(|(id, _)| id).collect()
    }

    /// How many a target has, and when the first of their leases ends.
    pub(crate) fn of_target(&self, target: TargetNo) -> (usize, Option<Timestamp>) {
        let known = self.known();
        known.targets.get(&target).map_or((0, None), |in_hand| {
            (in_hand.leases.len(), in_hand.leases.values().min().copied())
        })
    }

    /// A target's.
    pub(crate) fn ids_of_target(&self, target: TargetNo) -> Vec<DeliveryId> {
        let known = self.known();
        let in_hand = known.targets.get(&target);
        in_hand.map_or_else(Vec::new, |in_hand| {
            in_hand.ids(target).map(|(id, _)| id).collect()
        })
    }

    /// An event's.
    pub(crate) fn ids_of_event(&self, event: EventNo) -> Vec<DeliveryId> {
        let known = self.known();
        let added = known.added.iter().filter(|id| id.event == event).copied();
        added.filter(|id| known.lease(*id).is_some()).collect()
    }

    /// A shop's with the ends of their leases, newest event first.
    pub(crate) fn of_shop(&self, shop: ShopNo) -> Vec<(DeliveryId, Timestamp)> {
        let known = self.known();
        let of_shop = known
            .targets
            .iter()
            .filter(|(_, in_hand)| in_hand.shop == shop);
        let mut ids: Vec<_> = of_shop.flat_map(|(no, in_hand)| in_hand.ids(*no)).collect();
        ids.sort_unstable_by(|a, b| b.cmp(a));
        ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(event: i64, target: i64) -> DeliveryId {
        DeliveryId {
            event: EventNo(event),
            target: TargetNo(target),
        }
    }

    fn three() -> Unwritten {
        let unwritten = Unwritten::default();
        for (event, target, until) in [(1, 1, 10), (1, 2, 10), (2, 1, 5)] {
            let until = Timestamp::from_millis(until);
            unwritten.add(ShopNo(target), id(event, target), until);
        }
        unwritten
    }

    #[test]
    fn the_oldest_is_the_first_event_that_is_not_written() {
        let unwritten = three();
        unwritten.remove([id(1, 2), id(2, 1)]);
        assert_eq!(unwritten.oldest(), Some(EventNo(1)));
        unwritten.remove([id(1, 1)]);
        assert_eq!(unwritten.oldest(), None);
    }

    #[test]
    fn one_of_an_earlier_event_may_come_later() {
        let unwritten = three();
        unwritten.remove([id(1, 1)]);
        unwritten.add(ShopNo(1), id(5, 1), Timestamp::from_millis(10));
        unwritten.add(ShopNo(1), id(3, 1), Timestamp::from_millis(10));
        unwritten.remove([id(1, 2), id(2, 1)]);
        assert_eq!(unwritten.oldest(), Some(EventNo(3)));
        assert_eq!(unwritten.stragglers(1), [id(5, 1)]);
    }

    #[test]
    fn stragglers_are_those_with_many_behind_them() {
        let unwritten = three();
        assert_eq!(unwritten.stragglers(3), []);
        assert_eq!(unwritten.stragglers(1), [id(1, 1), id(1, 2)]);
        unwritten.remove([id(1, 2)]);
        assert_eq!(unwritten.stragglers(1), [id(1, 1)]);
    }

    #[test]
    fn lapsed_ones_are_named_until_they_are_written() {
        let (unwritten, at) = (three(), Timestamp::from_millis);
        assert_eq!(unwritten.lapsed(at(4)), []);
        for _ in 0..2 {
            assert_eq!(unwritten.lapsed(at(5)), [id(2, 1)]);
        }
        unwritten.remove([id(2, 1)]);
        assert_eq!(unwritten.lapsed(at(9)), []);
        assert_eq!(unwritten.lapsed(at(10)).len(), 2);
    }

    #[test]
    fn a_shop_and_a_target_have_their_own() {
        let unwritten = three();
        assert_eq!(unwritten.of_shop(ShopNo(2)).len(), 1);
        let first_end = Some(Timestamp::from_millis(5));
        assert_eq!(unwritten.of_target(TargetNo(1)), (2, first_end));
        assert_eq!(unwritten.ids_of_event(EventNo(1)), [id(1, 1), id(1, 2)]);
    }
}
