//! Shops: made and listed with the admin key; a shop's own admin keys may read, rename and delete it. Where its
//! requests leave from is for the admin key alone to say.

use claimwire_actions::shops::{self, ShopPatch, ShopRequest, ShopView};
use http::StatusCode;

use claimwire_http::access::{Admin, InShop, Operator, Viewer};
use claimwire_http::answer::{self, Reply};
use claimwire_http::body::JsonBody;
use claimwire_http::page::{List, Paging};
use claimwire_http::state::Api;

/// Make a shop (admin key).
#[utoipa::path(post, path = "/v1/shops", tag = "shops", request_body = ShopRequest,
    responses((status = 201, body = ShopView)))]
pub async fn create(api: Api, Operator(operator): Operator, body: JsonBody) -> Reply {
    let once = shops::create(&operator, &api.ports, body.parse()?, body.keyed()).await?;
    answer::once(StatusCode::CREATED, once)
}

/// All shops, newest first (admin key).
#[utoipa::path(get, path = "/v1/shops", tag = "shops", params(Paging),
    responses((status = 200, body = List<ShopView>)))]
pub async fn list(api: Api, Operator(operator): Operator, paging: Paging) -> Reply {
    let page = |page| shops::list(&operator, &api.ports, page);
    answer::page(paging.read(page).await?)
}

/// One shop.
#[utoipa::path(get, path = "/v1/shops/{slug}", tag = "shops", responses((status = 200, body = ShopView)))]
pub async fn show(api: Api, scope: InShop<Viewer>) -> Reply {
    answer::json(StatusCode::OK, &shops::show(&scope.on(&api)))
}

/// Rename a shop (role admin), or pin it to an egress profile (admin key).
#[utoipa::path(patch, path = "/v1/shops/{slug}", tag = "shops", request_body = ShopPatch,
    responses((status = 200, body = ShopView)))]
pub async fn update(api: Api, scope: InShop<Admin>, body: JsonBody) -> Reply {
    let shop = shops::update(&scope.on(&api), body.parse()?).await?;
    answer::json(StatusCode::OK, &shop)
}

/// Delete a shop with all that is in it (role admin).
#[utoipa::path(delete, path = "/v1/shops/{slug}", tag = "shops", responses((status = 204)))]
pub async fn delete(api: Api, scope: InShop<Admin>) -> Reply {
    shops::delete(&scope.on(&api)).await?;
    Ok(answer::nothing())
}
