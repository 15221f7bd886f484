//! A clock that stands still until it is told to go on.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use claimwire_engine::{Clock, Sleep};
use claimwire_model::Timestamp;
use tokio::sync::oneshot;

pub struct ManualClock(Mutex<Hands>);

struct Hands {
    now: Timestamp,
    sleepers: Vec<(Timestamp, oneshot::Sender<()>)>,
}

impl ManualClock {
    pub fn new(now: Timestamp) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Hands {
            now,
            sleepers: Vec::new(),
        })))
    }

    /// When the first of those who wait wakes.
    pub fn next(&self) -> Option<Timestamp> {
        let mut hands = self.0.lock().unwrap();
        hands.sleepers.retain(|(_, wake)| !wake.is_closed());
        hands.sleepers.iter().map(|(at, _)| *at).min()
    }

    pub fn set(&self, now: Timestamp) {
        let mut hands = self.0.lock().unwrap();
        assert!(now >= hands.now, "the clock never goes back");
        hands.now = now;
        let (woken, asleep) = std::mem::take(&mut hands.sleepers)
            .into_iter()
            .partition(|(at, _)| *at <= now);
        hands.sleepers = asleep;
        let woken: Vec<(Timestamp, oneshot::Sender<()>)> = woken;
        for (_, wake) in woken {
            let _ = wake.send(());
        }
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.0.lock().unwrap().now
    }

    fn elapsed(&self) -> Duration {
        self.now().since(Timestamp::from_millis(0))
    }

    fn sleep(&self, time: Duration) -> Sleep {
        self.sleep_until(self.now().plus(time))
    }

    fn sleep_until(&self, at: Timestamp) -> Sleep {
        let mut hands = self.0.lock().unwrap();
        if hands.now >= at {
            return Box::pin(async {});
        }
        let (wake, woken) = oneshot::channel();
        hands.sleepers.push((at, wake));
        Box::pin(async {
            let _ = woken.await;
        })
    }
}
