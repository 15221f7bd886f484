//! Answers without an end of their own, such as the stream of events, end when their connection is wound up: a server
//! that stops, or needs room, does not wait for them. Their readers come back.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use hyper::header::CONTENT_TYPE;
use tokio::sync::watch;

const ENDLESS: &[u8] = b"text/event-stream";

/// The answer; one without an end goes on until `ending` changes.
pub fn until(mut ending: watch::Receiver<()>, answer: Response<Body>) -> Response<Body> {
    let endless = answer.headers().get(CONTENT_TYPE);
    if endless.is_none_or(|media_type| media_type.as_bytes() != ENDLESS) {
        return answer;
    }
    answer.map(|body| {
        Body::new(Until {
            body,
            ending: Some(Box::pin(async move {
                let _ = ending.changed().await;
            })),
        })
    })
}

type Ending = Pin<Box<dyn Future<Output = ()> + Send>>;

struct Until {
    body: Body,
    /// None when it has ended.
    ending: Option<Ending>,
}

impl hyper::body::Body for Until {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let goes_on = |ending: &mut Ending| ending.as_mut().poll(cx).is_pending();
        if !self.ending.as_mut().is_some_and(goes_on) {
            self.ending = None;
            return Poll::Ready(None);
        }
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
