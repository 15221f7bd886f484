//! An example of each operation: the body that it takes, and the `curl` command that sends it.
//!
//! The commands are the document's `x-codeSamples`, as several readers of OpenAPI show them. The bodies are the
//! examples of the document's media types too; a test sends each.

use serde_json::{Value, json};
use utoipa::openapi::HttpMethod;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::Operation;

/// By operation id, the JSON body that it is shown with.
const BODIES: [(&str, &str); 28] = [
    ("shops_create", r#"{"slug": "acme", "name": "Acme"}"#),
    ("shops_update", r#"{"name": "Acme GmbH"}"#),
    (
        "api_keys_create",
        r#"{"name": "helpdesk", "role": "editor"}"#,
    ),
    (
        "portal_links_create",
        r#"{"role": "viewer", "expires_in": 3600}"#,
    ),
    (
        "claim_links_create",
        r#"{"order_number": "1001", "expires_in": 2592000}"#,
    ),
    (
        "webhooks_create",
        r#"{"url": "https://hooks.example.com/claimwire", "enabled_events": ["claims", "shipments/delivered"], "dialect": "standard"}"#,
    ),
    (
        "webhooks_update",
        r#"{"enabled_events": ["claims/created"], "max_in_flight": 8}"#,
    ),
    ("webhooks_test", r#"{"event": "claims/created"}"#),
    ("webhooks_rotate_secret", r#"{"overlap_seconds": 86400}"#),
    (
        "webhooks_replay",
        r#"{"since": "2026-01-29T00:00:00Z", "status": "failed"}"#,
    ),
    (
        "connectors_create",
        r#"{"kind": "zendesk", "settings": {"endpoint": "https://acme.zendesk.com", "email": "agent@acme.example"}, "credentials": {"api_token": "the API token"}}"#,
    ),
    (
        "connectors_update",
        r#"{"credentials": {"api_token": "another token"}}"#,
    ),
    (
        "connectors_preview",
        r#"{"claim_id": "5f0c8e0a-6c1b-4f0e-9d3a-2b7c4d5e6f70"}"#,
    ),
    (
        "connectors_replay",
        r#"{"since": "2026-01-29T00:00:00Z", "status": "failed"}"#,
    ),
    (
        "connectors_receive",
        r#"{"external_id": "claimwire:5f0c8e0a-6c1b-4f0e-9d3a-2b7c4d5e6f70", "status": "solved"}"#,
    ),
    (
        "claims_create",
        r#"{"title": "Broken mug", "type": "damage", "reason": "partial_damage", "resolution_preference": "refund", "order_number": "1001", "customer": {"email": "mia.berg@example.net"}}"#,
    ),
    (
        "claims_put",
        r#"{"title": "Broken mug", "status": "accepted", "order_number": "1001"}"#,
    ),
    ("claims_patch", r#"{"status": "accepted"}"#),
    (
        "messages_create",
        r#"{"direction": "inbound", "body": "When will the new mug come?"}"#,
    ),
    (
        "orders_put",
        r##"{"order_name": "#1001", "total_order_price": 43.90, "currency": "EUR", "customer": {"email": "mia.berg@example.net"}, "products": [{"product_id": "900", "sku": "MUG-2", "title": "Stoneware mug", "quantity": 2, "price": 11.50}]}"##,
    ),
    (
        "orders_upsert",
        r##"{"id": "1001", "id_type": "order_number", "order": {"order_name": "#1001", "currency": "EUR", "email_id": "mia.berg@example.net"}, "trackings": [{"tracking_number": "00340434161094022115", "carrier_reference": "dhl"}]}"##,
    ),
    (
        "orders_upsert_many",
        r#"[{"id": "1001", "order": {"external_id": "5544"}}, {"id": "1002", "order": {"external_id": "5545"}}]"#,
    ),
    (
        "shipments_put",
        r#"{"order_number": "1001", "carrier_reference": "dhl", "tracking_number": "00340434161094022115"}"#,
    ),
    (
        "shipments_add_event",
        r#"{"event_name": "OUT_FOR_DELIVERY", "event_time": "2026-01-29T07:30:00Z", "external_id": "dhl-118-7"}"#,
    ),
    (
        "contacts_create",
        r#"{"first_name": "Mia", "last_name": "Berg", "email": "mia.berg@example.net"}"#,
    ),
    (
        "contacts_put",
        r#"{"first_name": "Mia", "last_name": "Berg"}"#,
    ),
    ("contacts_patch", r#"{"mobile_phone": "+49 30 901820"}"#),
    (
        "events_post",
        r#"{"ref": "claims/updated", "event_data": {"claim_id": "CLM-000123", "status": "accepted"}}"#,
    ),
];

/// Sets an operation's example body and its command. `keyed`: it needs an API key.
pub(super) fn show(path: &str, method: &HttpMethod, keyed: bool, operation: &mut Operation) {
    let id = operation.operation_id.as_deref().unwrap_or_default();
    let body = BODIES
        .iter()
        .find(|(of, _)| *of == id)
        .map(|(_, body)| *body);
    if let (Some(body), Some(RefOr::T(request))) = (body, &mut operation.request_body)
        && let Some(RefOr::T(content)) = request.content.get_mut("application/json")
    {
        content.example = serde_json::from_str::<Value>(body).ok();
    }
    let photo = id == "images_create";
    let sample = json!([{"lang": "Shell", "label": "curl", "source": curl(path, method, keyed, body, photo)}]);
    operation
        .extensions
        .get_or_insert_default()
        .insert("x-codeSamples".to_owned(), sample);
}

/// The command line.
fn curl(path: &str, method: &HttpMethod, keyed: bool, body: Option<&str>, photo: bool) -> String {
    let verb = match method {
        HttpMethod::Put => "PUT",
        HttpMethod::Patch => "PATCH",
        HttpMethod::Delete => "DELETE",
        HttpMethod::Post => "POST",
        _ => "GET",
    };
    // What curl does by itself is not said.
    let sends = body.is_some() || photo;
    let mut command = match verb {
        "GET" => "curl".to_owned(),
        "POST" if sends => "curl".to_owned(),
        verb => format!("curl -X {verb}"),
    };
    command += &format!(" \"$CLAIMWIRE_SERVER{}\"", filled(path));
    if keyed {
        command += " \\\n  -H \"Authorization: Bearer $CLAIMWIRE_KEY\"";
    }
    if photo {
        command += " \\\n  -F file=@photo.jpg";
    }
    if let Some(body) = body {
        command += " \\\n  -H \"Content-Type: application/json\" \\\n  -d '";
        command += body;
        command += "'";
    }
    command
}

/// The path with names where it has variables.
fn filled(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    let named = parts.iter().enumerate().map(|(at, part)| {
        let before = at.checked_sub(1).and_then(|before| parts.get(before));
        match (*part, before.copied()) {
            ("{slug}", _) => "acme",
            ("{order_number}", _) => "1001",
            ("{name}", _) => "qngpfzum4epsodryui3yus2tochhjf6g.png",
            ("{file}", _) => "docs.js",
            ("{token}", _) => "qngpfzum4epsodryui3yus2tochhjf6g",
            (variable, Some("shipments")) if variable.starts_with('{') => "parcel-1",
            (variable, Some("events")) if variable.starts_with('{') => "evt_0cq8kw7d5g000",
            (variable, Some("deliveries")) if variable.starts_with('{') => "dlv_0cq8kw7d5g000_1",
            (variable, _) if variable.starts_with('{') => "5f0c8e0a-6c1b-4f0e-9d3a-2b7c4d5e6f70",
            (part, _) => part,
        }
    });
    named.collect::<Vec<_>>().join("/")
}
