//! What every request reads of shops and keys, in memory for a moment. A change is seen at once by the node that made
//! it, and by the others with its hint ([`hints`](crate::hints)), or [`FRESH`] later where that was lost: so long a key
//! that was revoked elsewhere may still open its shop.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use claimwire_model::Shop;
use claimwire_model::shop::ApiKey;
use tokio::time::Instant;

/// How old it may be.
pub(crate) const FRESH: Duration = Duration::from_secs(1);

/// Shops, and keys, that are kept, at most.
const ENTRIES: usize = 16 << 10;

/// A key with the shop that it opens.
pub(crate) type KeyAndShop = Arc<(ApiKey, Arc<Shop>)>;

struct Kept<K, V>(HashMap<K, Entry<V>>);

struct Entry<V> {
    /// When its read began.
    read: Instant,
    value: V,
    /// Somebody reads it anew.
    renewing: bool,
}

impl<K: Hash + Eq, V: Clone> Kept<K, V> {
    /// None: it is to be read. Of what is half as old as it may get one caller is told so, and the others go on with
    /// it: they do not all read at once.
    fn get<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: std::borrow::Borrow<Q>,
    {
        let entry = self.0.get_mut(key)?;
        let age = entry.read.elapsed();
        if age >= FRESH || age >= FRESH / 2 && !std::mem::replace(&mut entry.renewing, true) {
            return None;
        }
        Some(entry.value.clone())
    }

    fn put(&mut self, key: K, read: Instant, value: V) {
        if self.0.len() >= ENTRIES {
            self.0.retain(|_, entry| entry.read.elapsed() < FRESH);
        }
        if self.0.len() < ENTRIES {
            let renewing = false;
            let entry = Entry {
                read,
                value,
                renewing,
            };
            self.0.insert(key, entry);
        }
    }
}

struct All {
    /// Grows with each change: what was read before it is not kept.
    generation: u64,
    shops: Kept<String, Arc<Shop>>,
    keys: Kept<[u8; 32], KeyAndShop>,
}

/// Shops by slug and keys by hash, as they were a moment ago.
pub(crate) struct Recent(Mutex<All>);

impl Default for Recent {
    fn default() -> Self {
        Self(Mutex::new(All {
            generation: 0,
            shops: Kept(HashMap::new()),
            keys: Kept(HashMap::new()),
        }))
    }
}

/// When a read began; its age counts from then.
#[derive(Clone, Copy)]
pub(crate) struct Begun {
    generation: u64,
    at: Instant,
}

impl Recent {
    fn all(&self) -> MutexGuard<'_, All> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To be called before the database is read.
    pub(crate) fn begin(&self) -> Begun {
        Begun {
            generation: self.all().generation,
            at: Instant::now(),
        }
    }

    fn keep(&self, begun: Begun, put: impl FnOnce(&mut All)) {
        let mut all = self.all();
        if all.generation == begun.generation {
            put(&mut all);
        }
    }

    /// The shop of this slug.
    pub(crate) fn shop(&self, slug: &str) -> Option<Arc<Shop>> {
        self.all().shops.get(slug)
    }

    /// Keeps a shop.
    pub(crate) fn put_shop(&self, begun: Begun, shop: &Arc<Shop>) {
        self.keep(begun, |all| {
            all.shops.put(shop.slug.clone(), begun.at, shop.clone());
        });
    }

    /// The key of this hash.
    pub(crate) fn key(&self, hash: &[u8; 32]) -> Option<KeyAndShop> {
        self.all().keys.get(hash)
    }

    /// Keeps a key.
    pub(crate) fn put_key(&self, begun: Begun, hash: [u8; 32], key: &KeyAndShop) {
        self.keep(begun, |all| all.keys.put(hash, begun.at, key.clone()));
    }

    /// A shop or a key has changed.
    pub(crate) fn clear(&self) {
        let mut all = self.all();
        all.generation += 1;
        all.shops.0.clear();
        all.keys.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_gets_old_and_a_change_voids_it() {
        let mut kept = Kept(HashMap::new());
        let now = Instant::now();
        let ago = |age| now.checked_sub(age).unwrap();
        kept.put("new", now + FRESH, 1);
        kept.put("old", ago(FRESH), 2);
        assert_eq!((kept.get("new"), kept.get("old")), (Some(1), None));
        let half = FRESH / 2;
        kept.put("half", ago(half), 3);
        assert_eq!(kept.get("half"), None, "one reads it anew");
        if ago(half).elapsed() < FRESH {
            assert_eq!(kept.get("half"), Some(3), "the others need not");
        }

        let recent = Recent::default();
        let begun = recent.begin();
        recent.clear();
        let mut put = false;
        recent.keep(begun, |_| put = true);
        assert!(!put, "it may have been read before the change");
        recent.keep(recent.begin(), |_| put = true);
        assert!(put);
    }
}
