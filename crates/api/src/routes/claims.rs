//! Claims (contract section 4).

use axum::extract::FromRequestParts;
use claimwire_actions::claims::{self, ClaimFields, Filter};
use claimwire_model::Timestamp;
use claimwire_model::claim::{Claim, ClaimStatus};
use http::StatusCode;
use http::request::Parts;
use utoipa::IntoParams;
use uuid::Uuid;

use claimwire_http::access::{Editor, InShop, Viewer};
use claimwire_http::answer::{self, Reply};
use claimwire_http::body::JsonBody;
use claimwire_http::page::{List, Paging};
use claimwire_http::path::{Path, id};
use claimwire_http::problem::{Problem, kinds};
use claimwire_http::query::Query;
use claimwire_http::state::Api;

/// Report a claim. Its event is `claims/created`.
#[utoipa::path(post, path = "/v1/shops/{slug}/claims", tag = "claims", request_body = ClaimFields,
    responses((status = 201, body = Claim)))]
pub async fn create(api: Api, scope: InShop<Editor>, body: JsonBody) -> Reply {
    let made = claims::create(&scope.on(&api), body.parse()?, body.keyed()).await?;
    Ok(answer::created(made))
}

/// Which claims.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ClaimQuery {
    /// Where it stands.
    status: Option<ClaimStatus>,
    /// With this reason.
    reason: Option<String>,
    /// About this order.
    order_number: Option<String>,
    /// Of the customer with this address, in small letters or capitals.
    customer_email: Option<String>,
    /// That someone with this id, name or e-mail works on.
    assignee: Option<String>,
    /// With this label.
    label: Option<String>,
    /// Made at or after.
    since: Option<Timestamp>,
    /// Made before.
    until: Option<Timestamp>,
    /// With all of these words, or words that begin so: in the number, the order's number, the customer's
    /// name and address, title, items, damages and description.
    #[param(min_length = 1, max_length = 200)]
    q: Option<String>,
    #[param(ignore)]
    paging: Paging,
}

impl<S: Send + Sync> FromRequestParts<S> for ClaimQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut query = Query::of(&parts.uri);
        let found = Self {
            status: query.named("status"),
            reason: query.text("reason"),
            order_number: query.text("order_number"),
            customer_email: query.text("customer_email"),
            assignee: query.text("assignee"),
            label: query.text("label"),
            since: query.time("since"),
            until: query.time("until"),
            q: query.text("q"),
            paging: Paging::take(&mut query),
        };
        query.done()?;
        Ok(found)
    }
}

/// The shop's claims, newest first: those for which all that is asked for holds.
#[utoipa::path(get, path = "/v1/shops/{slug}/claims", tag = "claims", params(ClaimQuery, Paging),
    responses((status = 200, body = List<Claim>)))]
pub async fn list(api: Api, scope: InShop<Viewer>, query: ClaimQuery) -> Reply {
    let filter = Filter {
        status: query.status,
        reason: query.reason,
        order_number: query.order_number,
        customer_email: query.customer_email,
        assignee: query.assignee,
        label: query.label,
        since: query.since,
        until: query.until,
        q: query.q,
    };
    let viewer = scope.on(&api);
    let page = |page| claims::list(&viewer, &filter, page);
    answer::page(query.paging.read(page).await?)
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
