//! What every commit needs of a shop, in memory, with the version that it has in the database. It may be old: the
//! commit compares the versions under the shop's lock, and reads anew what is.

pub(crate) mod read;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use claimwire_model::{Shop, ShopNo};
use claimwire_store::subscriptions::Subscriptions;

/// Shops that are kept, at most.
const ENTRIES: usize = 16 << 10;

/// A shop and its living webhooks, to match events with; their health may be old.
pub(crate) struct View {
    pub(crate) version: i64,
    pub(crate) shop: Arc<Shop>,
    pub(crate) webhooks: Subscriptions,
}

/// The cache.
#[derive(Default)]
pub(crate) struct Cache(Mutex<HashMap<ShopNo, Arc<View>>>);

impl Cache {
    /// As it was when it was last read.
    pub(crate) fn get(&self, shop: ShopNo) -> Option<Arc<View>> {
        let views = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        views.get(&shop).cloned()
    }

    /// Keeps a view, unless a newer one is there. Of a full cache one half goes.
    pub(crate) fn put(&self, view: &Arc<View>) {
        let mut views = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if views.len() >= ENTRIES {
            let mut stays = false;
            views.retain(|_, _| {
                stays = !stays;
                stays
            });
        }
        let kept = views.entry(view.shop.no).or_insert_with(|| view.clone());
        if kept.version < view.version {
            kept.clone_from(view);
        }
    }
}
