//! A message on a claim (contract section 2, shapes).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::time::Timestamp;

/// From the customer or to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MessageDirection {
    /// From the customer.
    Inbound,
    /// To the customer.
    Outbound,
}

/// Who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Author {
    /// For people.
    #[serde(default)]
    pub name: Option<String>,
    /// Where to reach them.
    #[serde(default)]
    pub email: Option<String>,
}

/// A message as the API answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// Made by us.
    pub id: Uuid,
    /// From the customer or to them.
    pub direction: MessageDirection,
    /// The text.
    pub body: String,
    /// Who wrote it.
    pub author: Option<Author>,
    /// When it was written to us.
    pub created_at: Timestamp,
}
