//! The API as a listener serves it: by the router, with a fast path before it for the one route that takes nearly all
//! requests of a busy server, events that are posted.
//!
//! The fast path leaves out what the router does to find a route and to hand a request through boxed layers. It calls
//! the same function as the route, with arguments read by the same code, within the same [`Middleware`]: there is nothing
//! that it could answer otherwise. `api/tests/api/fast_path.rs` compares the two.

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
use crate::asked::Asked;
use crate::auth::caller;
use crate::body::JsonBody;
use crate::middleware::Middleware;
use crate::path::plain_slug;
use crate::problem::Problem;
use crate::routes::events;
use crate::state::ApiState;

/// The path of the route that has a fast path, as the OpenAPI document has it.
const EVENTS: &str = "/v1/shops/{slug}/events";

/// An answer that is under way.
pub type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Answers requests.
#[derive(Clone)]
pub struct Served {
    routes: Router,
    fast_path: Option<FastPath>,
    middleware: Arc<Middleware>,
}

impl From<Router> for Served {
    /// These routes alone.
    fn from(routes: Router) -> Self {
        Self::new(routes, None, Arc::new(Middleware::new(None)))
    }
}

impl Served {
    pub(crate) fn new(
        routes: Router,
        fast_path: Option<FastPath>,
        middleware: Arc<Middleware>,
    ) -> Self {
        Self {
            routes,
            fast_path,
            middleware,
        }
    }

    /// The same without the fast path.
    #[must_use]
    pub fn by_the_router_alone(self) -> Self {
        Self {
            fast_path: None,
            ..self
        }
    }

    /// Refuses a request before it reaches a route, with an id and in the access log as all are.
    pub async fn refuse(&self, request: Request, problem: Problem) -> Response {
        let refused = |_| std::future::ready(problem.into_response());
        let request = Box::new(request);
        self.middleware.outside_api(None, request, refused).await
    }

    /// The answer to a request.
    pub fn answer(&self, request: Request) -> Answering {
        if let Some(fast_path) = &self.fast_path
            && is_posted_events(&request)
        {
            return Box::pin(fast_path.clone().events(Box::new(request)));
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

    /// The route is boxed: what stands around it has no room for it, and is moved without it.
    async fn events(self, request: Box<Request>) -> Response {
        let api = self.api;
        let route = |request, asked| -> Answering {
            Box::pin(async { post_events(api, request, asked).await.into_response() })
        };
        self.middleware.answer(Some(EVENTS), request, route).await
    }
}

/// What the router does for [`events::post`].
async fn post_events(api: Arc<ApiState>, request: Box<Request>, asked: Asked) -> Reply {
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
