//! Claims, and what is known around them, as events carry them.

use serde_json::{Value, json};

pub const CLAIM: &str = "0190b5f2-7c61-7d3a-9f1e-2b6a4c8d0e12";

/// URLs of so many photos.
pub fn urls(count: usize) -> Vec<String> {
    (1..=count)
        .map(|n| format!("https://photos.example/{n}.jpg"))
        .collect()
}

pub const SIGNATURE: &str = "https://photos.example/signature.jpg";

/// A claim with these photos, spread over the places where a claim has them.
pub fn claim(photos: &[String]) -> Value {
    let third = photos.len().div_ceil(3);
    let part = |n: usize| {
        photos
            .iter()
            .skip(n * third)
            .take(third)
            .collect::<Vec<_>>()
    };
    json!({
        "id": CLAIM,
        "number": 123,
        "title": "Broken mug",
        "type": "damage",
        "reason": "partial_damage",
        "resolution_preference": "refund",
        "status": "pending",
        "description": "The mug arrived in two pieces.\nPlease help.",
        "selected_items": [
            {"sku": "MUG-1", "title": "Mug", "quantity": 2, "net_price": 19.90, "image_urls": part(1)},
        ],
        "image_urls": part(0),
        "optional_image_urls": part(2),
        "customer_signature_image_url": null,
        "labels": ["vip"],
        "assignee": null,
        "damages": [{"id": "d1", "damage_type": "scratch", "description": "on the lid"}],
        "customer": {"external_id": "c-9", "email": "jo@customer.example", "first_name": "Jo", "last_name": "Doe"},
        "order_number": "1001",
        "shipment_id": "s-1",
        "custom": {"channel": "web"},
        "created_at": "2026-01-29T14:48:47Z",
        "updated_at": "2026-01-29T14:48:47Z",
        "closed_at": null,
    })
}

pub fn context(claim: &Value) -> Value {
    json!({
        "order": {"order_number": "1001", "currency": "EUR"},
        "customer": claim["customer"],
        "shipments": [
            {"id": "s-0", "tracking_number": "OTHER"},
            {"id": "s-1", "carrier_reference": "dhl", "tracking_number": "JD014600006281230704",
                "tracking_url": "https://track.example/?n=1&x=2", "phase": "delivered"},
        ],
        "claims": [claim],
    })
}

/// The claim's status becomes accepted.
pub fn accepted(claim: &Value) -> (Value, Value) {
    let mut after = claim.clone();
    after["status"] = json!("accepted");
    let changes = json!({
        "status": {"before": "pending", "after": "accepted"},
        "updated_at": {"before": "2026-01-29T14:48:47Z", "after": "2026-01-29T15:00:00Z"},
    });
    (after, changes)
}
