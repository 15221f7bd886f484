//! Targets as rows have them, the same in every store that has rows: what their owners set as JSON, secrets and
//! headers sealed.

use std::time::Duration;

use claimwire_model::connector::Connector;
use claimwire_model::filter::{SourceFilter, Subscription};
use claimwire_model::health::Health;
use claimwire_model::retry::RetryPolicy;
use claimwire_model::target::{Kind, Ordering, RateLimit, TargetKind, TargetStatus};
use claimwire_model::webhook::{Ack, Signing, Webhook};
use claimwire_model::{Dialect, ShopNo, Target, TargetNo, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::codes::Code;
use crate::error::{StoreError, StoreResult};
use crate::vault::{Vault, place};

/// The columns that a target's owner decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnColumns {
    /// JSON.
    pub settings: String,
    /// Sealed. A connector's secrets are its credentials.
    pub secrets: Vec<u8>,
    /// Sealed. In the place of headers a connector has its hook's token.
    pub headers: Vec<u8>,
}

/// A target's row.
#[derive(Debug, Clone)]
pub struct TargetColumns<'a> {
    /// Its number.
    pub no: i64,
    /// For the outside.
    pub uuid: Uuid,
    /// Whose.
    pub shop: i64,
    /// [`Code`] of its [`Kind`].
    pub kind: i64,
    /// [`Code`] of its [`TargetStatus`].
    pub status: i64,
    /// See [`OwnColumns::settings`].
    pub settings: &'a str,
    /// See [`OwnColumns::secrets`].
    pub secrets: &'a [u8],
    /// See [`OwnColumns::headers`].
    pub headers: &'a [u8],
    /// Whether it owes a test event.
    pub verification_due: bool,
    /// Kept beside it.
    pub health: Health,
    /// In milliseconds.
    pub created_at: i64,
    /// In milliseconds.
    pub updated_at: i64,
    /// See [`Target::version`].
    pub version: u64,
}

fn damaged(what: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged(what.to_string())
}

/// The column `settings`: what every kind has, and beside it what its kind has.
#[derive(Serialize, Deserialize)]
struct Settings {
    #[serde(with = "claimwire_model::dialect::kept")]
    dialect: Dialect,
    source_filter: SourceFilter,
    enabled_events: Vec<String>,
    description: Option<String>,
    timeout_seconds: u8,
    delays_ms: Vec<u64>,
    jitter: f64,
    disable_after: Option<u32>,
    disable_after_failing_ms: Option<u64>,
    rate_limit: Option<RateLimit>,
    max_in_flight: u32,
    ordering: Ordering,
    egress: Option<String>,
}

/// What a webhook has beside.
#[derive(Serialize, Deserialize)]
struct WebhookSettings {
    url: String,
    signing: Signing,
    ack: Ack,
    verify: bool,
    /// Rows from before it have none.
    #[serde(default)]
    flatten: bool,
}

/// What a connector has beside.
#[derive(Serialize, Deserialize)]
struct ConnectorSettings {
    vendor: String,
    vendor_settings: Box<RawValue>,
}

/// Both as one object.
#[derive(Serialize)]
struct Together<T> {
    #[serde(flatten)]
    all: Settings,
    #[serde(flatten)]
    own: T,
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl OwnColumns {
    /// Of a target.
    pub fn of(vault: &Vault, target: &Target) -> StoreResult<Self> {
        let (secrets, headers) = hidden(vault, target)?;
        Ok(Self {
            settings: settings(target)?,
            secrets,
            headers,
        })
    }
}

/// The column `settings` of a target.
fn settings(target: &Target) -> StoreResult<String> {
    let all = Settings {
        dialect: target.subscription.dialect,
        source_filter: target.subscription.source_filter,
        enabled_events: target.subscription.enabled_events.clone(),
        description: target.description.clone(),
        timeout_seconds: target.timeout_seconds,
        delays_ms: target.retry.delays.iter().copied().map(millis).collect(),
        jitter: target.retry.jitter,
        disable_after: target.retry.disable_after,
        disable_after_failing_ms: target.retry.disable_after_failing.map(millis),
        rate_limit: target.rate_limit,
        max_in_flight: target.max_in_flight,
        ordering: target.ordering,
        egress: target.egress.clone(),
    };
    let text = match &target.kind {
        TargetKind::Webhook(webhook) => {
            let own = WebhookSettings {
                url: webhook.url.clone(),
                signing: webhook.signing,
                ack: webhook.ack,
                verify: webhook.verify,
                flatten: webhook.flatten,
            };
            serde_json::to_string(&Together { all, own })
        }
        TargetKind::Connector(connector) => {
            let own = ConnectorSettings {
                vendor: connector.vendor.clone(),
                vendor_settings: connector.settings.clone(),
            };
            serde_json::to_string(&Together { all, own })
        }
    };
    text.map_err(damaged)
}

fn hidden(vault: &Vault, target: &Target) -> StoreResult<(Vec<u8>, Vec<u8>)> {
    let uuid = target.uuid;
    let (secrets, headers) = match &target.kind {
        TargetKind::Webhook(webhook) => (
            vault.seal_secrets(uuid, &webhook.secrets)?,
            serde_json::to_vec(&webhook.headers).map_err(damaged)?,
        ),
        TargetKind::Connector(connector) => (
            vault.seal(
                &place::secrets(uuid),
                connector.credentials.get().as_bytes(),
            )?,
            connector.hook_token.clone().into_bytes(),
        ),
    };
    Ok((secrets, vault.seal(&place::headers(uuid), &headers)?))
}

impl TargetColumns<'_> {
    /// The target.
    pub fn read(self, vault: &Vault) -> StoreResult<Target> {
        let broken = |e: &dyn std::fmt::Display| damaged(format_args!("target {}: {e}", self.no));
        let settings: Settings = serde_json::from_str(self.settings).map_err(|e| broken(&e))?;
        let kind = match Kind::from_code(self.kind)? {
            Kind::Webhook => TargetKind::Webhook(self.webhook(vault)?),
            Kind::Connector => TargetKind::Connector(self.connector(vault)?),
        };
        let subscription = Subscription::kept(
            settings.dialect,
            settings.source_filter,
            settings.enabled_events,
        );
        let subscription = subscription.map_err(|entries| {
            let first = entries.first();
            broken(&first.map_or_else(String::new, ToString::to_string))
        })?;
        Ok(Target {
            no: TargetNo(self.no),
            uuid: self.uuid,
            shop: ShopNo(self.shop),
            kind,
            subscription,
            description: settings.description,
            status: TargetStatus::from_code(self.status)?,
            timeout_seconds: settings.timeout_seconds,
            retry: RetryPolicy {
                delays: settings
                    .delays_ms
                    .into_iter()
                    .map(Duration::from_millis)
                    .collect(),
                jitter: settings.jitter,
                disable_after: settings.disable_after,
                disable_after_failing: settings.disable_after_failing_ms.map(Duration::from_millis),
            },
            rate_limit: settings.rate_limit,
            max_in_flight: settings.max_in_flight,
            ordering: settings.ordering,
            egress: settings.egress,
            health: self.health,
            created_at: Timestamp::from_millis(self.created_at),
            updated_at: Timestamp::from_millis(self.updated_at),
            version: self.version,
        })
    }

    fn webhook(&self, vault: &Vault) -> StoreResult<Webhook> {
        let settings: WebhookSettings = serde_json::from_str(self.settings).map_err(damaged)?;
        let headers = vault.open(&place::headers(self.uuid), self.headers)?;
        Ok(Webhook {
            url: settings.url,
            secrets: vault.open_secrets(self.uuid, self.secrets)?,
            headers: serde_json::from_slice(&headers)
                .map_err(|_| unreadable("the headers", self.uuid))?,
            signing: settings.signing,
            ack: settings.ack,
            verify: settings.verify,
            flatten: settings.flatten,
            verification_due: self.verification_due,
        })
    }

    fn connector(&self, vault: &Vault) -> StoreResult<Connector> {
        let settings: ConnectorSettings = serde_json::from_str(self.settings).map_err(damaged)?;
        let credentials = vault.open(&place::secrets(self.uuid), self.secrets)?;
        let token = vault.open(&place::headers(self.uuid), self.headers)?;
        Ok(Connector {
            hook_token: String::from_utf8(token).map_err(|_| unreadable("the token", self.uuid))?,
            vendor: settings.vendor,
            settings: settings.vendor_settings,
            credentials: serde_json::from_slice(&credentials)
                .map_err(|_| unreadable("the credentials", self.uuid))?,
        })
    }
}

/// What is sealed was not written by this program. The error's own text is left out: it may quote it.
fn unreadable(what: &str, uuid: Uuid) -> StoreError {
    damaged(format_args!(
        "{what} of target {uuid} are not what this program writes"
    ))
}
