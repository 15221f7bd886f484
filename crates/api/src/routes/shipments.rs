//! Shipments, and what carriers say about them.

use claimwire_actions::Once;
use claimwire_actions::shipments::{self, ShipmentEventFields, ShipmentFields};
use claimwire_model::shipment::{Shipment, ShipmentEvent};
use http::StatusCode;

use claimwire_http::access::{Editor, InShop, Viewer};
use claimwire_http::answer::{self, Reply};
use claimwire_http::body::JsonBody;
use claimwire_http::page::{List, Paging, SearchQuery};
use claimwire_http::path::Path;
use claimwire_http::state::Api;

/// The shop's shipments, newest first; with `q` those that have all of its words.
#[utoipa::path(get, path = "/v1/shops/{slug}/shipments", tag = "shipments", params(SearchQuery, Paging),
    responses((status = 200, body = List<Shipment>)))]
pub async fn list(api: Api, scope: InShop<Viewer>, query: SearchQuery) -> Reply {
    let viewer = scope.on(&api);
    let page = |page| shipments::list(&viewer, query.q.as_deref(), page);
    answer::page(query.paging.read(page).await?)
}

/// One shipment.
#[utoipa::path(get, path = "/v1/shops/{slug}/shipments/{id}", tag = "shipments",
    responses((status = 200, body = Shipment)))]
pub async fn show(
    api: Api,
    scope: InShop<Viewer>,
    Path((_, shipment)): Path<(String, String)>,
) -> Reply {
    let found = shipments::get(&scope.on(&api), &shipment).await?;
    Ok(answer::kept(StatusCode::OK, found))
}

/// Announce a shipment (201) or change it where you name a field (200); its events stay. A field that is
/// absent stays, null clears it, any other value replaces it whole. The id is yours, at most 128 characters. It makes no event: those come with what the carrier says.
#[utoipa::path(put, path = "/v1/shops/{slug}/shipments/{id}", tag = "shipments",
    request_body = ShipmentFields, responses((status = 200, body = Shipment), (status = 201, body = Shipment)))]
pub async fn put(
    api: Api,
    scope: InShop<Editor>,
    Path((_, shipment)): Path<(String, String)>,
    body: JsonBody,
) -> Reply {
    let saved = shipments::put(&scope.on(&api), &shipment, &body.patch()?).await?;
    Ok(answer::saved(saved))
}

/// Add what a carrier said. Its event is `shipments/{phase}/{event_name}`. With an `external_id` that
/// the shipment has already the answer is 200 with the first one, and there is no second event.
#[utoipa::path(post, path = "/v1/shops/{slug}/shipments/{id}/events", tag = "shipments",
    request_body = ShipmentEventFields,
    responses((status = 200, body = ShipmentEvent), (status = 201, body = ShipmentEvent)))]
pub async fn add_event(
    api: Api,
    scope: InShop<Editor>,
    Path((_, shipment)): Path<(String, String)>,
    body: JsonBody,
) -> Reply {
    let on = scope.on(&api);
    let once = shipments::add_event(&on, &shipment, body.parse()?, body.keyed()).await?;
    match once {
        Once::Now(saved) => answer::json(answer::status_of(&saved), &saved),
        Once::Before(answered) => Ok(answer::again(answered)),
    }
}
