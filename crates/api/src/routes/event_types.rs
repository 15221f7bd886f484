//! The event catalogue, for people who write receivers. It is the same for all and never changes while
//! the server runs, so it is written once.

use std::sync::OnceLock;

use axum::response::Response;
use bytes::Bytes;
use claimwire_actions::events;
use claimwire_model::catalogue::Description;
use http::StatusCode;

use claimwire_http::access::Known;
use claimwire_http::answer::{self, Reply};
use claimwire_http::page::List;

static LIST: OnceLock<Bytes> = OnceLock::new();

/// Every kind of event, in the order in which several of one change are sent.
#[utoipa::path(get, path = "/v1/event-types", tag = "events",
    responses((status = 200, body = List<Description>)))]
pub async fn list_types(Known(caller): Known) -> Reply {
    if let Some(json) = LIST.get() {
        return Ok(answer(json));
    }
    let json = answer::render(&List {
        data: events::types(&caller)?,
        next_cursor: None,
    })?;
    Ok(answer(LIST.get_or_init(|| json.into())))
}

fn answer(json: &Bytes) -> Response {
    answer::json_bytes(StatusCode::OK, json.clone())
}
