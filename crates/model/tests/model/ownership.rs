//! Partitions and their owners: everything is owned, by one node, in fair shares, and moves seldom.

use std::collections::BTreeMap;

use claimwire_model::TargetNo;
use claimwire_model::lease::NodeId;
use claimwire_model::ownership::{PARTITIONS, Partition, Plan};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

#[derive(Default)]
struct Store(BTreeMap<Partition, NodeId>);

impl Store {
    /// What a node that drains at once does with one heartbeat. Answers how many partitions moved.
    fn heartbeat(&mut self, node: NodeId, members: &[NodeId]) -> usize {
        let plan = Plan::of(node, members, |partition| self.0.get(&partition).copied());
        for partition in &plan.take {
            let before = self.0.insert(*partition, node);
            assert_eq!(before, None, "only what nobody owns is taken");
        }
        for partition in &plan.surplus {
            let before = self.0.remove(partition);
            assert_eq!(before, Some(node), "only its own is given up");
        }
        plan.take.len() + plan.surplus.len()
    }

    fn rounds(&mut self, members: &[NodeId], rounds: usize) -> usize {
        let mut moved = 0;
        for _ in 0..rounds {
            for node in members {
                moved += self.heartbeat(*node, members);
            }
        }
        moved
    }

    fn shares(&self, members: &[NodeId]) -> Vec<usize> {
        let of = |node: &NodeId| self.0.values().filter(|owner| *owner == node).count();
        members.iter().map(of).collect()
    }
}

fn nodes() -> impl Strategy<Value = Vec<NodeId>> {
    btree_set(0_u64..1000, 1..40).prop_map(|ids| ids.into_iter().map(NodeId).collect())
}

proptest! {
    #[test]
    fn whatever_was_before_two_rounds_give_each_node_its_share(
        members in nodes(),
        before in vec((0..PARTITIONS, any::<prop::sample::Index>()), 0..300),
    ) {
        let mut store = Store::default();
        for (no, owner) in before {
            store.0.insert(Partition::numbered(no).unwrap(), *owner.get(&members));
        }
        store.rounds(&members, 2);
        let shares = store.shares(&members);
        prop_assert_eq!(shares.iter().sum::<usize>(), usize::from(PARTITIONS));
        let (least, most) = (shares.iter().min().unwrap(), shares.iter().max().unwrap());
        prop_assert!(most - least <= 1, "{:?}", shares);
        prop_assert_eq!(store.rounds(&members, 1), 0, "and then nothing moves");
    }

    #[test]
    fn a_node_that_comes_or_goes_moves_no_more_than_it_must(members in nodes(), other in 1000_u64..2000) {
        let mut store = Store::default();
        store.rounds(&members, 2);
        let mut more = members.clone();
        more.push(NodeId(other));
        let moved = store.rounds(&more, 2);
        let newcomers = usize::from(PARTITIONS) / more.len();
        prop_assert_eq!(moved, 2 * newcomers, "given up and taken");

        store.0.retain(|_, owner| *owner != NodeId(other));
        prop_assert_eq!(store.rounds(&members, 2), newcomers, "taken again");
    }

    #[test]
    fn one_that_leaves_takes_nothing(members in nodes(), leaving in 1000_u64..2000) {
        let mut store = Store::default();
        store.rounds(&[NodeId(leaving)], 1);
        prop_assert_eq!(store.0.len(), usize::from(PARTITIONS));
        store.heartbeat(NodeId(leaving), &members);
        prop_assert!(store.0.is_empty());
        prop_assert_eq!(store.heartbeat(NodeId(leaving), &members), 0);
    }

    #[test]
    fn every_target_has_a_partition(no in any::<i64>()) {
        let partition = Partition::of(TargetNo(no));
        prop_assert_eq!(Partition::numbered(partition.no()), Some(partition));
    }
}

#[test]
fn targets_are_spread_evenly() {
    for step in [1, 256, 1 << 22] {
        let mut counts = BTreeMap::new();
        for n in 0..25_600_i64 {
            *counts.entry(Partition::of(TargetNo(n * step))).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), usize::from(PARTITIONS), "step {step}");
        let most = counts.values().max().unwrap();
        assert!(*most <= 200, "step {step}: {most} in one");
    }
}

#[test]
fn a_targets_partition_never_changes() {
    let known = [1, 2, 3, 1000, 1 << 40].map(|no| Partition::of(TargetNo(no)).no());
    assert_eq!(known, [158, 60, 218, 8, 74]);
}
