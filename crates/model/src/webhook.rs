//! A subscribed endpoint: one kind of [`crate::target::Target`] (contract section 3).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::Timestamp;

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

impl Secrets {
    /// One that took over from none, without a key pair.
    #[must_use]
    pub fn new(current: impl Into<String>) -> Self {
        Self {
            current: current.into(),
            previous: None,
            ed25519_seed: None,
        }
    }
}

/// What a webhook has beside what every target has.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// Where requests go.
    pub url: String,
    /// What signs.
    pub secrets: Secrets,
    /// Sent with every request.
    pub headers: BTreeMap<String, String>,
    /// How `standard` and `cloudevents` are signed.
    pub signing: Signing,
    /// Which answers count.
    pub ack: Ack,
    /// Whether a test event must get exactly 200 before anything else is sent.
    pub verify: bool,
    /// A test event is owed to the URL: set at creation and at each change of URL of a webhook that
    /// verifies, cleared when the test was answered.
    pub verification_due: bool,
    /// The subject's members stand in the root of the body (contract section 7, flattening).
    pub flatten: bool,
}

impl Webhook {
    /// One that its owner said no more of.
    #[must_use]
    pub fn new(url: impl Into<String>, secrets: Secrets) -> Self {
        Self {
            url: url.into(),
            secrets,
            headers: BTreeMap::new(),
            signing: Signing::Hmac,
            ack: Ack::Any2xx,
            verify: false,
            verification_due: false,
            flatten: false,
        }
    }
}
