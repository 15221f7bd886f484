//! The API's description: for programs, and for people. Both are written once.

use std::sync::OnceLock;

use axum::response::{Html, IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;

use crate::answer::{self, Reply};
use crate::docs_page;

static DOCUMENT: OnceLock<Bytes> = OnceLock::new();
static PAGE: OnceLock<Bytes> = OnceLock::new();

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "server",
    responses((status = 200, body = Object, content_type = "application/json")))]
pub async fn openapi_json() -> Reply {
    let json = match DOCUMENT.get() {
        Some(json) => json.clone(),
        None => {
            let json = answer::render(&crate::openapi())?;
            DOCUMENT.get_or_init(|| json.into()).clone()
        }
    };
    Ok(answer::json_bytes(StatusCode::OK, json))
}

/// The same for people.
#[utoipa::path(get, path = "/docs", tag = "server",
    responses((status = 200, body = String, content_type = "text/html")))]
pub async fn docs() -> Response {
    Html(
        PAGE.get_or_init(|| docs_page::render(&crate::openapi()).into())
            .clone(),
    )
    .into_response()
}
