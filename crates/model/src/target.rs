//! Where deliveries go: what every destination has, whatever its kind (contract sections 3 and 7).

mod change;

pub use change::{Changed, Tested};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::connector::{self, Connector};
use crate::dialect::Dialect;
use crate::filter::Subscription;
use crate::health::Health;
use crate::id::{ShopNo, TargetNo};
use crate::performed_by::PerformedBy;
use crate::retry::RetryPolicy;
use crate::time::Timestamp;
use crate::webhook::Webhook;

/// Whether a target gets requests. Only `active` does; what matches meanwhile is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = WebhookStatus)]
pub enum TargetStatus {
    /// Gets requests.
    #[default]
    Active,
    /// Switched off by its owner.
    Inactive,
    /// A webhook whose test event did not get exactly 200 yet.
    Unverified,
    /// Switched off by us; `health.disabled_reason` says why.
    Disabled,
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

/// A bound on how often a target is called.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Never more than this many requests in any one second.
    pub per_second: u32,
}

/// Which kind of destination a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A subscribed endpoint.
    Webhook,
    /// A vendor's API.
    Connector,
}

/// A kind of destination, with what it alone has.
#[derive(Debug, Clone)]
pub enum TargetKind {
    /// A subscribed endpoint.
    Webhook(Webhook),
    /// A vendor's API.
    Connector(Connector),
}

/// A destination of deliveries, whole.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its number in the store.
    pub no: TargetNo,
    /// For the outside.
    pub uuid: Uuid,
    /// Its shop.
    pub shop: ShopNo,
    /// What it is.
    pub kind: TargetKind,
    /// What it hears of: dialect, filter entries, source filter; compiled.
    pub subscription: Subscription,
    /// For people.
    pub description: Option<String>,
    /// Whether it gets requests.
    pub status: TargetStatus,
    /// Total deadline of one request, 1 to 30.
    pub timeout_seconds: u8,
    /// When a failure is tried again, and when enough is enough.
    pub retry: RetryPolicy,
    /// Bound on requests a second.
    pub rate_limit: Option<RateLimit>,
    /// Bound on requests at once.
    pub max_in_flight: u32,
    /// What must be delivered before what.
    pub ordering: Ordering,
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

impl Target {
    /// Requests at once of a webhook whose owner sets no bound.
    pub const MAX_IN_FLIGHT: u32 = 32;

    /// An active one that its owner said no more of: its dialect's deadline and retry table. Its number and its
    /// version are the store's to give.
    #[must_use]
    pub fn new(
        shop: ShopNo,
        uuid: Uuid,
        kind: TargetKind,
        subscription: Subscription,
        now: Timestamp,
    ) -> Self {
        let dialect = subscription.dialect;
        Self {
            no: TargetNo(0),
            uuid,
            shop,
            kind,
            subscription,
            description: None,
            status: TargetStatus::Active,
            timeout_seconds: dialect.default_timeout_seconds(),
            retry: dialect.retry_policy(),
            rate_limit: None,
            max_in_flight: Self::MAX_IN_FLIGHT,
            ordering: Ordering::None,
            egress: None,
            health: Health::default(),
            created_at: now,
            updated_at: now,
            version: 0,
        }
    }

    /// The wire form that it hears events in, and whose names its filter may use.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.subscription.dialect
    }

    /// Which kind it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.kind {
            TargetKind::Webhook(_) => Kind::Webhook,
            TargetKind::Connector(_) => Kind::Connector,
        }
    }

    /// What it has as a webhook; none: it is of another kind.
    #[must_use]
    pub fn webhook(&self) -> Option<&Webhook> {
        match &self.kind {
            TargetKind::Webhook(webhook) => Some(webhook),
            TargetKind::Connector(_) => None,
        }
    }

    /// The same, to be changed.
    pub fn webhook_mut(&mut self) -> Option<&mut Webhook> {
        match &mut self.kind {
            TargetKind::Webhook(webhook) => Some(webhook),
            TargetKind::Connector(_) => None,
        }
    }

    /// Whether it made this change itself, as a connector that brings back what happened at its vendor does: it is not
    /// told of it, or the two would go on for ever.
    #[must_use]
    pub fn is_echo(&self, by: &PerformedBy) -> bool {
        let itself = || connector::user_id(self.uuid);
        self.kind() == Kind::Connector && by.user_id.as_ref().is_some_and(|by| *by == itself())
    }

    /// Whether a test event is owed: see [`Webhook::verification_due`].
    #[must_use]
    pub fn owes_test(&self) -> bool {
        self.webhook()
            .is_some_and(|webhook| webhook.verification_due)
    }

    /// The test event was answered: none is owed any more.
    pub fn test_answered(&mut self) {
        if let Some(webhook) = self.webhook_mut() {
            webhook.verification_due = false;
        }
    }

    /// It was switched on or off by hand: that it had been disabled is forgotten.
    pub fn forgive(&mut self) {
        if self.health.disabled_at.is_some() && self.status != TargetStatus::Disabled {
            self.health = Health {
                last_success_at: self.health.last_success_at,
                last_failure_at: self.health.last_failure_at,
                ..Default::default()
            };
        }
    }

    /// What people know it by: a webhook's URL, a connector's vendor.
    #[must_use]
    pub fn label(&self) -> &str {
        match &self.kind {
            TargetKind::Webhook(webhook) => &webhook.url,
            TargetKind::Connector(connector) => &connector.vendor,
        }
    }
}
