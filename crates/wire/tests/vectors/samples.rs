//! Subjects in the API's shape, as events carry them.

use claimwire_model::claim::Claim;
use claimwire_model::contact::Contact;
use claimwire_model::message::Message;
use claimwire_model::order::Order;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub const CLAIM_ID: &str = "0f0a6a3e-77b8-4f1b-8c5d-5d9d8f0f2a10";
pub const CONTACT_ID: &str = "5b6e0f52-8a1d-4f0e-9a51-0c7f4a3b2d11";
pub const MESSAGE_ID: &str = "c0a8f7b4-30c2-4d7e-8a55-6f1de2b39c42";

/// Checked against the model, so that it is what an event really carries.
fn as_events_carry_it<T: Serialize + DeserializeOwned>(json: &str) -> String {
    serde_json::to_string(&serde_json::from_str::<T>(json).unwrap()).unwrap()
}

pub fn claim(status: &str, closed_at: Option<&str>) -> String {
    let claim = r#"{
        "id": "0f0a6a3e-77b8-4f1b-8c5d-5d9d8f0f2a10", "number": 123, "title": "Crushed corner", "type": "transport",
        "reason": "damage", "resolution_preference": "refund", "status": "STATUS",
        "description": "Ecke zerdrückt, 角が潰れた 📦",
        "selected_items": [
            {"sku": "MUG-2", "title": "Mug", "quantity": 2, "net_price": 11.50, "image_urls": ["https://cdn.example.net/a/1.jpg"]},
            {"sku": null, "title": "Poster", "quantity": 1, "net_price": 0.005, "image_urls": []}
        ],
        "image_urls": ["https://cdn.example.net/a/2.jpg"], "optional_image_urls": [],
        "customer_signature_image_url": "https://cdn.example.net/a/signature.png",
        "labels": ["fragile", "vip"],
        "assignee": {"user_id": 77, "name": "Ana Ruiz", "email": "ana@example.net"},
        "damages": [{"id": "d1", "damage_type": "dent", "description": null}],
        "customer": {"external_id": null, "email": "mia@example.net", "first_name": "Mia", "last_name": "Berg"},
        "order_number": "10077", "shipment_id": "b6b6a3c0", "custom": {"priority": 1.10, "serial": 9223372036854775808},
        "created_at": "2026-02-11T09:00:00.120Z", "updated_at": "2026-02-11T09:30:00.000Z", "closed_at": CLOSED
    }"#;
    let closed_at = closed_at.map_or("null".to_owned(), |at| format!("\"{at}\""));
    as_events_carry_it::<Claim>(
        &claim
            .replace("STATUS", status)
            .replace("CLOSED", &closed_at),
    )
}

/// A claim that holds no more than it must.
pub fn bare_claim() -> String {
    as_events_carry_it::<Claim>(
        r#"{
        "id": "0f0a6a3e-77b8-4f1b-8c5d-5d9d8f0f2a10", "number": 1234567, "title": null, "type": null, "reason": null,
        "resolution_preference": null, "status": "pending", "description": null, "selected_items": [],
        "image_urls": [], "optional_image_urls": [], "customer_signature_image_url": null, "labels": [],
        "assignee": null, "damages": [], "customer": null, "order_number": null, "shipment_id": null, "custom": {},
        "created_at": "2026-02-11T09:00:00.000Z", "updated_at": "2026-02-11T09:00:00.000Z", "closed_at": null
    }"#,
    )
}

/// A claim that nobody gave a title, of somebody with a name.
pub fn untitled_claim() -> String {
    let customer = r#"{"external_id":null,"email":null,"first_name":"Mia","last_name":"Berg"}"#;
    let named = bare_claim().replace(r#""customer":null"#, &format!(r#""customer":{customer}"#));
    let untitled = named.replace(r#""title":null"#, r#""title":"""#);
    as_events_carry_it::<Claim>(&untitled.replace(CLAIM_ID, "9d3c1b52-6a0e-4c55-8a3b-52b1a6f0c7d4"))
}

/// A snapshot with the label or damage that an event is about at its end.
pub fn with(snapshot: &str, name: &str, json: &str) -> String {
    format!(
        "{},\"{name}\":{json}}}",
        snapshot.strip_suffix('}').unwrap()
    )
}

pub fn contact() -> String {
    as_events_carry_it::<Contact>(
        r#"{
        "id": "5b6e0f52-8a1d-4f0e-9a51-0c7f4a3b2d11", "number": 124, "is_business": false, "first_name": "Zoë",
        "last_name": "Ångström", "business_name": null, "title": "Dr", "email": "zoe@example.net",
        "mobile_phone": "+46 70 000 00 00", "home_phone": null, "work_phone": null,
        "preferred_contact_method": "email", "address": {"city": "Umeå", "floor": 1e3}, "custom": {},
        "created_at": "2026-02-11T09:00:00.000Z", "updated_at": "2026-02-11T09:00:00.000Z"
    }"#,
    )
}

pub fn message() -> String {
    as_events_carry_it::<Message>(
        r#"{
        "id": "c0a8f7b4-30c2-4d7e-8a55-6f1de2b39c42", "direction": "inbound", "body": "When will I hear from you?\nMia",
        "author": {"name": "Mia Berg", "email": "mia@example.net"}, "created_at": "2026-02-11T10:00:00.000Z"
    }"#,
    )
}

pub fn order() -> String {
    as_events_carry_it::<Order>(
        r#"{
        "order_number": "10077", "external_id": "5544", "order_name": "No. 10077",
        "order_placed_at": "2026-02-01T12:00:00.000Z", "total_order_price": 23.10, "sub_total_price": 23.00,
        "shipping_price": 0.10, "discount_price": 0, "currency": "EUR",
        "customer": {"external_id": "c-77", "email": "mia@example.net", "first_name": "Mia", "last_name": "Berg"},
        "address": {"street": "Hauptstraße 1", "zip_code": "10115"},
        "products": [{"product_id": "p1", "variant_id": null, "sku": "MUG-2", "title": "Mug", "quantity": 2, "price": 11.50, "images": []}],
        "discounts": [], "segments": ["vip"], "custom": {},
        "created_at": "2026-02-01T12:00:00.000Z", "updated_at": "2026-02-11T09:00:00.000Z"
    }"#,
    )
}

pub fn shipment_event() -> String {
    concat!(
        r#"{"event_id":"dhl-1","shipment_id":"b6b6a3c0","event_name":"OUT_FOR_DELIVERY","#,
        r#""event_group":"shipment_out_for_delivery","phase":"in_delivery","direction":"merchant_customer","#,
        r#""carrier_reference":"dhl","tracking_number":"00340434161094022115","#,
        r#""tracking_url":"https://track.example.net/00340434161094022115","location":"Berlin","#,
        r#""event_time":"2026-02-11T07:10:00.000Z","updated_at":"2026-02-11T07:11:58.000Z"}"#,
    )
    .to_owned()
}

/// What a caller might post: any shape, spacing and number text.
pub const POSTED: &str = r#"{ "status":"pending", "id": "C-9", "number": 7, "net_price": 1.10, "weight":1e3, "serial": 9223372036854775808, "long": 123456789012345678901234567890, "note": "Größe 中" }"#;

/// A context that a caller might post.
pub const POSTED_CONTEXT: &str =
    r#"{"order":{"total":1.10},"claims":[{"id":"C-9","status":"accepted"}],"more":[1e3]}"#;

pub fn context(claim: &str) -> String {
    format!(
        r#"{{"order":{},"customer":{{"external_id":null,"email":"mia@example.net","first_name":"Mia","last_name":"Berg"}},"shipments":[],"claims":[{claim}]}}"#,
        order()
    )
}
