//! An order, as the shop system knows it (contract section 2, shapes).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::claim::Customer;
use crate::json::{Number, OpenObject};
use crate::time::Timestamp;

/// A picture of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductImage {
    /// Where it is.
    pub src: String,
    /// What it shows.
    #[serde(default)]
    pub alt: Option<String>,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// The product in the shop system.
    #[serde(default)]
    pub product_id: Option<String>,
    /// The variant in the shop system.
    #[serde(default)]
    pub variant_id: Option<String>,
    /// Stock keeping unit.
    #[serde(default)]
    pub sku: Option<String>,
    /// For people.
    #[serde(default)]
    pub title: Option<String>,
    /// How many.
    #[serde(default)]
    pub quantity: Option<u32>,
    /// Of one unit, in the order's currency.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    pub price: Option<Number>,
    /// Pictures.
    #[serde(default)]
    pub images: Vec<ProductImage>,
}

/// What a caller writes, and the whole of an order but its times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Order {
    /// Its key in the shop.
    pub order_number: String,
    /// Id in the shop system.
    pub external_id: Option<String>,
    /// As people know it.
    pub order_name: Option<String>,
    /// When it was placed.
    pub order_placed_at: Option<Timestamp>,
    /// What the customer pays.
    #[schema(value_type = Option<f64>)]
    pub total_order_price: Option<Number>,
    /// Before shipping and discounts.
    #[schema(value_type = Option<f64>)]
    pub sub_total_price: Option<Number>,
    /// For shipping.
    #[schema(value_type = Option<f64>)]
    pub shipping_price: Option<Number>,
    /// Taken off.
    #[schema(value_type = Option<f64>)]
    pub discount_price: Option<Number>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// Who bought.
    pub customer: Option<Customer>,
    /// Where it goes; open.
    #[schema(value_type = Option<Object>)]
    pub address: Option<OpenObject>,
    /// Its lines.
    pub products: Vec<Product>,
    /// As the shop system gives them; open.
    #[schema(value_type = Vec<serde_json::Value>)]
    pub discounts: Vec<serde_json::Value>,
    /// Groups of customers.
    pub segments: Vec<String>,
    /// The caller's own.
    #[schema(value_type = Object)]
    pub custom: OpenObject,
    /// When it was first written.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}
