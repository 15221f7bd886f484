//! A shop's API keys, managed by those with the role admin.

use claimwire_actions::api_keys::{self, ApiKeyRequest, ApiKeyView};
use http::StatusCode;

use claimwire_http::access::{Admin, InShop};
use claimwire_http::answer::{self, Reply};
use claimwire_http::body::JsonBody;
use claimwire_http::page::{List, Paging};
use claimwire_http::path::{Path, id};
use claimwire_http::problem::kinds;
use claimwire_http::state::Api;

/// Make a key. `key` in the answer is shown this once.
#[utoipa::path(post, path = "/v1/shops/{slug}/api-keys", tag = "api-keys", request_body = ApiKeyRequest,
    responses((status = 201, body = ApiKeyView)))]
pub async fn create(api: Api, scope: InShop<Admin>, body: JsonBody) -> Reply {
    let once = api_keys::create(&scope.on(&api), body.parse()?, body.keyed()).await?;
    answer::once(StatusCode::CREATED, once)
}

/// The shop's keys, newest first.
#[utoipa::path(get, path = "/v1/shops/{slug}/api-keys", tag = "api-keys", params(Paging),
    responses((status = 200, body = List<ApiKeyView>)))]
pub async fn list(api: Api, scope: InShop<Admin>, paging: Paging) -> Reply {
    let admin = scope.on(&api);
    let page = |page| api_keys::list(&admin, page);
    answer::page(paging.read(page).await?)
}

/// Delete a key; it opens nothing from then on.
#[utoipa::path(delete, path = "/v1/shops/{slug}/api-keys/{id}", tag = "api-keys", responses((status = 204)))]
pub async fn delete(
    api: Api,
    scope: InShop<Admin>,
    Path((_, key)): Path<(String, String)>,
) -> Reply {
    api_keys::delete(&scope.on(&api), id(&key, &kinds::API_KEY_NOT_FOUND)?).await?;
    Ok(answer::nothing())
}
