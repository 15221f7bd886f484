//! A customer's report that something went wrong with an order (contract section 4).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::fields::{ReadOnly, nullable, object, objects, some_objects, subject};
use crate::json::scalar;
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
    #[serde(default, deserialize_with = "nullable")]
    pub image_urls: Vec<String>,
}

/// Who works on the claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assignee {
    /// The user's id in the caller's system: a number or text, kept as it came.
    #[serde(default, deserialize_with = "scalar")]
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
    #[serde(default, deserialize_with = "nullable")]
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

subject! {
    /// A claim as the API answers it and events carry it.
    Claim,
    /// A claim as it is written. POST takes the whole of it: what is absent is empty. PUT and PATCH take a
    /// part: what is absent stays, null removes; PUT replaces the other fields whole, PATCH is a JSON Merge
    /// Patch (RFC 7396) at every level. The read-only fields that a GET
    /// answers are accepted and ignored, so that what was got can be put back.
    ClaimFields;

    id {
        /// Chosen by the caller with PUT, or made.
        id: Uuid
    }
    number {
        /// Counts up in the shop.
        number: u64
    }
    written {
        /// For people.
        #[schema(max_length = 512)]
        title: Option<String>,
        /// Free text.
        #[schema(max_length = 64)]
        r#type: Option<String>,
        /// Open enum: `damage`, `partial_damage`, `investigation`, …
        #[schema(max_length = 64)]
        reason: Option<String>,
        /// Open enum: `refund`, `reorder`, …
        #[schema(max_length = 64)]
        resolution_preference: Option<String>,
        /// Where it stands.
        status: ClaimStatus as "nullable",
        /// In the customer's words.
        #[schema(max_length = 65536)]
        description: Option<String>,
        /// Which lines of the order.
        selected_items: Vec<SelectedItem> as "objects",
        /// Photos: absolute http or https URLs.
        image_urls: Vec<String> as "nullable",
        /// Further photos.
        optional_image_urls: Vec<String> as "nullable",
        /// The customer's signature.
        #[schema(max_length = 2048)]
        customer_signature_image_url: Option<String>,
        /// Slugs, `[a-z0-9_-]{1,64}`, each once.
        labels: Vec<String> as "nullable",
        /// Who works on it.
        assignee: Option<Assignee> as "object",
        /// What is damaged. A damage without an id gets one; in an update it keeps that of an equal damage.
        damages: Vec<Damage> as "objects",
        /// Whose claim it is.
        customer: Option<Customer> as "object",
        /// The order that it is about; it need not be known yet.
        #[schema(max_length = 128)]
        order_number: Option<String>,
        /// The shipment that it is about; it need not be known yet.
        #[schema(max_length = 128)]
        shipment_id: Option<String>,
        /// The caller's own: any fields, kept as they are.
        #[schema(value_type = Object)]
        custom: OpenObject as "nullable",
    }
    given {
        /// What clients of Karla's REST API call `selected_items`; taken where those are not given.
        damaged_product_items: Vec<SelectedItem> as "some_objects",
        /// Whether the carrier may put the parcel down unattended, as Karla's clients say it; kept in `custom`.
        dropoff_permission: bool,
        /// Names the shipment where `shipment_id` is not given, for clients of Karla's REST API.
        #[schema(max_length = 128)]
        tracking_number: String,
        /// As answered to clients of Karla's REST API; ignored.
        #[schema(value_type = Option<String>)]
        uuid: ReadOnly,
        /// As answered to clients of Karla's REST API; ignored.
        #[schema(value_type = Option<String>)]
        shop_slug: ReadOnly,
    }
    read {
        /// When it was made.
        created_at: Timestamp,
        /// When it last changed.
        updated_at: Timestamp,
        /// When it was closed; null while it is not.
        closed_at: Option<Timestamp>,
    }
}
