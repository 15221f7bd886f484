//! What a dialect's file says of one request, for it to be held against.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A request as the platform itself would make it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Vector {
    /// Of the catalogue's sample of this ref, `body` is what comes of it.
    pub(super) r#ref: Option<String>,
    /// The exact bytes.
    pub(super) body: String,
    /// With it, `headers` are what signs the body.
    pub(super) secret: Option<String>,
    /// When: seconds since 1970.
    #[serde(default)]
    pub(super) timestamp: i64,
    /// The event's id.
    #[serde(default)]
    pub(super) id: String,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
}
