//! What settings that webhooks and connectors have in common may hold (contract sections 3 and 7).

use claimwire_model::target::RateLimit;

use crate::checks::{Checks, OPEN_ENUM};
use crate::webhooks::RetryFields;

/// Entries of `enabled_events`.
const ENTRIES: usize = 200;
/// Characters of one entry.
const ENTRY: usize = 256;
/// Requests at once, at most.
const IN_FLIGHT: u32 = 1_000;

/// Whether the entries of a filter are few and short enough.
pub(crate) fn check_events(checks: &mut Checks, entries: &[String]) {
    checks.that(
        entries.len() <= ENTRIES,
        "/enabled_events",
        "has more than 200 entries",
    );
    for (i, entry) in entries.iter().enumerate().take(ENTRIES) {
        checks.text(format_args!("/enabled_events/{i}"), entry, ENTRY);
    }
}

/// How requests go to a target, as it is written.
pub(crate) struct Sending<'a> {
    pub(crate) timeout_seconds: Option<u8>,
    pub(crate) retry: Option<&'a RetryFields>,
    pub(crate) rate_limit: Option<RateLimit>,
    /// What holds where there is no `rate_limit`, for people.
    pub(crate) without_rate: &'a str,
    pub(crate) max_in_flight: u32,
    pub(crate) egress: Option<&'a str>,
}

impl Sending<'_> {
    /// Notes what cannot be.
    pub(crate) fn check(&self, checks: &mut Checks) {
        let timeout = self.timeout_seconds;
        checks.that(
            timeout.is_none_or(|seconds| (1..=30).contains(&seconds)),
            "/timeout_seconds",
            "is not a whole number from 1 to 30",
        );
        if let Some(retry) = self.retry {
            retry.check(checks);
        }
        if self.rate_limit.is_some_and(|limit| limit.per_second == 0) {
            let instead = self.without_rate;
            checks.wrong(
                "/rate_limit/per_second",
                format!("is 0: use 1 or more, or null for {instead}"),
            );
        }
        checks.that(
            (1..=IN_FLIGHT).contains(&self.max_in_flight),
            "/max_in_flight",
            "is not a whole number from 1 to 1000",
        );
        if let Some(egress) = self.egress {
            checks.that(
                !egress.is_empty(),
                "/egress",
                "is empty: use the name of a profile, or null",
            );
            checks.text("/egress", egress, OPEN_ENUM);
        }
    }
}
