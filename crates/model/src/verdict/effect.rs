//! What a verdict does to the health of the target that was tried.

use super::{Next, Verdict};
use crate::health::Health;
use crate::time::Timestamp;

/// What is to be told to the shop, with the reason; the target is to be disabled where it says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Effect<'a> {
    /// The shop is warned.
    pub warned: Option<&'a str>,
    /// The target is disabled, once: it is not active any more.
    pub disabled: Option<&'a str>,
}

impl Verdict {
    /// Counts an attempt that ended at `ended` in the health of its target, and answers what follows at
    /// `now`. Only an active target is warned, once until a success, and disabled, and by no attempt
    /// that was judged before it became active. The engine does this
    /// to what it holds, the store to what it keeps.
    pub fn affect(
        &self,
        health: &mut Health,
        active: bool,
        ended: Timestamp,
        now: Timestamp,
    ) -> Effect<'_> {
        match self.next {
            Next::Delivered => health.succeeded(ended),
            Next::RetryAt(_) | Next::GiveUp | Next::Unchanged => health.failed(ended),
        }
        health.paused_until = health.paused_until.max(self.pause_until);
        if !active || self.activation != health.activation {
            return Effect::default();
        }
        let unwarned = health.warned_at.is_none();
        let effect = Effect {
            warned: self.warn.as_deref().filter(|_| unwarned),
            disabled: self.disable.as_deref(),
        };
        if effect.warned.is_some() {
            health.warned_at = Some(now);
        }
        if let Some(reason) = effect.disabled {
            health.disabled_at = Some(now);
            health.disabled_reason = Some(reason.to_owned());
        }
        effect
    }
}
