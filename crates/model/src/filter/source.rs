//! A subscription may leave out whose changes came through the API.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whose changes a webhook hears of (claimable's source filter).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceFilter {
    /// Everybody's.
    #[default]
    All,
    /// Not those made through the API.
    UiOnly,
}
