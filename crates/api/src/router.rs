//! Every route, on one page.
//!
//! A route's method and path stand at its function, in `#[utoipa::path]`; the list here mounts it and
//! puts it into the OpenAPI document at once.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use claimwire_http::{ApiState, Served};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use crate::openapi::{complete, finish, frame};
use crate::routes::fallbacks::{method_not_allowed, no_api, route_not_found};
use crate::routes::{
    api_keys, claim_links, claims, connectors, contacts, deliveries, docs, event_stream,
    event_types, events, health, hooks, images, karla_orders, messages, orders, portal_links,
    replays, shipments, shops, webhook_secret, webhook_stats, webhook_test, webhooks,
};

/// What every node answers.
fn health() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::new()
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(health::metrics))
}

fn routes() -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::with_openapi(frame())
        .merge(health())
        .routes(routes!(docs::openapi_json))
        .routes(routes!(docs::docs))
        .routes(routes!(docs::docs_file))
        .routes(routes!(shops::create, shops::list))
        .routes(routes!(shops::show, shops::update, shops::delete))
        .routes(routes!(api_keys::create, api_keys::list))
        .routes(routes!(api_keys::delete))
        .routes(routes!(portal_links::create))
        .routes(routes!(claim_links::create))
        .routes(routes!(webhooks::create, webhooks::list))
        .routes(routes!(webhooks::show, webhooks::update, webhooks::delete))
        .routes(routes!(webhook_test::test))
        .routes(routes!(webhook_secret::show_secret))
        .routes(routes!(webhook_secret::rotate_secret))
        .routes(routes!(webhook_stats::show_stats))
        .routes(routes!(connectors::list_kinds))
        .routes(routes!(connectors::create, connectors::list))
        .routes(routes!(
            connectors::show,
            connectors::update,
            connectors::delete
        ))
        .routes(routes!(connectors::test))
        .routes(routes!(connectors::preview))
        .routes(routes!(connectors::replay))
        .routes(routes!(hooks::receive))
        .routes(routes!(replays::replay))
        .routes(routes!(replays::show_replay))
        .routes(routes!(claims::create, claims::list))
        .routes(routes!(
            claims::show,
            claims::put,
            claims::patch,
            claims::delete
        ))
        .routes(routes!(messages::create, messages::list))
        .routes(routes!(orders::list, karla_orders::upsert))
        .routes(routes!(karla_orders::upsert_many))
        .routes(routes!(orders::show, orders::put))
        .routes(routes!(shipments::list))
        .routes(routes!(shipments::show, shipments::put))
        .routes(routes!(shipments::add_event))
        .routes(routes!(contacts::create, contacts::list))
        .routes(routes!(
            contacts::show,
            contacts::put,
            contacts::patch,
            contacts::delete
        ))
        .routes(routes!(images::create).layer(DefaultBodyLimit::disable()))
        .routes(routes!(images::delete))
        .routes(routes!(images::show))
        .routes(routes!(events::post, events::list))
        .routes(routes!(events::show))
        .routes(routes!(event_stream::stream))
        .routes(routes!(event_types::list_types))
        .routes(routes!(deliveries::list))
        .routes(routes!(deliveries::show))
        .routes(routes!(deliveries::retry))
}

/// What every node answers, without the rest of the API, and these pages beside it.
pub fn served_without_api(state: ApiState, pages: Router) -> Served {
    let (health, _) = health().split_for_parts();
    let health = health
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(no_api);
    Served::new(state, health, pages).by_the_router_alone()
}

/// The API, and these pages beside it.
pub fn served(state: ApiState, pages: Router) -> Served {
    let (routes, _) = routes().split_for_parts();
    let routes = routes
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(route_not_found);
    Served::new(state, routes, pages)
}

/// The OpenAPI 3.1 document of the API's routes.
///
/// # Errors
/// When an example cannot be written as JSON.
pub fn openapi() -> Result<serde_json::Value, serde_json::Error> {
    finish(&complete(routes().into_openapi()))
}
