//! The types of events. Made by `scripts/generate-kits` from the catalogue. Members that are missing have their type's default, and those
//! that are not known are passed over.

use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Assignee {
    pub user_id: Value,
    pub name: Option<String>,
    pub email: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Author {
    pub name: Option<String>,
    pub email: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Claim {
    pub id: String,
    pub number: i64,
    pub title: Option<String>,
    pub r#type: Option<String>,
    pub reason: Option<String>,
    pub resolution_preference: Option<String>,
    pub status: ClaimStatus,
    pub description: Option<String>,
    pub selected_items: Vec<SelectedItem>,
    pub image_urls: Vec<String>,
    pub optional_image_urls: Vec<String>,
    pub customer_signature_image_url: Option<String>,
    pub labels: Vec<String>,
    pub assignee: Option<Assignee>,
    pub damages: Vec<Damage>,
    pub customer: Option<Customer>,
    pub order_number: Option<String>,
    pub shipment_id: Option<String>,
    pub custom: Map<String, Value>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub closed_at: Option<Timestamp>,
}

pub type ClaimStatus = String;

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ClaimableClaimClaimant {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub email: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ClaimableClaimSelectedItemsItem {
    pub sku: Option<String>,
    pub title: Option<String>,
    pub quantity: Option<f64>,
    pub net_price: Option<f64>,
    pub image_urls: Option<Vec<Option<String>>>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ClaimableClaim {
    pub id: Option<f64>,
    pub title: Option<String>,
    pub r#type: Option<String>,
    pub incident_type: Option<String>,
    pub status: Option<String>,
    pub labels: Option<Vec<Option<String>>>,
    pub claimant: ClaimableClaimClaimant,
    pub assigned_to: Value,
    pub incident_description: Option<String>,
    pub external_claim_ref: Option<String>,
    pub estimated_claim_cost: Option<f64>,
    pub reported_at: Option<String>,
    pub opened_at: Option<String>,
    pub closed_at: Value,
    pub selected_items: Option<Vec<ClaimableClaimSelectedItemsItem>>,
    pub updated_at: Option<String>,
    pub resolution_preference: Option<String>,
    pub order_number: Option<String>,
    pub shipment_id: Option<String>,
    pub image_urls: Option<Vec<Option<String>>>,
    pub optional_image_urls: Option<Vec<Value>>,
    pub customer_signature_image_url: Option<String>,
    pub damages: Option<Vec<Value>>,
    pub custom: Map<String, Value>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ClaimableContactAddress {
    pub city: Option<String>,
    pub country_code: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ClaimableContact {
    pub id: Option<f64>,
    pub contact_id: Option<String>,
    pub is_business: Option<bool>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub business_name: Value,
    pub title: Option<String>,
    pub email: Option<String>,
    pub mobile_phone: Option<String>,
    pub home_phone: Value,
    pub work_phone: Value,
    pub preferred_contact_method: Option<String>,
    pub address: ClaimableContactAddress,
    pub custom: Map<String, Value>,
    pub created_at: Option<String>,
    pub updated_at: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ClaimableDamage {
    pub id: Option<String>,
    pub damage_type: Option<String>,
    pub description: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ClaimablePerformedBy {
    pub user_id: Option<f64>,
    pub name: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ClaimportClaimCustomer {
    pub external_id: Option<String>,
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ClaimportClaim {
    pub id: Option<String>,
    pub claim_id: Option<String>,
    pub number: Option<f64>,
    pub title: Option<String>,
    pub r#type: Option<String>,
    pub reason: Option<String>,
    pub resolution_preference: Option<String>,
    pub status: Option<String>,
    pub description: Option<String>,
    pub selected_items: Option<Vec<ClaimableClaimSelectedItemsItem>>,
    pub image_urls: Option<Vec<Option<String>>>,
    pub optional_image_urls: Option<Vec<Value>>,
    pub customer_signature_image_url: Option<String>,
    pub labels: Option<Vec<Option<String>>>,
    pub assignee: Value,
    pub damages: Option<Vec<Value>>,
    pub customer: ClaimportClaimCustomer,
    pub order_number: Option<String>,
    pub shipment_id: Option<String>,
    pub custom: Map<String, Value>,
    pub created_at: Option<String>,
    pub updated_at: Option<String>,
    pub closed_at: Value,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ClaimportMessage {
    pub id: Option<String>,
    pub direction: Option<String>,
    pub body: Option<String>,
    pub author: Author,
    pub created_at: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ClaimportOrderAddress {
    pub name: Option<String>,
    pub street: Option<String>,
    pub zip_code: Option<String>,
    pub city: Option<String>,
    pub country_code: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ClaimportOrderProductsItemImagesItem {
    pub src: Option<String>,
    pub alt: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ClaimportOrderProductsItem {
    pub product_id: Option<String>,
    pub variant_id: Value,
    pub sku: Option<String>,
    pub title: Option<String>,
    pub quantity: Option<f64>,
    pub price: Option<f64>,
    pub images: Option<Vec<ClaimportOrderProductsItemImagesItem>>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ClaimportOrder {
    pub order_number: Option<String>,
    pub external_id: Option<String>,
    pub order_name: Option<String>,
    pub order_placed_at: Option<String>,
    pub total_order_price: Option<f64>,
    pub sub_total_price: Option<f64>,
    pub shipping_price: Option<f64>,
    pub discount_price: Option<f64>,
    pub currency: Option<String>,
    pub customer: ClaimportClaimCustomer,
    pub address: ClaimportOrderAddress,
    pub products: Option<Vec<ClaimportOrderProductsItem>>,
    pub discounts: Option<Vec<Value>>,
    pub segments: Option<Vec<Option<String>>>,
    pub custom: Map<String, Value>,
    pub created_at: Option<String>,
    pub updated_at: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct CloudeventsClaim {
    pub id: Option<String>,
    pub number: Option<f64>,
    pub title: Option<String>,
    pub r#type: Option<String>,
    pub reason: Option<String>,
    pub resolution_preference: Option<String>,
    pub status: Option<String>,
    pub description: Option<String>,
    pub selected_items: Option<Vec<ClaimableClaimSelectedItemsItem>>,
    pub image_urls: Option<Vec<Option<String>>>,
    pub optional_image_urls: Option<Vec<Value>>,
    pub customer_signature_image_url: Option<String>,
    pub labels: Option<Vec<Option<String>>>,
    pub assignee: Value,
    pub damages: Option<Vec<Value>>,
    pub customer: ClaimportClaimCustomer,
    pub order_number: Option<String>,
    pub shipment_id: Option<String>,
    pub custom: Map<String, Value>,
    pub created_at: Option<String>,
    pub updated_at: Option<String>,
    pub closed_at: Value,
    pub label: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct CloudeventsShipment {
    pub event_id: Option<String>,
    pub shipment_id: Option<String>,
    pub event_name: Option<String>,
    pub event_group: Option<String>,
    pub phase: Option<String>,
    pub direction: Option<String>,
    pub carrier_reference: Option<String>,
    pub tracking_number: Option<String>,
    pub tracking_url: Option<String>,
    pub location: Option<String>,
    pub event_time: Option<String>,
    pub updated_at: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct CloudeventsWebhook {
    pub webhook_uuid: Option<String>,
    pub url: Option<String>,
    pub reason: Option<String>,
    pub at: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Contact {
    pub id: String,
    pub number: i64,
    pub is_business: bool,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub business_name: Option<String>,
    pub title: Option<String>,
    pub email: Option<String>,
    pub mobile_phone: Option<String>,
    pub home_phone: Option<String>,
    pub work_phone: Option<String>,
    pub preferred_contact_method: Option<String>,
    pub address: Option<Map<String, Value>>,
    pub custom: Map<String, Value>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Context {
    pub order: Option<Order>,
    pub customer: Option<Customer>,
    pub shipments: Vec<Shipment>,
    pub claims: Vec<Claim>,
    pub truncated: bool,
    pub counts: Option<ContextCounts>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ContextCounts {
    pub shipments: i64,
    pub claims: i64,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Customer {
    pub external_id: Option<String>,
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Damage {
    pub id: String,
    pub damage_type: String,
    pub description: Option<String>,
}

pub type Direction = String;

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct KarlaContextShipmentsItemEventsItem {
    pub external_id: Option<String>,
    pub event_name: Option<String>,
    pub event_time: Option<String>,
    pub phase: Option<String>,
    pub event_group: Option<String>,
    pub location: Option<String>,
    pub created_at: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct KarlaContextShipmentsItem {
    pub id: Option<String>,
    pub order_number: Option<String>,
    pub direction: Option<String>,
    pub carrier_reference: Option<String>,
    pub tracking_number: Option<String>,
    pub tracking_url: Option<String>,
    pub estimated_arrival: Option<String>,
    pub custom: Map<String, Value>,
    pub phase: Option<String>,
    pub state: Option<String>,
    pub events: Option<Vec<KarlaContextShipmentsItemEventsItem>>,
    pub created_at: Option<String>,
    pub updated_at: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct KarlaContextClaimsItem {
    pub id: Option<String>,
    pub number: Option<f64>,
    pub title: Option<String>,
    pub r#type: Option<String>,
    pub reason: Option<String>,
    pub resolution_preference: Option<String>,
    pub status: Option<String>,
    pub description: Option<String>,
    pub selected_items: Option<Vec<ClaimableClaimSelectedItemsItem>>,
    pub image_urls: Option<Vec<Option<String>>>,
    pub optional_image_urls: Option<Vec<Value>>,
    pub customer_signature_image_url: Option<String>,
    pub labels: Option<Vec<Option<String>>>,
    pub assignee: Value,
    pub damages: Option<Vec<Value>>,
    pub customer: ClaimportClaimCustomer,
    pub order_number: Option<String>,
    pub shipment_id: Option<String>,
    pub custom: Map<String, Value>,
    pub created_at: Option<String>,
    pub updated_at: Option<String>,
    pub closed_at: Value,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct KarlaContext {
    pub order: ClaimportOrder,
    pub customer: ClaimportClaimCustomer,
    pub shipments: Option<Vec<KarlaContextShipmentsItem>>,
    pub claims: Option<Vec<KarlaContextClaimsItem>>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Message {
    pub id: String,
    pub direction: MessageDirection,
    pub body: String,
    pub author: Option<Author>,
    pub created_at: Timestamp,
}

pub type MessageDirection = String;

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Order {
    pub order_number: String,
    pub external_id: Option<String>,
    pub order_name: Option<String>,
    pub order_placed_at: Option<Timestamp>,
    pub total_order_price: Option<f64>,
    pub sub_total_price: Option<f64>,
    pub shipping_price: Option<f64>,
    pub discount_price: Option<f64>,
    pub currency: Option<String>,
    pub customer: Option<Customer>,
    pub address: Option<Map<String, Value>>,
    pub products: Vec<Product>,
    pub discounts: Vec<Map<String, Value>>,
    pub segments: Vec<String>,
    pub custom: Map<String, Value>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct PerformedBy {
    pub source: Source,
    pub user_id: Value,
    pub name: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Product {
    pub product_id: Option<String>,
    pub variant_id: Option<String>,
    pub sku: Option<String>,
    pub title: Option<String>,
    pub quantity: Option<i64>,
    pub price: Option<f64>,
    pub images: Vec<ProductImage>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ProductImage {
    pub src: String,
    pub alt: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct SelectedItem {
    pub sku: Option<String>,
    pub title: Option<String>,
    pub quantity: i64,
    pub net_price: Option<f64>,
    pub image_urls: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Shipment {
    pub id: String,
    pub order_number: Option<String>,
    pub direction: Direction,
    pub carrier_reference: Option<String>,
    pub tracking_number: Option<String>,
    pub tracking_url: Option<String>,
    pub estimated_arrival: Option<Timestamp>,
    pub custom: Map<String, Value>,
    pub phase: Option<String>,
    pub state: ShipmentState,
    pub events: Vec<ShipmentEvent>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ShipmentEvent {
    pub external_id: String,
    pub event_name: String,
    pub event_time: Timestamp,
    pub phase: String,
    pub event_group: Option<String>,
    pub location: Option<String>,
    pub created_at: Timestamp,
}

pub type ShipmentState = String;

pub type Source = String;

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct StandardClaim {
    pub id: Option<String>,
    pub number: Option<f64>,
    pub title: Option<String>,
    pub r#type: Option<String>,
    pub reason: Option<String>,
    pub resolution_preference: Option<String>,
    pub status: Option<String>,
    pub description: Option<String>,
    pub selected_items: Option<Vec<ClaimableClaimSelectedItemsItem>>,
    pub image_urls: Option<Vec<Option<String>>>,
    pub optional_image_urls: Option<Vec<Value>>,
    pub customer_signature_image_url: Option<String>,
    pub labels: Option<Vec<Option<String>>>,
    pub assignee: Value,
    pub damages: Option<Vec<Value>>,
    pub customer: ClaimportClaimCustomer,
    pub order_number: Option<String>,
    pub shipment_id: Option<String>,
    pub custom: Map<String, Value>,
    pub created_at: Option<String>,
    pub updated_at: Option<String>,
    pub closed_at: Value,
    pub label: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct StandardShipment {
    pub event_id: Option<String>,
    pub shipment_id: Option<String>,
    pub event_name: Option<String>,
    pub event_group: Option<String>,
    pub phase: Option<String>,
    pub direction: Option<String>,
    pub carrier_reference: Option<String>,
    pub tracking_number: Option<String>,
    pub tracking_url: Option<String>,
    pub location: Option<String>,
    pub event_time: Option<String>,
    pub updated_at: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct StandardWebhook {
    pub webhook_uuid: Option<String>,
    pub url: Option<String>,
    pub reason: Option<String>,
    pub at: Option<String>,
}

pub type Timestamp = String;

/// What the dialect `karla` sends.
#[allow(unused_imports)]
pub mod karla {
    use super::{Deserialize, Map, Value};

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsCreatedEventDataSelectedItemsItem {
        pub sku: Option<String>,
        pub title: Option<String>,
        pub quantity: Option<f64>,
        pub net_price: Option<f64>,
        pub image_urls: Option<Vec<Option<String>>>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsCreatedEventData {
        pub claim_id: Option<String>,
        pub event_name: Option<String>,
        pub event_group: Option<String>,
        pub created_at: Option<String>,
        pub updated_at: Option<String>,
        pub reason: Option<String>,
        pub resolution_preference: Option<String>,
        pub status: Option<String>,
        pub description: Option<String>,
        pub customer_signature_image_url: Option<String>,
        pub selected_items: Option<Vec<ClaimsCreatedEventDataSelectedItemsItem>>,
        pub image_urls: Option<Vec<Option<String>>>,
        pub optional_image_urls: Option<Vec<Value>>,
    }

    /// A claim was made, by the customer or on their behalf.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsCreated {
        pub source: Option<String>,
        pub r#ref: String,
        pub version: Option<f64>,
        pub triggered_at: Option<String>,
        pub event_group: Option<String>,
        pub event_data: ClaimsCreatedEventData,
        pub context: super::KarlaContext,
        pub shop_slug: Option<String>,
        pub shop_id: Option<String>,
    }

    /// The status, a detail or the evidence of a claim changed; once per change.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsUpdated {
        pub source: Option<String>,
        pub r#ref: String,
        pub version: Option<f64>,
        pub triggered_at: Option<String>,
        pub event_group: Option<String>,
        pub event_data: ClaimsCreatedEventData,
        pub context: super::KarlaContext,
        pub shop_slug: Option<String>,
        pub shop_id: Option<String>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ShipmentsEventData {
        pub event_id: Option<String>,
        pub shipment_id: Option<String>,
        pub event_name: Option<String>,
        pub event_group: Option<String>,
        pub phase: Option<String>,
        pub direction: Option<String>,
        pub carrier_reference: Option<String>,
        pub tracking_number: Option<String>,
        pub tracking_url: Option<String>,
        pub updated_at: Option<String>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ShipmentsContextOrderCustomer {
        pub external_id: Option<String>,
        pub email: Option<String>,
        pub first_name: Option<String>,
        pub last_name: Option<String>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ShipmentsContextOrderAddress {
        pub name: Option<String>,
        pub street: Option<String>,
        pub zip_code: Option<String>,
        pub city: Option<String>,
        pub country_code: Option<String>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ShipmentsContextOrderProductsItemImagesItem {
        pub src: Option<String>,
        pub alt: Option<String>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ShipmentsContextOrderProductsItem {
        pub product_id: Option<String>,
        pub variant_id: Value,
        pub sku: Option<String>,
        pub title: Option<String>,
        pub quantity: Option<f64>,
        pub price: Option<f64>,
        pub images: Option<Vec<ShipmentsContextOrderProductsItemImagesItem>>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ShipmentsContextOrder {
        pub order_number: Option<String>,
        pub external_id: Option<String>,
        pub order_name: Option<String>,
        pub order_placed_at: Option<String>,
        pub total_order_price: Option<f64>,
        pub sub_total_price: Option<f64>,
        pub shipping_price: Option<f64>,
        pub discount_price: Option<f64>,
        pub currency: Option<String>,
        pub customer: ShipmentsContextOrderCustomer,
        pub address: ShipmentsContextOrderAddress,
        pub products: Option<Vec<ShipmentsContextOrderProductsItem>>,
        pub discounts: Option<Vec<Value>>,
        pub segments: Option<Vec<Option<String>>>,
        pub custom: Map<String, Value>,
        pub created_at: Option<String>,
        pub updated_at: Option<String>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ShipmentsContextShipmentsItemEventsItem {
        pub external_id: Option<String>,
        pub event_name: Option<String>,
        pub event_time: Option<String>,
        pub phase: Option<String>,
        pub event_group: Option<String>,
        pub location: Option<String>,
        pub created_at: Option<String>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ShipmentsContextShipmentsItem {
        pub id: Option<String>,
        pub order_number: Option<String>,
        pub direction: Option<String>,
        pub carrier_reference: Option<String>,
        pub tracking_number: Option<String>,
        pub tracking_url: Option<String>,
        pub estimated_arrival: Option<String>,
        pub custom: Map<String, Value>,
        pub phase: Option<String>,
        pub state: Option<String>,
        pub events: Option<Vec<ShipmentsContextShipmentsItemEventsItem>>,
        pub created_at: Option<String>,
        pub updated_at: Option<String>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ShipmentsContext {
        pub order: ShipmentsContextOrder,
        pub customer: ShipmentsContextOrderCustomer,
        pub shipments: Option<Vec<ShipmentsContextShipmentsItem>>,
        pub claims: Option<Vec<Value>>,
    }

    /// What a carrier says of a parcel; `GET /v1/event-types` lists the names.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct Shipments {
        pub source: Option<String>,
        pub r#ref: String,
        pub version: Option<f64>,
        pub triggered_at: Option<String>,
        pub event_group: Option<String>,
        pub event_data: ShipmentsEventData,
        pub context: ShipmentsContext,
        pub shop_slug: Option<String>,
        pub shop_id: Option<String>,
    }
}

/// What the dialect `claimport` sends.
#[allow(unused_imports)]
pub mod claimport {
    use super::{Deserialize, Map, Value};

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsCreatedData {
        pub claim: super::ClaimportClaim,
    }

    /// A claim was made, by the customer or on their behalf.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsCreated {
        pub id: Option<String>,
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: ClaimsCreatedData,
    }

    /// Something other than status, assignee or labels changed.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDetailsChanged {
        pub id: Option<String>,
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: ClaimsCreatedData,
    }

    /// The status of a claim changed.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsStatusChanged {
        pub id: Option<String>,
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: ClaimsCreatedData,
    }

    /// A claim was accepted.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsApproved {
        pub id: Option<String>,
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: ClaimsCreatedData,
    }

    /// A claim was rejected.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDenied {
        pub id: Option<String>,
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: ClaimsCreatedData,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsClosedDataClaimSelectedItemsItem {
        pub sku: Option<String>,
        pub title: Option<String>,
        pub quantity: Option<f64>,
        pub net_price: Option<f64>,
        pub image_urls: Option<Vec<Option<String>>>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsClosedDataClaimCustomer {
        pub external_id: Option<String>,
        pub email: Option<String>,
        pub first_name: Option<String>,
        pub last_name: Option<String>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsClosedDataClaim {
        pub id: Option<String>,
        pub claim_id: Option<String>,
        pub number: Option<f64>,
        pub title: Option<String>,
        pub r#type: Option<String>,
        pub reason: Option<String>,
        pub resolution_preference: Option<String>,
        pub status: Option<String>,
        pub description: Option<String>,
        pub selected_items: Option<Vec<ClaimsClosedDataClaimSelectedItemsItem>>,
        pub image_urls: Option<Vec<Option<String>>>,
        pub optional_image_urls: Option<Vec<Value>>,
        pub customer_signature_image_url: Option<String>,
        pub labels: Option<Vec<Option<String>>>,
        pub assignee: Value,
        pub damages: Option<Vec<Value>>,
        pub customer: ClaimsClosedDataClaimCustomer,
        pub order_number: Option<String>,
        pub shipment_id: Option<String>,
        pub custom: Map<String, Value>,
        pub created_at: Option<String>,
        pub updated_at: Option<String>,
        pub closed_at: Option<String>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsClosedData {
        pub claim: ClaimsClosedDataClaim,
    }

    /// A claim was closed.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsClosed {
        pub id: Option<String>,
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: ClaimsClosedData,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsAssignedDataClaimAssignee {
        pub user_id: Option<f64>,
        pub name: Option<String>,
        pub email: Option<String>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsAssignedDataClaim {
        pub id: Option<String>,
        pub claim_id: Option<String>,
        pub number: Option<f64>,
        pub title: Option<String>,
        pub r#type: Option<String>,
        pub reason: Option<String>,
        pub resolution_preference: Option<String>,
        pub status: Option<String>,
        pub description: Option<String>,
        pub selected_items: Option<Vec<ClaimsClosedDataClaimSelectedItemsItem>>,
        pub image_urls: Option<Vec<Option<String>>>,
        pub optional_image_urls: Option<Vec<Value>>,
        pub customer_signature_image_url: Option<String>,
        pub labels: Option<Vec<Option<String>>>,
        pub assignee: ClaimsAssignedDataClaimAssignee,
        pub damages: Option<Vec<Value>>,
        pub customer: ClaimsClosedDataClaimCustomer,
        pub order_number: Option<String>,
        pub shipment_id: Option<String>,
        pub custom: Map<String, Value>,
        pub created_at: Option<String>,
        pub updated_at: Option<String>,
        pub closed_at: Value,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsAssignedData {
        pub claim: ClaimsAssignedDataClaim,
    }

    /// Someone works on the claim now, for the first time or instead of another.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsAssigned {
        pub id: Option<String>,
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: ClaimsAssignedData,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct MessagesReceivedData {
        pub message: super::ClaimportMessage,
        pub claim: super::ClaimportClaim,
    }

    /// The customer wrote on a claim.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct MessagesReceived {
        pub id: Option<String>,
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: MessagesReceivedData,
    }

    /// The customer was written to on a claim.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct MessagesSent {
        pub id: Option<String>,
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: MessagesReceivedData,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct OrdersSyncedData {
        pub order: super::ClaimportOrder,
    }

    /// An order was imported or updated.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct OrdersSynced {
        pub id: Option<String>,
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: OrdersSyncedData,
    }
}

/// What the dialect `claimable` sends.
#[allow(unused_imports)]
pub mod claimable {
    use super::{Deserialize, Map, Value};

    /// A claim was made, by the customer or on their behalf.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsCreated {
        pub claim: super::ClaimableClaim,
        pub event_name: String,
        pub source: Option<String>,
        pub performed_by: super::ClaimablePerformedBy,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsClosedClaimClaimant {
        pub first_name: Option<String>,
        pub last_name: Option<String>,
        pub email: Option<String>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsClosedClaimSelectedItemsItem {
        pub sku: Option<String>,
        pub title: Option<String>,
        pub quantity: Option<f64>,
        pub net_price: Option<f64>,
        pub image_urls: Option<Vec<Option<String>>>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsClosedClaim {
        pub id: Option<f64>,
        pub title: Option<String>,
        pub r#type: Option<String>,
        pub incident_type: Option<String>,
        pub status: Option<String>,
        pub labels: Option<Vec<Option<String>>>,
        pub claimant: ClaimsClosedClaimClaimant,
        pub assigned_to: Value,
        pub incident_description: Option<String>,
        pub external_claim_ref: Option<String>,
        pub estimated_claim_cost: Option<f64>,
        pub reported_at: Option<String>,
        pub opened_at: Option<String>,
        pub closed_at: Option<String>,
        pub selected_items: Option<Vec<ClaimsClosedClaimSelectedItemsItem>>,
        pub updated_at: Option<String>,
        pub resolution_preference: Option<String>,
        pub order_number: Option<String>,
        pub shipment_id: Option<String>,
        pub image_urls: Option<Vec<Option<String>>>,
        pub optional_image_urls: Option<Vec<Value>>,
        pub customer_signature_image_url: Option<String>,
        pub damages: Option<Vec<Value>>,
        pub custom: Map<String, Value>,
    }

    /// A claim was closed.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsClosed {
        pub claim: ClaimsClosedClaim,
        pub event_name: String,
        pub source: Option<String>,
        pub performed_by: super::ClaimablePerformedBy,
    }

    /// A closed claim is open again.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsReopened {
        pub claim: super::ClaimableClaim,
        pub event_name: String,
        pub source: Option<String>,
        pub performed_by: super::ClaimablePerformedBy,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsAssignedClaimAssignedTo {
        pub id: Option<f64>,
        pub name: Option<String>,
        pub email: Option<String>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsAssignedClaim {
        pub id: Option<f64>,
        pub title: Option<String>,
        pub r#type: Option<String>,
        pub incident_type: Option<String>,
        pub status: Option<String>,
        pub labels: Option<Vec<Option<String>>>,
        pub claimant: ClaimsClosedClaimClaimant,
        pub assigned_to: ClaimsAssignedClaimAssignedTo,
        pub incident_description: Option<String>,
        pub external_claim_ref: Option<String>,
        pub estimated_claim_cost: Option<f64>,
        pub reported_at: Option<String>,
        pub opened_at: Option<String>,
        pub closed_at: Value,
        pub selected_items: Option<Vec<ClaimsClosedClaimSelectedItemsItem>>,
        pub updated_at: Option<String>,
        pub resolution_preference: Option<String>,
        pub order_number: Option<String>,
        pub shipment_id: Option<String>,
        pub image_urls: Option<Vec<Option<String>>>,
        pub optional_image_urls: Option<Vec<Value>>,
        pub customer_signature_image_url: Option<String>,
        pub damages: Option<Vec<Value>>,
        pub custom: Map<String, Value>,
    }

    /// Someone works on the claim now, for the first time or instead of another.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsAssigned {
        pub claim: ClaimsAssignedClaim,
        pub event_name: String,
        pub source: Option<String>,
        pub performed_by: super::ClaimablePerformedBy,
    }

    /// Nobody works on the claim any more.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsUnassigned {
        pub claim: super::ClaimableClaim,
        pub event_name: String,
        pub source: Option<String>,
        pub performed_by: super::ClaimablePerformedBy,
    }

    /// A label was put on a claim; once per label.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsLabelAdded {
        pub claim: super::ClaimableClaim,
        pub label: Option<String>,
        pub event_name: String,
        pub source: Option<String>,
        pub performed_by: super::ClaimablePerformedBy,
    }

    /// A label was taken off a claim; once per label.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsLabelRemoved {
        pub claim: super::ClaimableClaim,
        pub label: Option<String>,
        pub event_name: String,
        pub source: Option<String>,
        pub performed_by: super::ClaimablePerformedBy,
    }

    /// The type of a claim changed.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsSwitchedType {
        pub claim: super::ClaimableClaim,
        pub event_name: String,
        pub source: Option<String>,
        pub performed_by: super::ClaimablePerformedBy,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDamageCreatedClaimDamagesItem {
        pub id: Option<String>,
        pub damage_type: Option<String>,
        pub description: Option<String>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDamageCreatedClaim {
        pub id: Option<f64>,
        pub title: Option<String>,
        pub r#type: Option<String>,
        pub incident_type: Option<String>,
        pub status: Option<String>,
        pub labels: Option<Vec<Option<String>>>,
        pub claimant: ClaimsClosedClaimClaimant,
        pub assigned_to: Value,
        pub incident_description: Option<String>,
        pub external_claim_ref: Option<String>,
        pub estimated_claim_cost: Option<f64>,
        pub reported_at: Option<String>,
        pub opened_at: Option<String>,
        pub closed_at: Value,
        pub selected_items: Option<Vec<ClaimsClosedClaimSelectedItemsItem>>,
        pub updated_at: Option<String>,
        pub resolution_preference: Option<String>,
        pub order_number: Option<String>,
        pub shipment_id: Option<String>,
        pub image_urls: Option<Vec<Option<String>>>,
        pub optional_image_urls: Option<Vec<Value>>,
        pub customer_signature_image_url: Option<String>,
        pub damages: Option<Vec<ClaimsDamageCreatedClaimDamagesItem>>,
        pub custom: Map<String, Value>,
    }

    /// A damage was added to a claim; once per damage.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDamageCreated {
        pub claim: ClaimsDamageCreatedClaim,
        pub damage: super::ClaimableDamage,
        pub event_name: String,
        pub source: Option<String>,
        pub performed_by: super::ClaimablePerformedBy,
    }

    /// A damage was removed from a claim; once per damage.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDamageDeleted {
        pub claim: super::ClaimableClaim,
        pub damage: super::ClaimableDamage,
        pub event_name: String,
        pub source: Option<String>,
        pub performed_by: super::ClaimablePerformedBy,
    }

    /// A claim was deleted; the data is its last snapshot.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDeleted {
        pub claim: super::ClaimableClaim,
        pub event_name: String,
        pub source: Option<String>,
        pub performed_by: super::ClaimablePerformedBy,
    }

    /// A contact was made.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ContactsCreated {
        pub contact: super::ClaimableContact,
        pub event_name: String,
        pub source: Option<String>,
        pub performed_by: super::ClaimablePerformedBy,
    }
}

/// What the dialect `standard` sends.
#[allow(unused_imports)]
pub mod standard {
    use super::{Deserialize, Map, Value};

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsCreatedData {
        pub claim: super::Claim,
        pub changes: Option<Map<String, Value>>,
        pub context: super::Context,
        pub performed_by: super::PerformedBy,
    }

    /// A claim was made, by the customer or on their behalf.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsCreated {
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: ClaimsCreatedData,
    }

    /// The status, a detail or the evidence of a claim changed; once per change.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsUpdated {
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: ClaimsCreatedData,
    }

    /// Something other than status, assignee or labels changed.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDetailsChanged {
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: ClaimsCreatedData,
    }

    /// The status of a claim changed.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsStatusChanged {
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: ClaimsCreatedData,
    }

    /// A claim was accepted.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsApproved {
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: ClaimsCreatedData,
    }

    /// A claim was rejected.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDenied {
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: ClaimsCreatedData,
    }

    /// A claim was closed.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsClosed {
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: ClaimsCreatedData,
    }

    /// A closed claim is open again.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsReopened {
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: ClaimsCreatedData,
    }

    /// Someone works on the claim now, for the first time or instead of another.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsAssigned {
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: ClaimsCreatedData,
    }

    /// Nobody works on the claim any more.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsUnassigned {
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: ClaimsCreatedData,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsLabelAddedData {
        pub claim: super::StandardClaim,
        pub changes: Option<Map<String, Value>>,
        pub context: super::Context,
        pub performed_by: super::PerformedBy,
    }

    /// A label was put on a claim; once per label.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsLabelAdded {
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: ClaimsLabelAddedData,
    }

    /// A label was taken off a claim; once per label.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsLabelRemoved {
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: ClaimsLabelAddedData,
    }

    /// The type of a claim changed.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsSwitchedType {
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: ClaimsCreatedData,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDamageCreatedDataClaimSelectedItemsItem {
        pub sku: Option<String>,
        pub title: Option<String>,
        pub quantity: Option<f64>,
        pub net_price: Option<f64>,
        pub image_urls: Option<Vec<Option<String>>>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDamageCreatedDataClaimDamagesItem {
        pub id: Option<String>,
        pub damage_type: Option<String>,
        pub description: Option<String>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDamageCreatedDataClaimCustomer {
        pub external_id: Option<String>,
        pub email: Option<String>,
        pub first_name: Option<String>,
        pub last_name: Option<String>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDamageCreatedDataClaim {
        pub id: Option<String>,
        pub number: Option<f64>,
        pub title: Option<String>,
        pub r#type: Option<String>,
        pub reason: Option<String>,
        pub resolution_preference: Option<String>,
        pub status: Option<String>,
        pub description: Option<String>,
        pub selected_items: Option<Vec<ClaimsDamageCreatedDataClaimSelectedItemsItem>>,
        pub image_urls: Option<Vec<Option<String>>>,
        pub optional_image_urls: Option<Vec<Value>>,
        pub customer_signature_image_url: Option<String>,
        pub labels: Option<Vec<Option<String>>>,
        pub assignee: Value,
        pub damages: Option<Vec<ClaimsDamageCreatedDataClaimDamagesItem>>,
        pub customer: ClaimsDamageCreatedDataClaimCustomer,
        pub order_number: Option<String>,
        pub shipment_id: Option<String>,
        pub custom: Map<String, Value>,
        pub created_at: Option<String>,
        pub updated_at: Option<String>,
        pub closed_at: Value,
        pub damage: ClaimsDamageCreatedDataClaimDamagesItem,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDamageCreatedData {
        pub claim: ClaimsDamageCreatedDataClaim,
        pub changes: Option<Map<String, Value>>,
        pub context: super::Context,
        pub performed_by: super::PerformedBy,
    }

    /// A damage was added to a claim; once per damage.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDamageCreated {
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: ClaimsDamageCreatedData,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDamageDeletedDataClaim {
        pub id: Option<String>,
        pub number: Option<f64>,
        pub title: Option<String>,
        pub r#type: Option<String>,
        pub reason: Option<String>,
        pub resolution_preference: Option<String>,
        pub status: Option<String>,
        pub description: Option<String>,
        pub selected_items: Option<Vec<ClaimsDamageCreatedDataClaimSelectedItemsItem>>,
        pub image_urls: Option<Vec<Option<String>>>,
        pub optional_image_urls: Option<Vec<Value>>,
        pub customer_signature_image_url: Option<String>,
        pub labels: Option<Vec<Option<String>>>,
        pub assignee: Value,
        pub damages: Option<Vec<Value>>,
        pub customer: ClaimsDamageCreatedDataClaimCustomer,
        pub order_number: Option<String>,
        pub shipment_id: Option<String>,
        pub custom: Map<String, Value>,
        pub created_at: Option<String>,
        pub updated_at: Option<String>,
        pub closed_at: Value,
        pub damage: ClaimsDamageCreatedDataClaimDamagesItem,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDamageDeletedData {
        pub claim: ClaimsDamageDeletedDataClaim,
        pub changes: Option<Map<String, Value>>,
        pub context: super::Context,
        pub performed_by: super::PerformedBy,
    }

    /// A damage was removed from a claim; once per damage.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDamageDeleted {
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: ClaimsDamageDeletedData,
    }

    /// A claim was deleted; the data is its last snapshot.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDeleted {
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: ClaimsCreatedData,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ContactsCreatedData {
        pub contact: super::Contact,
        pub changes: Option<Map<String, Value>>,
        pub context: super::Context,
        pub performed_by: super::PerformedBy,
    }

    /// A contact was made.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ContactsCreated {
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: ContactsCreatedData,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct MessagesReceivedData {
        pub message: super::Message,
        pub changes: Option<Map<String, Value>>,
        pub context: super::Context,
        pub performed_by: super::PerformedBy,
    }

    /// The customer wrote on a claim.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct MessagesReceived {
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: MessagesReceivedData,
    }

    /// The customer was written to on a claim.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct MessagesSent {
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: MessagesReceivedData,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct OrdersSyncedData {
        pub order: super::Order,
        pub changes: Option<Map<String, Value>>,
        pub context: super::Context,
        pub performed_by: super::PerformedBy,
    }

    /// An order was imported or updated.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct OrdersSynced {
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: OrdersSyncedData,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ShipmentsData {
        pub shipment: super::StandardShipment,
        pub changes: Option<Map<String, Value>>,
        pub context: super::Context,
        pub performed_by: super::PerformedBy,
    }

    /// What a carrier says of a parcel; `GET /v1/event-types` lists the names.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct Shipments {
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: ShipmentsData,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct WebhooksWarnedData {
        pub webhook: super::StandardWebhook,
        pub changes: Option<Map<String, Value>>,
        pub context: super::Context,
        pub performed_by: super::PerformedBy,
    }

    /// A webhook has used up half of what it may fail before it is disabled.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct WebhooksWarned {
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: WebhooksWarnedData,
    }

    /// A webhook was disabled because it kept failing or answered 410.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct WebhooksDisabled {
        pub r#type: String,
        pub timestamp: Option<String>,
        pub data: WebhooksWarnedData,
    }
}

/// What the dialect `cloudevents` sends.
#[allow(unused_imports)]
pub mod cloudevents {
    use super::{Deserialize, Map, Value};

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsCreatedData {
        pub claim: super::Claim,
        pub changes: Option<Map<String, Value>>,
        pub context: super::Context,
        pub performed_by: super::PerformedBy,
    }

    /// A claim was made, by the customer or on their behalf.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsCreated {
        pub specversion: Option<String>,
        pub id: Option<String>,
        pub source: Option<String>,
        pub r#type: String,
        pub subject: Option<String>,
        pub time: Option<String>,
        pub datacontenttype: Option<String>,
        pub data: ClaimsCreatedData,
    }

    /// The status, a detail or the evidence of a claim changed; once per change.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsUpdated {
        pub specversion: Option<String>,
        pub id: Option<String>,
        pub source: Option<String>,
        pub r#type: String,
        pub subject: Option<String>,
        pub time: Option<String>,
        pub datacontenttype: Option<String>,
        pub data: ClaimsCreatedData,
    }

    /// Something other than status, assignee or labels changed.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDetailsChanged {
        pub specversion: Option<String>,
        pub id: Option<String>,
        pub source: Option<String>,
        pub r#type: String,
        pub subject: Option<String>,
        pub time: Option<String>,
        pub datacontenttype: Option<String>,
        pub data: ClaimsCreatedData,
    }

    /// The status of a claim changed.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsStatusChanged {
        pub specversion: Option<String>,
        pub id: Option<String>,
        pub source: Option<String>,
        pub r#type: String,
        pub subject: Option<String>,
        pub time: Option<String>,
        pub datacontenttype: Option<String>,
        pub data: ClaimsCreatedData,
    }

    /// A claim was accepted.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsApproved {
        pub specversion: Option<String>,
        pub id: Option<String>,
        pub source: Option<String>,
        pub r#type: String,
        pub subject: Option<String>,
        pub time: Option<String>,
        pub datacontenttype: Option<String>,
        pub data: ClaimsCreatedData,
    }

    /// A claim was rejected.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDenied {
        pub specversion: Option<String>,
        pub id: Option<String>,
        pub source: Option<String>,
        pub r#type: String,
        pub subject: Option<String>,
        pub time: Option<String>,
        pub datacontenttype: Option<String>,
        pub data: ClaimsCreatedData,
    }

    /// A claim was closed.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsClosed {
        pub specversion: Option<String>,
        pub id: Option<String>,
        pub source: Option<String>,
        pub r#type: String,
        pub subject: Option<String>,
        pub time: Option<String>,
        pub datacontenttype: Option<String>,
        pub data: ClaimsCreatedData,
    }

    /// A closed claim is open again.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsReopened {
        pub specversion: Option<String>,
        pub id: Option<String>,
        pub source: Option<String>,
        pub r#type: String,
        pub subject: Option<String>,
        pub time: Option<String>,
        pub datacontenttype: Option<String>,
        pub data: ClaimsCreatedData,
    }

    /// Someone works on the claim now, for the first time or instead of another.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsAssigned {
        pub specversion: Option<String>,
        pub id: Option<String>,
        pub source: Option<String>,
        pub r#type: String,
        pub subject: Option<String>,
        pub time: Option<String>,
        pub datacontenttype: Option<String>,
        pub data: ClaimsCreatedData,
    }

    /// Nobody works on the claim any more.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsUnassigned {
        pub specversion: Option<String>,
        pub id: Option<String>,
        pub source: Option<String>,
        pub r#type: String,
        pub subject: Option<String>,
        pub time: Option<String>,
        pub datacontenttype: Option<String>,
        pub data: ClaimsCreatedData,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsLabelAddedData {
        pub claim: super::CloudeventsClaim,
        pub changes: Option<Map<String, Value>>,
        pub context: super::Context,
        pub performed_by: super::PerformedBy,
    }

    /// A label was put on a claim; once per label.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsLabelAdded {
        pub specversion: Option<String>,
        pub id: Option<String>,
        pub source: Option<String>,
        pub r#type: String,
        pub subject: Option<String>,
        pub time: Option<String>,
        pub datacontenttype: Option<String>,
        pub data: ClaimsLabelAddedData,
    }

    /// A label was taken off a claim; once per label.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsLabelRemoved {
        pub specversion: Option<String>,
        pub id: Option<String>,
        pub source: Option<String>,
        pub r#type: String,
        pub subject: Option<String>,
        pub time: Option<String>,
        pub datacontenttype: Option<String>,
        pub data: ClaimsLabelAddedData,
    }

    /// The type of a claim changed.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsSwitchedType {
        pub specversion: Option<String>,
        pub id: Option<String>,
        pub source: Option<String>,
        pub r#type: String,
        pub subject: Option<String>,
        pub time: Option<String>,
        pub datacontenttype: Option<String>,
        pub data: ClaimsCreatedData,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDamageCreatedDataClaimSelectedItemsItem {
        pub sku: Option<String>,
        pub title: Option<String>,
        pub quantity: Option<f64>,
        pub net_price: Option<f64>,
        pub image_urls: Option<Vec<Option<String>>>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDamageCreatedDataClaimDamagesItem {
        pub id: Option<String>,
        pub damage_type: Option<String>,
        pub description: Option<String>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDamageCreatedDataClaimCustomer {
        pub external_id: Option<String>,
        pub email: Option<String>,
        pub first_name: Option<String>,
        pub last_name: Option<String>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDamageCreatedDataClaim {
        pub id: Option<String>,
        pub number: Option<f64>,
        pub title: Option<String>,
        pub r#type: Option<String>,
        pub reason: Option<String>,
        pub resolution_preference: Option<String>,
        pub status: Option<String>,
        pub description: Option<String>,
        pub selected_items: Option<Vec<ClaimsDamageCreatedDataClaimSelectedItemsItem>>,
        pub image_urls: Option<Vec<Option<String>>>,
        pub optional_image_urls: Option<Vec<Value>>,
        pub customer_signature_image_url: Option<String>,
        pub labels: Option<Vec<Option<String>>>,
        pub assignee: Value,
        pub damages: Option<Vec<ClaimsDamageCreatedDataClaimDamagesItem>>,
        pub customer: ClaimsDamageCreatedDataClaimCustomer,
        pub order_number: Option<String>,
        pub shipment_id: Option<String>,
        pub custom: Map<String, Value>,
        pub created_at: Option<String>,
        pub updated_at: Option<String>,
        pub closed_at: Value,
        pub damage: ClaimsDamageCreatedDataClaimDamagesItem,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDamageCreatedData {
        pub claim: ClaimsDamageCreatedDataClaim,
        pub changes: Option<Map<String, Value>>,
        pub context: super::Context,
        pub performed_by: super::PerformedBy,
    }

    /// A damage was added to a claim; once per damage.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDamageCreated {
        pub specversion: Option<String>,
        pub id: Option<String>,
        pub source: Option<String>,
        pub r#type: String,
        pub subject: Option<String>,
        pub time: Option<String>,
        pub datacontenttype: Option<String>,
        pub data: ClaimsDamageCreatedData,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDamageDeletedDataClaim {
        pub id: Option<String>,
        pub number: Option<f64>,
        pub title: Option<String>,
        pub r#type: Option<String>,
        pub reason: Option<String>,
        pub resolution_preference: Option<String>,
        pub status: Option<String>,
        pub description: Option<String>,
        pub selected_items: Option<Vec<ClaimsDamageCreatedDataClaimSelectedItemsItem>>,
        pub image_urls: Option<Vec<Option<String>>>,
        pub optional_image_urls: Option<Vec<Value>>,
        pub customer_signature_image_url: Option<String>,
        pub labels: Option<Vec<Option<String>>>,
        pub assignee: Value,
        pub damages: Option<Vec<Value>>,
        pub customer: ClaimsDamageCreatedDataClaimCustomer,
        pub order_number: Option<String>,
        pub shipment_id: Option<String>,
        pub custom: Map<String, Value>,
        pub created_at: Option<String>,
        pub updated_at: Option<String>,
        pub closed_at: Value,
        pub damage: ClaimsDamageCreatedDataClaimDamagesItem,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDamageDeletedData {
        pub claim: ClaimsDamageDeletedDataClaim,
        pub changes: Option<Map<String, Value>>,
        pub context: super::Context,
        pub performed_by: super::PerformedBy,
    }

    /// A damage was removed from a claim; once per damage.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDamageDeleted {
        pub specversion: Option<String>,
        pub id: Option<String>,
        pub source: Option<String>,
        pub r#type: String,
        pub subject: Option<String>,
        pub time: Option<String>,
        pub datacontenttype: Option<String>,
        pub data: ClaimsDamageDeletedData,
    }

    /// A claim was deleted; the data is its last snapshot.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ClaimsDeleted {
        pub specversion: Option<String>,
        pub id: Option<String>,
        pub source: Option<String>,
        pub r#type: String,
        pub subject: Option<String>,
        pub time: Option<String>,
        pub datacontenttype: Option<String>,
        pub data: ClaimsCreatedData,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ContactsCreatedData {
        pub contact: super::Contact,
        pub changes: Option<Map<String, Value>>,
        pub context: super::Context,
        pub performed_by: super::PerformedBy,
    }

    /// A contact was made.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ContactsCreated {
        pub specversion: Option<String>,
        pub id: Option<String>,
        pub source: Option<String>,
        pub r#type: String,
        pub subject: Option<String>,
        pub time: Option<String>,
        pub datacontenttype: Option<String>,
        pub data: ContactsCreatedData,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct MessagesReceivedData {
        pub message: super::Message,
        pub changes: Option<Map<String, Value>>,
        pub context: super::Context,
        pub performed_by: super::PerformedBy,
    }

    /// The customer wrote on a claim.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct MessagesReceived {
        pub specversion: Option<String>,
        pub id: Option<String>,
        pub source: Option<String>,
        pub r#type: String,
        pub subject: Option<String>,
        pub time: Option<String>,
        pub datacontenttype: Option<String>,
        pub data: MessagesReceivedData,
    }

    /// The customer was written to on a claim.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct MessagesSent {
        pub specversion: Option<String>,
        pub id: Option<String>,
        pub source: Option<String>,
        pub r#type: String,
        pub subject: Option<String>,
        pub time: Option<String>,
        pub datacontenttype: Option<String>,
        pub data: MessagesReceivedData,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct OrdersSyncedData {
        pub order: super::Order,
        pub changes: Option<Map<String, Value>>,
        pub context: super::Context,
        pub performed_by: super::PerformedBy,
    }

    /// An order was imported or updated.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct OrdersSynced {
        pub specversion: Option<String>,
        pub id: Option<String>,
        pub source: Option<String>,
        pub r#type: String,
        pub subject: Option<String>,
        pub time: Option<String>,
        pub datacontenttype: Option<String>,
        pub data: OrdersSyncedData,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct ShipmentsData {
        pub shipment: super::CloudeventsShipment,
        pub changes: Option<Map<String, Value>>,
        pub context: super::Context,
        pub performed_by: super::PerformedBy,
    }

    /// What a carrier says of a parcel; `GET /v1/event-types` lists the names.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct Shipments {
        pub specversion: Option<String>,
        pub id: Option<String>,
        pub source: Option<String>,
        pub r#type: String,
        pub subject: Option<String>,
        pub time: Option<String>,
        pub datacontenttype: Option<String>,
        pub data: ShipmentsData,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct WebhooksWarnedData {
        pub webhook: super::CloudeventsWebhook,
        pub changes: Option<Map<String, Value>>,
        pub context: super::Context,
        pub performed_by: super::PerformedBy,
    }

    /// A webhook has used up half of what it may fail before it is disabled.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct WebhooksWarned {
        pub specversion: Option<String>,
        pub id: Option<String>,
        pub source: Option<String>,
        pub r#type: String,
        pub subject: Option<String>,
        pub time: Option<String>,
        pub datacontenttype: Option<String>,
        pub data: WebhooksWarnedData,
    }

    /// A webhook was disabled because it kept failing or answered 410.
    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    #[serde(default)]
    pub struct WebhooksDisabled {
        pub specversion: Option<String>,
        pub id: Option<String>,
        pub source: Option<String>,
        pub r#type: String,
        pub subject: Option<String>,
        pub time: Option<String>,
        pub datacontenttype: Option<String>,
        pub data: WebhooksWarnedData,
    }
}
