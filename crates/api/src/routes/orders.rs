//! Orders.

use claimwire_actions::orders::{self, OrderFields};
use claimwire_model::order::Order;
use http::StatusCode;

use claimwire_http::access::{Editor, InShop, Viewer};
use claimwire_http::answer::{self, Reply};
use claimwire_http::body::JsonBody;
use claimwire_http::page::{List, Paging, SearchQuery};
use claimwire_http::path::Path;
use claimwire_http::state::Api;

/// The shop's orders, newest first; with `q` those that have all of its words.
#[utoipa::path(get, path = "/v1/shops/{slug}/orders", tag = "orders", params(SearchQuery, Paging),
    responses((status = 200, body = List<Order>)))]
pub async fn list(api: Api, scope: InShop<Viewer>, query: SearchQuery) -> Reply {
    let viewer = scope.on(&api);
    let page = |page| orders::list(&viewer, query.q.as_deref(), page);
    answer::page(query.paging.read(page).await?)
}

/// One order.
#[utoipa::path(get, path = "/v1/shops/{slug}/orders/{order_number}", tag = "orders",
    responses((status = 200, body = Order)))]
pub async fn show(
    api: Api,
    scope: InShop<Viewer>,
    Path((_, number)): Path<(String, String)>,
) -> Reply {
    let found = orders::get(&scope.on(&api), &number).await?;
    Ok(answer::kept(StatusCode::OK, found))
}

/// Import an order (201) or update it where you name a field (200). A field that is absent stays, null
/// clears it, any other value replaces it whole. A new or changed one makes the event `orders/synced`.
#[utoipa::path(put, path = "/v1/shops/{slug}/orders/{order_number}", tag = "orders",
    request_body = OrderFields, responses((status = 200, body = Order), (status = 201, body = Order)))]
pub async fn put(
    api: Api,
    scope: InShop<Editor>,
    Path((_, number)): Path<(String, String)>,
    body: JsonBody,
) -> Reply {
    let saved = orders::put(&scope.on(&api), &number, &body.patch()?).await?;
    Ok(answer::saved(saved))
}
