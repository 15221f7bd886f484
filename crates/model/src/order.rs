//! An order, as the shop system knows it (contract section 2, shapes).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::claim::Customer;
use crate::fields::{nullable, object, objects, subject};
use crate::json::{Number, OpenObject, OpenValue};
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
    #[serde(default, deserialize_with = "objects")]
    pub images: Vec<ProductImage>,
}

subject! {
    /// An order as the API answers it and contexts carry it.
    Order,
    /// An order as it is written, whole: what is absent is empty. The read-only fields that a GET answers
    /// are accepted and ignored, so that what was got can be put back.
    OrderFields;

    id {
        /// Its key in the shop.
        order_number: String
    }
    written {
        /// Id in the shop system.
        #[schema(max_length = 512)]
        external_id: Option<String>,
        /// As people know it.
        #[schema(max_length = 512)]
        order_name: Option<String>,
        /// When it was placed.
        order_placed_at: Option<Timestamp>,
        /// What the customer pays.
        #[schema(value_type = Option<f64>)]
        total_order_price: Option<Number>,
        /// Before shipping and discounts.
        #[schema(value_type = Option<f64>)]
        sub_total_price: Option<Number>,
        /// For shipping.
        #[schema(value_type = Option<f64>)]
        shipping_price: Option<Number>,
        /// Taken off.
        #[schema(value_type = Option<f64>)]
        discount_price: Option<Number>,
        /// ISO 4217: three capital letters.
        #[schema(pattern = "^[A-Z]{3}$")]
        currency: Option<String>,
        /// Who bought.
        customer: Option<Customer> as "object",
        /// Where it goes: any fields, kept as they are.
        #[schema(value_type = Option<Object>)]
        address: Option<OpenObject>,
        /// Its lines.
        products: Vec<Product> as "objects",
        /// As the shop system gives them, kept as they are.
        #[schema(value_type = Vec<Object>)]
        discounts: Vec<OpenValue> as "nullable",
        /// Groups of customers.
        segments: Vec<String> as "nullable",
        /// The caller's own: any fields, kept as they are.
        #[schema(value_type = Object)]
        custom: OpenObject as "nullable",
    }
    read {
        /// When it was first written.
        created_at: Timestamp,
        /// When it last changed.
        updated_at: Timestamp,
    }
}
