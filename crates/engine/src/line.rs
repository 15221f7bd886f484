//! Webhooks that stand in line for a fetch: shop by shop in turn, and within a shop by who came first,
//! so that one with very many does not keep another waiting.

use std::collections::VecDeque;

use claimwire_model::{ShopNo, TargetNo};

use crate::by_number::ByNumber;

/// Who stands in line. Each stands in it once, which the caller sees to.
#[derive(Default)]
pub(crate) struct Line {
    /// Shops with someone in line, the next one first.
    turns: VecDeque<ShopNo>,
    waiting: ByNumber<ShopNo, VecDeque<TargetNo>>,
}

impl Line {
    /// Joins at the end of its shop's part. All whose shop is not known yet count as one.
    pub(crate) fn join(&mut self, shop: Option<ShopNo>, target: TargetNo) {
        let shop = shop.unwrap_or(ShopNo(0));
        let part = self.waiting.entry(shop).or_default();
        if part.is_empty() {
            self.turns.push_back(shop);
        }
        part.push_back(target);
    }

    /// The next one leaves the line.
    pub(crate) fn next(&mut self) -> Option<TargetNo> {
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

    /// Everybody leaves.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shops_take_turns() {
        let mut line = Line::default();
        for no in 0..3 {
            line.join(Some(ShopNo(1)), TargetNo(no));
        }
        line.join(Some(ShopNo(2)), TargetNo(10));
        line.join(None, TargetNo(20));
        let mut order = Vec::new();
        while let Some(target) = line.next() {
            order.push(target.0);
            if target.0 == 10 {
                line.join(Some(ShopNo(2)), TargetNo(11));
            }
        }
        assert_eq!(order, [0, 10, 20, 1, 11, 2]);
    }
}
