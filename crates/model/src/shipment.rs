//! A parcel on its way to the customer or back (contract section 2, shapes; seed 002).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::fields::{nullable, object, subject};
use crate::json::OpenObject;
use crate::time::Timestamp;

/// Which way a parcel goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To the customer.
    #[default]
    MerchantCustomer,
    /// Back to the merchant.
    CustomerMerchant,
}

/// One thing that a carrier said about a parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShipmentEvent {
    /// The caller's id for it: the same one again is no second event.
    pub external_id: String,
    /// `OUT_FOR_DELIVERY`; open, at most 64 characters.
    pub event_name: String,
    /// When the carrier says that it happened.
    pub event_time: Timestamp,
    /// The stage that the parcel is in.
    pub phase: String,
    /// The notification bucket, if the catalogue knows one.
    pub event_group: Option<String>,
    /// Where; open text.
    pub location: Option<String>,
    /// When it was written to us.
    pub created_at: Timestamp,
}

subject! {
    /// A parcel as the API answers it and contexts carry it.
    Shipment,
    /// A shipment as it is written, whole: what is absent is empty; its events stay. The read-only fields
    /// that a GET answers are accepted and ignored, so that what was got can be put back.
    ShipmentFields;

    id {
        /// The caller's, at most 128 characters.
        id: String
    }
    written {
        /// The order that it belongs to; it need not be known yet.
        #[schema(max_length = 128)]
        order_number: Option<String>,
        /// Which way it goes.
        direction: Direction as "nullable",
        /// `dhl`, `ups`, …; open.
        #[schema(max_length = 64)]
        carrier_reference: Option<String>,
        /// The carrier's number for it. Without one the shipment is a draft.
        #[schema(max_length = 128)]
        tracking_number: Option<String>,
        /// Where the customer can follow it.
        #[schema(max_length = 2048)]
        tracking_url: Option<String>,
        /// When it should arrive.
        estimated_arrival: Option<Timestamp>,
        /// The caller's own: any fields, kept as they are.
        #[schema(value_type = Object)]
        custom: OpenObject as "nullable",
    }
    read {
        /// The stage of its latest event.
        phase: Option<String>,
        /// `draft` without a tracking number, else `fulfilled`.
        state: ShipmentState,
        /// What the carrier said, oldest first.
        events: Vec<ShipmentEvent>,
        /// When it was first written.
        created_at: Timestamp,
        /// When it last changed.
        updated_at: Timestamp,
    }
}

/// Whether the parcel has been handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ShipmentState {
    /// No tracking number yet.
    #[default]
    Draft,
    /// Has a tracking number.
    Fulfilled,
}
