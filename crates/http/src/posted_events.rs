//! Events that are posted, which is what nearly all requests of a busy server do: the route's function, and a fast path
//! to it before the router.
//!
//! The fast path leaves out what the router does to find a route and to hand a request through boxed layers. It calls
//! the same function as the route, with arguments read by the same code, within the same `Middleware`: there is nothing
//! that it could answer otherwise. `api/tests/api/fast_path.rs` compares the two.

use std::sync::Arc;

use axum::extract::{FromRequest as _, Request};
use axum::response::{IntoResponse as _, Response};
use claimwire_actions::Once;
use claimwire_actions::events::{self, Posted, PostedEvent};
use claimwire_model::{Event, Timestamp};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::{Editor, InShop};
use crate::answer::{self, Answering, Reply};
use crate::asked::Asked;
use crate::auth::caller;
use crate::body::{JsonBody, MIB};
use crate::middleware::Middleware;
use crate::path::plain_slug;
use crate::state::ApiState;

/// The route's path, as the OpenAPI document has it.
const PATH: &str = "/v1/shops/{slug}/events";

/// Bytes of a body: many events at once. One event by itself may have 1 MiB.
pub const EVENTS_BODY: usize = 8 * MIB;

// Shows the body's shape; the action takes it apart.
/// One event, or an array of up to 1,000.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
pub enum EventsRequest<'a> {
    /// One event.
    One(#[serde(borrow)] PostedEvent<'a>),
    /// Many, all or nothing.
    Many(#[serde(borrow)] Vec<PostedEvent<'a>>),
}

/// An event that was taken in. It is committed, with its deliveries.
#[derive(Debug, Serialize, ToSchema)]
pub struct Accepted<'a> {
    /// The caller's own id, or ours.
    id: String,
    /// As it was posted.
    r#ref: &'a str,
    /// As it was posted, or when it was taken in.
    triggered_at: Timestamp,
}

/// The answer, in the shape of the request.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Receipt<'a> {
    /// To one event.
    One(Accepted<'a>),
    /// To an array, in its order.
    Many {
        /// One per event.
        data: Vec<Accepted<'a>>,
    },
}

impl<'a> From<&'a Arc<Event>> for Accepted<'a> {
    fn from(event: &'a Arc<Event>) -> Self {
        Self {
            id: event.id(),
            r#ref: &event.fact.r#ref,
            triggered_at: event.fact.triggered_at,
        }
    }
}

/// Takes in the events of the body, all or nothing: 202 with their receipt.
///
/// # Errors
/// What is wrong with the body or an event; nothing was taken in then.
pub async fn post(api: &ApiState, scope: &InShop<Editor>, body: JsonBody<EVENTS_BODY>) -> Reply {
    let posted = Posted::parse(&body.bytes)?;
    let receipt = match posted {
        Posted::One(_) => receipt_of_one,
        Posted::Many(_) => receipt_of_many,
    };
    let keyed = body.idempotency.map(|key| key.answered(receipt));
    match events::post(&scope.on(api), posted, keyed).await? {
        Once::Now(events) => Ok(answer::json_bytes(StatusCode::ACCEPTED, receipt(&events))),
        Once::Before(answered) => Ok(answer::again(answered)),
    }
}

fn receipt_of_one(events: &[Arc<Event>]) -> Vec<u8> {
    match events {
        [event] => answer::recorded(&Receipt::One(event.into())),
        several => receipt_of_many(several),
    }
}

fn receipt_of_many(events: &[Arc<Event>]) -> Vec<u8> {
    let data = events.iter().map(Accepted::from).collect();
    answer::recorded(&Receipt::Many { data })
}

/// The fast path.
#[derive(Clone)]
pub(crate) struct FastPath {
    api: Arc<ApiState>,
    middleware: Arc<Middleware>,
}

impl FastPath {
    pub(crate) fn new(api: Arc<ApiState>, middleware: Arc<Middleware>) -> Self {
        Self { api, middleware }
    }

    /// Whether the request is `POST /v1/shops/{slug}/events`, written so that nobody could read it otherwise.
    pub(crate) fn takes(request: &Request) -> bool {
        let path = request.uri().path();
        request.method() == Method::POST && path.ends_with("/events") && plain_slug(path).is_some()
    }

    /// The answer to a request that it [takes](Self::takes). The route is boxed: what stands around it has no room for
    /// it, and is moved without it.
    pub(crate) async fn answer(self, request: Box<Request>) -> Response {
        let api = self.api;
        let route = |request, asked| -> Answering {
            Box::pin(async move { routed(&api, request, asked).await.into_response() })
        };
        self.middleware.answer(Some(PATH), request, route).await
    }
}

/// What the router does for [`post`].
async fn routed(api: &Arc<ApiState>, request: Box<Request>, asked: Asked) -> Reply {
    let (parts, body) = request.into_parts();
    let slug = plain_slug(parts.uri.path()).unwrap_or_default();
    let caller = caller(&parts, Some(&asked), api).await?;
    let scope = InShop::enter(caller, slug, Some(&asked), api).await?;
    let request = Request::from_parts(parts, body);
    let body = JsonBody::from_request(request, api).await?;
    post(api, &scope, body).await
}
