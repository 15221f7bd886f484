//! One HTTP/1.1 connection, driven by whoever uses it: no task of its own, so that a request costs no hand-over
//! between tasks, and dropping a request closes its connection.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use bytes::Bytes;
use claimwire_wire::send::{Answer, RESPONSE_BODY_READ, SendErrorKind};
use http::response::Parts;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

use crate::connect::Stream;
use crate::limits::{HEAD_BYTES, HEADERS};
use crate::message::Message;

/// An open connection, between requests or in one.
pub(crate) struct Connection {
    requests: http1::SendRequest<Full<Bytes>>,
    /// None once the connection is over. Dropped as soon as that is known: requests that it has not taken come
    /// back only then.
    driver: Option<http1::Connection<TokioIo<Stream>, Full<Bytes>>>,
}

/// What came of a request.
pub(crate) enum Exchange {
    /// An answer, and the connection if it can be kept.
    Answered(Answer, Option<Box<Connection>>),
    /// The connection was closed and not a byte was sent; here is the request again.
    NotSent(Message),
}

impl Connection {
    /// HTTP over a fresh stream.
    pub(crate) async fn open(stream: Stream) -> hyper::Result<Box<Self>> {
        let (requests, driver) = http1::Builder::new()
            .max_buf_size(HEAD_BYTES)
            .max_header_size(HEAD_BYTES)
            .max_headers(HEADERS)
            .handshake(TokioIo::new(stream))
            .await?;
        Ok(Box::new(Self {
            requests,
            driver: Some(driver),
        }))
    }

    /// Whether another request can be made, as far as is known without waiting.
    pub(crate) async fn is_ready(&mut self) -> bool {
        poll_fn(|cx| {
            self.progress(cx);
            Poll::Ready(matches!(self.requests.poll_ready(cx), Poll::Ready(Ok(()))))
        })
        .await
    }

    /// One request and its whole answer, as far as that is read.
    pub(crate) async fn exchange(mut self: Box<Self>, message: Message) -> hyper::Result<Exchange> {
        let response = self.requests.try_send_request(message);
        let response = match self.drive(response).await {
            Ok(response) => response,
            Err(mut failure) => {
                return match failure.take_message() {
                    Some(message) => Ok(Exchange::NotSent(message)),
                    None => Err(failure.into_error()),
                };
            }
        };
        let (head, body) = response.into_parts();
        let (body, whole) = self.read(body).await?;
        let reusable = whole && self.is_ready().await;
        Ok(Exchange::Answered(
            answer(&head, body),
            reusable.then_some(self),
        ))
    }

    /// The body up to the limit, and whether that is all of it.
    async fn read(&mut self, mut body: Incoming) -> hyper::Result<(Bytes, bool)> {
        let mut read = Vec::new();
        while !body.is_end_stream() {
            let Some(frame) = self.drive(body.frame()).await else {
                break;
            };
            let Ok(data) = frame?.into_data() else {
                continue;
            };
            let room = RESPONSE_BODY_READ - read.len();
            read.extend_from_slice(data.get(..room).unwrap_or(&data));
            if data.len() > room {
                return Ok((read.into(), false));
            }
        }
        Ok((read.into(), true))
    }

    /// `work` while the connection makes progress.
    async fn drive<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        poll_fn(|cx| {
            // First, because asking is what lets the connection read; again, because it may have read.
            if let Poll::Ready(done) = work.as_mut().poll(cx) {
                return Poll::Ready(done);
            }
            self.progress(cx);
            work.as_mut().poll(cx)
        })
        .await
    }

    fn progress(&mut self, cx: &mut Context<'_>) {
        if let Some(driver) = &mut self.driver
            // How it ended, the request or its body says too.
            && Pin::new(driver).poll(cx).is_ready()
        {
            self.driver = None;
        }
    }
}

fn answer(head: &Parts, body: Bytes) -> Answer {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Answer {
        status: head.status.as_u16(),
        headers: head
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), text(value)))
            .collect(),
        body,
    }
}

/// Which stage it was that failed.
pub(crate) fn kind(failure: &hyper::Error) -> SendErrorKind {
    if failure.is_parse() {
        SendErrorKind::Protocol
    } else {
        SendErrorKind::Closed
    }
}
