//! Who made a change, and whether through a user interface or the API.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::json::scalar;

/// Where a change came from (claimable's `source`; seed 004).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// A person in a user interface.
    Ui,
    /// A program through the API.
    #[default]
    Api,
}

/// Who made a change. A write without one is the API key's own (contract section 4).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PerformedBy {
    /// `ui` or `api`.
    #[serde(default)]
    pub source: Source,
    /// The user's id in the caller's system: a number or text, kept as it came.
    #[serde(
        default,
        deserialize_with = "scalar",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(value_type = serde_json::Value)]
    pub user_id: Option<serde_json::Value>,
    /// The user's name, or the API key's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}
