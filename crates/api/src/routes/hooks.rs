//! What helpdesks tell of their tickets. No key: who knows the path may, and a connector may ask for signatures.

use claimwire_actions::hooks::{self, HookRequest, HookResult};
use http::{HeaderMap, StatusCode};

use claimwire_http::answer::{self, Reply};
use claimwire_http::body::JsonBody;
use claimwire_http::path::Path;
use claimwire_http::state::Api;

/// Tell of a ticket's status: in Zendesk's form, in Gorgias's, or `{claim_id, status}`.
#[utoipa::path(post, path = "/v1/hooks/{connector}/{token}", tag = "connectors",
    request_body = serde_json::Value, responses((status = 200, body = HookResult)))]
pub async fn receive(
    api: Api,
    Path((connector, token)): Path<(String, String)>,
    headers: HeaderMap,
    body: JsonBody,
) -> Reply {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let request = HookRequest {
        connector: &connector,
        token: &token,
        signature: header("x-zendesk-webhook-signature"),
        timestamp: header("x-zendesk-webhook-signature-timestamp"),
        body: &body.bytes,
    };
    let result = hooks::receive(&api.ports, request).await?;
    answer::json(StatusCode::OK, &result)
}
