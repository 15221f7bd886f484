//! What events are about.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The kinds of things that a shop writes and events are about.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum SubjectKind {
    /// A claim, by its uuid.
    Claim,
    /// An order, by its order number.
    Order,
    /// A shipment, by the caller's id.
    Shipment,
    /// A contact, by its uuid.
    Contact,
    /// A message on a claim, by its uuid.
    Message,
    /// A webhook (operational events).
    Webhook,
}

impl SubjectKind {
    /// Singular, lower case: `claim`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Order => "order",
            Self::Shipment => "shipment",
            Self::Contact => "contact",
            Self::Message => "message",
            Self::Webhook => "webhook",
        }
    }
}

/// What one event is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Subject {
    /// `claim`, `order`, `shipment`, `contact`, `message` or `webhook`.
    #[serde(rename = "type")]
    pub kind: SubjectKind,
    /// Its id, as the API addresses it.
    pub id: String,
}
