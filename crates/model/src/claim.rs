//! A customer's report that something went wrong with an order (contract section 4).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::json::{Number, OpenObject};
use crate::time::Timestamp;

/// Where a claim stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClaimStatus {
    /// Not decided yet.
    #[default]
    Pending,
    /// Granted.
    Accepted,
    /// Refused.
    Rejected,
    /// Over.
    Closed,
}

impl ClaimStatus {
    /// Lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Closed => "closed",
        }
    }
}

/// One line of the order that the claim is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SelectedItem {
    /// Stock keeping unit.
    #[serde(default)]
    pub sku: Option<String>,
    /// For people.
    #[serde(default)]
    pub title: Option<String>,
    /// How many of them.
    pub quantity: u32,
    /// Of one unit, in the order's currency.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    pub net_price: Option<Number>,
    /// Photos of this item.
    #[serde(default)]
    pub image_urls: Vec<String>,
}

/// Who works on the claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assignee {
    /// The user's id in the caller's system: a number or text, kept as it came.
    #[serde(default)]
    #[schema(value_type = serde_json::Value)]
    pub user_id: Option<serde_json::Value>,
    /// For people.
    #[serde(default)]
    pub name: Option<String>,
    /// Where to reach them.
    #[serde(default)]
    pub email: Option<String>,
}

/// One thing that is damaged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Damage {
    /// Unique within the claim; made when absent.
    #[serde(default)]
    pub id: String,
    /// What kind of damage.
    pub damage_type: String,
    /// In the reporter's words.
    #[serde(default)]
    pub description: Option<String>,
}

/// Who bought.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// Id in the shop system; null for a guest.
    #[serde(default)]
    pub external_id: Option<String>,
    /// Where to reach them.
    #[serde(default)]
    pub email: Option<String>,
    /// Given name.
    #[serde(default)]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(default)]
    pub last_name: Option<String>,
}

/// A claim as the API answers it and events carry it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Claim {
    /// Chosen by the caller with PUT, or made.
    pub id: Uuid,
    /// Counts up in the shop.
    pub number: u64,
    /// For people.
    pub title: Option<String>,
    /// Free text.
    pub r#type: Option<String>,
    /// Open enum, at most 64 characters: `damage`, `partial_damage`, `investigation`, …
    pub reason: Option<String>,
    /// Open enum, at most 64 characters: `refund`, `reorder`, …
    pub resolution_preference: Option<String>,
    /// Where it stands.
    pub status: ClaimStatus,
    /// In the customer's words.
    pub description: Option<String>,
    /// Which lines of the order.
    pub selected_items: Vec<SelectedItem>,
    /// Photos.
    pub image_urls: Vec<String>,
    /// Further photos.
    pub optional_image_urls: Vec<String>,
    /// The customer's signature.
    pub customer_signature_image_url: Option<String>,
    /// Slugs.
    pub labels: Vec<String>,
    /// Who works on it.
    pub assignee: Option<Assignee>,
    /// What is damaged.
    pub damages: Vec<Damage>,
    /// Whose claim it is.
    pub customer: Option<Customer>,
    /// The order that it is about.
    pub order_number: Option<String>,
    /// The shipment that it is about.
    pub shipment_id: Option<String>,
    /// The caller's own.
    #[schema(value_type = Object)]
    pub custom: OpenObject,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was closed; null while it is not.
    pub closed_at: Option<Timestamp>,
}
