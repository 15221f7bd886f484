//! For those who run the server: is it up, can it commit, what does it count. Open to all.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{self, Reply};
use crate::problem::ProblemBody;
use crate::state::Api;

/// That the server is up.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`.
    status: &'static str,
    /// The program's version.
    version: &'static str,
}

/// The process is up.
#[utoipa::path(get, path = "/healthz", tag = "server", responses((status = 200, body = Health)))]
pub async fn healthz(api: Api) -> Reply {
    answer::json(
        StatusCode::OK,
        &Health {
            status: "ok",
            version: api.version,
        },
    )
}

/// The store can be reached and can commit.
#[utoipa::path(get, path = "/readyz", tag = "server", responses((status = 200, body = Health),
    (status = 503, description = "The store cannot commit.", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn readyz(api: Api) -> Reply {
    api.ports.store.ready().await?;
    healthz(api).await
}

/// What the server counts, as Prometheus text.
#[utoipa::path(get, path = "/metrics", tag = "server",
    responses((status = 200, body = String, content_type = "text/plain")))]
pub async fn metrics(api: Api) -> Response {
    (
        [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        (api.metrics)(),
    )
        .into_response()
}
