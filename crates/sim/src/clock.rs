//! What a node takes for the time: it drifts, and it jumps when someone sets it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use claimwire_engine::{Clock, Sleep};
use claimwire_model::Timestamp;

use crate::process::Process;
use crate::time::{Time, instant};

/// No single wait is longer, as with the machine's own clock: a jump is noticed by then.
const WAIT_AT_MOST_MS: u64 = 10_000;

/// A node's wall clock.
#[derive(Debug)]
pub struct WallClock {
    time: Arc<Time>,
    face: Mutex<Face>,
}

#[derive(Debug)]
struct Face {
    set_at: u64,
    ahead_ms: i64,
    drift_ppm: i64,
}

impl WallClock {
    /// Right at first, but going wrong by so many millionths.
    #[must_use]
    pub fn new(time: Arc<Time>, drift_ppm: i64) -> Arc<Self> {
        let face = Face {
            set_at: time.now(),
            ahead_ms: 0,
            drift_ppm,
        };
        Arc::new(Self {
            time,
            face: Mutex::new(face),
        })
    }

    fn face(&self) -> MutexGuard<'_, Face> {
        self.face.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it shows.
    pub fn shows(&self) -> Timestamp {
        let now = self.time.now();
        let face = self.face();
        let since = i64::try_from(now - face.set_at).unwrap_or(i64::MAX);
        let wrong = face.ahead_ms + since.saturating_mul(face.drift_ppm) / 1_000_000;
        Timestamp::from_millis(instant(now).as_millis() + wrong)
    }

    /// Is set to be wrong by so much.
    pub fn set(&self, ahead_ms: i64) {
        let mut face = self.face();
        face.set_at = self.time.now();
        face.ahead_ms = ahead_ms;
    }
}

/// The wall clock as one process of a node reads it.
pub struct LifeClock {
    /// The node's.
    pub wall: Arc<WallClock>,
    /// Whose waits they are.
    pub process: Arc<Process>,
    /// So that no two durations are the same, as on a machine.
    pub ticks: AtomicU64,
}

impl Clock for LifeClock {
    fn now(&self) -> Timestamp {
        self.wall.shows()
    }

    fn elapsed(&self) -> Duration {
        let ticks = self.ticks.fetch_add(1, Ordering::Relaxed);
        Duration::from_millis(self.wall.time.now()) + Duration::from_nanos(ticks)
    }

    fn sleep(&self, time: Duration) -> Sleep {
        let clock = Arc::clone(&self.wall.time);
        let process = Arc::clone(&self.process);
        Box::pin(async move {
            let ms = u64::try_from(time.as_micros().div_ceil(1000)).unwrap_or(u64::MAX);
            clock.nap(ms).await;
            process.pass().await;
        })
    }

    fn sleep_until(&self, at: Timestamp) -> Sleep {
        let wall = Arc::clone(&self.wall);
        let process = Arc::clone(&self.process);
        Box::pin(async move {
            loop {
                let left = at.since(wall.shows()).as_millis();
                if left == 0 {
                    return;
                }
                let left = u64::try_from(left).unwrap_or(u64::MAX);
                wall.time.nap(left.min(WAIT_AT_MOST_MS)).await;
                process.pass().await;
            }
        })
    }
}
