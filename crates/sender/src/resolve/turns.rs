//! Who may look a name up next. The more shops are at it, the less each may hold; a turn that is given back goes to
//! one that holds little before one that holds much.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use claimwire_model::ShopNo;
use tokio::sync::oneshot;

/// A shop that holds more than one turn takes no more than this part of what is free.
const PART: usize = 4;

/// Hands out turns.
#[derive(Clone)]
pub(super) struct Turns(Arc<Mutex<State>>);

struct State {
    free: usize,
    per_shop: usize,
    shops: HashMap<ShopNo, Share>,
    /// The shops that wait, the next first.
    waiting: VecDeque<ShopNo>,
}

#[derive(Default)]
struct Share {
    held: usize,
    waiting: VecDeque<oneshot::Sender<Turn>>,
}

/// The right to look one name up, until it is dropped.
pub(super) struct Turn {
    turns: Turns,
    shop: ShopNo,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.turns.lock().give_back(self.shop);
        self.turns.hand_on();
    }
}

impl Turns {
    /// So many at once, in all and of one shop.
    pub(super) fn new(overall: usize, per_shop: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            free: overall,
            per_shop,
            shops: HashMap::new(),
            waiting: VecDeque::new(),
        })))
    }

    /// Waits for the shop's turn.
    pub(super) async fn take(&self, shop: ShopNo) -> Turn {
        loop {
            let (turn, comes) = oneshot::channel();
            self.lock().queue(shop, turn);
            self.hand_on();
            // It is never dropped unsent while it is waited for.
            if let Ok(turn) = comes.await {
                return turn;
            }
        }
    }

    fn hand_on(&self) {
        loop {
            let next = self.lock().next();
            let Some((shop, to)) = next else { return };
            let turn = Turn {
                turns: self.clone(),
                shop,
            };
            // Who has just given up drops it, which gives it back.
            drop(to.send(turn));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn queue(&mut self, shop: ShopNo, turn: oneshot::Sender<Turn>) {
        let share = self.shops.entry(shop).or_default();
        if share.waiting.is_empty() {
            self.waiting.push_back(shop);
        }
        share.waiting.push_back(turn);
    }

    fn give_back(&mut self, shop: ShopNo) {
        self.free += 1;
        if let Some(share) = self.shops.get_mut(&shop) {
            share.held -= 1;
            if share.held == 0 && share.waiting.is_empty() {
                self.shops.remove(&shop);
            }
        }
    }

    /// The next who may have a turn; it counts as taken.
    fn next(&mut self) -> Option<(ShopNo, oneshot::Sender<Turn>)> {
        for _ in 0..self.waiting.len() {
            let shop = self.waiting.pop_front()?;
            let most = (self.free / PART).clamp(1, self.per_shop);
            let share = self.shops.get_mut(&shop)?;
            while share
                .waiting
                .front()
                .is_some_and(oneshot::Sender::is_closed)
            {
                share.waiting.pop_front();
            }
            let may = self.free > 0 && share.held < most;
            let next = may.then(|| share.waiting.pop_front()).flatten();
            if next.is_some() {
                self.free -= 1;
                share.held += 1;
            }
            if !share.waiting.is_empty() {
                self.waiting.push_back(shop);
            } else if share.held == 0 {
                self.shops.remove(&shop);
            }
            if let Some(next) = next {
                return Some((shop, next));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use super::*;

    const A: ShopNo = ShopNo(1);
    const B: ShopNo = ShopNo(2);

    /// The turn, if there is one without waiting.
    async fn at_once(turns: &Turns, shop: ShopNo) -> Option<Turn> {
        let mut take = pin!(turns.take(shop));
        std::future::poll_fn(|cx| {
            std::task::Poll::Ready(match take.as_mut().poll(cx) {
                std::task::Poll::Ready(turn) => Some(turn),
                std::task::Poll::Pending => None,
            })
        })
        .await
    }

    async fn as_many_as_there_are(turns: &Turns, shop: ShopNo) -> Vec<Turn> {
        let mut held = Vec::new();
        while let Some(turn) = at_once(turns, shop).await {
            held.push(turn);
        }
        held
    }

    #[tokio::test]
    async fn a_shop_holds_no_more_than_its_share_and_gets_it_back() {
        let turns = Turns::new(64, 8);
        for _ in 0..3 {
            assert_eq!(as_many_as_there_are(&turns, A).await.len(), 8);
        }
        assert!(turns.lock().shops.is_empty() && turns.lock().waiting.is_empty());
    }

    #[tokio::test]
    async fn the_more_shops_are_at_it_the_less_each_may_hold() {
        let turns = Turns::new(64, 8);
        let (mut held, mut counts) = (Vec::new(), Vec::new());
        for shop in 0..12 {
            let of_shop = as_many_as_there_are(&turns, ShopNo(shop)).await;
            counts.push(of_shop.len());
            held.extend(of_shop);
        }
        assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
        assert!(counts.is_sorted_by(|one, next| one >= next), "{counts:?}");
    }

    #[tokio::test]
    async fn when_all_is_taken_the_next_turn_is_for_who_has_none() {
        let turns = Turns::new(2, 2);
        let mut held = vec![turns.take(A).await, turns.take(ShopNo(3)).await];
        let mut again = pin!(turns.take(A));
        let mut new = pin!(turns.take(B));
        let (mut wait_again, mut wait_new) = (again.as_mut(), new.as_mut());
        std::future::poll_fn(|cx| {
            assert!(wait_again.as_mut().poll(cx).is_pending());
            assert!(wait_new.as_mut().poll(cx).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
        held.pop();
        let _new = new.await;
        drop(held);
        again.await;
    }

    #[tokio::test]
    async fn shops_that_wait_have_their_turns_one_after_another() {
        let turns = Turns::new(1, 1);
        let first = turns.take(A).await;
        let order = Mutex::new(Vec::new());
        let wait = async |shop| {
            let turn = turns.take(shop).await;
            order.lock().unwrap().push(shop);
            drop(turn);
        };
        tokio::join!(wait(A), wait(A), wait(A), wait(B), wait(B), async {
            drop(first);
        });
        assert_eq!(order.into_inner().unwrap(), [A, B, A, B, A]);
    }

    #[tokio::test]
    async fn who_gives_up_takes_no_turn_from_those_who_wait() {
        let turns = Turns::new(1, 1);
        let first = turns.take(A).await;
        assert!(at_once(&turns, A).await.is_none());
        assert!(at_once(&turns, B).await.is_none());
        let (last, ()) = tokio::join!(turns.take(B), async { drop(first) });
        drop(last);
        assert_eq!(turns.lock().free, 1);
    }
}
