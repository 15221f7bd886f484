//! What stands around every route, in one order whichever way a request takes to it: the request gets an id and is
//! watched, a read waits for room for its answer, streams are hinted at writes, and the answer is put into the form
//! that is asked for.

use std::future::Future;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;

use crate::asked::Asked;
use crate::feeds::Feeds;
use crate::karla;
use crate::unread::Unread;
use crate::watch::Watch;

/// What all requests share.
#[derive(Default)]
pub(crate) struct Around {
    watch: Watch,
    unread: Unread,
    feeds: Arc<Feeds>,
}

impl Around {
    /// The answer of a route. `path`: as the OpenAPI document has it; none where no route matched.
    pub(crate) async fn answer<F>(
        &self,
        path: Option<&str>,
        request: Request,
        route: impl FnOnce(Request, Asked) -> F,
    ) -> Response
    where
        F: Future<Output = Response>,
    {
        let asked = Asked::of(request.headers());
        let shaped = |request| karla::shape(path, request, &asked, |r| route(r, asked.clone()));
        let hinted = |request| self.feeds.hint(request, shaped);
        let bounded = |request| self.unread.bound(request, hinted);
        self.watch.watch(path, request, &asked, bounded).await
    }
}
