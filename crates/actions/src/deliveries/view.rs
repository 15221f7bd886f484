//! Deliveries and their attempts, as they are shown.

use std::time::Duration;

use claimwire_model::delivery::{Attempt, Delivery, DeliveryStatus};
use claimwire_model::target::Kind;
use claimwire_model::{DeliveryId, Timestamp};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;
use uuid::Uuid;

use super::timing::TimingView;

/// A delivery.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub struct DeliveryView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: DeliveryId,
    /// The event's id.
    pub event_id: String,
    /// The event's ref.
    pub r#ref: String,
    /// To which webhook; not there when it goes to a connector.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub webhook_uuid: Option<Uuid>,
    /// To which connector; not there when it goes to a webhook.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub connector_id: Option<Uuid>,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// Attempts made so far, manual ones too.
    pub attempt_count: u32,
    /// When it came to be.
    pub created_at: Timestamp,
    /// When the next attempt is due; null when there will be none.
    pub next_attempt_at: Option<Timestamp>,
    /// When it was acknowledged.
    pub delivered_at: Option<Timestamp>,
    /// Of the latest attempt.
    pub last_status_code: Option<u16>,
    /// Of the latest attempt.
    pub last_error: Option<String>,
    /// The latest 100, or as many as 1 MiB holds, first to last; only where one delivery is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub attempts: Option<Vec<AttemptView>>,
    /// Asks for the attempts before these; not there when there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub attempts_cursor: Option<String>,
}

impl DeliveryView {
    /// To whom it goes: a webhook or a connector.
    #[must_use]
    pub fn target(&self) -> Option<Uuid> {
        self.webhook_uuid.or(self.connector_id)
    }
}

/// One request of a delivery.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attempt)]
pub struct AttemptView {
    /// 1, 2, …
    pub number: u32,
    /// Which of a connector's calls it was; not there where a delivery is one request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub step: Option<String>,
    /// When the request began.
    pub started_at: Timestamp,
    /// Until its answer was read or given up.
    pub duration_ms: u64,
    /// Where that time went; not there where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub timing: Option<TimingView>,
    /// The answer's status.
    pub status_code: Option<u16>,
    /// Why it failed: a name (`dns`, `connect`, `tls`, `timeout`, `status_500`, …).
    pub error: Option<String>,
    /// The same as a sentence.
    #[schema(max_length = 500)]
    pub error_detail: Option<String>,
    /// As sent; values of static headers masked.
    #[schema(value_type = HashMap<String, String>)]
    pub request_headers: Headers,
    /// As answered.
    #[schema(value_type = HashMap<String, String>)]
    pub response_headers: Headers,
    /// The first 16 KiB of the answer.
    pub response_body: String,
}

/// Headers as an object; the values of a repeated name are joined by commas.
#[derive(Debug)]
pub struct Headers(claimwire_model::Headers);

impl<'a> IntoIterator for &'a Headers {
    type Item = (&'a str, &'a str);
    type IntoIter = claimwire_model::headers::Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl Serialize for Headers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let first = |i: usize, name: &str| {
            !self
                .0
                .iter()
                .take(i)
                .any(|(other, _)| other.eq_ignore_ascii_case(name))
        };
        serializer.collect_map(
            self.0
                .iter()
                .enumerate()
                .filter(|(i, (name, _))| first(*i, name))
                .map(|(_, (name, _))| {
                    let same = self
                        .0
                        .iter()
                        .filter(|(other, _)| other.eq_ignore_ascii_case(name));
                    (
                        name,
                        same.map(|(_, value)| value).collect::<Vec<_>>().join(", "),
                    )
                }),
        )
    }
}

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> Self {
        let target = |kind| (delivery.kind == kind).then_some(delivery.target_uuid);
        Self {
            id: delivery.id,
            event_id: delivery.event_id,
            r#ref: delivery.r#ref,
            webhook_uuid: target(Kind::Webhook),
            connector_id: target(Kind::Connector),
            status: delivery.status,
            attempt_count: delivery.attempt_count,
            created_at: delivery.created_at,
            next_attempt_at: delivery.next_attempt_at,
            delivered_at: delivery.delivered_at,
            last_status_code: delivery.last_status_code,
            last_error: delivery.last_error,
            attempts: None,
            attempts_cursor: None,
        }
    }
}

impl From<Attempt> for AttemptView {
    fn from(attempt: Attempt) -> Self {
        Self {
            timing: TimingView::of(&attempt),
            number: attempt.number,
            step: attempt.step,
            started_at: attempt.started_at,
            duration_ms: milliseconds(attempt.duration),
            status_code: attempt.status_code,
            error: attempt.error,
            error_detail: attempt.error_detail,
            request_headers: Headers(attempt.request_headers),
            response_headers: Headers(attempt.response_headers),
            response_body: String::from_utf8_lossy(&attempt.response_body).into_owned(),
        }
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
