//! When a failed delivery is tried again.

use std::time::Duration;

/// A webhook's retry settings (contract section 3).
#[derive(Debug, Clone, PartialEq)]
pub struct RetryPolicy {
    /// Wait after failure 1, 2, … of a delivery; when they are used up it ends `failed`. So one
    /// delivery has at most `delays.len() + 1` scheduled attempts.
    pub delays: Vec<Duration>,
    /// Each wait is moved by up to this share, both ways (0.1 for karla's ±10 %); 0: never early.
    pub jitter: f64,
    /// Failed attempts of one delivery that disable the webhook.
    pub disable_after: Option<u32>,
    /// Time without any success, while attempts fail, that disables the webhook.
    pub disable_after_failing: Option<Duration>,
}

impl RetryPolicy {
    /// How long to wait after failure number `failures` (1, 2, …), or `None` when the table is used
    /// up. `random` is uniform in 0..1. In whole milliseconds, as instants are, and none too short.
    #[must_use]
    pub fn delay(&self, failures: u32, random: f64) -> Option<Duration> {
        let index = usize::try_from(failures).ok()?.checked_sub(1)?;
        let base = self.delays.get(index)?;
        let wait = match self.jitter {
            0.0 => *base,
            jitter => base.mul_f64((1.0 + jitter * (2.0 * random - 1.0)).max(0.0)),
        };
        let ms = wait.as_nanos().div_ceil(1_000_000);
        Some(Duration::from_millis(u64::try_from(ms).unwrap_or(u64::MAX)))
    }
}
