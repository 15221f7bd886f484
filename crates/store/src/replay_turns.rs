//! Whose turn it is among running replays: shops one after another, and in each shop its targets.

use std::collections::HashMap;

use claimwire_model::{ShopNo, TargetNo};

/// Where the round is. Only memory: after a restart it begins anew.
#[derive(Debug, Default)]
pub struct ReplayTurns {
    shop: Option<ShopNo>,
    targets: HashMap<ShopNo, TargetNo>,
}

impl ReplayTurns {
    /// The shop that had the last turn: the next is the first with a greater number, or the first of all.
    #[must_use]
    pub fn last_shop(&self) -> Option<ShopNo> {
        self.shop
    }

    /// The target of the shop that had the last turn; the next is found alike.
    #[must_use]
    pub fn last_target(&self, shop: ShopNo) -> Option<TargetNo> {
        self.targets.get(&shop).copied()
    }

    /// These have their turn now.
    pub fn took(&mut self, shop: ShopNo, target: TargetNo) {
        self.shop = Some(shop);
        self.targets.insert(shop, target);
    }

    /// Nothing runs.
    pub fn end(&mut self) {
        *self = Self::default();
    }
}
