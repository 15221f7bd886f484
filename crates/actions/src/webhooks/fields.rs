//! What a caller can set of a webhook (contract section 3).

use std::collections::BTreeMap;

use claimwire_model::filter::SourceFilter;
use claimwire_model::retry::RetryPolicy;
use claimwire_model::target::{Ordering, RateLimit, TargetStatus};
use claimwire_model::webhook::{Ack, Signing};
use claimwire_model::{Dialect, Target, Timestamp, Webhook};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::retry::RetryFields;
use super::view::HealthView;
use crate::input::{ReadOnly, object};
use crate::merge::Patchable;

/// Requests at once where a webhook sets no bound.
const MAX_IN_FLIGHT: u32 = 32;

/// A webhook as it is written. POST needs the `url` and takes the dialect's defaults for what is
/// absent; PATCH takes a JSON Merge Patch (RFC 7396): what is absent stays, null goes back to the
/// default. The read-only fields that a GET answers are accepted and ignored.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookFields {
    /// Where requests go.
    #[serde(default)]
    #[schema(max_length = 2048, format = "uri")]
    pub url: String,
    /// `*`, prefixes of refs, `group:…`, or the dialect's own names; at least one.
    #[serde(default = "everything")]
    #[schema(min_items = 1, max_items = 200)]
    pub enabled_events: Vec<String>,
    /// The wire form.
    #[serde(default)]
    pub dialect: Dialect,
    /// 16 to 64 printable characters; `whsec_…` for `standard` and `cloudevents`. Made when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub secret: Option<String>,
    /// For people.
    #[serde(default)]
    #[schema(max_length = 512)]
    pub description: Option<String>,
    /// `active` or `inactive`. `active` also switches on again what was disabled, and asks for a new
    /// test of what is unverified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<TargetStatus>,
    /// Whose changes it hears of.
    #[serde(default)]
    pub source_filter: SourceFilter,
    /// Sent with every request; at most 20, none of ours.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// How `standard` and `cloudevents` are signed.
    #[serde(default)]
    pub signing: Signing,
    /// Total deadline of one attempt; the dialect's when absent.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 30)]
    pub timeout_seconds: Option<u8>,
    /// When a failed delivery is tried again; the dialect's when absent.
    #[serde(default, deserialize_with = "object")]
    pub retry: Option<RetryFields>,
    /// Never more than this in any one second.
    #[serde(default, deserialize_with = "object")]
    pub rate_limit: Option<RateLimit>,
    /// Requests at once.
    #[serde(default = "max_in_flight")]
    #[schema(minimum = 1, maximum = 1000)]
    pub max_in_flight: u32,
    /// What must be delivered before what.
    #[serde(default)]
    pub ordering: Ordering,
    /// Which answers count as delivered.
    #[serde(default)]
    pub ack: Ack,
    /// Send a test event first, at creation and at each change of URL. Default true for `claimport`.
    #[serde(default)]
    pub verify: Option<bool>,
    /// Name of the egress profile that its requests leave by.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub egress: Option<String>,
    /// Read-only; ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(read_only, value_type = Option<uuid::Uuid>)]
    pub uuid: Option<ReadOnly>,
    /// Read-only; ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(read_only, value_type = Option<String>)]
    pub shop_slug: Option<ReadOnly>,
    /// Read-only; ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(read_only, value_type = Option<Timestamp>)]
    pub created_at: Option<ReadOnly>,
    /// Read-only; ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(read_only, value_type = Option<Timestamp>)]
    pub updated_at: Option<ReadOnly>,
    /// Read-only; ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(read_only, value_type = Option<HealthView>)]
    pub health: Option<ReadOnly>,
}

impl Patchable for WebhookFields {
    const ALSO: &'static [&'static str] = &[
        "secret",
        "status",
        "uuid",
        "shop_slug",
        "created_at",
        "updated_at",
        "health",
    ];
}

impl WebhookFields {
    /// What a new webhook of this dialect has before its request.
    pub(super) fn defaults(dialect: Dialect) -> Self {
        Self {
            enabled_events: everything(),
            dialect,
            timeout_seconds: Some(dialect.default_timeout_seconds()),
            retry: Some(RetryFields::from(&RetryPolicy::of(dialect))),
            max_in_flight: MAX_IN_FLIGHT,
            verify: Some(verifies(dialect)),
            ..Self::default()
        }
    }

    /// What a webhook has, on its way to a dialect: where it has its old dialect's retry table or
    /// timeout, it gets the new one's.
    pub(super) fn of(target: &Target, webhook: &Webhook, dialect: Dialect) -> Self {
        let was = target.dialect();
        let fresh = Self::defaults(dialect);
        let own_retry = target.retry != RetryPolicy::of(was);
        let own_timeout = target.timeout_seconds != was.default_timeout_seconds();
        Self {
            url: webhook.url.clone(),
            enabled_events: target.subscription.enabled_events.clone(),
            description: target.description.clone(),
            source_filter: target.subscription.source_filter,
            headers: webhook.headers.clone(),
            signing: webhook.signing,
            timeout_seconds: if own_timeout {
                Some(target.timeout_seconds)
            } else {
                fresh.timeout_seconds
            },
            retry: if own_retry {
                Some(RetryFields::from(&target.retry))
            } else {
                fresh.retry
            },
            rate_limit: target.rate_limit,
            max_in_flight: target.max_in_flight,
            ordering: target.ordering,
            ack: webhook.ack,
            verify: Some(webhook.verify),
            egress: target.egress.clone(),
            dialect,
            ..Self::default()
        }
    }
}

/// Whether a dialect's webhooks are verified where they do not say.
pub(super) fn verifies(dialect: Dialect) -> bool {
    dialect == Dialect::Claimport
}

fn everything() -> Vec<String> {
    vec!["*".to_owned()]
}

fn max_in_flight() -> u32 {
    MAX_IN_FLIGHT
}
