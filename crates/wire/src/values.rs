//! What templates can print of an event: one set of names, for connectors and for dialects of an operator's own.

use claimwire_model::{Event, EventNo, Shop};
use serde_json::{Map, Value, json};

use crate::fact;

/// The values of an event: `event`, the subject under its kind (`claim`, `shipment`, …) and as `data`, `order`,
/// `customer`, `shipments`, `context`, `changes`, `shop`. Of a message, `claim` is what it is on.
#[must_use]
pub fn of(event: &Event, shop: &Shop) -> Map<String, Value> {
    let told = &event.fact;
    let read = |json: &str| serde_json::from_str(json).unwrap_or(Value::Null);
    let raw = |json: Option<&str>| json.map_or(Value::Null, read);
    let data = read(told.event_data.get());
    let context = raw(told.context.as_ref().map(|json| json.get()));
    let changes = raw(told.changes.as_ref().map(|json| json.get()));
    let event = json!({
        "id": event.id(),
        "ref": told.r#ref,
        "event_group": told.event_group,
        "triggered_at": told.triggered_at.to_zulu_seconds(),
        "performed_by": told.performed_by,
    });
    made(event, fact::kind(told), data, context, changes, shop)
}

/// The same of a claim that is there, as if it were new: for previews.
#[must_use]
pub fn of_claim(claim: &Value, context: &Value, shop: &Shop) -> Map<String, Value> {
    let event = json!({
        "id": EventNo(0).to_string(),
        "ref": "claims/created",
        "event_group": "claim_created",
        "triggered_at": claim.get("created_at"),
        "performed_by": {"source": "api"},
    });
    let (claim, context) = (claim.clone(), context.clone());
    made(event, "claim", claim, context, Value::Null, shop)
}

fn made(
    event: Value,
    kind: &str,
    data: Value,
    context: Value,
    changes: Value,
    shop: &Shop,
) -> Map<String, Value> {
    let mut values = Map::new();
    let of_message = || context.pointer("/claims/0").cloned().unwrap_or_default();
    let claim = match kind {
        "claim" => data.clone(),
        "message" => of_message(),
        _ => Value::Null,
    };
    let customer = [claim.get("customer"), context.get("customer")];
    let customer = customer.into_iter().flatten().find(|one| one.is_object());
    let customer = customer.cloned().unwrap_or_default();
    let of_context = |name: &str| context.get(name).cloned().unwrap_or_default();
    let shop = json!({"slug": shop.slug, "name": shop.name, "id": shop.id});
    let all = [
        ("order", of_context("order")),
        ("shipments", of_context("shipments")),
        (kind, data.clone()),
        ("claim", claim),
        ("customer", customer),
        ("event", event),
        ("data", data),
        ("changes", changes),
        ("shop", shop),
    ];
    values.extend(all.map(|(name, value)| (name.to_owned(), value)));
    values.insert("context".to_owned(), context);
    values
}
