//! When a failed delivery is tried again.

use std::time::Duration;

use crate::dialect::Dialect;

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
    /// The dialect's own table (contract section 5).
    #[must_use]
    pub fn of(_dialect: Dialect) -> Self {
        Self { delays: Vec::new(), jitter: 0.0, disable_after: None, disable_after_failing: None }
    }

    /// How long to wait after failure number `failures` (1, 2, …), or `None` when the table is used
    /// up. `dice` is uniform in 0..1.
    #[must_use]
    pub fn delay(&self, failures: u32, dice: f64) -> Option<Duration> {
        let index = usize::try_from(failures).ok()?.checked_sub(1)?;
        let base = self.delays.get(index)?;
        Some(base.mul_f64((1.0 + self.jitter * (2.0 * dice - 1.0)).max(0.0)))
    }
}
