//! The log of deliveries, and one more attempt by hand.

use axum::extract::FromRequestParts;
use claimwire_actions::deliveries::{self, DeliveryView, Filter, RetryOrdered};
use claimwire_model::Timestamp;
use claimwire_model::delivery::DeliveryStatus;
use http::StatusCode;
use http::request::Parts;
use utoipa::IntoParams;
use uuid::Uuid;

use claimwire_http::access::{Editor, InShop, Viewer};
use claimwire_http::answer::{self, Reply};
use claimwire_http::body::OptionalJsonBody;
use claimwire_http::page::{List, Paging};
use claimwire_http::path::{Path, id};
use claimwire_http::problem::{Problem, kinds};
use claimwire_http::query::Query;
use claimwire_http::state::Api;

/// Which deliveries.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeliveryQuery {
    /// Of this webhook.
    webhook: Option<Uuid>,
    /// Of this connector.
    connector: Option<Uuid>,
    /// Of this event.
    event: Option<String>,
    /// Of events about this claim.
    claim: Option<Uuid>,
    /// Of events about this order, and its shipments and claims.
    order_number: Option<String>,
    /// In this state.
    status: Option<DeliveryStatus>,
    /// Made at or after.
    since: Option<Timestamp>,
    /// Made before.
    until: Option<Timestamp>,
    #[param(ignore)]
    paging: Paging,
}

impl<S: Send + Sync> FromRequestParts<S> for DeliveryQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut query = Query::of(&parts.uri);
        let found = Self {
            webhook: query.parsed("webhook", "A webhook's uuid."),
            connector: query.parsed("connector", "A connector's id."),
            event: query.text("event"),
            status: query.named("status"),
            claim: query.parsed("claim", "A claim's uuid."),
            order_number: query.text("order_number"),
            since: query.time("since"),
            until: query.time("until"),
            paging: Paging::take(&mut query),
        };
        query.done()?;
        Ok(found)
    }
}

/// The shop's deliveries, newest first.
#[utoipa::path(get, path = "/v1/shops/{slug}/deliveries", tag = "deliveries",
    params(DeliveryQuery, Paging), responses((status = 200, body = List<DeliveryView>)))]
pub async fn list(api: Api, scope: InShop<Viewer>, query: DeliveryQuery) -> Reply {
    let filter = Filter {
        webhook: query.webhook,
        connector: query.connector,
        event: query.event,
        claim: query.claim,
        order_number: query.order_number,
        status: query.status,
        since: query.since,
        until: query.until,
        ..Filter::default()
    };
    let viewer = scope.on(&api);
    let page = |page| deliveries::list(&viewer, filter.clone(), page);
    answer::page(query.paging.read(page).await?)
}

/// Which of a delivery's attempts.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AttemptsQuery {
    /// `attempts_cursor` of the answer before: the attempts before those.
    #[param(value_type = Option<String>, required = false, pattern = "^[1-9][0-9]{0,8}$")]
    attempts_cursor: Option<u32>,
}

impl<S: Send + Sync> FromRequestParts<S> for AttemptsQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut query = Query::of(&parts.uri);
        let right = "An `attempts_cursor` of this delivery.";
        let attempts_cursor = query.parsed("attempts_cursor", right);
        query.done()?;
        Ok(Self { attempts_cursor })
    }
}

/// One delivery with its latest attempts; `attempts_cursor` asks for those before them.
#[utoipa::path(get, path = "/v1/shops/{slug}/deliveries/{id}", tag = "deliveries", params(AttemptsQuery),
    responses((status = 200, body = DeliveryView)))]
pub async fn show(
    api: Api,
    scope: InShop<Viewer>,
    Path((_, delivery)): Path<(String, String)>,
    query: AttemptsQuery,
) -> Reply {
    let delivery = id(&delivery, &kinds::DELIVERY_NOT_FOUND)?;
    let found = deliveries::get(&scope.on(&api), delivery, query.attempts_cursor).await?;
    answer::json(StatusCode::OK, &found)
}

/// Attempt it once more, now. Twice asked: two attempts. The schedule stays as it is.
#[utoipa::path(post, path = "/v1/shops/{slug}/deliveries/{id}/retry", tag = "deliveries",
    responses((status = 202, body = RetryOrdered)))]
pub async fn retry(
    api: Api,
    scope: InShop<Editor>,
    Path((_, delivery)): Path<(String, String)>,
    OptionalJsonBody(body): OptionalJsonBody,
) -> Reply {
    let delivery = id(&delivery, &kinds::DELIVERY_NOT_FOUND)?;
    let once = deliveries::retry(&scope.on(&api), delivery, body.keyed()).await?;
    answer::once(StatusCode::ACCEPTED, once)
}
