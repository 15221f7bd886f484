//! When enough is enough: the two limits that disable a webhook, and the warning at half of either.

use std::time::Duration;

use crate::retry::RetryPolicy;

/// Why the webhook is to be disabled, and why the shop is to be warned, after a failure: of a delivery
/// that now has `failures` failed attempts (`None`: its schedule does not count this one), of a webhook
/// that has been failing without a success for so long. Both at once where a limit is reached by one
/// step, so that the warning is never left out.
pub(super) fn check(
    policy: &RetryPolicy,
    failures: Option<u32>,
    failing: Duration,
) -> (Option<String>, Option<String>) {
    let attempts = policy.disable_after.zip(failures);
    let time = policy.disable_after_failing;
    let disable = match (attempts, time) {
        (Some((limit, n)), _) if n >= limit => Some(format!(
            "one delivery failed {n} times; the limit is {limit}"
        )),
        (_, Some(limit)) if failing >= limit => Some(format!(
            "no attempt succeeded in {}; the limit is {}",
            span(failing),
            span(limit)
        )),
        _ => None,
    };
    let warn = match (attempts, time) {
        (Some((limit, n)), _) if n.saturating_mul(2) >= limit => Some(format!(
            "one delivery failed {n} times; at {limit} the webhook is disabled"
        )),
        (_, Some(limit)) if failing.saturating_mul(2) >= limit => Some(format!(
            "no attempt succeeded in {}; after {} the webhook is disabled",
            span(failing),
            span(limit)
        )),
        _ => None,
    };
    (disable, warn)
}

/// In the unit that suits it.
fn span(time: Duration) -> String {
    match time.as_secs_f64() {
        s if s >= 3600.0 => format!("{:.1} h", s / 3600.0),
        s if s >= 60.0 => format!("{:.1} min", s / 60.0),
        s => format!("{s:.1} s"),
    }
}
