//! The fields of an order that a caller writes, and an order made from them.

use claimwire_model::claim::Customer;
use claimwire_model::json::{Number, OpenObject};
use claimwire_model::order::Product;
use claimwire_model::{PerformedBy, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::checks::{Checks, ENTRIES, SHORT_TEXT};
use crate::input::{ReadOnly, object, objects};
use crate::refusal::Refusal;

/// An order as it is written, whole: what is absent is empty. The read-only fields that a GET answers
/// are accepted and ignored, so that what was got can be put back.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OrderFields {
    /// Id in the shop system.
    #[schema(max_length = 512)]
    pub external_id: Option<String>,
    /// As people know it.
    #[schema(max_length = 512)]
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
    /// ISO 4217: three capital letters.
    #[schema(pattern = "^[A-Z]{3}$")]
    pub currency: Option<String>,
    /// Who bought.
    #[serde(deserialize_with = "object")]
    pub customer: Option<Customer>,
    /// Where it goes: any fields, kept as they are.
    #[schema(value_type = Option<Object>)]
    pub address: Option<OpenObject>,
    /// Its lines.
    #[serde(deserialize_with = "objects")]
    pub products: Vec<Product>,
    /// As the shop system gives them, kept as they are.
    #[schema(value_type = Vec<Object>)]
    pub discounts: Vec<Value>,
    /// Groups of customers.
    pub segments: Vec<String>,
    /// The caller's own: any fields, kept as they are.
    #[schema(value_type = Object)]
    pub custom: OpenObject,
    /// Who makes the change; without it source `api` and the API key's name.
    #[serde(deserialize_with = "object")]
    #[schema(write_only)]
    pub performed_by: Option<PerformedBy>,
    /// Read-only: it must be that of the path.
    #[schema(read_only)]
    pub order_number: Option<String>,
    /// Read-only; ignored.
    #[schema(read_only, value_type = Option<Timestamp>)]
    pub created_at: Option<ReadOnly>,
    /// Read-only; ignored.
    #[schema(read_only, value_type = Option<Timestamp>)]
    pub updated_at: Option<ReadOnly>,
}

impl OrderFields {
    /// Whether every field may be as it is. `order_number`: of the order in the path.
    pub(super) fn check(&self, order_number: &str) -> Result<(), Refusal> {
        let mut checks = Checks::default();
        match &self.order_number {
            Some(given) if given != order_number => {
                checks.wrong(
                    "/order_number",
                    "is another order's than the one in the path",
                );
            }
            _ => checks.id("/order_number", order_number),
        }
        checks.optional("/external_id", self.external_id.as_deref(), SHORT_TEXT);
        checks.optional("/order_name", self.order_name.as_deref(), SHORT_TEXT);
        if let Some(currency) = &self.currency {
            let code = currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase());
            checks.that(
                code,
                "/currency",
                "is no ISO 4217 code: three capital letters, such as EUR",
            );
        }
        checks.customer(self.customer.as_ref());
        if let Some(address) = &self.address {
            checks.open("/address", address);
        }
        self.check_products(&mut checks);
        checks.entries("/discounts", &self.discounts);
        for (i, discount) in self.discounts.iter().enumerate().take(ENTRIES) {
            checks.value(format_args!("/discounts/{i}"), discount);
        }
        checks.entries("/segments", &self.segments);
        for (i, segment) in self.segments.iter().enumerate().take(ENTRIES) {
            checks.text(format_args!("/segments/{i}"), segment, SHORT_TEXT);
        }
        checks.open("/custom", &self.custom);
        checks.performed_by(self.performed_by.as_ref());
        checks.done()
    }

    fn check_products(&self, checks: &mut Checks) {
        checks.entries("/products", &self.products);
        for (i, product) in self.products.iter().enumerate().take(ENTRIES) {
            checks.optional(
                format_args!("/products/{i}/product_id"),
                product.product_id.as_deref(),
                SHORT_TEXT,
            );
            checks.optional(
                format_args!("/products/{i}/variant_id"),
                product.variant_id.as_deref(),
                SHORT_TEXT,
            );
            checks.optional(
                format_args!("/products/{i}/sku"),
                product.sku.as_deref(),
                SHORT_TEXT,
            );
            checks.optional(
                format_args!("/products/{i}/title"),
                product.title.as_deref(),
                SHORT_TEXT,
            );
            checks.entries(format_args!("/products/{i}/images"), &product.images);
            for (j, image) in product.images.iter().enumerate().take(ENTRIES) {
                checks.url(format_args!("/products/{i}/images/{j}/src"), &image.src);
                checks.optional(
                    format_args!("/products/{i}/images/{j}/alt"),
                    image.alt.as_deref(),
                    SHORT_TEXT,
                );
            }
        }
    }
}
