//! The event catalogue, for people who write receivers. It is the same for all and never changes while
//! the server runs, so it is written once.

use std::sync::OnceLock;

use axum::response::Response;
use bytes::Bytes;
use claimwire_model::catalogue::{self, Description};
use http::StatusCode;

use crate::answer::{self, Reply};
use crate::auth::Caller;
use crate::page::List;
use crate::problem::{Problem, kinds};

static LIST: OnceLock<Bytes> = OnceLock::new();

/// Every kind of event, in the order in which several of one change are sent.
#[utoipa::path(get, path = "/v1/event-types", tag = "events",
    responses((status = 200, body = List<Description>)))]
pub async fn list_types(_: Caller) -> Reply {
    if let Some(json) = LIST.get() {
        return Ok(answer(json));
    }
    let described = catalogue::all()
        .map(|row| row.describe())
        .collect::<Result<Vec<_>, _>>();
    let data = described.map_err(|error| {
        tracing::error!(%error, "the catalogue cannot be described");
        Problem::new(&kinds::INTERNAL, "The catalogue cannot be shown.")
    })?;
    let json = answer::render(&List {
        data,
        next_cursor: None,
    })?;
    Ok(answer(LIST.get_or_init(|| json.into())))
}

fn answer(json: &Bytes) -> Response {
    answer::json_bytes(StatusCode::OK, json.clone())
}
