//! Requests whose handling keeps a thread busy for long without a pause, such as arrays of a thousand events and
//! changes of a claim with a megabyte around it, are handled on threads of their own that give way to the others: so
//! the few threads that serve everybody are there for the short ones. Pages for people are handled there too: what a
//! page takes varies most, and a reader minds some milliseconds less than a receiver does.
//!
//! Which other requests these are is known by the length of the body, and by what the last one of the same shop and route
//! took. The time that counts is the thread's own (CPU): a machine that is busy with something else makes no request
//! heavy. What posted events take is told by their length alone, so that the hot path asks for no time.

use std::collections::HashSet;
use std::future::{Future, poll_fn};
use std::num::NonZero;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use axum::body::HttpBody as _;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use http::header::CONTENT_LENGTH;
use http::{Method, Uri};
use rustix::time::{ClockId, clock_gettime};
use tokio::runtime::{Builder, Runtime};
use tokio::task::AbortHandle;

use crate::path::slug;
use crate::problem::{Problem, kinds};
use crate::request_id::still_named;

/// A request is heavy when its handling takes this long without a pause.
const LONG: Duration = Duration::from_millis(1);
/// A body of so many bytes is taken for one at once.
const LARGE: u64 = 64 * 1024;
/// The route on which the length alone counts.
const EVENTS: &str = "/v1/shops/{slug}/events";
/// Routes of shops that are remembered; when there are more all are forgotten.
const REMEMBERED: usize = 1024;
/// Of a core that others want too such a thread has a third (nice(2)).
const NICE: i32 = 5;

/// Which requests are handled aside, and where.
#[derive(Default)]
pub(crate) struct Heavy {
    /// Those on which the last request took long.
    routes: Mutex<HashSet<RouteKey>>,
    /// How many there are: most of the time none, and nothing is looked up.
    count: AtomicUsize,
    aside: OnceLock<Option<HeavyThreads>>,
}

/// Requests that may be alike: of one shop, by one method and route.
#[derive(PartialEq, Eq, Hash)]
struct RouteKey {
    shop: String,
    method: Method,
    route: String,
}

impl Heavy {
    /// Handles the request, aside if it may be heavy. `path`: as the OpenAPI document has it; none where no route matched.
    /// What is handled aside, and what is no posted event, is boxed: the room for it is no part of each posted event's.
    pub(crate) async fn run<F>(
        &self,
        path: Option<&str>,
        request: Box<Request>,
        route: impl FnOnce(Box<Request>) -> F,
    ) -> Response
    where
        F: Future<Output = Response> + Send + 'static,
    {
        if path == Some(EVENTS) && request.method() == Method::POST {
            if is_large(&request)
                && let Some(aside) = self.aside()
            {
                return Box::pin(aside.run(route(request))).await.0;
            }
            return route(request).await;
        }
        let head = Head::of(path, &request);
        let known = self.is_known(&head);
        let heavy = known || is_large(&request);
        let (response, took) = match heavy.then(|| self.aside()).flatten() {
            Some(aside) => Box::pin(aside.run(route(request))).await,
            None => Box::pin(measured(route(request))).await,
        };
        self.learn(&head, known, took >= LONG);
        response
    }

    /// Handles the request aside, whatever it takes.
    pub(crate) async fn run_aside<F>(&self, handling: F) -> Response
    where
        F: Future<Output = Response> + Send + 'static,
    {
        match self.aside() {
            Some(aside) => aside.run(handling).await.0,
            None => handling.await,
        }
    }

    fn aside(&self) -> Option<&HeavyThreads> {
        self.aside.get_or_init(HeavyThreads::start).as_ref()
    }

    fn is_known(&self, head: &Head<'_>) -> bool {
        if self.count.load(Ordering::Relaxed) == 0 {
            return false;
        }
        let routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        head.key().is_some_and(|key| routes.contains(&key))
    }

    /// Remembers how the request went, if that is news.
    fn learn(&self, head: &Head<'_>, known: bool, long: bool) {
        let Some(key) = (known != long).then(|| head.key()).flatten() else {
            return;
        };
        let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        if long {
            if routes.len() >= REMEMBERED {
                routes.clear();
            }
            routes.insert(key);
        } else {
            routes.remove(&key);
        }
        self.count.store(routes.len(), Ordering::Relaxed);
    }
}

/// What of a request tells its route.
struct Head<'p> {
    uri: Uri,
    method: Method,
    route: Option<&'p str>,
}

impl<'p> Head<'p> {
    fn of(route: Option<&'p str>, request: &Request) -> Self {
        Self {
            uri: request.uri().clone(),
            method: request.method().clone(),
            route,
        }
    }

    /// None: it is not in a shop.
    fn key(&self) -> Option<RouteKey> {
        Some(RouteKey {
            shop: slug(self.uri.path())?.to_owned(),
            method: self.method.clone(),
            route: self.route?.to_owned(),
        })
    }
}

/// A body of unknown length may be.
fn is_large(request: &Request) -> bool {
    let length = request.headers().get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
    let length = length.or_else(|| request.body().size_hint().exact());
    length.is_none_or(|length: u64| length >= LARGE)
}

/// The threads aside, until this is dropped.
struct HeavyThreads {
    /// None only while it is dropped.
    runtime: Option<Runtime>,
}

impl HeavyThreads {
    /// As many as half of the cores.
    fn start() -> Option<Self> {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let runtime = Builder::new_multi_thread()
            .worker_threads((cores / 2).max(1))
            .thread_name("heavy-requests")
            .on_thread_start(give_way)
            .enable_all()
            .build();
        match runtime {
            Ok(runtime) => Some(Self {
                runtime: Some(runtime),
            }),
            Err(error) => {
                tracing::error!(%error, "cannot start the threads for heavy requests");
                None
            }
        }
    }

    /// Handles the request there; what it took at most without a pause. A caller that is gone ends it.
    async fn run(
        &self,
        handling: impl Future<Output = Response> + Send + 'static,
    ) -> (Response, Duration) {
        let Some(runtime) = &self.runtime else {
            return measured(handling).await;
        };
        let handled = async move { measured(handling).await };
        let task = runtime.spawn(still_named(handled));
        let _abort = Abort(task.abort_handle());
        task.await.unwrap_or_else(|error| {
            tracing::error!(%error, "a request's handling broke off");
            let why = "The request could not be handled; the server's log says why.";
            let problem = Problem::new(&kinds::INTERNAL, why);
            (problem.into_response(), Duration::ZERO)
        })
    }
}

impl Drop for HeavyThreads {
    fn drop(&mut self) {
        // Dropped where requests are served, it may not wait.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Of the calling thread alone, as Linux has it. Without it the work is done all the same.
fn give_way() {
    if let Err(error) = rustix::process::setpriority_process(None, NICE) {
        tracing::debug!(%error, "a thread for heavy requests keeps its priority");
    }
}

struct Abort(AbortHandle);

impl Drop for Abort {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What a future comes to, and how long it kept its thread at most, by the thread's own clock.
async fn measured<T>(future: impl Future<Output = T>) -> (T, Duration) {
    let mut future = pin!(future);
    let mut longest = Duration::ZERO;
    let output = poll_fn(|cx| {
        let before = on_thread();
        let polled = future.as_mut().poll(cx);
        longest = longest.max(on_thread().saturating_sub(before));
        polled
    })
    .await;
    (output, longest)
}

/// The time that this thread has worked.
fn on_thread() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanos = u32::try_from(time.tv_nsec).unwrap_or(0);
    Duration::new(seconds, nanos)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::Router;
    use axum::body::Body;
    use axum::extract::MatchedPath;
    use axum::middleware::{self, Next};
    use axum::routing::post;
    use http_body_util::{BodyExt as _, BodyStream, StreamBody};
    use tower::ServiceExt as _;

    use super::*;

    /// A route that works for as long as the request's first header says, and answers on which thread.
    fn routes() -> Router {
        let heavy = Arc::new(Heavy::default());
        let handler = async |request: Request| {
            let work = request.headers().contains_key("work");
            let begun = on_thread();
            while work && on_thread().saturating_sub(begun) <= LONG {}
            thread::current().name().unwrap_or_default().to_owned()
        };
        Router::new()
            .route("/v1/shops/{slug}/events", post(handler))
            .route("/v1/shops/{slug}/claims", post(handler))
            .layer(middleware::from_fn(move |request: Request, next: Next| {
                let heavy = Arc::clone(&heavy);
                let path = request.extensions().get::<MatchedPath>().cloned();
                async move {
                    let path = path.as_ref().map(MatchedPath::as_str);
                    let request = Box::new(request);
                    heavy.run(path, request, |request| next.run(*request)).await
                }
            }))
    }

    async fn is_aside(routes: &Router, path: &str, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::post(format!("/v1/shops/{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        let response = routes.clone().oneshot(request).await.unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        body == "heavy-requests"
    }

    #[test]
    fn a_posted_event_is_moved_without_room_for_what_is_not_done_with_it() {
        let route = |_: Box<Request>| async {
            let room = [1; 4096];
            tokio::task::yield_now().await;
            Response::new(Body::from(room.to_vec()))
        };
        let heavy = Heavy::default();
        let route_alone = size_of_val(&route(Box::default()));
        let around = size_of_val(&heavy.run(None, Box::default(), route));
        assert!(around < route_alone + 1024, "{around}, {route_alone}");
    }

    #[tokio::test]
    async fn what_took_long_is_handled_aside_until_it_takes_less() {
        let (routes, work) = (routes(), [("work", "1")]);
        let acme = "acme/claims";
        for aside in [false, true, true] {
            assert_eq!(is_aside(&routes, acme, &work).await, aside);
        }
        for other in ["acme/events", "other/claims"] {
            assert!(!is_aside(&routes, other, &[]).await, "{other}");
        }
        for aside in [true, false, false] {
            assert_eq!(is_aside(&routes, acme, &[]).await, aside);
        }
    }

    #[tokio::test]
    async fn posted_events_are_known_by_their_length_alone() {
        let (routes, length) = (routes(), LARGE.to_string());
        let large = [("work", "1"), ("content-length", &*length)];
        for (headers, aside) in [
            (&large[..1], false),
            (&large[..], true),
            (&large[..1], false),
        ] {
            for _ in 0..2 {
                assert_eq!(is_aside(&routes, "acme/events", headers).await, aside);
            }
        }
    }

    #[tokio::test]
    async fn a_large_body_is_handled_aside_at_once() {
        let (routes, large) = (routes(), LARGE.to_string());
        let length = [("content-length", &*large)];
        assert!(is_aside(&routes, "acme/claims", &length).await);
        assert!(!is_aside(&routes, "acme/claims", &[("content-length", "9")]).await);
    }

    #[tokio::test]
    async fn a_body_of_unknown_length_may_be_large() {
        let body = Body::new(StreamBody::new(BodyStream::new(Body::from("[]"))));
        let request = Request::post("/v1/shops/acme/events").body(body).unwrap();
        assert!(is_large(&request));
        for body in [Body::empty(), Body::from("[]")] {
            assert!(!is_large(
                &Request::post("/v1/shops/acme/events").body(body).unwrap()
            ));
        }
    }

    #[tokio::test]
    async fn a_page_is_handled_aside_whatever_it_takes() {
        let page = async {
            let thread = thread::current();
            thread.name().unwrap_or_default().to_owned().into_response()
        };
        let response = Heavy::default().run_aside(page).await;
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, "heavy-requests");
    }

    #[tokio::test]
    async fn the_thread_ends_with_what_it_was_for() {
        let aside = HeavyThreads::start().unwrap();
        let runtime = aside.runtime.as_ref().unwrap();
        let task = runtime.spawn(std::future::pending::<()>());
        drop(aside);
        assert!(task.await.unwrap_err().is_cancelled());
    }
}
