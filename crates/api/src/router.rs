//! Every route, on one page.
//!
//! A route's method and path stand at its function, in `#[utoipa::path]`; the list here mounts it and
//! puts it into the OpenAPI document at once.

use std::sync::Arc;

use axum::{Router, middleware};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::{Problem, kinds};
use crate::routes::{api_keys, docs, health, shops};
use crate::state::ApiState;
use crate::openapi::{complete, frame};
use crate::watch;

fn pages() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::with_openapi(frame())
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(health::metrics))
        .routes(routes!(docs::openapi_json))
        .routes(routes!(docs::docs))
        .routes(routes!(shops::create, shops::list))
        .routes(routes!(shops::show, shops::rename, shops::delete))
        .routes(routes!(api_keys::create, api_keys::list))
        .routes(routes!(api_keys::delete))
}

/// The API, ready to serve.
pub fn router(state: ApiState) -> Router {
    let (pages, _) = pages().split_for_parts();
    pages
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(route_not_found)
        .layer(middleware::from_fn(watch::watch))
        .with_state(Arc::new(state))
}

/// The OpenAPI 3.1 document of [`router`]'s routes.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    complete(pages().into_openapi())
}

async fn route_not_found() -> Problem {
    Problem::new(&kinds::ROUTE_NOT_FOUND, "No route has this path; GET /docs shows those there are.")
}

async fn method_not_allowed() -> Problem {
    Problem::new(&kinds::METHOD_NOT_ALLOWED, "The Allow header names the methods that this route has.")
}
