//! The log of deliveries, and one more attempt by hand.

use std::borrow::Cow;
use std::str::FromStr;
use std::time::Duration;

use axum::extract::FromRequestParts;
use claimwire_actions::webhooks;
use claimwire_model::delivery::{Attempt, Delivery, DeliveryStatus};
use claimwire_model::{DeliveryId, Timestamp};
use claimwire_store::log::DeliveryFilter;
use http::StatusCode;
use http::request::Parts;
use serde::de::IntoDeserializer;
use serde::de::value::Error as ValueError;
use serde::{Serialize, Serializer};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::access::{Editor, InShop, Viewer};
use crate::answer::{self, Reply};
use crate::body::OptionalJsonBody;
use crate::page::{List, Paging};
use crate::path::{Path, id};
use crate::problem::{OrMissing, Problem, kinds};
use crate::query::Query;
use crate::state::Api;

/// Which deliveries.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeliveryQuery {
    /// Of this webhook.
    webhook: Option<Uuid>,
    /// Of this event.
    event: Option<String>,
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
            webhook: query.take("webhook", |text| {
                Uuid::from_str(text).map_err(|_| "A webhook's uuid.".to_owned())
            }),
            event: query.take("event", |text| Ok(text.to_owned())),
            status: query.take("status", read_status),
            since: query.take("since", Timestamp::from_str),
            until: query.take("until", Timestamp::from_str),
            paging: Paging::take(&mut query),
        };
        query.done()?;
        Ok(found)
    }
}

fn read_status(text: &str) -> Result<DeliveryStatus, String> {
    serde::Deserialize::deserialize(text.into_deserializer())
        .map_err(|error: ValueError| error.to_string())
}

/// A delivery.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub struct DeliveryView<'a> {
    /// Its id.
    #[schema(value_type = String)]
    id: DeliveryId,
    /// The event's id.
    event_id: &'a str,
    /// The event's ref.
    r#ref: &'a str,
    /// To which webhook.
    webhook_uuid: Uuid,
    /// Where it stands.
    status: DeliveryStatus,
    /// Attempts made so far, manual ones too.
    attempt_count: u32,
    /// When it came to be.
    created_at: Timestamp,
    /// When the next attempt is due; null when there will be none.
    next_attempt_at: Option<Timestamp>,
    /// When it was acknowledged.
    delivered_at: Option<Timestamp>,
    /// Of the latest attempt.
    last_status_code: Option<u16>,
    /// Of the latest attempt.
    last_error: Option<&'a str>,
    /// First to last; only where one delivery is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    attempts: Option<Vec<AttemptView<'a>>>,
}

/// One request of a delivery.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attempt)]
pub struct AttemptView<'a> {
    /// 1, 2, …
    number: u32,
    /// When the request began.
    started_at: Timestamp,
    /// Until its answer was read or given up.
    duration_ms: u64,
    /// The answer's status.
    status_code: Option<u16>,
    /// Why it failed: a name (`dns`, `connect`, `tls`, `timeout`, `status_500`, …).
    error: Option<&'a str>,
    /// The same as a sentence.
    #[schema(max_length = 500)]
    error_detail: Option<&'a str>,
    /// As sent; values of static headers masked.
    #[schema(value_type = HashMap<String, String>)]
    request_headers: Headers<'a>,
    /// As answered.
    #[schema(value_type = HashMap<String, String>)]
    response_headers: Headers<'a>,
    /// The first 16 KiB of the answer.
    response_body: Cow<'a, str>,
}

/// Headers as an object; the values of a repeated name are joined by commas.
#[derive(Debug)]
struct Headers<'a>(&'a [(String, String)]);

impl Serialize for Headers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let first = |i: usize, name: &str| {
            !self
                .0
                .iter()
                .take(i)
                .any(|(other, _)| other.eq_ignore_ascii_case(name))
        };
        serializer.collect_map(
            self.0
                .iter()
                .enumerate()
                .filter(|(i, (name, _))| first(*i, name))
                .map(|(_, (name, _))| {
                    let same = self
                        .0
                        .iter()
                        .filter(|(other, _)| other.eq_ignore_ascii_case(name));
                    (
                        name,
                        same.map(|(_, value)| value.as_str())
                            .collect::<Vec<_>>()
                            .join(", "),
                    )
                }),
        )
    }
}

fn view(delivery: &Delivery) -> DeliveryView<'_> {
    DeliveryView {
        id: delivery.id,
        event_id: &delivery.event_id,
        r#ref: &delivery.r#ref,
        webhook_uuid: delivery.target_uuid,
        status: delivery.status,
        attempt_count: delivery.attempt_count,
        created_at: delivery.created_at,
        next_attempt_at: delivery.next_attempt_at,
        delivered_at: delivery.delivered_at,
        last_status_code: delivery.last_status_code,
        last_error: delivery.last_error.as_deref(),
        attempts: None,
    }
}

fn attempt_view(attempt: &Attempt) -> AttemptView<'_> {
    AttemptView {
        number: attempt.number,
        started_at: attempt.started_at,
        duration_ms: milliseconds(attempt.duration),
        status_code: attempt.status_code,
        error: attempt.error.as_deref(),
        error_detail: attempt.error_detail.as_deref(),
        request_headers: Headers(&attempt.request_headers),
        response_headers: Headers(&attempt.response_headers),
        response_body: String::from_utf8_lossy(&attempt.response_body),
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The shop's deliveries, newest first.
#[utoipa::path(get, path = "/v1/shops/{slug}/deliveries", tag = "deliveries",
    params(DeliveryQuery, Paging), responses((status = 200, body = List<DeliveryView>)))]
pub async fn list(api: Api, scope: InShop<Viewer>, query: DeliveryQuery) -> Reply {
    let DeliveryQuery {
        webhook,
        event,
        status,
        since,
        until,
        paging,
    } = query;
    let webhook = match webhook {
        None => None,
        Some(uuid) => Some(webhooks::find(&scope.call(&api, None), uuid).await?.0.no),
    };
    let filter = DeliveryFilter {
        target: webhook,
        event,
        status,
        since,
        until,
    };
    let page = api
        .store
        .deliveries(scope.shop.no, filter, paging.request(), api.now())
        .await?;
    answer::json(StatusCode::OK, &List::of(&page, view))
}

/// One delivery with its attempts.
#[utoipa::path(get, path = "/v1/shops/{slug}/deliveries/{id}", tag = "deliveries",
    responses((status = 200, body = DeliveryView)))]
pub async fn show(
    api: Api,
    scope: InShop<Viewer>,
    Path((_, delivery)): Path<(String, String)>,
) -> Reply {
    let delivery = id(&delivery, &kinds::DELIVERY_NOT_FOUND)?;
    let found = api.store.delivery(scope.shop.no, delivery, api.now()).await;
    let (delivery, attempts) = found.or_missing(&kinds::DELIVERY_NOT_FOUND)?;
    let attempts = attempts.iter().map(attempt_view).collect();
    answer::json(
        StatusCode::OK,
        &DeliveryView {
            attempts: Some(attempts),
            ..view(&delivery)
        },
    )
}

/// That an attempt was ordered.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetryOrdered {
    /// Of this delivery.
    #[schema(value_type = String)]
    id: DeliveryId,
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
    let json = answer::render(&RetryOrdered { id: delivery })?;
    let record = answer::record(body.idempotency.as_ref(), StatusCode::ACCEPTED, &json);
    let done = api
        .store
        .retry(scope.shop.no, delivery, api.now(), record)
        .await;
    Ok(answer::once(
        done.or_missing(&kinds::DELIVERY_NOT_FOUND)?,
        StatusCode::ACCEPTED,
        json,
    ))
}
