//! Which commits make the next group: shops in turn, each shop's in the order in which they came, and none of a shop
//! that a group is under way of.

use std::collections::{HashMap, HashSet, VecDeque};

use claimwire_model::ShopNo;

/// Groups under way at once, at most: each holds a connection.
pub(crate) const GROUPS: usize = 4;
/// After one that did not get all the locks that it wanted, so many go one at a time, and the nodes take turns. While
/// several write in the same shops, groups at the same time would only take each other's locks: what waits for its
/// node's turn makes a larger group.
const ONE_BY_ONE: usize = 64;
/// Commits of one group, and bytes that they write, at most; one that is larger goes alone.
const COMMITS: usize = 128;
const BYTES: usize = 4 << 20;
/// Commits that wait, at most.
const WAITING: usize = 4_096;

/// What waits, with the bytes that each writes. Adding one costs the same however many wait.
pub(super) struct Turns<T> {
    waiting: HashMap<ShopNo, VecDeque<(usize, T)>>,
    count: usize,
    /// Shops of which something waits and no group is under way.
    ready: VecDeque<ShopNo>,
    under_way: HashSet<ShopNo>,
    groups: usize,
    /// So many more go one at a time.
    one_by_one: usize,
}

/// How a group begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    AtOnce,
    /// When it is this node's turn among those that write in the same shops.
    InTurn,
}

/// What is done together.
pub(super) struct Group<T> {
    pub(super) commits: Vec<T>,
    /// Under way from now on, until [`Turns::end`].
    pub(super) shops: Vec<ShopNo>,
}

impl<T> Default for Turns<T> {
    fn default() -> Self {
        Self {
            waiting: HashMap::new(),
            count: 0,
            ready: VecDeque::new(),
            under_way: HashSet::new(),
            groups: 0,
            one_by_one: 0,
        }
    }
}

impl<T> Turns<T> {
    /// Whether so many wait that no more is taken.
    pub(super) fn is_full(&self) -> bool {
        self.count >= WAITING
    }

    pub(super) fn add(&mut self, shop: ShopNo, bytes: usize, commit: T) {
        let of_shop = self.waiting.entry(shop).or_default();
        if of_shop.is_empty() && !self.under_way.contains(&shop) {
            self.ready.push_back(shop);
        }
        of_shop.push_back((bytes, commit));
        self.count += 1;
    }

    /// Whether another group may begin, and how. It is under way from now on, until [`Self::end`].
    pub(super) fn begin(&mut self) -> Option<Start> {
        let (most, start) = match self.one_by_one {
            0 => (GROUPS, Start::AtOnce),
            _ => (1, Start::InTurn),
        };
        if self.groups >= most || self.ready.is_empty() {
            return None;
        }
        self.groups += 1;
        Some(start)
    }

    /// What the group that has begun is of.
    pub(super) fn fill(&mut self) -> Group<T> {
        let (mut commits, mut shops, mut bytes) = (Vec::new(), Vec::new(), 0);
        let mut turns = std::mem::take(&mut self.ready);
        while let Some(shop) = turns.pop_front() {
            let Some(of_shop) = self.waiting.get_mut(&shop) else {
                continue;
            };
            let fits = |more: usize| {
                commits.is_empty() || commits.len() < COMMITS && bytes + more <= BYTES
            };
            if !of_shop.front().is_some_and(|(more, _)| fits(*more)) {
                if !self.under_way.contains(&shop) {
                    self.ready.push_back(shop);
                }
                continue;
            }
            if let Some((more, commit)) = of_shop.pop_front() {
                bytes += more;
                commits.push(commit);
            }
            if self.under_way.insert(shop) {
                shops.push(shop);
            }
            if of_shop.is_empty() {
                self.waiting.remove(&shop);
            } else {
                turns.push_back(shop);
            }
        }
        self.count -= commits.len();
        Group { commits, shops }
    }

    /// A group of these shops has ended. Those of its commits that were not done come before all others, in their order.
    pub(super) fn end(&mut self, shops: &[ShopNo], undone: Vec<(ShopNo, usize, T)>) {
        self.groups -= 1;
        self.count += undone.len();
        self.one_by_one = match undone.len() {
            0 => self.one_by_one.saturating_sub(1),
            _ => ONE_BY_ONE,
        };
        let mut first = VecDeque::new();
        for (shop, bytes, commit) in undone.into_iter().rev() {
            self.waiting
                .entry(shop)
                .or_default()
                .push_front((bytes, commit));
            first.retain(|other| *other != shop);
            first.push_front(shop);
        }
        for shop in shops {
            self.under_way.remove(shop);
            if self.waiting.contains_key(shop) && !first.contains(shop) {
                self.ready.push_back(*shop);
            }
        }
        first.append(&mut self.ready);
        self.ready = first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(turns: &mut Turns<u32>) -> Option<Group<u32>> {
        turns.begin().map(|_| turns.fill())
    }

    fn commits(group: Option<Group<u32>>) -> Option<Vec<u32>> {
        group.map(|group| group.commits)
    }

    #[test]
    fn a_shop_waits_for_its_group_and_keeps_its_order_while_others_go() {
        let mut turns = Turns::default();
        turns.add(ShopNo(1), 1, 10);
        let first = next(&mut turns);
        assert!(next(&mut turns).is_none());
        turns.add(ShopNo(1), 1, 11);
        turns.add(ShopNo(1), 1, 12);
        turns.add(ShopNo(2), 1, 20);
        assert_eq!(commits(next(&mut turns)), Some(vec![20]));
        turns.end(&first.map(|group| group.shops).unwrap_or_default(), vec![]);
        assert_eq!(commits(next(&mut turns)), Some(vec![11, 12]));
        assert!(next(&mut turns).is_none());
    }

    #[test]
    fn a_shop_with_many_leaves_room_for_the_others() {
        let mut turns = Turns::default();
        for commit in 0..1_000 {
            turns.add(ShopNo(1), 1, commit);
        }
        turns.add(ShopNo(2), 1, 5_000);
        let group = next(&mut turns).unwrap();
        assert_eq!(group.commits.len(), COMMITS);
        assert!(group.commits.contains(&5_000));
        let of_first: Vec<_> = group.commits.iter().filter(|no| **no < 1_000).collect();
        assert!(of_first.is_sorted());
        turns.end(&group.shops, vec![]);
        assert_eq!(commits(next(&mut turns)).unwrap().first(), Some(&127));
    }

    #[test]
    fn what_could_not_be_locked_comes_first_in_its_order() {
        let mut turns = Turns::default();
        for (shop, commit) in [(1, 10), (2, 20), (3, 30), (2, 21), (3, 31)] {
            turns.add(ShopNo(shop), 1, commit);
        }
        let group = next(&mut turns).unwrap();
        assert_eq!(group.commits, [10, 20, 30, 21, 31]);
        for (shop, commit) in [(4, 40), (1, 11), (3, 32)] {
            turns.add(ShopNo(shop), 1, commit);
        }
        let undone = [(3, 30), (2, 20), (3, 31), (2, 21)].map(|(shop, no)| (ShopNo(shop), 1, no));
        turns.end(&group.shops, undone.into());
        let second = next(&mut turns).unwrap();
        assert_eq!(second.shops[..2], [ShopNo(3), ShopNo(2)]);
        let of = |shop: &[u32]| {
            Vec::from_iter(
                second
                    .commits
                    .iter()
                    .copied()
                    .filter(|no| shop.contains(no)),
            )
        };
        assert_eq!(of(&[30, 31, 32]), [30, 31, 32]);
        assert_eq!(of(&[20, 21]), [20, 21]);
        assert_eq!(second.commits.len(), 7);
        turns.add(ShopNo(9), 1, 90);
        assert!(
            next(&mut turns).is_none(),
            "others write there: one at a time"
        );
        turns.end(&second.shops, vec![]);
        for left in (0..ONE_BY_ONE).rev() {
            let one = next(&mut turns).unwrap();
            turns.add(ShopNo(100 + i64::try_from(left).unwrap()), 1, 0);
            assert_eq!(next(&mut turns).is_none(), left > 0);
            turns.end(&one.shops, vec![]);
        }
    }

    #[test]
    fn what_is_too_large_goes_alone_and_first_comes_first() {
        let mut turns = Turns::default();
        turns.add(ShopNo(1), BYTES * 2, 10);
        turns.add(ShopNo(2), BYTES * 2, 20);
        turns.add(ShopNo(3), 1, 30);
        assert_eq!(commits(next(&mut turns)), Some(vec![10]));
        assert_eq!(commits(next(&mut turns)), Some(vec![20]));
        assert_eq!(commits(next(&mut turns)), Some(vec![30]));
        assert!(next(&mut turns).is_none());
    }

    #[test]
    fn no_more_groups_are_under_way_than_may_be_and_no_more_waits() {
        let mut turns = Turns::default();
        let mut shops = Vec::new();
        for shop in 1..=9 {
            turns.add(ShopNo(shop), 1, 0);
            shops.extend(next(&mut turns).map(|group| group.shops));
        }
        assert_eq!(shops.len(), GROUPS);
        turns.end(&shops[0], vec![]);
        assert_eq!(next(&mut turns).unwrap().commits.len(), 9 - GROUPS);
        for commit in 0..4_096 {
            assert!(!turns.is_full());
            turns.add(ShopNo(1), 1, commit);
        }
        assert!(turns.is_full());
    }
}
