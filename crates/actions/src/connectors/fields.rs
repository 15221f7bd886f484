//! A connector as it is written, and as it is shown.

use claimwire_connectors::About;
use claimwire_model::connector::Connector;
use claimwire_model::fields::{ReadOnly, object};
use claimwire_model::retry::RetryPolicy;
use claimwire_model::target::{Ordering, RateLimit, TargetStatus};
use claimwire_model::{Dialect, Target, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::webhooks::{HealthView, RetryFields};

/// Runs at once where a connector sets no bound.
const MAX_IN_FLIGHT: u32 = 8;
/// A connector has the retry table of this dialect where it has none of its own (contract section 7).
pub(super) const RETRIES_AS: Dialect = Dialect::Karla;

/// A connector as it is written. POST needs the `kind` and takes its defaults for what is absent; PATCH takes a
/// JSON Merge Patch (RFC 7396): what is absent stays, null goes back to the default. The read-only fields that a
/// GET answers are accepted and ignored.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectorFields {
    /// Which vendor, see `GET /v1/connector-kinds`. It cannot be changed.
    #[serde(default)]
    pub kind: String,
    /// As a webhook's, with full refs and groups; the kind's where none is given.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 200)]
    pub enabled_events: Option<Vec<String>>,
    /// What the kind is told, see `GET /v1/connector-kinds`.
    #[serde(default)]
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    pub settings: Map<String, Value>,
    /// What lets us in, see `GET /v1/connector-kinds`. Kept encrypted and never shown.
    #[serde(default)]
    #[schema(value_type = std::collections::HashMap<String, Value>, write_only)]
    pub credentials: Map<String, Value>,
    /// For people.
    #[serde(default)]
    #[schema(max_length = 512)]
    pub description: Option<String>,
    /// When a failed delivery is tried again.
    #[serde(default, deserialize_with = "object")]
    pub retry: Option<RetryFields>,
    /// Never more calls than this in any one second, of all deliveries together; the kind's where none is given.
    #[serde(default, deserialize_with = "object")]
    pub rate_limit: Option<RateLimit>,
    /// Total deadline of one call in seconds; the kind's where none is given.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 30)]
    pub timeout_seconds: Option<u8>,
    /// Deliveries under way at once.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 1000)]
    pub max_in_flight: Option<u32>,
    /// Name of the egress profile that its calls leave by.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub egress: Option<String>,
    /// `active` or `inactive`. `active` also switches on again what was disabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<TargetStatus>,
    /// Read-only; ignored.
    #[serde(default, skip_serializing)]
    #[schema(read_only, value_type = Option<Uuid>)]
    pub id: Option<ReadOnly>,
    /// Read-only; ignored.
    #[serde(default, skip_serializing)]
    #[schema(read_only, value_type = Option<String>)]
    pub shop_slug: Option<ReadOnly>,
    /// Read-only; ignored.
    #[serde(default, skip_serializing)]
    #[schema(read_only, value_type = Option<Ordering>)]
    pub ordering: Option<ReadOnly>,
    /// Read-only; ignored.
    #[serde(default, skip_serializing)]
    #[schema(read_only, value_type = Option<String>)]
    pub hook_url: Option<ReadOnly>,
    /// Read-only; ignored.
    #[serde(default, skip_serializing)]
    #[schema(read_only, value_type = Option<Timestamp>)]
    pub created_at: Option<ReadOnly>,
    /// Read-only; ignored.
    #[serde(default, skip_serializing)]
    #[schema(read_only, value_type = Option<Timestamp>)]
    pub updated_at: Option<ReadOnly>,
    /// Read-only; ignored.
    #[serde(default, skip_serializing)]
    #[schema(read_only, value_type = Option<HealthView>)]
    pub health: Option<ReadOnly>,
}

/// A connector.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Connector)]
pub struct ConnectorView {
    /// Its id.
    pub id: Uuid,
    /// Its shop.
    pub shop_slug: String,
    /// Which vendor.
    pub kind: String,
    /// For people.
    pub description: Option<String>,
    /// What it hears of.
    pub enabled_events: Vec<String>,
    /// What the kind is told. Headers are masked for those who only read.
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    pub settings: Map<String, Value>,
    /// When a failed delivery is tried again.
    pub retry: RetryFields,
    /// Never more calls than this in any one second, of all deliveries together.
    pub rate_limit: Option<RateLimit>,
    /// Total deadline of one call in seconds.
    pub timeout_seconds: u8,
    /// Deliveries under way at once.
    pub max_in_flight: u32,
    /// What is delivered before what: the kind's.
    pub ordering: Ordering,
    /// Name of the egress profile that its calls leave by.
    pub egress: Option<String>,
    /// Where the vendor tells of a ticket's status (`POST`). Whoever knows it may, so it is shown to editors and
    /// admins alone; null for kinds that tell nothing back.
    #[schema(format = "uri")]
    pub hook_url: Option<String>,
    /// Whether it gets events.
    pub status: TargetStatus,
    /// How it has been doing.
    pub health: HealthView,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its settings last changed.
    pub updated_at: Timestamp,
}

impl ConnectorFields {
    /// Fields that a caller may give beside the settings.
    pub(super) const ALSO: &'static [&'static str] = &[
        "status",
        "id",
        "shop_slug",
        "ordering",
        "hook_url",
        "created_at",
        "updated_at",
        "health",
    ];

    /// What a connector has, its credentials too: for what a patch changes.
    pub(super) fn of(target: &Target, connector: &Connector) -> Self {
        Self {
            kind: connector.vendor.clone(),
            enabled_events: Some(target.subscription.enabled_events.clone()),
            settings: members(connector.settings.get()),
            credentials: members(connector.credentials.get()),
            description: target.description.clone(),
            retry: Some(RetryFields::from(&target.retry)),
            rate_limit: target.rate_limit,
            timeout_seconds: Some(target.timeout_seconds),
            max_in_flight: Some(target.max_in_flight),
            egress: target.egress.clone(),
            ..Self::default()
        }
    }

    /// The entries of its filter.
    pub(super) fn events(&self, about: &About) -> Vec<String> {
        let default = || about.default_events.iter();
        let given = self.enabled_events.clone();
        given.unwrap_or_else(|| default().map(|entry| (*entry).to_owned()).collect())
    }

    pub(super) fn retries(&self) -> RetryPolicy {
        let given = self.retry.as_ref();
        given.map_or_else(
            || RETRIES_AS.retry_policy(),
            |retry| retry.policy(RETRIES_AS),
        )
    }

    pub(super) fn rate(&self, about: &About) -> Option<RateLimit> {
        let default = about.per_second.map(|per_second| RateLimit { per_second });
        self.rate_limit.or(default)
    }

    pub(super) fn in_flight(&self) -> u32 {
        self.max_in_flight.unwrap_or(MAX_IN_FLIGHT)
    }
}

impl ConnectorView {
    /// `pending`: how many deliveries wait for it.
    pub(super) fn of(
        target: &Target,
        connector: &Connector,
        shop_slug: &str,
        pending: u64,
    ) -> Self {
        Self {
            id: target.uuid,
            shop_slug: shop_slug.to_owned(),
            kind: connector.vendor.clone(),
            description: target.description.clone(),
            enabled_events: target.subscription.enabled_events.clone(),
            settings: members(connector.settings.get()),
            retry: RetryFields::from(&target.retry),
            rate_limit: target.rate_limit,
            timeout_seconds: target.timeout_seconds,
            max_in_flight: target.max_in_flight,
            ordering: target.ordering,
            egress: target.egress.clone(),
            hook_url: None,
            status: target.status,
            health: HealthView::of(&target.health, pending),
            created_at: target.created_at,
            updated_at: target.updated_at,
        }
    }
}

/// The members of an object that this program wrote.
pub(crate) fn members(json: &str) -> Map<String, Value> {
    serde_json::from_str(json).unwrap_or_default()
}
