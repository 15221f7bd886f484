//! For those who run the server: is it up, can it commit, what does it count. Open to all.

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::Serialize;
use utoipa::ToSchema;

use crate::routes::fallbacks::route_not_found;
use claimwire_http::answer::{self, Reply};
use claimwire_http::problem::{Problem, ProblemBody, kinds};
use claimwire_http::state::{Api, Render};

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

/// What the server counts, as Prometheus text. With `--metrics-listen` it is shown there alone.
#[utoipa::path(get, path = "/metrics", tag = "server",
    responses((status = 200, body = String, content_type = "text/plain"),
        (status = 404, description = "They are shown on an address of their own.", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn metrics(api: Api) -> Result<Response, Problem> {
    let render = api.metrics.as_ref().ok_or_else(|| {
        Problem::new(
            &kinds::ROUTE_NOT_FOUND,
            "This server shows its metrics on an address of their own, which --metrics-listen names.",
        )
    })?;
    Ok(shown(render))
}

/// `GET /metrics` alone, for an address of its own.
pub fn metrics_router(render: Render) -> Router {
    let metrics = move || std::future::ready(shown(&render));
    Router::new()
        .route("/metrics", get(metrics))
        .fallback(route_not_found)
}

fn shown(render: &Render) -> Response {
    (
        [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        render(),
    )
        .into_response()
}
