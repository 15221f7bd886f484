//! What the fields of a claim may hold.

use claimwire_model::claim::{ClaimFields, SelectedItem};
use uuid::Uuid;

use crate::checks::{CALLERS_ID, Checks, ENTRIES, LONG_TEXT, OPEN_ENUM, SHORT_TEXT};
use crate::refusal::Refusal;

/// Whether every field may be as it is. `id`: of the claim in the path, when there is one.
pub(super) fn check(fields: &ClaimFields, id: Option<&Uuid>) -> Result<(), Refusal> {
    let mut checks = Checks::default();
    if let (Some(id), Some(given)) = (id, &fields.id) {
        checks.that(
            given.parse().as_ref() == Ok(id),
            "/id",
            "is another claim's than the one in the path",
        );
    }
    checks.optional("/title", fields.title.as_deref(), SHORT_TEXT);
    checks.optional("/type", fields.r#type.as_deref(), OPEN_ENUM);
    checks.optional("/reason", fields.reason.as_deref(), OPEN_ENUM);
    checks.optional(
        "/resolution_preference",
        fields.resolution_preference.as_deref(),
        OPEN_ENUM,
    );
    checks.optional("/description", fields.description.as_deref(), LONG_TEXT);
    check_items(&mut checks, "/selected_items", &fields.selected_items);
    let damaged = fields.damaged_product_items.as_deref();
    check_items(
        &mut checks,
        "/damaged_product_items",
        damaged.unwrap_or_default(),
    );
    checks.urls("/image_urls", &fields.image_urls);
    checks.urls("/optional_image_urls", &fields.optional_image_urls);
    if let Some(url) = &fields.customer_signature_image_url {
        checks.url("/customer_signature_image_url", url);
    }
    check_labels(&mut checks, fields);
    if let Some(assignee) = &fields.assignee {
        checks.user_id("/assignee/user_id", assignee.user_id.as_ref());
        checks.optional("/assignee/name", assignee.name.as_deref(), SHORT_TEXT);
        checks.optional("/assignee/email", assignee.email.as_deref(), SHORT_TEXT);
    }
    check_damages(&mut checks, fields);
    checks.customer(fields.customer.as_ref());
    if let Some(number) = &fields.order_number {
        checks.id("/order_number", number);
    }
    if let Some(shipment) = &fields.shipment_id {
        checks.id("/shipment_id", shipment);
    }
    if let Some(tracking) = &fields.tracking_number {
        checks.id("/tracking_number", tracking);
    }
    checks.open("/custom", &fields.custom);
    checks.performed_by(fields.performed_by.as_ref());
    checks.done()
}

fn check_items(checks: &mut Checks, field: &str, items: &[SelectedItem]) {
    checks.entries(field, items);
    for (i, item) in items.iter().enumerate().take(ENTRIES) {
        checks.optional(
            format_args!("{field}/{i}/sku"),
            item.sku.as_deref(),
            SHORT_TEXT,
        );
        checks.optional(
            format_args!("{field}/{i}/title"),
            item.title.as_deref(),
            SHORT_TEXT,
        );
        checks.urls(format_args!("{field}/{i}/image_urls"), &item.image_urls);
    }
}

fn check_labels(checks: &mut Checks, fields: &ClaimFields) {
    checks.entries("/labels", &fields.labels);
    for (i, label) in fields.labels.iter().enumerate().take(ENTRIES) {
        let slug = (1..=OPEN_ENUM).contains(&label.len())
            && label
                .bytes()
                .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'));
        checks.that(
            slug,
            format_args!("/labels/{i}"),
            "is not a slug: use 1 to 64 of a-z, 0-9, - and _",
        );
        let again = fields.labels.iter().take(i).any(|other| other == label);
        checks.that(!again, format_args!("/labels/{i}"), "is there twice");
    }
}

fn check_damages(checks: &mut Checks, fields: &ClaimFields) {
    checks.entries("/damages", &fields.damages);
    for (i, damage) in fields.damages.iter().enumerate().take(ENTRIES) {
        let again =
            !damage.id.is_empty() && fields.damages.iter().take(i).any(|d| d.id == damage.id);
        checks.that(!again, format_args!("/damages/{i}/id"), "is there twice");
        checks.text(format_args!("/damages/{i}/id"), &damage.id, CALLERS_ID);
        checks.text(
            format_args!("/damages/{i}/damage_type"),
            &damage.damage_type,
            OPEN_ENUM,
        );
        checks.optional(
            format_args!("/damages/{i}/description"),
            damage.description.as_deref(),
            LONG_TEXT,
        );
    }
}
