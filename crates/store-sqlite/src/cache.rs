//! What every request reads, in memory: shops, keys, webhooks, and the health that outcomes change.
//!
//! Exact: the writer changes it after each commit, before the caller is answered, and what a reader
//! loaded before that is not let in. Bounded: of a full cache one half goes.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use claimwire_model::by_number::ByNumber;
use claimwire_model::health::Health;
use claimwire_model::shop::ApiKey;
use claimwire_model::target::Target;
use claimwire_model::{Shop, ShopNo, TargetNo};

use claimwire_store::subscriptions::Subscriptions;

/// Entries of each kind that are kept, about, at most.
const ENTRIES: usize = 128 << 10;

/// A key with the shop that it opens.
pub(crate) type KeyAndShop = Arc<(ApiKey, Arc<Shop>)>;
/// All live webhooks of a shop.
pub(crate) type Webhooks = Arc<Subscriptions>;

#[derive(Default)]
struct Warm {
    generation: u64,
    shops: ByNumber<ShopNo, Arc<Shop>>,
    slugs: HashMap<String, ShopNo>,
    keys: HashMap<[u8; 32], KeyAndShop>,
    webhooks: ByNumber<ShopNo, Webhooks>,
    shop_of: ByNumber<TargetNo, ShopNo>,
    /// Newer than what the webhooks above carry.
    healths: ByNumber<TargetNo, Health>,
}

impl Warm {
    fn make_room(&mut self) {
        if self.shops.len() >= ENTRIES {
            halve(&mut self.shops);
            let shops = &self.shops;
            self.slugs.retain(|_, no| shops.contains_key(no));
        }
        if self.keys.len() >= ENTRIES {
            halve(&mut self.keys);
        }
        if self.shop_of.len().max(self.healths.len()) >= ENTRIES {
            halve(&mut self.webhooks);
            let webhooks = &self.webhooks;
            self.shop_of.retain(|_, shop| webhooks.contains_key(shop));
            // A webhook that is loaded now may carry an older health than one that goes here.
            let shop_of = &self.shop_of;
            self.healths.retain(|no, _| shop_of.contains_key(no));
            self.generation += 1;
        }
    }

    fn fresh(&self, webhook: &Arc<Target>) -> Arc<Target> {
        match self.healths.get(&webhook.no) {
            Some(health) if *health != webhook.health => Arc::new(Target {
                health: health.clone(),
                ..Target::clone(webhook)
            }),
            _ => webhook.clone(),
        }
    }

    fn for_engine(&self, webhook: &Arc<Target>) -> Arc<Target> {
        match self.healths.get(&webhook.no) {
            Some(health) if !health.decides_like(&webhook.health) => self.fresh(webhook),
            _ => webhook.clone(),
        }
    }
}

/// Drops every other entry.
fn halve<K: Eq + std::hash::Hash, V, S: BuildHasher>(map: &mut HashMap<K, V, S>) {
    let mut stays = false;
    map.retain(|_, _| {
        stays = !stays;
        stays
    });
    map.shrink_to_fit();
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

    /// A webhook; its health may be old. Costs no copy.
    pub(crate) fn settings(&self, no: TargetNo) -> Option<Arc<Target>> {
        let warm = self.warm();
        let webhooks = warm.webhooks.get(warm.shop_of.get(&no)?)?;
        webhooks.get(no).cloned()
    }

    /// A webhook with its health as it is now.
    pub(crate) fn target(&self, no: TargetNo) -> Option<Arc<Target>> {
        let warm = self.warm();
        let webhooks = warm.webhooks.get(warm.shop_of.get(&no)?)?;
        webhooks.get(no).map(|w| warm.fresh(w))
    }

    /// The same webhook with its health as it is now.
    pub(crate) fn fresh(&self, webhook: &Arc<Target>) -> Arc<Target> {
        self.warm().fresh(webhook)
    }

    /// The same webhook with a health by which the engine decides as by that of now: mostly without a copy.
    pub(crate) fn for_engine(&self, webhook: &Arc<Target>) -> Arc<Target> {
        self.warm().for_engine(webhook)
    }

    /// A webhook's health as it is now.
    pub(crate) fn health(&self, webhook: &Target) -> Health {
        let now = self.warm().healths.get(&webhook.no).cloned();
        now.unwrap_or_else(|| webhook.health.clone())
    }

    /// After a commit: what outcomes made of the webhooks' health.
    pub(crate) fn put_healths(&self, healths: impl IntoIterator<Item = (TargetNo, Health)>) {
        let mut warm = self.warm();
        warm.make_room();
        warm.healths.extend(healths);
    }

    /// After a commit that made a webhook or changed it.
    pub(crate) fn change_webhook(&self, webhook: &Arc<Target>) {
        let mut warm = self.warm();
        warm.generation += 1;
        if let Some(webhooks) = warm.webhooks.get_mut(&webhook.shop) {
            *webhooks = Arc::new(webhooks.with(webhook));
            warm.shop_of.insert(webhook.no, webhook.shop);
        }
    }

    /// After a commit that deleted a webhook.
    pub(crate) fn remove_webhook(&self, shop: ShopNo, no: TargetNo) {
        let mut warm = self.warm();
        warm.generation += 1;
        if let Some(webhooks) = warm.webhooks.get_mut(&shop) {
            *webhooks = Arc::new(webhooks.without(no));
        }
        warm.shop_of.remove(&no);
        warm.healths.remove(&no);
    }

    /// After a commit that changed a shop or its keys.
    pub(crate) fn forget_shop(&self, shop: ShopNo) {
        let mut warm = self.warm();
        warm.generation += 1;
        if let Some(shop) = warm.shops.remove(&shop) {
            warm.slugs.remove(&shop.slug);
        }
        warm.keys.retain(|_, key| key.0.shop != shop);
    }

    /// After a commit that changed a shop's webhooks: all of them are loaded anew.
    pub(crate) fn forget_webhooks(&self, shop: ShopNo) {
        let mut warm = self.warm();
        warm.generation += 1;
        if let Some(webhooks) = warm.webhooks.remove(&shop) {
            for webhook in webhooks.iter() {
                warm.shop_of.remove(&webhook.no);
                warm.healths.remove(&webhook.no);
            }
        }
    }
}
