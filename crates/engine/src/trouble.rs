//! Trouble on our own side ([`SendErrorKind::is_ours`]): what it pauses, and what is said of it.
//!
//! A request that failed by it is as one that was never made: it counts nowhere, and is made again after a
//! pause. The pause is the target queue's own, because a proxy or a source address is not every target's.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use claimwire_model::Timestamp;
use claimwire_wire::send::{SendError, SendErrorKind};
use metrics::counter;

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Trouble that did not come back for this long was over: longer than the longest pause and an attempt.
const OVER_AFTER: Duration = Duration::from_secs(120);
const FAILURES: &str = "claimwire_local_failures_total";

/// A pause that doubles for as long as the trouble lasts.
#[derive(Debug, Default)]
pub(crate) struct Pause {
    length: Duration,
    until: Option<Timestamp>,
}

impl Pause {
    /// A request that started then failed. Answers with the end of the pause: of those that were under way
    /// together, the first begins it.
    pub(crate) fn failed(&mut self, started: Timestamp, now: Timestamp) -> Timestamp {
        if let Some(until) = self.until.filter(|until| started < *until) {
            return until;
        }
        self.length = (self.length * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
        let until = now.plus(self.length);
        self.until = Some(until);
        until
    }

    /// A request got out.
    pub(crate) fn over(&mut self) {
        *self = Self::default();
    }
}

/// Says once what is wrong, for as long as it stays so.
#[derive(Default)]
pub(crate) struct Reports(Mutex<HashMap<&'static str, Duration>>);

impl Reports {
    /// To be called after the recorder is installed.
    pub(crate) fn new() -> Self {
        metrics::describe_counter!(
            FAILURES,
            "Requests that failed by trouble on this server's side, by its name. They count for no delivery."
        );
        Self::default()
    }

    /// A request failed at this time of the process's own clock.
    pub(crate) fn failed(&self, error: &SendError, elapsed: Duration) {
        let name = error.kind.as_str();
        counter!(FAILURES, "error" => name).increment(1);
        if self.is_new(name, elapsed) {
            let remedy = remedy(error.kind);
            tracing::warn!(error = name, detail = %error.detail, remedy, "requests fail by trouble on this server's side; they are made again, and count for no delivery");
        }
    }

    fn is_new(&self, name: &'static str, elapsed: Duration) -> bool {
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = latest.insert(name, elapsed);
        before.is_none_or(|before| elapsed.saturating_sub(before) > OVER_AFTER)
    }
}

/// What the operator can do.
fn remedy(kind: SendErrorKind) -> &'static str {
    match kind {
        SendErrorKind::LocalDescriptors => "raise the limit of open files",
        SendErrorKind::LocalMemory => "give the system more memory",
        SendErrorKind::LocalPorts => "widen the range of local ports",
        SendErrorKind::LocalNetwork => "mend the network, or the egress profile's source address",
        SendErrorKind::LocalResolver => "mend the resolver's configuration or its name servers",
        SendErrorKind::Proxy => "mend the egress profile's proxy",
        SendErrorKind::LocalDialect => {
            "give the dialect's file back (`--dialects`), or change the webhooks' dialect"
        }
        _ => "see the detail",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: i64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + 1000 * s)
    }

    #[test]
    fn the_pause_doubles_up_to_its_bound_and_begins_anew_after_the_trouble() {
        let mut pause = Pause::default();
        let mut now = at(0);
        let mut lengths = Vec::new();
        for _ in 0..7 {
            let until = pause.failed(now, now);
            lengths.push(until.since(now).as_secs());
            now = until;
        }
        assert_eq!(lengths, [1, 2, 4, 8, 16, 30, 30]);
        pause.over();
        assert_eq!(pause.failed(now, now), now.plus(FIRST_PAUSE));
    }

    #[test]
    fn those_under_way_together_begin_one_pause() {
        let mut pause = Pause::default();
        let until = pause.failed(at(0), at(5));
        assert_eq!(pause.failed(at(1), at(5)), until);
        assert_eq!(
            pause.failed(at(2), at(7)),
            until,
            "under way since before it"
        );
    }

    #[test]
    fn a_stretch_of_trouble_is_told_once() {
        let reports = Reports::default();
        let s = Duration::from_secs;
        assert!(reports.is_new("proxy", s(0)));
        assert!(reports.is_new("local_ports", s(1)));
        assert!(!reports.is_new("proxy", s(100)));
        assert!(!reports.is_new("proxy", s(200)));
        assert!(reports.is_new("proxy", s(321)), "it was over meanwhile");
    }
}
