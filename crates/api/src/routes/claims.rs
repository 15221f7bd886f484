//! Claims (contract section 4).

use claimwire_actions::claims::{self, ClaimFields};
use claimwire_model::claim::Claim;
use http::StatusCode;
use uuid::Uuid;

use crate::access::{Editor, InShop, Viewer};
use crate::answer::{self, Reply};
use crate::body::JsonBody;
use crate::page::{List, Paging};
use crate::path::{Path, id};
use crate::problem::{Problem, kinds};
use crate::state::Api;

/// Report a claim. Its event is `claims/created`.
#[utoipa::path(post, path = "/v1/shops/{slug}/claims", tag = "claims", request_body = ClaimFields,
    responses((status = 201, body = Claim)))]
pub async fn create(api: Api, scope: InShop<Editor>, body: JsonBody) -> Reply {
    let made = claims::create(&scope.on(&api), body.parse()?, body.keyed()).await?;
    Ok(answer::created(made))
}

/// The shop's claims, newest first.
#[utoipa::path(get, path = "/v1/shops/{slug}/claims", tag = "claims", params(Paging),
    responses((status = 200, body = List<Claim>)))]
pub async fn list(api: Api, scope: InShop<Viewer>, paging: Paging) -> Reply {
    answer::page(claims::list(&scope.on(&api), paging.request()).await?)
}

/// One claim.
#[utoipa::path(get, path = "/v1/shops/{slug}/claims/{id}", tag = "claims",
    responses((status = 200, body = Claim)))]
pub async fn show(
    api: Api,
    scope: InShop<Viewer>,
    Path((_, claim)): Path<(String, String)>,
) -> Reply {
    let found = claims::get(&scope.on(&api), &claim_id(&claim)?).await?;
    Ok(answer::kept(StatusCode::OK, found))
}

/// Write a claim under an id of your own: made (201), or changed where you name a field (200). A field that
/// is absent stays, null clears it, any other value replaces it whole. What differs makes the events; the
/// same again makes none.
#[utoipa::path(put, path = "/v1/shops/{slug}/claims/{id}", tag = "claims", request_body = ClaimFields,
    responses((status = 200, body = Claim), (status = 201, body = Claim)))]
pub async fn put(
    api: Api,
    scope: InShop<Editor>,
    Path((_, claim)): Path<(String, String)>,
    body: JsonBody,
) -> Reply {
    let id = claim_id(&claim)?;
    let saved = claims::put(&scope.on(&api), &id, &body.patch()?).await?;
    Ok(answer::saved(saved))
}

/// Change some fields of a claim by JSON Merge Patch (RFC 7396): null removes.
#[utoipa::path(patch, path = "/v1/shops/{slug}/claims/{id}", tag = "claims", request_body = ClaimFields,
    responses((status = 200, body = Claim)))]
pub async fn patch(
    api: Api,
    scope: InShop<Editor>,
    Path((_, claim)): Path<(String, String)>,
    body: JsonBody,
) -> Reply {
    let id = claim_id(&claim)?;
    let patched = claims::patch(&scope.on(&api), &id, &body.patch()?).await?;
    Ok(answer::kept(StatusCode::OK, patched))
}

/// Delete a claim and the messages on it. Its event is `claims/deleted`.
#[utoipa::path(delete, path = "/v1/shops/{slug}/claims/{id}", tag = "claims", responses((status = 204)))]
pub async fn delete(
    api: Api,
    scope: InShop<Editor>,
    Path((_, claim)): Path<(String, String)>,
) -> Reply {
    claims::delete(&scope.on(&api), &claim_id(&claim)?).await?;
    Ok(answer::nothing())
}

/// A claim's id from the path.
pub(super) fn claim_id(text: &str) -> Result<Uuid, Problem> {
    id(text, &kinds::CLAIM_NOT_FOUND)
}
