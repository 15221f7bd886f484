//! A webhook's retry settings as callers write them: seconds and hours, decimals allowed.

use std::time::Duration;

use claimwire_model::Dialect;
use claimwire_model::retry::RetryPolicy;
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

use crate::checks::Checks;

/// Waits that one delivery may have.
const DELAYS: usize = 50;
/// Longest wait, in seconds: 30 days.
const DELAY_SECONDS: f64 = 30.0 * 86_400.0;
/// Longest time without success, in hours: a year.
const DISABLE_HOURS: f64 = 8_760.0;

/// A number that is written without a fraction when it has none.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Decimal(pub f64);

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Within these bounds every whole number is exact.
        if self.0.fract() == 0.0 && self.0.abs() < 9e15 {
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

/// When a failed delivery is tried again, and when enough is enough. What is absent is the dialect's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Retry)]
pub struct RetryFields {
    /// Seconds to wait after failure 1, 2, … of a delivery; when they are used up it ends `failed`.
    #[schema(value_type = Vec<f64>, max_items = 50)]
    pub delays: Vec<Decimal>,
    /// Failed attempts of one delivery that disable the webhook; null: never.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub disable_after: Option<u32>,
    /// Hours without any success, while attempts fail, that disable the webhook; null: never.
    #[serde(default)]
    #[schema(value_type = Option<f64>, exclusive_minimum = 0, maximum = 8760)]
    pub disable_after_hours: Option<Decimal>,
}

impl From<&RetryPolicy> for RetryFields {
    fn from(policy: &RetryPolicy) -> Self {
        Self {
            delays: policy
                .delays
                .iter()
                .map(|delay| Decimal(delay.as_secs_f64()))
                .collect(),
            disable_after: policy.disable_after,
            disable_after_hours: policy
                .disable_after_failing
                .map(|time| Decimal(time.as_secs_f64() / 3600.0)),
        }
    }
}

impl RetryFields {
    pub(crate) fn check(&self, checks: &mut Checks) {
        checks.that(
            self.delays.len() <= DELAYS,
            "/retry/delays",
            "has more than 50 entries",
        );
        for (i, delay) in self.delays.iter().enumerate() {
            let good = (0.0..=DELAY_SECONDS).contains(&delay.0);
            checks.that(
                good,
                format_args!("/retry/delays/{i}"),
                "is not a number of seconds from 0 to 2592000",
            );
        }
        checks.that(
            self.disable_after != Some(0),
            "/retry/disable_after",
            "is 0: use 1 or more, or null for never",
        );
        if let Some(Decimal(hours)) = self.disable_after_hours {
            let good = hours > 0.0 && hours <= DISABLE_HOURS;
            checks.that(
                good,
                "/retry/disable_after_hours",
                "is not above 0 and at most 8760; null is for never",
            );
        }
    }

    /// For a webhook of this dialect. The fields have been checked.
    pub(crate) fn policy(&self, dialect: Dialect) -> RetryPolicy {
        RetryPolicy {
            delays: self.delays.iter().map(|delay| seconds(delay.0)).collect(),
            jitter: dialect.retry_policy().jitter,
            disable_after: self.disable_after,
            disable_after_failing: self
                .disable_after_hours
                .map(|hours| seconds(hours.0 * 3600.0)),
        }
    }
}

/// To the millisecond, so that what was written is what is answered.
fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64((seconds * 1000.0).round() / 1000.0).unwrap_or(Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_survives_its_written_form() {
        for dialect in Dialect::ALL {
            let policy = dialect.retry_policy();
            let text = serde_json::to_string(&RetryFields::from(&policy)).unwrap();
            assert!(!text.contains(".0"), "{text}");
            let fields: RetryFields = serde_json::from_str(&text).unwrap();
            assert_eq!(fields.policy(dialect), policy, "{dialect}");
        }
    }

    #[test]
    fn decimals_are_kept() {
        let fields: RetryFields =
            serde_json::from_str(r#"{"delays": [0.1, 2], "disable_after_hours": 0.1}"#).unwrap();
        let again = RetryFields::from(&fields.policy(Dialect::Karla));
        assert_eq!(
            serde_json::to_string(&again).unwrap(),
            r#"{"delays":[0.1,2],"disable_after":null,"disable_after_hours":0.1}"#
        );
    }
}
