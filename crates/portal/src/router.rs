//! Every page, on one page.

use std::sync::Arc;

use axum::Router;
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};

use crate::claim_page;
use crate::failure::Failure;
use crate::pages::claim_page as set_up;
use crate::pages::settings::{audit, keys, members, shop as own_shop};
use crate::pages::targets::{Connectors, Kind, Webhooks, delete, replay, switch};
use crate::pages::webhooks::{list, matching, secret, show, test, verify, write};
use crate::pages::{
    analytics, claims, deliveries, events, home, integrations, join, operator, operator_sign_in,
    overview, sign_in, subjects,
};
use crate::state::PortalState;
use crate::{assets, headers};

/// What the paths of a shop's pages begin with.
const SHOP: &str = "/portal/shops/{shop}";

/// The portal, to be served beside the API.
pub fn router(state: PortalState) -> Router {
    let pages = Router::new()
        .route("/portal", get(home::show))
        .route("/portal/", get(home::show))
        .route("/portal/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route("/portal/sign-out", post(sign_in::sign_out))
        .route(
            "/portal/link/{secret}",
            get(sign_in::show_link).post(sign_in::follow_link),
        )
        .route("/portal/join/{secret}", get(join::show).post(join::join))
        .route("/portal/operator", get(operator::show))
        .route(
            "/portal/operator/sign-in",
            get(operator_sign_in::show).post(operator_sign_in::sign_in),
        )
        .route("/portal/static/{version}/{name}", get(assets::show))
        .route("/portal/{*rest}", get(nothing));
    let shop = shop()
        .into_iter()
        .map(|(path, page)| (path.to_owned(), page));
    let targets = target::<Webhooks>()
        .into_iter()
        .chain(target::<Connectors>());
    let policy = headers::policy(&state.frame_ancestors);
    shop.chain(targets)
        .fold(pages, |pages, (path, page)| {
            pages.route(&[SHOP, &path].concat(), page)
        })
        .merge(claim_page::pages())
        .layer(map_response(move |response: Response| {
            std::future::ready(headers::add(response, &policy))
        }))
        .with_state(Arc::new(state))
}

/// A shop's pages, by what follows [`SHOP`]. Whole paths and no router within another: that would hide them from the
/// pages, which must know where to come back to.
fn shop() -> Vec<(&'static str, MethodRouter<Arc<PortalState>>)> {
    vec![
        ("", get(overview::show)),
        ("/analytics", get(analytics::show)),
        ("/webhooks", get(list::show)),
        ("/webhooks/new", get(write::new).post(write::create)),
        ("/webhooks/sample", get(write::sample)),
        ("/webhooks/matching", get(matching::show)),
        ("/webhooks/{id}", get(show::show)),
        ("/webhooks/{id}/edit", get(write::edit).post(write::update)),
        ("/webhooks/{id}/verify", get(verify::show)),
        ("/webhooks/{id}/secret", post(secret::show)),
        (
            "/webhooks/{id}/rotate",
            get(secret::ask).post(secret::rotate),
        ),
        ("/webhooks/{id}/test", get(test::ask).post(test::send)),
        ("/integrations", get(integrations::list::show)),
        ("/integrations/new", get(integrations::kinds::show)),
        (
            "/integrations/new/{kind}",
            get(integrations::write::new).post(integrations::write::create),
        ),
        ("/integrations/{id}", get(integrations::show::show)),
        (
            "/integrations/{id}/edit",
            get(integrations::write::edit).post(integrations::write::update),
        ),
        (
            "/integrations/{id}/test",
            get(integrations::test::ask).post(integrations::test::send),
        ),
        (
            "/integrations/{id}/tickets",
            get(integrations::tickets::show),
        ),
        ("/replays/{id}", get(replay::show)),
        ("/members", get(members::show).post(members::invite)),
        (
            "/members/{id}",
            get(members::member).post(members::set_role),
        ),
        ("/members/{id}/link", post(members::link)),
        (
            "/members/{id}/remove",
            get(members::ask).post(members::remove),
        ),
        ("/shop", get(own_shop::show).post(own_shop::save)),
        ("/audit", get(audit::show)),
        ("/api-keys", get(keys::show).post(keys::create)),
        ("/api-keys/{id}/delete", get(keys::ask).post(keys::delete)),
        ("/deliveries", get(deliveries::list::show)),
        ("/deliveries/live", get(deliveries::live::send)),
        (
            "/deliveries/retry",
            get(deliveries::again::ask).post(deliveries::again::order),
        ),
        ("/deliveries/{id}", get(deliveries::show::show)),
        ("/deliveries/{id}/retry", post(deliveries::show::retry)),
        ("/events", get(events::list::show)),
        ("/events/{id}", get(events::show::show)),
        ("/claims", get(claims::list::show)),
        ("/claims/export.csv", get(claims::export::send)),
        (
            "/claims/new",
            get(claims::new::ask).post(claims::new::create),
        ),
        ("/claims/new/customers-form", post(claim_page::begin)),
        (
            "/claims/{id}",
            get(claims::show::show).post(claims::write::update),
        ),
        ("/claims/{id}/messages", post(claims::write::message)),
        ("/orders", get(subjects::orders)),
        ("/orders/{number}", get(subjects::order)),
        ("/shipments", get(subjects::shipments)),
        ("/shipments/{id}", get(subjects::shipment)),
        ("/claim-page", get(set_up::show).post(set_up::save)),
        ("/claim-page/preview", get(set_up::preview::show)),
        ("/claim-page/look.css", get(set_up::preview::look)),
        ("/contacts", get(subjects::contacts)),
        ("/contacts/{id}", get(subjects::contact)),
    ]
}

/// The pages that webhooks and connectors have alike.
fn target<K: Kind>() -> Vec<(String, MethodRouter<Arc<PortalState>>)> {
    let pages = [
        ("pause", post(switch::pause::<K>)),
        ("resume", post(switch::resume::<K>)),
        ("delete", get(delete::ask::<K>).post(delete::delete::<K>)),
        ("replay", get(replay::ask::<K>).post(replay::order::<K>)),
    ];
    let pages = pages.into_iter();
    pages
        .map(|(page, methods)| (format!("{}/{{id}}/{page}", K::PATH), methods))
        .collect()
}

async fn nothing() -> Failure {
    Failure::NoSuchPage
}
