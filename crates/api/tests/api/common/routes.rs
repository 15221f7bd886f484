//! Every route: who may call it, with what body it succeeds, and what its path names. The tests of
//! roles and of tenants go through this list; one of them compares it with the OpenAPI document.

use super::Kind;

/// Who may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needs {
    /// Anyone.
    Nobody,
    /// Any key that is known.
    Key,
    Viewer,
    Editor,
    Admin,
    /// The server's admin key.
    Operator,
}

/// What goes in.
#[derive(Debug, Clone, Copy)]
pub enum Sends {
    Nothing,
    Json(&'static str),
    Photo,
}

#[derive(Debug, Clone, Copy)]
pub struct Route {
    pub method: &'static str,
    /// As in the document.
    pub path: &'static str,
    pub needs: Needs,
    pub sends: Sends,
}

impl Route {
    /// The variables of its path beside the shop, with the kind of thing that each names. The page's files are none
    /// of a shop's things.
    pub fn names(&self) -> Vec<(String, Kind)> {
        let parts: Vec<&str> = self.path.split('/').collect();
        let named = parts
            .windows(2)
            .filter(|pair| pair[1].starts_with('{') && !["{slug}", "{file}"].contains(&pair[1]));
        named
            .map(|pair| (pair[1].to_owned(), Kind::below(pair[0])))
            .collect()
    }

    pub fn writes(&self) -> bool {
        self.method != "GET"
    }

    /// A PUT makes what is not there, under an id that the caller chooses.
    pub fn upserts(&self) -> bool {
        self.method == "PUT"
    }
}

pub const SHOP: &str = "/v1/shops/{slug}";
const CLAIM: &str =
    r#"{"title": "Vase", "order_number": "1001", "shipment_id": "s-1", "labels": ["a"]}"#;

/// The claim of `acme` that examples name.
pub(super) const EXAMPLE_CLAIM: &str = "5f0c8e0a-6c1b-4f0e-9d3a-2b7c4d5e6f70";
const PREVIEW: &str = r#"{"claim_id": "5f0c8e0a-6c1b-4f0e-9d3a-2b7c4d5e6f70"}"#;

const fn route(method: &'static str, path: &'static str, needs: Needs, sends: Sends) -> Route {
    Route {
        method,
        path,
        needs,
        sends,
    }
}

#[rustfmt::skip]
pub const ROUTES: &[Route] = {
    use Needs::{Admin, Editor, Key, Nobody, Operator, Viewer};
    use Sends::{Json, Nothing, Photo};
    &[
        route("GET", "/healthz", Nobody, Nothing),
        route("GET", "/readyz", Nobody, Nothing),
        route("GET", "/metrics", Nobody, Nothing),
        route("GET", "/openapi.json", Nobody, Nothing),
        route("GET", "/docs", Nobody, Nothing),
        route("GET", "/docs/{file}", Nobody, Nothing),
        route("GET", "/images/{name}", Nobody, Nothing),
        route("GET", "/v1/event-types", Key, Nothing),
        route("GET", "/v1/shops", Operator, Nothing),
        route("POST", "/v1/shops", Operator, Json(r#"{"slug": "new", "name": "New"}"#)),
        route("GET", SHOP, Viewer, Nothing),
        route("PATCH", SHOP, Admin, Json(r#"{"name": "New"}"#)),
        route("DELETE", SHOP, Admin, Nothing),
        route("GET", "/v1/shops/{slug}/api-keys", Admin, Nothing),
        route("POST", "/v1/shops/{slug}/api-keys", Admin, Json(r#"{"name": "x", "role": "viewer"}"#)),
        route("DELETE", "/v1/shops/{slug}/api-keys/{id}", Admin, Nothing),
        route("POST", "/v1/shops/{slug}/portal-links", Viewer, Json(r#"{"role": "viewer"}"#)),
        route("POST", "/v1/shops/{slug}/claim-links", Editor, Json(r#"{"order_number": "1001"}"#)),
        route("GET", "/v1/shops/{slug}/webhooks", Viewer, Nothing),
        route("POST", "/v1/shops/{slug}/webhooks", Editor, Json(r#"{"url": "https://receiver.test/new"}"#)),
        route("GET", "/v1/shops/{slug}/webhooks/{uuid}", Viewer, Nothing),
        route("PATCH", "/v1/shops/{slug}/webhooks/{uuid}", Editor, Json(r#"{"description": "x"}"#)),
        route("DELETE", "/v1/shops/{slug}/webhooks/{uuid}", Editor, Nothing),
        route("POST", "/v1/shops/{slug}/webhooks/{uuid}/test", Editor, Json("{}")),
        route("GET", "/v1/shops/{slug}/webhooks/{uuid}/secret", Editor, Nothing),
        route("POST", "/v1/shops/{slug}/webhooks/{uuid}/secret/rotate", Editor, Json("{}")),
        route("POST", "/v1/shops/{slug}/webhooks/{uuid}/replay", Editor, Json(r#"{"since": "2026-01-01T00:00:00Z", "status": "all"}"#)),
        route("GET", "/v1/shops/{slug}/webhooks/{uuid}/stats", Viewer, Nothing),
        route("GET", "/v1/connector-kinds", Key, Nothing),
        route("POST", "/v1/hooks/{connector}/{token}", Nobody, Json(r#"{"claim_id": "c", "status": "solved"}"#)),
        route("GET", "/v1/shops/{slug}/connectors", Viewer, Nothing),
        route("POST", "/v1/shops/{slug}/connectors", Editor, Json(r#"{"kind": "tool"}"#)),
        route("GET", "/v1/shops/{slug}/connectors/{id}", Viewer, Nothing),
        route("PATCH", "/v1/shops/{slug}/connectors/{id}", Editor, Json(r#"{"description": "x"}"#)),
        route("DELETE", "/v1/shops/{slug}/connectors/{id}", Editor, Nothing),
        route("POST", "/v1/shops/{slug}/connectors/{id}/test", Editor, Nothing),
        route("POST", "/v1/shops/{slug}/connectors/{id}/preview", Editor, Json(PREVIEW)),
        route("POST", "/v1/shops/{slug}/connectors/{id}/replay", Editor, Json(r#"{"since": "2026-01-01T00:00:00Z", "status": "all"}"#)),
        route("GET", "/v1/shops/{slug}/replays/{id}", Viewer, Nothing),
        route("GET", "/v1/shops/{slug}/claims", Viewer, Nothing),
        route("POST", "/v1/shops/{slug}/claims", Editor, Json(CLAIM)),
        route("GET", "/v1/shops/{slug}/claims/{id}", Viewer, Nothing),
        route("PUT", "/v1/shops/{slug}/claims/{id}", Editor, Json(CLAIM)),
        route("PATCH", "/v1/shops/{slug}/claims/{id}", Editor, Json(r#"{"title": "Other"}"#)),
        route("DELETE", "/v1/shops/{slug}/claims/{id}", Editor, Nothing),
        route("GET", "/v1/shops/{slug}/claims/{id}/messages", Viewer, Nothing),
        route("POST", "/v1/shops/{slug}/claims/{id}/messages", Editor, Json(r#"{"direction": "inbound", "body": "Where is it?"}"#)),
        route("GET", "/v1/shops/{slug}/orders", Viewer, Nothing),
        route("PUT", "/v1/shops/{slug}/orders", Editor, Json(r#"{"id": "1001", "order": {"order_name": "1"}}"#)),
        route("PUT", "/v1/shops/{slug}/orders/bulk", Editor, Json(r#"[{"id": "1001", "order": {"order_name": "1"}}]"#)),
        route("GET", "/v1/shops/{slug}/orders/{order_number}", Viewer, Nothing),
        route("PUT", "/v1/shops/{slug}/orders/{order_number}", Editor, Json(r#"{"order_name": "1"}"#)),
        route("GET", "/v1/shops/{slug}/shipments", Viewer, Nothing),
        route("GET", "/v1/shops/{slug}/shipments/{id}", Viewer, Nothing),
        route("PUT", "/v1/shops/{slug}/shipments/{id}", Editor, Json(r#"{"order_number": "1001"}"#)),
        route("POST", "/v1/shops/{slug}/shipments/{id}/events", Editor, Json(r#"{"event_name": "OUT_FOR_DELIVERY", "event_time": "2026-01-01T00:00:00Z", "external_id": "e-2"}"#)),
        route("GET", "/v1/shops/{slug}/contacts", Viewer, Nothing),
        route("POST", "/v1/shops/{slug}/contacts", Editor, Json(r#"{"first_name": "Mia"}"#)),
        route("GET", "/v1/shops/{slug}/contacts/{id}", Viewer, Nothing),
        route("PUT", "/v1/shops/{slug}/contacts/{id}", Editor, Json(r#"{"first_name": "Bo"}"#)),
        route("PATCH", "/v1/shops/{slug}/contacts/{id}", Editor, Json(r#"{"first_name": "Bo"}"#)),
        route("DELETE", "/v1/shops/{slug}/contacts/{id}", Editor, Nothing),
        route("POST", "/v1/shops/{slug}/images", Editor, Photo),
        route("DELETE", "/v1/shops/{slug}/images/{id}", Editor, Nothing),
        route("GET", "/v1/shops/{slug}/events", Viewer, Nothing),
        route("POST", "/v1/shops/{slug}/events", Editor, Json(r#"{"ref": "claims/updated", "event_data": {"claim_id": "c"}}"#)),
        route("GET", "/v1/shops/{slug}/events/{id}", Viewer, Nothing),
        route("GET", "/v1/shops/{slug}/event-stream", Viewer, Nothing),
        route("GET", "/v1/shops/{slug}/deliveries", Viewer, Nothing),
        route("GET", "/v1/shops/{slug}/deliveries/{id}", Viewer, Nothing),
        route("POST", "/v1/shops/{slug}/deliveries/{id}/retry", Editor, Nothing),
    ]
};
