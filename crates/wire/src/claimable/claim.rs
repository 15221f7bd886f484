//! Our claim and contact as Claimable's objects.

use serde_json::value::RawValue;

use super::money::cents;
use crate::fields::Fields;
use crate::object::Object;

/// What Claimable has no name for.
const OURS: [&str; 9] = [
    "updated_at",
    "resolution_preference",
    "order_number",
    "shipment_id",
    "image_urls",
    "optional_image_urls",
    "customer_signature_image_url",
    "damages",
    "custom",
];

pub(super) fn claim(out: &mut Object<'_>, claim: &Fields<'_>) {
    let customer = claim.object("customer");
    let items: Vec<Fields<'_>> = claim.read("selected_items").unwrap_or_default();

    out.raw("id", claim.get("number"));
    out.value("title", &title(claim, customer.as_ref()));
    out.raw("type", claim.get("type"));
    out.raw("incident_type", claim.get("reason"));
    out.text("status", if is_closed(claim) { "closed" } else { "open" });
    out.raw("labels", claim.get("labels"));
    match &customer {
        Some(customer) => out.object("claimant", |out| {
            ["first_name", "last_name", "email"]
                .iter()
                .for_each(|key| out.raw(key, customer.get(key)));
        }),
        None => out.raw("claimant", None),
    }
    match claim.object("assignee") {
        Some(assignee) => out.object("assigned_to", |out| {
            out.raw("id", assignee.get("user_id"));
            out.raw("name", assignee.get("name"));
            out.raw("email", assignee.get("email"));
        }),
        None => out.raw("assigned_to", None),
    }
    out.raw("incident_description", claim.get("description"));
    out.raw("external_claim_ref", claim.get("id"));
    out.value("estimated_claim_cost", &cost(&items));
    out.raw("reported_at", claim.get("created_at"));
    out.raw("opened_at", claim.get("created_at"));
    out.raw("closed_at", claim.get("closed_at"));
    out.list("selected_items", items.iter(), item);
    OURS.iter().for_each(|key| out.raw(key, claim.get(key)));
}

pub(super) fn contact(out: &mut Object<'_>, contact: &Fields<'_>) {
    out.raw("id", contact.get("number"));
    out.raw("contact_id", contact.get("id"));
    for (key, value) in contact
        .iter()
        .filter(|(key, _)| !matches!(*key, "id" | "number"))
    {
        out.raw(key, Some(value));
    }
}

fn item(out: &mut Object<'_>, item: &Fields<'_>) {
    for (key, value) in item.iter() {
        match key {
            "net_price" => out.value(key, &price(item)),
            _ => out.raw(key, Some(value)),
        }
    }
}

fn price(item: &Fields<'_>) -> Option<i128> {
    item.get("net_price").map(RawValue::get).and_then(cents)
}

/// The sum over the items that have a price; none when none has.
fn cost(items: &[Fields<'_>]) -> Option<i128> {
    let priced = items
        .iter()
        .filter_map(|item| Some((price(item)?, item.read::<u32>("quantity")?)));
    priced
        .map(|(price, quantity)| price.checked_mul(quantity.into()))
        .reduce(|sum, cost| sum?.checked_add(cost?))
        .flatten()
}

fn is_closed(claim: &Fields<'_>) -> bool {
    claim
        .get("status")
        .is_some_and(|status| status.get() == r#""closed""#)
}

fn title(claim: &Fields<'_>, customer: Option<&Fields<'_>>) -> Option<String> {
    let name = || {
        let part = |key| customer.and_then(|customer| customer.read::<String>(key));
        let parts: Vec<String> = [part("first_name"), part("last_name")]
            .into_iter()
            .flatten()
            .collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    };
    claim
        .read::<String>("title")
        .filter(|title| !title.trim().is_empty())
        .or_else(name)
}
