//! A shop's API keys, managed by those with the role admin. A key is shown once; only its hash is kept.

use claimwire_actions::{Checks, input};
use claimwire_model::shop::ApiKey;
use claimwire_model::{Role, Timestamp};
use claimwire_store::directory::NewApiKey;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::shops::check_name;
use crate::access::{Admin, InShop};
use crate::answer::{self, Reply};
use crate::auth::{KEY_PREFIX, hash};
use crate::body::JsonBody;
use crate::page::{List, Paging};
use crate::path::{Path, id};
use crate::problem::{OrMissing, kinds};
use crate::random;
use crate::state::Api;

/// A new key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyRequest {
    /// For people; who a change is put down to when the write does not say.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// What it may do.
    role: Role,
}

/// A key, without the key itself.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub struct ApiKeyView<'a> {
    /// For `DELETE`.
    id: Uuid,
    /// For people.
    name: &'a str,
    /// What it may do.
    role: Role,
    /// When it was made.
    created_at: Timestamp,
    /// The key: in the answer that made it, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    key: Option<&'a str>,
}

/// Make a key. `key` in the answer is shown this once.
#[utoipa::path(post, path = "/v1/shops/{slug}/api-keys", tag = "api-keys", request_body = ApiKeyRequest,
    responses((status = 201, body = ApiKeyView)))]
pub async fn create(api: Api, scope: InShop<Admin>, body: JsonBody) -> Reply {
    let ApiKeyRequest { name, role } = input::parse(&body.bytes)?;
    let mut checks = Checks::default();
    check_name(&mut checks, &name);
    checks.done()?;

    let now = api.now();
    let secret = format!("{KEY_PREFIX}{}", random::name()?);
    let key = NewApiKey {
        id: Uuid::new_v4(),
        hash: hash(&secret),
        name,
        role,
    };
    let view = ApiKeyView {
        id: key.id,
        name: &key.name,
        role,
        created_at: now,
        key: Some(&secret),
    };
    let json = answer::render(&view)?;
    let record = answer::record(body.idempotency.as_ref(), StatusCode::CREATED, &json);
    let done = api
        .store
        .create_key(scope.shop.no, key, now, record)
        .await?;
    Ok(answer::once(done, StatusCode::CREATED, json))
}

/// The shop's keys, newest first.
#[utoipa::path(get, path = "/v1/shops/{slug}/api-keys", tag = "api-keys", params(Paging),
    responses((status = 200, body = List<ApiKeyView>)))]
pub async fn list(api: Api, scope: InShop<Admin>, paging: Paging) -> Reply {
    let page = api.store.keys(scope.shop.no, paging.request()).await?;
    answer::json(StatusCode::OK, &List::of(&page, view))
}

/// Delete a key; it opens nothing from then on.
#[utoipa::path(delete, path = "/v1/shops/{slug}/api-keys/{id}", tag = "api-keys", responses((status = 204)))]
pub async fn delete(
    api: Api,
    scope: InShop<Admin>,
    Path((_, key)): Path<(String, String)>,
) -> Reply {
    let key = id(&key, &kinds::API_KEY_NOT_FOUND)?;
    api.store
        .delete_key(scope.shop.no, key)
        .await
        .or_missing(&kinds::API_KEY_NOT_FOUND)?;
    Ok(answer::nothing())
}

fn view(key: &ApiKey) -> ApiKeyView<'_> {
    ApiKeyView {
        id: key.id,
        name: &key.name,
        role: key.role,
        created_at: key.created_at,
        key: None,
    }
}
