//! Every page, on one page.

use std::sync::Arc;

use axum::Router;
use axum::middleware::map_response;
use axum::routing::{get, post};

use crate::failure::Failure;
use crate::pages::webhooks::{delete, list, replay, secret, show, test, write};
use crate::pages::{claims, deliveries, events, home, overview, sign_in, subjects};
use crate::state::PortalState;
use crate::{assets, headers};

/// The portal, to be served beside the API.
pub fn router(state: PortalState) -> Router {
    Router::new()
        .route("/portal", get(home::show))
        .route("/portal/", get(home::show))
        .route(
            "/portal/sign-in",
            get(sign_in::show).post(sign_in::sign_in),
        )
        .route("/portal/sign-out", post(sign_in::sign_out))
        .route(
            "/portal/link/{secret}",
            get(sign_in::show_link).post(sign_in::follow_link),
        )
        .route("/portal/static/{version}/{name}", get(assets::show))
        .route("/portal/{*rest}", get(nothing))
        .nest("/portal/shops/{shop}", shop())
        .layer(map_response(headers::add))
        .with_state(Arc::new(state))
}

fn shop() -> Router<Arc<PortalState>> {
    Router::new()
        .route("/", get(overview::show))
        .route("/webhooks", get(list::show))
        .route("/webhooks/new", get(write::new).post(write::create))
        .route("/webhooks/sample", get(write::sample))
        .route("/webhooks/{uuid}", get(show::show))
        .route("/webhooks/{uuid}/edit", get(write::edit).post(write::update))
        .route("/webhooks/{uuid}/pause", post(write::pause))
        .route("/webhooks/{uuid}/resume", post(write::resume))
        .route("/webhooks/{uuid}/secret", post(secret::show))
        .route("/webhooks/{uuid}/rotate", get(secret::ask).post(secret::rotate))
        .route("/webhooks/{uuid}/delete", get(delete::ask).post(delete::delete))
        .route("/webhooks/{uuid}/test", get(test::ask).post(test::send))
        .route("/webhooks/{uuid}/replay", get(replay::ask).post(replay::order))
        .route("/replays/{id}", get(replay::show))
        .route("/deliveries", get(deliveries::list::show))
        .route("/deliveries/{id}", get(deliveries::show::show))
        .route("/deliveries/{id}/retry", post(deliveries::show::retry))
        .route("/events/{id}", get(events::show))
        .route("/claims", get(claims::list::show))
        .route("/claims/{id}", get(claims::show::show).post(claims::write::update))
        .route("/claims/{id}/messages", post(claims::write::message))
        .route("/orders", get(subjects::orders))
        .route("/orders/{number}", get(subjects::order))
        .route("/shipments", get(subjects::shipments))
        .route("/shipments/{id}", get(subjects::shipment))
        .route("/contacts", get(subjects::contacts))
        .route("/contacts/{id}", get(subjects::contact))
}

async fn nothing() -> Failure {
    Failure::NoSuchPage
}
