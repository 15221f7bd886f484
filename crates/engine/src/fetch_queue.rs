//! The webhooks that wait for a fetch from the store. Shops take turns, and within a shop the first to
//! come is the first to go, so that a shop with very many webhooks does not delay another.

use std::collections::VecDeque;

use claimwire_model::{ShopNo, TargetNo};

use claimwire_model::by_number::ByNumber;

/// Webhooks that wait for a fetch. The caller sees to it that each is in the queue only once.
#[derive(Default)]
pub(crate) struct FetchQueue {
    /// Shops with a webhook in the queue, the next one first.
    turns: VecDeque<ShopNo>,
    waiting: ByNumber<ShopNo, VecDeque<TargetNo>>,
}

impl FetchQueue {
    /// Appends a webhook to its shop's part. All whose shop is not known yet count as one shop.
    pub(crate) fn push(&mut self, shop: Option<ShopNo>, target: TargetNo) {
        let shop = shop.unwrap_or(ShopNo(0));
        let part = self.waiting.entry(shop).or_default();
        if part.is_empty() {
            self.turns.push_back(shop);
        }
        part.push_back(target);
    }

    /// Removes the next one.
    pub(crate) fn pop(&mut self) -> Option<TargetNo> {
        let shop = self.turns.pop_front()?;
        let part = self.waiting.get_mut(&shop)?;
        let target = part.pop_front();
        if part.is_empty() {
            self.waiting.remove(&shop);
        } else {
            self.turns.push_back(shop);
        }
        target
    }

    /// Removes all.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shops_take_turns() {
        let mut queue = FetchQueue::default();
        for no in 0..3 {
            queue.push(Some(ShopNo(1)), TargetNo(no));
        }
        queue.push(Some(ShopNo(2)), TargetNo(10));
        queue.push(None, TargetNo(20));
        let mut order = Vec::new();
        while let Some(target) = queue.pop() {
            order.push(target.0);
            if target.0 == 10 {
                queue.push(Some(ShopNo(2)), TargetNo(11));
            }
        }
        assert_eq!(order, [0, 10, 20, 1, 11, 2]);
    }
}
