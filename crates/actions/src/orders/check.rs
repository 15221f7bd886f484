//! What the fields of an order may hold.

use claimwire_model::order::OrderFields;

use crate::checks::{Checks, ENTRIES, SHORT_TEXT};
use crate::refusal::Refusal;

/// Whether every field may be as it is. `order_number`: of the order in the path.
pub(super) fn check(fields: &OrderFields, order_number: &str) -> Result<(), Refusal> {
    let mut checks = Checks::default();
    match &fields.order_number {
        Some(given) if given != order_number => {
            checks.wrong(
                "/order_number",
                "is another order's than the one in the path",
            );
        }
        _ => checks.id("/order_number", order_number),
    }
    checks.optional("/external_id", fields.external_id.as_deref(), SHORT_TEXT);
    checks.optional("/order_name", fields.order_name.as_deref(), SHORT_TEXT);
    if let Some(currency) = &fields.currency {
        let code = currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase());
        checks.that(
            code,
            "/currency",
            "is no ISO 4217 code: three capital letters, such as EUR",
        );
    }
    checks.customer(fields.customer.as_ref());
    if let Some(address) = &fields.address {
        checks.open("/address", address);
    }
    check_products(&mut checks, fields);
    checks.entries("/discounts", &fields.discounts);
    for (i, discount) in fields.discounts.iter().enumerate().take(ENTRIES) {
        checks.value(format_args!("/discounts/{i}"), discount);
    }
    checks.entries("/segments", &fields.segments);
    for (i, segment) in fields.segments.iter().enumerate().take(ENTRIES) {
        checks.text(format_args!("/segments/{i}"), segment, SHORT_TEXT);
    }
    checks.open("/custom", &fields.custom);
    checks.performed_by(fields.performed_by.as_ref());
    checks.done()
}

fn check_products(checks: &mut Checks, fields: &OrderFields) {
    checks.entries("/products", &fields.products);
    for (i, product) in fields.products.iter().enumerate().take(ENTRIES) {
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
