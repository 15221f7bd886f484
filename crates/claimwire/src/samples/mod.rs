//! A realistic order, parcel, claim and contact, for `trigger` and `demo`.

use serde_json::{Value, json};

/// A picture of a cracked mug.
pub const PHOTO: &[u8] = include_bytes!("photo.png");

/// What distinguishes one sample from the next.
pub struct Sample {
    /// The order's number in the shop.
    pub order_number: String,
    /// The shipment's id.
    pub shipment_id: String,
}

impl Sample {
    /// A sample of its own for every `seed`.
    pub fn new(seed: &str) -> Self {
        Self {
            order_number: format!("S-{seed}"),
            shipment_id: format!("parcel-{seed}"),
        }
    }

    /// The order, as `PUT …/orders/{order_number}` takes it.
    pub fn order(&self) -> Value {
        json!({
            "external_id": "5544",
            "order_name": format!("#{}", self.order_number),
            "order_placed_at": "2026-02-09T08:15:00Z",
            "total_order_price": 43.90, "sub_total_price": 39.00, "shipping_price": 4.90, "discount_price": 0,
            "currency": "EUR",
            "customer": {"external_id": "c-77", "email": "mia.berg@example.net", "first_name": "Mia", "last_name": "Berg"},
            "address": {"name": "Mia Berg", "street": "Lindenstraße 4", "zip_code": "10969", "city": "Berlin", "country_code": "DE"},
            "products": [
                {"product_id": "900", "variant_id": "901", "sku": "MUG-2", "title": "Stoneware mug", "quantity": 2, "price": 11.50},
                {"product_id": "910", "sku": "TEA-7", "title": "Assam, 250 g", "quantity": 1, "price": 16.00}
            ]
        })
    }

    /// The shipment, as `PUT …/shipments/{id}` takes it.
    pub fn shipment(&self, direction: &str) -> Value {
        json!({
            "order_number": self.order_number,
            "direction": direction,
            "carrier_reference": "dhl",
            "tracking_number": "00340434161094022115",
            "tracking_url": "https://track.example.net/00340434161094022115"
        })
    }

    /// The claim, as `POST …/claims` takes it.
    pub fn claim(&self, photos: &[String]) -> Value {
        json!({
            "title": "Broken mug",
            "type": "damage",
            "reason": "partial_damage",
            "resolution_preference": "refund",
            "description": "One of the mugs arrived cracked – the box was dented on the right side.",
            "selected_items": [{"sku": "MUG-2", "title": "Stoneware mug", "quantity": 1, "net_price": 11.50, "image_urls": photos}],
            "image_urls": photos,
            "customer": {"external_id": "c-77", "email": "mia.berg@example.net", "first_name": "Mia", "last_name": "Berg"},
            "order_number": self.order_number,
            "shipment_id": self.shipment_id
        })
    }
}

/// A contact, as `POST …/contacts` takes it.
pub fn contact() -> Value {
    json!({
        "is_business": false, "title": "Dr", "first_name": "Jonas", "last_name": "Weiß",
        "email": "jonas.weiss@example.net", "mobile_phone": "+49 170 0000000", "preferred_contact_method": "email"
    })
}

/// A message, as `POST …/claims/{id}/messages` takes it.
pub fn message(direction: &str) -> Value {
    let (body, name) = match direction {
        "inbound" => ("Do you need another photo?", "Mia Berg"),
        _ => (
            "Thank you, the photos are enough. Your refund is on its way.",
            "Ana Ruiz",
        ),
    };
    json!({"direction": direction, "body": body, "author": {"name": name}})
}
