//! The jobs that wait for the writer. Shops take turns by what their jobs cost (deficit round robin): in each
//! round a shop is credited with [`QUANTUM`], and its next job has its turn once the credit covers it. So a
//! shop that writes much, or much at once, delays another by no more than what is under way.

use std::collections::{HashMap, HashSet, VecDeque};

use claimwire_model::ShopNo;

/// What a shop may have written in one round: rows, about.
const QUANTUM: usize = 64;

/// Jobs that wait, by shop.
pub(super) struct FairQueue<T> {
    /// Shops with a job, the next one first.
    turns: VecDeque<ShopNo>,
    parts: HashMap<ShopNo, Part<T>>,
    /// Shops whose jobs have no turn.
    held: HashSet<ShopNo>,
    len: usize,
    cost: usize,
}

struct Part<T> {
    jobs: VecDeque<(usize, T)>,
    credit: usize,
}

impl<T> FairQueue<T> {
    pub(super) fn new() -> Self {
        Self {
            turns: VecDeque::new(),
            parts: HashMap::new(),
            held: HashSet::new(),
            len: 0,
            cost: 0,
        }
    }

    /// Jobs that wait.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// What they cost together.
    pub(super) fn cost(&self) -> usize {
        self.cost
    }

    /// Appends a job to its shop's part. When so many wait, a shop that has more than its share gets its
    /// job back.
    pub(super) fn push(&mut self, shop: ShopNo, cost: usize, job: T, most: usize) -> Result<(), T> {
        let shops = self.parts.len().max(1);
        let part = self.parts.entry(shop).or_insert_with(|| {
            if !self.held.contains(&shop) {
                self.turns.push_back(shop);
            }
            Part {
                jobs: VecDeque::new(),
                credit: 0,
            }
        });
        if self.len >= most && part.jobs.len() >= most / shops {
            return Err(job);
        }
        part.jobs.push_back((cost, job));
        self.len += 1;
        self.cost += cost;
        Ok(())
    }

    /// Removes the job whose turn it is, if its cost fits; else its turn stays.
    pub(super) fn pop_if(&mut self, fits: impl FnOnce(usize) -> bool) -> Option<(usize, T)> {
        loop {
            let shop = *self.turns.front()?;
            let part = self.parts.get_mut(&shop)?;
            let (cost, _) = part.jobs.front()?;
            if part.credit >= *cost {
                if !fits(*cost) {
                    return None;
                }
                let (cost, job) = part.jobs.pop_front()?;
                part.credit -= cost;
                self.len -= 1;
                self.cost -= cost;
                if part.jobs.is_empty() {
                    self.parts.remove(&shop);
                    self.turns.pop_front();
                }
                return Some((cost, job));
            }
            part.credit += QUANTUM;
            self.turns.rotate_left(1);
        }
    }

    /// Whether a job may have its turn.
    pub(super) fn has_turn(&self) -> bool {
        !self.turns.is_empty()
    }

    /// Whether a job of another shop, which is not `nobody`, may have its turn.
    pub(super) fn has_other(&self, shop: ShopNo, nobody: ShopNo) -> bool {
        let mut turns = self.turns.iter();
        turns.any(|turn| *turn != shop && *turn != nobody)
    }

    /// The shop's jobs have no turn until it is let go.
    pub(super) fn hold(&mut self, shop: ShopNo) {
        self.held.insert(shop);
        self.turns.retain(|turn| *turn != shop);
    }

    /// The shop's jobs have their turns again, the first of them now.
    pub(super) fn let_go(&mut self, shop: ShopNo) {
        if self.held.remove(&shop) && self.parts.contains_key(&shop) {
            self.turns.push_front(shop);
        }
    }

    /// Removes all jobs.
    pub(super) fn drain(&mut self) -> Vec<T> {
        let parts = std::mem::take(&mut self.parts);
        self.turns.clear();
        (self.len, self.cost) = (0, 0);
        let jobs = parts.into_values().flat_map(|part| part.jobs);
        jobs.map(|(_, job)| job).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANY: usize = 10_000;

    fn order(queue: &mut FairQueue<&'static str>) -> Vec<&'static str> {
        let mut order = Vec::new();
        while let Some((_, job)) = queue.pop_if(|_| true) {
            order.push(job);
        }
        order
    }

    fn push(queue: &mut FairQueue<&'static str>, shop: i64, cost: usize, job: &'static str) {
        assert_eq!(queue.push(ShopNo(shop), cost, job, MANY), Ok(()));
    }

    #[test]
    fn many_jobs_of_one_shop_let_another_between() {
        let mut queue = FairQueue::new();
        for _ in 0..200 {
            push(&mut queue, 1, 1, "many");
        }
        push(&mut queue, 2, 1, "few");
        let order = order(&mut queue);
        let place = order.iter().position(|job| *job == "few");
        assert!(place <= Some(QUANTUM), "{place:?}");
        assert_eq!(order.len(), 201);
        assert_eq!((queue.len(), queue.cost()), (0, 0));
    }

    #[test]
    fn one_large_job_counts_as_what_it_costs() {
        let mut queue = FairQueue::new();
        for _ in 0..2 {
            push(&mut queue, 1, 1000, "large");
        }
        for _ in 0..1500 {
            push(&mut queue, 2, 1, "small");
        }
        let order = order(&mut queue);
        let large: Vec<_> = (0..order.len()).filter(|n| order[*n] == "large").collect();
        assert!((900..1100).contains(&large[0]), "{large:?}");
    }

    #[test]
    fn a_large_job_alone_has_its_turn_at_once() {
        let mut queue = FairQueue::new();
        push(&mut queue, 1, 10_000, "large");
        assert_eq!(order(&mut queue), ["large"]);
    }

    #[test]
    fn a_shop_that_is_held_has_no_turn_until_it_is_let_go() {
        let mut queue = FairQueue::new();
        push(&mut queue, 1, 1, "before");
        queue.hold(ShopNo(1));
        push(&mut queue, 1, 1, "meanwhile");
        assert!(!queue.has_turn() && !queue.has_other(ShopNo(2), ShopNo(0)));
        push(&mut queue, 2, 1, "other");
        assert!(queue.has_other(ShopNo(1), ShopNo(0)));
        assert!(!queue.has_other(ShopNo(2), ShopNo(0)));
        assert_eq!(order(&mut queue), ["other"]);
        queue.let_go(ShopNo(1));
        assert_eq!(order(&mut queue), ["before", "meanwhile"]);
    }

    #[test]
    fn what_does_not_fit_stays_the_next() {
        let mut queue = FairQueue::new();
        push(&mut queue, 1, 500, "large");
        assert_eq!(queue.pop_if(|_| false), None);
        push(&mut queue, 2, 1, "small");
        assert_eq!(queue.pop_if(|cost| cost > 1), Some((500, "large")));
        assert_eq!(order(&mut queue), ["small"]);
    }

    #[test]
    fn a_shop_that_fills_the_queue_is_refused_and_no_other() {
        let mut queue = FairQueue::new();
        for _ in 0..4 {
            assert_eq!(queue.push(ShopNo(1), 1, "many", 4), Ok(()));
        }
        assert_eq!(queue.push(ShopNo(1), 1, "many", 4), Err("many"));
        for _ in 0..2 {
            assert_eq!(queue.push(ShopNo(2), 1, "few", 4), Ok(()));
        }
        assert_eq!(queue.push(ShopNo(2), 1, "few", 4), Err("few"));
    }
}
