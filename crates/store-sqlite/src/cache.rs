//! What every request reads, in memory: shops, keys, webhooks, and the health that outcomes change.
//!
//! Exact: the writer forgets a shop's entries after each commit that changed one of them, before the
//! caller is answered, and what a reader loaded before that is not let in. Bounded: a full cache is
//! emptied.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use claimwire_model::health::Health;
use claimwire_model::shop::ApiKey;
use claimwire_model::webhook::Webhook;
use claimwire_model::{Shop, ShopNo, TargetNo};

/// Entries of each kind that are kept at most.
const ENTRIES: usize = 10_000;

/// A key with the shop that it opens.
pub(crate) type KeyAndShop = Arc<(ApiKey, Arc<Shop>)>;
/// All live webhooks of a shop, by number.
pub(crate) type Webhooks = Arc<[Arc<Webhook>]>;

#[derive(Default)]
struct Warm {
    generation: u64,
    shops: HashMap<ShopNo, Arc<Shop>>,
    slugs: HashMap<String, ShopNo>,
    keys: HashMap<[u8; 32], KeyAndShop>,
    webhooks: HashMap<ShopNo, Webhooks>,
    shop_of: HashMap<TargetNo, ShopNo>,
    /// Newer than what the webhooks above carry.
    healths: HashMap<TargetNo, Health>,
}

impl Warm {
    fn make_room(&mut self) {
        let fullest = self
            .shops
            .len()
            .max(self.keys.len())
            .max(self.shop_of.len())
            .max(self.healths.len());
        if fullest >= ENTRIES {
            *self = Self {
                generation: self.generation + 1,
                ..Self::default()
            };
        }
    }

    fn fresh(&self, webhook: &Arc<Webhook>) -> Arc<Webhook> {
        match self.healths.get(&webhook.no) {
            Some(health) if *health != webhook.health => Arc::new(Webhook {
                health: health.clone(),
                ..Webhook::clone(webhook)
            }),
            _ => webhook.clone(),
        }
    }
}

/// The cache.
#[derive(Default)]
pub(crate) struct Cache(Mutex<Warm>);

/// When a load began; see [`Cache::begin`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begun(u64);

impl Cache {
    fn warm(&self) -> MutexGuard<'_, Warm> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To be called before a load reads the database; what it read is kept only if nothing changed.
    pub(crate) fn begin(&self) -> Begun {
        Begun(self.warm().generation)
    }

    fn keep(&self, begun: Begun, put: impl FnOnce(&mut Warm)) {
        let mut warm = self.warm();
        if warm.generation == begun.0 {
            warm.make_room();
            put(&mut warm);
        }
    }

    /// The shop of this slug.
    pub(crate) fn shop_of_slug(&self, slug: &str) -> Option<Arc<Shop>> {
        let warm = self.warm();
        warm.slugs
            .get(slug)
            .and_then(|no| warm.shops.get(no))
            .cloned()
    }

    /// The shop of this number.
    pub(crate) fn shop(&self, no: ShopNo) -> Option<Arc<Shop>> {
        self.warm().shops.get(&no).cloned()
    }

    /// Keeps a shop.
    pub(crate) fn put_shop(&self, begun: Begun, shop: &Arc<Shop>) {
        self.keep(begun, |warm| {
            warm.slugs.insert(shop.slug.clone(), shop.no);
            warm.shops.insert(shop.no, shop.clone());
        });
    }

    /// The key of this hash.
    pub(crate) fn key(&self, hash: &[u8; 32]) -> Option<KeyAndShop> {
        self.warm().keys.get(hash).cloned()
    }

    /// Keeps a key.
    pub(crate) fn put_key(&self, begun: Begun, hash: [u8; 32], key: &KeyAndShop) {
        self.keep(begun, |warm| {
            warm.keys.insert(hash, key.clone());
        });
    }

    /// A shop's webhooks, to match events with; their health may be old.
    pub(crate) fn webhooks(&self, shop: ShopNo) -> Option<Webhooks> {
        self.warm().webhooks.get(&shop).cloned()
    }

    /// Keeps a shop's webhooks.
    pub(crate) fn put_webhooks(&self, begun: Begun, shop: ShopNo, webhooks: &Webhooks) {
        self.keep(begun, |warm| {
            warm.shop_of.extend(webhooks.iter().map(|w| (w.no, shop)));
            warm.webhooks.insert(shop, webhooks.clone());
        });
    }

    /// A webhook with its health as it is now.
    pub(crate) fn target(&self, no: TargetNo) -> Option<Arc<Webhook>> {
        let warm = self.warm();
        let webhooks = warm.webhooks.get(warm.shop_of.get(&no)?)?;
        let index = webhooks.binary_search_by_key(&no, |w| w.no).ok()?;
        webhooks.get(index).map(|w| warm.fresh(w))
    }

    /// The same webhook with its health as it is now.
    pub(crate) fn fresh(&self, webhook: &Arc<Webhook>) -> Arc<Webhook> {
        self.warm().fresh(webhook)
    }

    /// After a commit: what outcomes made of the webhooks' health.
    pub(crate) fn put_healths(&self, healths: impl IntoIterator<Item = (TargetNo, Health)>) {
        let mut warm = self.warm();
        warm.make_room();
        warm.healths.extend(healths);
    }

    /// After a commit that changed a shop, its keys or its webhooks: all of it is loaded anew.
    pub(crate) fn forget(&self, shop: ShopNo) {
        let mut warm = self.warm();
        warm.generation += 1;
        if let Some(shop) = warm.shops.remove(&shop) {
            warm.slugs.remove(&shop.slug);
        }
        warm.keys.retain(|_, key| key.0.shop != shop);
        if let Some(webhooks) = warm.webhooks.remove(&shop) {
            for webhook in webhooks.iter() {
                warm.shop_of.remove(&webhook.no);
                warm.healths.remove(&webhook.no);
            }
        }
    }
}
