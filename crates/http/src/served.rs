//! The API as a listener serves it: its routes and the pages beside them, with the [`Middleware`] around each, and the fast
//! path of posted events before the router.

use std::sync::Arc;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use tower::ServiceExt as _;

use crate::answer::Answering;
use crate::asked::Asked;
use crate::middleware::Middleware;
use crate::posted_events::FastPath;
use crate::problem::Problem;
use crate::state::ApiState;

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
        Self {
            routes,
            fast_path: None,
            middleware: Arc::new(Middleware::new(None)),
        }
    }
}

impl Served {
    /// The routes of the API, `POST /v1/shops/{slug}/events` among them, and pages for people. To be made after the
    /// recorder of what is counted is installed.
    pub fn new(state: ApiState, routes: Router<Arc<ApiState>>, pages: Router) -> Self {
        let middleware = Arc::new(Middleware::new(state.traces.clone()));
        let state = Arc::new(state);
        let fast_path = FastPath::new(Arc::clone(&state), Arc::clone(&middleware));
        let routes = within(&middleware, routes).with_state(state);
        Self {
            routes: routes.merge(watched(&middleware, pages)),
            fast_path: Some(fast_path),
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
            && FastPath::takes(&request)
        {
            return Box::pin(fast_path.clone().answer(Box::new(request)));
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

/// The API's routes with what stands around them.
fn within(middleware: &Arc<Middleware>, routes: Router<Arc<ApiState>>) -> Router<Arc<ApiState>> {
    let middleware = Arc::clone(middleware);
    routes.layer(from_fn(move |request: Request, next: Next| {
        let middleware = Arc::clone(&middleware);
        async move { routed(&middleware, request, next).await }
    }))
}

async fn routed(middleware: &Middleware, request: Request, next: Next) -> Response {
    let path = matched(&request);
    let path = path.as_ref().map(MatchedPath::as_str);
    let route = |mut request: Box<Request>, asked| {
        request.extensions_mut().insert::<Asked>(asked);
        next.run(*request)
    };
    middleware.answer(path, Box::new(request), route).await
}

/// Pages with what stands around those.
fn watched(middleware: &Arc<Middleware>, pages: Router) -> Router {
    let middleware = Arc::clone(middleware);
    pages.layer(from_fn(move |request: Request, next: Next| {
        let middleware = Arc::clone(&middleware);
        let path = matched(&request);
        async move {
            let path = path.as_ref().map(MatchedPath::as_str);
            middleware
                .page(path, Box::new(request), |request| next.run(*request))
                .await
        }
    }))
}

fn matched(request: &Request) -> Option<MatchedPath> {
    request.extensions().get::<MatchedPath>().cloned()
}
