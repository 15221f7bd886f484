//! Kept connections, bounded in number and age. Pure data: the time comes in, sockets are the caller's.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::time::Duration;

use tokio::time::Instant;

/// How many are kept, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) overall: usize,
    pub(crate) idle: Duration,
}

/// Kept connections by what they lead to. Dropping one closes it.
#[derive(Debug)]
pub(crate) struct Pool<K, C> {
    bounds: Bounds,
    count: usize,
    /// Per key in the order in which they came back.
    kept: HashMap<K, VecDeque<(Instant, C)>>,
    /// Had more than half of all when one last came back to it: there is no other such key.
    largest: Option<K>,
}

impl<K: Hash + Eq + Clone, C> Pool<K, C> {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            count: 0,
            kept: HashMap::new(),
            largest: None,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The connection that was used last, if it is not too old.
    pub(crate) fn take(&mut self, key: &K, now: Instant) -> Option<C> {
        let (since, connection) = self.kept.get_mut(key)?.pop_back()?;
        self.count -= 1;
        (now.duration_since(since) < self.bounds.idle).then_some(connection)
    }

    /// Keeps a connection, or drops it when there are enough. One key may have all of them for as long as no other
    /// wants some; then the oldest of what it has beyond the half go.
    pub(crate) fn put(&mut self, key: &K, connection: C, now: Instant) {
        if self.count >= self.bounds.overall {
            self.sweep(now);
        }
        if self.count >= self.bounds.overall && !self.makes_room(key) {
            return;
        }
        match self.kept.get_mut(key) {
            Some(list) => list.push_back((now, connection)),
            None => {
                let list = VecDeque::from([(now, connection)]);
                self.kept.insert(key.clone(), list);
            }
        }
        self.count += 1;
        let half = self.bounds.overall / 2;
        let is_largest = self.largest.as_ref() == Some(key);
        if !is_largest && self.kept.get(key).is_some_and(|list| list.len() > half) {
            self.largest = Some(key.clone());
        }
    }

    /// Drops the oldest of a key that has more than half of all, for another one. False: there is none.
    fn makes_room(&mut self, key: &K) -> bool {
        let half = self.bounds.overall / 2;
        let largest = self.largest.as_ref().filter(|largest| *largest != key);
        let list = largest.and_then(|largest| self.kept.get_mut(largest));
        let dropped = list
            .filter(|list| list.len() > half)
            .and_then(VecDeque::pop_front);
        self.count -= usize::from(dropped.is_some());
        dropped.is_some()
    }

    /// Drops what is too old.
    pub(crate) fn sweep(&mut self, now: Instant) {
        let idle = self.bounds.idle;
        self.kept.retain(|_, list| {
            list.retain(|(since, _)| now.duration_since(*since) < idle);
            !list.is_empty()
        });
        self.count = self.kept.values().map(VecDeque::len).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool() -> Pool<&'static str, u32> {
        Pool::new(Bounds {
            overall: 3,
            idle: Duration::from_secs(4),
        })
    }

    #[test]
    fn the_last_used_is_taken_first_and_each_once() {
        let (mut pool, now) = (pool(), Instant::now());
        pool.put(&"a", 1, now);
        pool.put(&"a", 2, now);
        pool.put(&"b", 3, now);
        assert_eq!(pool.take(&"a", now), Some(2));
        assert_eq!(pool.take(&"a", now), Some(1));
        assert_eq!(pool.take(&"a", now), None);
        assert_eq!(pool.take(&"b", now), Some(3));
        assert!(pool.is_empty());
    }

    #[test]
    fn no_more_are_kept_than_the_bounds() {
        let (mut pool, now) = (pool(), Instant::now());
        for n in 0..5 {
            pool.put(&"a", n, now);
        }
        assert_eq!(pool.count, 3);
        assert_eq!(pool.take(&"a", now), Some(2));
        assert_eq!((pool.count, pool.kept["a"].len()), (2, 2));
    }

    #[test]
    fn one_that_has_all_lets_go_of_its_oldest_for_others_down_to_the_half() {
        let (mut pool, now) = (pool(), Instant::now());
        for n in 0..3 {
            pool.put(&"a", n, now);
        }
        for key in ["b", "b", "c"] {
            pool.put(&key, 9, now);
        }
        let sizes = ["a", "b", "c"].map(|key| pool.kept.get(key).map_or(0, VecDeque::len));
        assert_eq!((sizes, pool.count), ([1, 1, 1], 3));
        assert_eq!(pool.take(&"a", now), Some(2), "the oldest went");
        pool.put(&"a", 2, now);
        assert_eq!(pool.count, 3);
    }

    #[test]
    fn the_old_are_dropped() {
        let (mut pool, start) = (pool(), Instant::now());
        pool.put(&"a", 1, start);
        assert_eq!(pool.take(&"a", start + Duration::from_secs(4)), None);
        pool.put(&"a", 2, start);
        pool.put(&"b", 3, start + Duration::from_secs(2));
        pool.sweep(start + Duration::from_secs(5));
        assert_eq!((pool.count, pool.kept.len()), (1, 1));
        assert_eq!(pool.take(&"b", start + Duration::from_secs(5)), Some(3));
    }

    #[test]
    fn old_ones_make_room_for_new_ones() {
        let (mut pool, start) = (pool(), Instant::now());
        for key in ["a", "b", "c"] {
            pool.put(&key, 1, start);
        }
        let later = start + Duration::from_secs(9);
        pool.put(&"d", 4, later);
        assert_eq!(pool.take(&"d", later), Some(4));
    }
}
