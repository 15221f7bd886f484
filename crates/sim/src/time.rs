//! True time, which stands still while anything can run and then goes on to whatever waits for it next.
//!
//! What waits for the same millisecond is woken one after another, in an order of chance, and each has
//! all its consequences before the next is woken.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use claimwire_model::Timestamp;

use crate::chance::Chance;

/// When runs begin, in milliseconds since 1970.
const START_MS: i64 = 1_800_000_000_000;

/// True milliseconds since the run began, as an instant.
#[must_use]
pub fn instant(ms: u64) -> Timestamp {
    Timestamp::from_millis(START_MS.saturating_add_unsigned(ms))
}

/// True time.
#[derive(Debug)]
pub struct Time(Mutex<Hands>);

/// When; by chance; which.
type Place = (u64, u64, u64);

#[derive(Debug)]
struct Hands {
    now: u64,
    last: u64,
    chance: Chance,
    naps: BTreeMap<Place, Option<Waker>>,
}

impl Time {
    /// Begins at 0.
    #[must_use]
    pub fn new(chance: Chance) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Hands {
            now: 0,
            last: 0,
            chance,
            naps: BTreeMap::new(),
        })))
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Milliseconds since the run began.
    pub fn now(&self) -> u64 {
        self.hands().now
    }

    /// Waits so many milliseconds.
    pub fn nap(self: &Arc<Self>, ms: u64) -> Nap {
        let mut hands = self.hands();
        hands.last += 1;
        let place = (hands.now + ms, hands.chance.next(), hands.last);
        hands.naps.insert(place, None);
        Nap {
            time: Arc::clone(self),
            place,
        }
    }

    /// Goes on to the next nap's end. To be called when nothing can run.
    pub fn advance(&self) {
        let waker = {
            let mut hands = self.hands();
            let Some(((at, ..), waker)) = hands.naps.pop_first() else {
                return;
            };
            hands.now = hands.now.max(at);
            waker
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// A wait.
#[derive(Debug)]
pub struct Nap {
    time: Arc<Time>,
    place: Place,
}

impl Future for Nap {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match self.time.hands().naps.get_mut(&self.place) {
            Some(waker) => {
                *waker = Some(context.waker().clone());
                Poll::Pending
            }
            None => Poll::Ready(()),
        }
    }
}

impl Drop for Nap {
    fn drop(&mut self) {
        let waker = self.time.hands().naps.remove(&self.place);
        drop(waker);
    }
}
