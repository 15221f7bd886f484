//! What stands around every route, in one order whichever way a request takes to it: the request gets an id and is
//! watched; a read waits for room for its answer, streams are hinted at writes, the answer is put into the form that is
//! asked for, and what keeps a thread busy for long is handled on another. A page for people is watched and handled
//! there, which is all.

use std::future::Future;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use claimwire_actions::Asking;
use claimwire_wire::trace::Traces;

use crate::asked::Asked;
use crate::feeds::Feeds;
use crate::heavy::Heavy;
use crate::karla;
use crate::unread::Unread;
use crate::watch::Watch;

/// What all requests share.
pub(crate) struct Middleware {
    traces: Option<Traces>,
    watch: Watch,
    unread: Unread,
    feeds: Arc<Feeds>,
    heavy: Heavy,
}

impl Middleware {
    /// `traces`: none where no request is followed. To be made after the recorder of what is counted is installed.
    pub(crate) fn new(traces: Option<Traces>) -> Self {
        Self {
            traces,
            watch: Watch::default(),
            unread: Unread::default(),
            feeds: Arc::default(),
            heavy: Heavy::default(),
        }
    }

    /// The answer of a route. `path`: as the OpenAPI document has it; none where no route matched. The request is boxed,
    /// since each layer has room for it.
    pub(crate) async fn answer<F>(
        &self,
        path: Option<&str>,
        request: Box<Request>,
        route: impl FnOnce(Box<Request>, Asked) -> F,
    ) -> Response
    where
        F: Future<Output = Response> + Send + 'static,
    {
        let asked = Asked::of(request.headers(), self.traces.as_ref());
        let handled = |request| {
            let route = |request| route(request, asked.clone());
            self.heavy.run(path, request, route)
        };
        let shaped = |request| karla::shape(path, request, &asked, handled);
        let hinted = |request| self.feeds.hint(request, shaped);
        let bounded = |request| self.unread.bound(request, hinted);
        let asking = asked.asking();
        self.watch.watch(path, request, asking, bounded).await
    }

    /// The answer of a page for people, which is handled aside.
    pub(crate) async fn page<F>(
        &self,
        path: Option<&str>,
        request: Box<Request>,
        page: impl FnOnce(Box<Request>) -> F,
    ) -> Response
    where
        F: Future<Output = Response> + Send + 'static,
    {
        let aside = |request| self.heavy.run_aside(page(request));
        self.outside_api(path, request, aside).await
    }

    /// The answer of what is no route of the API and finds an [`Asking`] to fill among the request's extensions. A browser
    /// says nothing of traces that is heeded: when that is read, nobody knows yet who asks.
    pub(crate) async fn outside_api<F>(
        &self,
        path: Option<&str>,
        mut request: Box<Request>,
        answer: impl FnOnce(Box<Request>) -> F,
    ) -> Response
    where
        F: Future<Output = Response>,
    {
        let traces = self.traces.as_ref();
        let trace = traces.and_then(|traces| traces.of_request(None));
        let asking = Arc::new(Asking::new(trace));
        request.extensions_mut().insert(Arc::clone(&asking));
        self.watch.watch(path, request, &asking, answer).await
    }
}
