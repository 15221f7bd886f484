//! The API as a listener serves it: by the router, with a short way before it for the one route that takes nearly all
//! requests of a busy server, events that are posted.
//!
//! The short way leaves out what the router does to find a route and to hand a request through boxed layers. It calls
//! the same function as the route, with arguments read by the same code, within the same [`Around`]: there is nothing
//! that it could answer otherwise. `api/tests/api/short_way.rs` compares the two.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequest as _, Request, State};
use axum::response::{IntoResponse as _, Response};
use http::Method;
use tower::ServiceExt as _;

use crate::access::InShop;
use crate::answer::Reply;
use crate::around::Around;
use crate::asked::Asked;
use crate::auth::caller;
use crate::body::JsonBody;
use crate::path::plain_slug;
use crate::routes::events;
use crate::state::ApiState;

/// The path of the route that has a short way, as the OpenAPI document has it.
const EVENTS: &str = "/v1/shops/{slug}/events";

/// An answer that is under way.
pub type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Answers requests.
#[derive(Clone)]
pub struct Served {
    routes: Router,
    short: Option<Short>,
}

impl From<Router> for Served {
    /// These routes, with no short way.
    fn from(routes: Router) -> Self {
        Self {
            routes,
            short: None,
        }
    }
}

impl Served {
    /// The answer to a request.
    pub fn answer(&self, request: Request) -> Answering {
        if let Some(short) = &self.short
            && is_posted_events(&request)
        {
            let short = short.clone();
            return Box::pin(async move { short.events(request).await });
        }
        let routes = self.routes.clone();
        Box::pin(async move {
            match routes.oneshot(request).await {
                Ok(answer) => answer,
                Err(never) => match never {},
            }
        })
    }
}

/// The short way.
#[derive(Clone)]
pub struct Short {
    api: Arc<ApiState>,
    around: Arc<Around>,
}

impl Short {
    pub(crate) fn new(api: Arc<ApiState>, around: Arc<Around>) -> Self {
        Self { api, around }
    }

    /// These routes, among which are the API's, with the short way before them.
    #[must_use]
    pub fn before(self, routes: Router) -> Served {
        Served {
            routes,
            short: Some(self),
        }
    }

    async fn events(self, request: Request) -> Response {
        let api = self.api;
        let route = |request, asked| async {
            let reply = post_events(api, request, asked).await;
            reply.into_response()
        };
        self.around.answer(Some(EVENTS), request, route).await
    }
}

/// What the router does for [`events::post`].
async fn post_events(api: Arc<ApiState>, request: Request, asked: Asked) -> Reply {
    let (parts, body) = request.into_parts();
    let slug = plain_slug(parts.uri.path()).unwrap_or_default();
    let caller = caller(&parts, Some(&asked), &api).await?;
    let scope = InShop::enter(caller, slug, Some(&asked), &api).await?;
    let request = Request::from_parts(parts, body);
    let body = JsonBody::from_request(request, &api).await?;
    events::post(State(api), scope, body).await
}

/// Whether it is `POST /v1/shops/{slug}/events`, written so that nobody could read it otherwise.
fn is_posted_events(request: &Request) -> bool {
    let path = request.uri().path();
    request.method() == Method::POST && path.ends_with("/events") && plain_slug(path).is_some()
}
