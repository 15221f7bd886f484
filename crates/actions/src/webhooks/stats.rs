//! What a webhook's deliveries did lately, span by span.

use std::str::FromStr;
use std::time::Duration;

use claimwire_model::Timestamp;
use claimwire_store::log::{Bucket, Percentiles};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::view::find;
use crate::access::{As, Viewer};
use crate::hours::Hours;
use crate::refusal::Refusal;

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);
/// The longest window.
const WINDOW_MOST: Duration = Duration::from_secs(90 * 86_400);

/// How far back: `30m`, `24h`, `7d`, up to 90 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window(Duration);

impl Default for Window {
    /// A day.
    fn default() -> Self {
        Self(DAY)
    }
}

impl FromStr for Window {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        read_window(text)
            .map(Self)
            .ok_or_else(|| "A time such as 30m, 24h or 7d, at most 90d.".to_owned())
    }
}

impl Window {
    /// The length of its spans, of which it has 60 at most.
    fn bucket(self) -> Duration {
        match self.0 {
            w if w <= HOUR => Duration::from_secs(60),
            w if w <= 2 * DAY => HOUR,
            w if w <= 14 * DAY => 6 * HOUR,
            _ => 2 * DAY,
        }
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

/// Counts per span.
#[derive(Debug, Serialize, ToSchema)]
pub struct Stats {
    /// Of which webhook.
    pub webhook_uuid: Uuid,
    /// How far back, in seconds.
    pub window_seconds: u64,
    /// Length of one span, in seconds.
    pub bucket_seconds: u64,
    /// Oldest first, those without attempts too.
    pub buckets: Vec<BucketView>,
}

/// One span.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatsBucket)]
pub struct BucketView {
    /// Where it begins.
    pub start: Timestamp,
    /// Attempts that were acknowledged.
    pub delivered: u64,
    /// Attempts that were not.
    pub failed: u64,
    /// Of all attempts, in milliseconds; null without any.
    pub latency_ms: Option<Latency>,
}

/// Durations of attempts in milliseconds.
#[derive(Debug, Serialize, ToSchema)]
pub struct Latency {
    /// Half are faster.
    pub p50: f64,
    /// 95 of 100 are faster.
    pub p95: f64,
    /// 99 of 100 are faster.
    pub p99: f64,
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

/// Attempts of the webhook's deliveries per span of time: how many got through, how long they took.
///
/// # Errors
/// When the webhook is not there.
pub async fn stats(viewer: &As<'_, Viewer>, uuid: Uuid, window: Window) -> Result<Stats, Refusal> {
    let call = viewer.call();
    let (webhook, _) = find(call, uuid).await?;
    let (Window(span), bucket) = (window, window.bucket());
    let buckets = call.store.stats(webhook.no, span, bucket, call.now).await?;
    Ok(Stats {
        webhook_uuid: uuid,
        window_seconds: window.0.as_secs(),
        bucket_seconds: window.bucket().as_secs(),
        buckets: buckets.into_iter().map(BucketView::from).collect(),
    })
}

/// The last 24 hours of a target of any kind, hour by hour of the clock.
///
/// # Errors
/// When it is not there.
pub async fn history(
    viewer: &As<'_, Viewer>,
    uuid: Uuid,
    hours: &Hours,
) -> Result<Vec<BucketView>, Refusal> {
    let call = viewer.call();
    let target = call.store.target_of(call.shop.no, uuid).await?;
    let day = hours.day(call.store, target.no, call.now).await?;
    Ok(day.into_iter().map(BucketView::from).collect())
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
                window.as_secs().div_ceil(Window(window).bucket().as_secs()) <= 60,
                "{minutes}"
            );
        }
    }
}
