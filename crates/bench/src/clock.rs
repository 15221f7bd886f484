//! One clock for sender and receiver: they are threads of one process.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

fn start() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(Instant::now)
}

/// Nanoseconds since the first time somebody asked.
pub(crate) fn now() -> u64 {
    u64::try_from(start().elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// When [`now`] will say this.
pub(crate) fn instant(at: u64) -> Instant {
    start() + Duration::from_nanos(at)
}
