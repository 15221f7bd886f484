//! The API's description: for programs, and for people.

use axum::response::{Html, IntoResponse, Response};

use crate::answer::{self, Reply};
use crate::docs_page;

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "server",
    responses((status = 200, body = Object, content_type = "application/json")))]
pub async fn openapi_json() -> Reply {
    answer::json(http::StatusCode::OK, &crate::openapi())
}

/// The same for people.
#[utoipa::path(get, path = "/docs", tag = "server",
    responses((status = 200, body = String, content_type = "text/html")))]
pub async fn docs() -> Response {
    Html(docs_page::render(&crate::openapi())).into_response()
}
