//! How a target has been doing.

use crate::time::Timestamp;

/// Counted over all deliveries of one target. The same two steps, [`Health::succeeded`] and
/// [`Health::failed`], are applied by the engine to what it holds and by the store to what it keeps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Health {
    /// Failed attempts since the last success.
    pub consecutive_failures: u32,
    /// When the first of them was.
    pub failing_since: Option<Timestamp>,
    /// The latest success.
    pub last_success_at: Option<Timestamp>,
    /// The latest failure.
    pub last_failure_at: Option<Timestamp>,
    /// When we switched it off.
    pub disabled_at: Option<Timestamp>,
    /// Why.
    pub disabled_reason: Option<String>,
    /// When the shop was warned that it is half-way there; forgotten at a success.
    pub warned_at: Option<Timestamp>,
    /// The receiver asked for quiet (429 or 503 with Retry-After): no request before then.
    pub paused_until: Option<Timestamp>,
    /// How often it became active again. Failures count within one such life.
    pub activation: u32,
}

impl Health {
    /// An attempt got through.
    pub fn succeeded(&mut self, at: Timestamp) {
        self.consecutive_failures = 0;
        self.failing_since = None;
        self.warned_at = None;
        self.last_success_at = self.last_success_at.max(Some(at));
    }

    /// An attempt did not.
    pub fn failed(&mut self, at: Timestamp) {
        self.consecutive_failures = self.consecutive_failures.saturating_add(1);
        self.failing_since.get_or_insert(at);
        self.last_failure_at = self.last_failure_at.max(Some(at));
    }

    /// Whether this is `before` after nothing but further successes, of which the last one alone tells.
    #[must_use]
    pub fn only_succeeded_since(&self, before: &Self) -> bool {
        *self
            == Self {
                last_success_at: self.last_success_at,
                ..before.clone()
            }
    }

    /// Whether an engine that knows `before` in its place decides the same: nothing but successes came between, and there is no pause
    /// that one of them could have ended.
    #[must_use]
    pub fn decides_like(&self, before: &Self) -> bool {
        self.paused_until.is_none() && self.only_succeeded_since(before)
    }

    /// Its target became active: what failed before counts no more, neither here nor for the limit on one
    /// delivery ([`Progress::failures_in`](crate::delivery::Progress::failures_in)).
    pub fn begin_anew(&mut self) {
        self.activation = self.activation.saturating_add(1);
        self.consecutive_failures = 0;
        self.failing_since = None;
        self.warned_at = None;
    }

    /// Its target is updated by someone who read it a while ago, with this health: what attempts did
    /// since holds, and a pause only grows; why it is disabled is the updater's to say.
    #[must_use]
    pub fn updated_by(&self, new: &Self) -> Self {
        Self {
            disabled_at: new.disabled_at,
            disabled_reason: new.disabled_reason.clone(),
            paused_until: self.paused_until.max(new.paused_until),
            ..self.clone()
        }
    }

    /// Whether no request may go out yet.
    #[must_use]
    pub fn is_paused(&self, now: Timestamp) -> bool {
        self.paused_until.is_some_and(|until| until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_successes_without_a_pause_leave_decisions_as_they_were() {
        let at = Timestamp::from_secs;
        let before = Health {
            last_success_at: Some(at(1)),
            ..Health::default()
        };
        let mut later = before.clone();
        later.succeeded(at(2));
        assert!(later.decides_like(&before));
        let paused = |health: &Health| Health {
            paused_until: Some(at(1)),
            ..health.clone()
        };
        assert!(!paused(&later).decides_like(&paused(&before)));
        later.failed(at(3));
        assert!(!later.decides_like(&before));
    }
}
