//! A subscribed endpoint (contract section 3).

mod change;

pub use change::{Changed, Tested};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::dialect::Dialect;
pub use crate::filter::SourceFilter;
use crate::filter::Subscription;
use crate::health::Health;
use crate::id::{ShopNo, TargetNo};
use crate::retry::RetryPolicy;
use crate::time::Timestamp;

/// Whether a webhook gets requests. Only `active` does; what matches meanwhile is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum WebhookStatus {
    /// Gets requests.
    #[default]
    Active,
    /// Switched off by its owner.
    Inactive,
    /// No test event got exactly 200 yet.
    Unverified,
    /// Switched off by us; `health.disabled_reason` says why.
    Disabled,
}

/// How `standard` and `cloudevents` deliveries are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Signing {
    /// Shared secret (`v1,`).
    #[default]
    Hmac,
    /// Key pair (`v1a,`).
    Ed25519,
    /// Both.
    Both,
}

/// What must be delivered before what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Ordering {
    /// Nothing.
    #[default]
    None,
    /// One at a time per claim, shipment, order or contact, in event order.
    Subject,
    /// Strictly one after another.
    Webhook,
}

/// Which answers count as delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub enum Ack {
    /// Every 2xx.
    #[default]
    #[serde(rename = "2xx")]
    Any2xx,
    /// Exactly 200.
    #[serde(rename = "200")]
    Exactly200,
}

/// A bound on how often a webhook is called.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Never more than this many requests in any one second.
    pub per_second: u32,
}

/// What signs, and what it took over from while both are good.
#[derive(Clone, PartialEq, Eq)]
pub struct Secrets {
    /// Signs every request. As the receiver holds it (`whsec_…` for `standard` and `cloudevents`).
    pub current: String,
    /// Signs too until its time is over.
    pub previous: Option<PreviousSecret>,
    /// Seed of the ed25519 key pair, 32 bytes; there when `signing` asks for one.
    pub ed25519_seed: Option<[u8; 32]>,
}

/// What signed before the last rotation.
#[derive(Clone, PartialEq, Eq)]
pub struct PreviousSecret {
    /// As the receiver holds it.
    pub secret: String,
    /// Seed of the key pair of that time, where there was one.
    pub ed25519_seed: Option<[u8; 32]>,
    /// From then on it no longer signs.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(…)")
    }
}

impl std::fmt::Debug for PreviousSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PreviousSecret(until {})", self.expires_at)
    }
}

/// A subscribed endpoint, whole.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// Its number in the store.
    pub no: TargetNo,
    /// For the outside.
    pub uuid: Uuid,
    /// Its shop.
    pub shop: ShopNo,
    /// Where requests go.
    pub url: String,
    /// What it hears of: dialect, filter entries, source filter; compiled.
    pub subscription: Subscription,
    /// What signs.
    pub secrets: Secrets,
    /// For people.
    pub description: Option<String>,
    /// Whether it gets requests.
    pub status: WebhookStatus,
    /// Sent with every request.
    pub headers: BTreeMap<String, String>,
    /// How `standard` and `cloudevents` are signed.
    pub signing: Signing,
    /// Total deadline of one attempt, 1 to 30.
    pub timeout_seconds: u8,
    /// When a failure is tried again, and when enough is enough.
    pub retry: RetryPolicy,
    /// Bound on requests a second.
    pub rate_limit: Option<RateLimit>,
    /// Bound on requests at once.
    pub max_in_flight: u32,
    /// What must be delivered before what.
    pub ordering: Ordering,
    /// Which answers count.
    pub ack: Ack,
    /// Whether a test event must get exactly 200 before anything else is sent.
    pub verify: bool,
    /// A test event is owed to the URL: set at creation and at each change of URL of a webhook that
    /// verifies, cleared when the test was answered.
    pub verification_due: bool,
    /// Name of the egress profile, if pinned to one.
    pub egress: Option<String>,
    /// How it has been doing.
    pub health: Health,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its settings last changed.
    pub updated_at: Timestamp,
    /// Grows with each change of settings or status: what an update is checked against.
    pub version: u64,
}

impl Webhook {
    /// Its wire form.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.subscription.dialect
    }
}
