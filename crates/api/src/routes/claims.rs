//! Claims (contract section 4).

use claimwire_actions::claims::{self, ClaimFields};
use claimwire_actions::read;
use claimwire_model::SubjectKind;
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
    let call = scope.call(&api, body.idempotency);
    Ok(answer::done(claims::create(&call, &body.bytes).await?))
}

/// The shop's claims, newest first.
#[utoipa::path(get, path = "/v1/shops/{slug}/claims", tag = "claims", params(Paging),
    responses((status = 200, body = List<Claim>)))]
pub async fn list(api: Api, scope: InShop<Viewer>, paging: Paging) -> Reply {
    let page = read::list(
        &scope.call(&api, None),
        SubjectKind::Claim,
        None,
        paging.request(),
    )
    .await?;
    answer::json(StatusCode::OK, &List::of(&page, |claim| claim))
}

/// One claim.
#[utoipa::path(get, path = "/v1/shops/{slug}/claims/{id}", tag = "claims",
    responses((status = 200, body = Claim)))]
pub async fn show(
    api: Api,
    scope: InShop<Viewer>,
    Path((_, claim)): Path<(String, String)>,
) -> Reply {
    let key = claim_id(&claim)?.to_string();
    let json = read::one(&scope.call(&api, None), SubjectKind::Claim, &key).await?;
    Ok(answer::json_bytes(StatusCode::OK, json))
}

/// Write a whole claim under an id of your own: made (201) or replaced (200). What differs makes the
/// events; the same snapshot again makes none.
#[utoipa::path(put, path = "/v1/shops/{slug}/claims/{id}", tag = "claims", request_body = ClaimFields,
    responses((status = 200, body = Claim), (status = 201, body = Claim)))]
pub async fn put(
    api: Api,
    scope: InShop<Editor>,
    Path((_, claim)): Path<(String, String)>,
    body: JsonBody,
) -> Reply {
    let claim = claim_id(&claim)?;
    Ok(answer::done(
        claims::put(&scope.call(&api, None), claim, &body.bytes).await?,
    ))
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
    let claim = claim_id(&claim)?;
    Ok(answer::done(
        claims::patch(&scope.call(&api, None), claim, &body.bytes).await?,
    ))
}

/// Delete a claim and the messages on it. Its event is `claims/deleted`.
#[utoipa::path(delete, path = "/v1/shops/{slug}/claims/{id}", tag = "claims", responses((status = 204)))]
pub async fn delete(
    api: Api,
    scope: InShop<Editor>,
    Path((_, claim)): Path<(String, String)>,
) -> Reply {
    claims::delete(&scope.call(&api, None), claim_id(&claim)?).await?;
    Ok(answer::nothing())
}

/// A claim's id from the path.
pub(super) fn claim_id(text: &str) -> Result<Uuid, Problem> {
    id(text, &kinds::CLAIM_NOT_FOUND)
}
