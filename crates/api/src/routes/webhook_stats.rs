//! What a webhook's deliveries did lately, span by span.

use std::time::Duration;

use axum::extract::FromRequestParts;
use claimwire_actions::webhooks;
use claimwire_model::Timestamp;
use claimwire_store::log::{Bucket, Percentiles};
use http::StatusCode;
use http::request::Parts;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::access::{InShop, Viewer};
use crate::answer::{self, Reply};
use crate::path::{Path, id};
use crate::problem::{Problem, kinds};
use crate::query::Query;
use crate::state::Api;

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);
/// The longest window.
const WINDOW_MOST: Duration = Duration::from_secs(90 * 86_400);

/// How far back.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StatsQuery {
    /// `30m`, `24h`, `7d`: up to 90 days.
    #[param(value_type = String, required = false, default = "24h", pattern = "^[1-9][0-9]{0,6}[mhd]$")]
    window: Duration,
}

impl<S: Send + Sync> FromRequestParts<S> for StatsQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut query = Query::of(&parts.uri);
        let window = query.take("window", |text| {
            read_window(text)
                .ok_or_else(|| "A time such as 30m, 24h or 7d, at most 90d.".to_owned())
        });
        query.done()?;
        Ok(Self {
            window: window.unwrap_or(DAY),
        })
    }
}

fn read_window(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let digits = number.bytes().all(|b| b.is_ascii_digit());
    let window = Duration::from_secs(
        number
            .parse::<u64>()
            .ok()
            .filter(|_| digits)?
            .checked_mul(seconds)?,
    );
    (!window.is_zero() && window <= WINDOW_MOST).then_some(window)
}

/// A window has 60 spans at most.
fn bucket(window: Duration) -> Duration {
    match window {
        w if w <= HOUR => Duration::from_secs(60),
        w if w <= 2 * DAY => HOUR,
        w if w <= 14 * DAY => 6 * HOUR,
        _ => 2 * DAY,
    }
}

/// Counts per span.
#[derive(Debug, Serialize, ToSchema)]
pub struct Stats {
    /// Of which webhook.
    webhook_uuid: Uuid,
    /// How far back, in seconds.
    window_seconds: u64,
    /// Length of one span, in seconds.
    bucket_seconds: u64,
    /// Oldest first, those without attempts too.
    buckets: Vec<BucketView>,
}

/// One span.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatsBucket)]
pub struct BucketView {
    /// Where it begins.
    start: Timestamp,
    /// Attempts that were acknowledged.
    delivered: u64,
    /// Attempts that were not.
    failed: u64,
    /// Of all attempts, in milliseconds; null without any.
    latency_ms: Option<Latency>,
}

/// Durations of attempts in milliseconds.
#[derive(Debug, Serialize, ToSchema)]
pub struct Latency {
    /// Half are faster.
    p50: f64,
    /// 95 of 100 are faster.
    p95: f64,
    /// 99 of 100 are faster.
    p99: f64,
}

impl From<Bucket> for BucketView {
    fn from(bucket: Bucket) -> Self {
        let Bucket {
            start,
            delivered,
            failed,
            latency_ms,
        } = bucket;
        let latency_ms = latency_ms.map(|Percentiles { p50, p95, p99 }| Latency { p50, p95, p99 });
        Self {
            start,
            delivered,
            failed,
            latency_ms,
        }
    }
}

/// Attempts of a webhook's deliveries per span of time: how many got through, how long they took.
#[utoipa::path(get, path = "/v1/shops/{slug}/webhooks/{uuid}/stats", tag = "webhooks",
    params(StatsQuery), responses((status = 200, body = Stats)))]
pub async fn show_stats(
    api: Api,
    scope: InShop<Viewer>,
    Path((_, uuid)): Path<(String, String)>,
    StatsQuery { window }: StatsQuery,
) -> Reply {
    let uuid = id(&uuid, &kinds::WEBHOOK_NOT_FOUND)?;
    let (webhook, _) = webhooks::find(&scope.call(&api, None), uuid).await?;
    let bucket = bucket(window);
    let buckets = api
        .store
        .stats(webhook.no, window, bucket, api.now())
        .await?;
    let stats = Stats {
        webhook_uuid: uuid,
        window_seconds: window.as_secs(),
        bucket_seconds: bucket.as_secs(),
        buckets: buckets.into_iter().map(BucketView::from).collect(),
    };
    answer::json(StatusCode::OK, &stats)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read() {
        assert_eq!(read_window("24h"), Some(DAY));
        assert_eq!(read_window("90d"), Some(WINDOW_MOST));
        for text in [
            "",
            "h",
            "0h",
            "91d",
            "-1h",
            "+1h",
            "1.5h",
            "24",
            "24 h",
            "99999999999999999999d",
            "1ä",
        ] {
            assert_eq!(read_window(text), None, "{text}");
        }
    }

    #[test]
    fn a_window_has_sixty_spans_at_most() {
        for minutes in 1..=90 * 24 * 60 {
            let window = Duration::from_secs(minutes * 60);
            assert!(
                window.as_secs().div_ceil(bucket(window).as_secs()) <= 60,
                "{minutes}"
            );
        }
    }
}
