//! HTTP/2 for receivers that offer it in the TLS handshake (RFC 9113): many attempts on one connection.
//!
//! A session has a task that moves its frames; it ends with the last of its handles. What an attempt waits for is
//! its own stream; dropping it resets that and leaves the others alone.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use claimwire_wire::send::{Answer, Request};
use h2::client::{Builder, ResponseFuture, SendRequest};
use h2::{Reason, RecvStream};
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, Version};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::exchange::{Broken, Exchange, closed, holds, protocol};
use crate::limits::{
    HEAD_BYTES, HEADERS, INTERIM_ANSWERS, STREAMS_PER_CONNECTION, WINDOW_PER_CONNECTION,
};

/// A connection that attempts share. Each clone is one attempt's, but for the one that is kept.
#[derive(Clone)]
pub(crate) struct Session {
    requests: SendRequest<Bytes>,
    /// The task's other end: closed when the connection is over; when the last clone goes, so does the task.
    alive: Arc<oneshot::Sender<()>>,
}

impl Session {
    /// HTTP/2 over a fresh stream.
    ///
    /// # Errors
    /// `closed` or `protocol`.
    pub(crate) async fn open<S>(stream: S) -> Result<Self, Broken>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (requests, connection) = Builder::new()
            .enable_push(false)
            .max_header_list_size(HEAD_BYTES as u32)
            .initial_connection_window_size(WINDOW_PER_CONNECTION)
            .handshake(stream)
            .await
            .map_err(|failure| broken(&failure))?;
        let (alive, last_gone) = oneshot::channel();
        tokio::spawn(async move {
            // Not waited for after the last handle: a peer that reads nothing could make that long.
            tokio::select! {
                _ = connection => {}
                _ = last_gone => {}
            }
        });
        Ok(Self {
            requests,
            alive: Arc::new(alive),
        })
    }

    /// Whether the connection has ended.
    pub(crate) fn is_over(&self) -> bool {
        self.alive.is_closed()
    }

    /// Whether one attempt more can be made over it, as far as is known: as many as the receiver allows at once,
    /// within our own bound.
    pub(crate) fn has_room(&self) -> bool {
        let most = self.requests.current_max_send_streams();
        !self.is_over() && self.attempts() < most.min(STREAMS_PER_CONNECTION)
    }

    /// Attempts under way over it, asked of the clone that is kept.
    pub(crate) fn attempts(&self) -> usize {
        Arc::strong_count(&self.alive) - 1
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.alive, &other.alive)
    }

    /// One request and its answer, as far as that is read. `heard`: when the answer's head came.
    ///
    /// # Errors
    /// `closed` or `protocol`.
    pub(crate) async fn exchange(
        &self,
        uri: &Uri,
        request: &Request,
        heard: &mut Option<Instant>,
    ) -> Result<Exchange, Broken> {
        let mut requests = match self.requests.clone().ready().await {
            Ok(requests) => requests,
            Err(failure) => return Ok(not_begun(&failure)),
        };
        let head = head(uri, request)?;
        let (response, mut body) = match requests.send_request(head, request.body.is_empty()) {
            Ok(sent) => sent,
            Err(failure) => return Ok(not_begun(&failure)),
        };
        if !request.body.is_empty() {
            // Shared, not copied; it goes out as fast as the receiver's windows allow. If the stream is over
            // already, the answer says why.
            drop(body.send_data(request.body.clone(), true));
        }
        match answer(response, request, heard).await {
            Ok(answer) => Ok(Exchange::Answered(answer)),
            Err(Failure::NotSent(why)) => Ok(Exchange::NotSent(why)),
            Err(Failure::GoneAway(why)) => Ok(Exchange::GoneAway(why)),
            Err(Failure::Unanswered(why)) => Ok(Exchange::Unanswered(why)),
            Err(Failure::Broken(broken)) => Err(broken),
        }
    }
}

/// Why there is no answer.
enum Failure {
    NotSent(Broken),
    GoneAway(Broken),
    /// The connection ended before any of an answer.
    Unanswered(Broken),
    Broken(Broken),
}

impl From<h2::Error> for Failure {
    fn from(failure: h2::Error) -> Self {
        // RFC 9113, sections 6.8 and 8.7: such a stream has not been processed.
        let refused = failure.is_reset() && failure.reason() == Some(Reason::REFUSED_STREAM);
        let going = failure.is_go_away() && failure.reason() == Some(Reason::NO_ERROR);
        match () {
            () if failure.is_remote() && refused => Self::NotSent(broken(&failure)),
            () if failure.is_remote() && going => Self::GoneAway(broken(&failure)),
            () if failure.is_io() => Self::Unanswered(broken(&failure)),
            () => Self::Broken(broken(&failure)),
        }
    }
}

impl From<String> for Failure {
    fn from(what: String) -> Self {
        Self::Broken(protocol(what))
    }
}

impl Failure {
    /// The same once something of an answer has come: then the request has been looked at.
    fn after_a_byte(self) -> Self {
        match self {
            Self::NotSent(why)
            | Self::GoneAway(why)
            | Self::Unanswered(why)
            | Self::Broken(why) => Self::Broken(why),
        }
    }
}

/// What comes of a request that did not get onto the connection.
fn not_begun(failure: &h2::Error) -> Exchange {
    match failure.is_go_away() {
        true => Exchange::GoneAway(broken(failure)),
        false => Exchange::NotSent(broken(failure)),
    }
}

fn broken(failure: &h2::Error) -> Broken {
    let what = format!("its HTTP/2 connection or stream broke: {failure}");
    if failure.is_io() || failure.is_remote() {
        closed(what)
    } else {
        protocol(what)
    }
}

fn head(uri: &Uri, request: &Request) -> Result<http::Request<()>, Broken> {
    let mut headers = HeaderMap::with_capacity(request.headers.len() + 1);
    for (name, value) in &request.headers {
        let parsed = HeaderName::from_bytes(name.as_bytes()).ok();
        let (Some(parsed), Ok(value)) = (parsed, HeaderValue::from_str(value)) else {
            return Err(protocol(format!(
                "header `{name}` cannot be sent: change its value"
            )));
        };
        headers.append(parsed, value);
    }
    if !request.body.is_empty() || request.method.tells_length() {
        headers.insert(http::header::CONTENT_LENGTH, request.body.len().into());
    }
    let mut head = http::Request::new(());
    *head.method_mut() = method(request.method);
    *head.uri_mut() = uri.clone();
    *head.version_mut() = Version::HTTP_2;
    *head.headers_mut() = headers;
    Ok(head)
}

fn method(method: claimwire_wire::send::Method) -> Method {
    use claimwire_wire::send::Method as Ours;
    match method {
        Ours::Get => Method::GET,
        Ours::Post => Method::POST,
        Ours::Put => Method::PUT,
        Ours::Patch => Method::PATCH,
        Ours::Delete => Method::DELETE,
    }
}

async fn answer(
    mut response: ResponseFuture,
    request: &Request,
    heard: &mut Option<Instant>,
) -> Result<Answer, Failure> {
    let mut interim = 0;
    let head = poll_fn(|cx| response_after_interim(&mut response, &mut interim, cx)).await;
    let (head, body) = match head {
        Err(failure) if interim > 0 => return Err(failure.after_a_byte()),
        head => head?.into_parts(),
    };
    *heard = Some(Instant::now());
    Ok(Answer {
        status: head.status.as_u16(),
        headers: head
            .headers
            .iter()
            .enumerate()
            .filter(|(n, (name, _))| *n < HEADERS || *name == RETRY_AFTER)
            .map(|(_, (name, value))| (name, String::from_utf8_lossy(value.as_bytes())))
            .collect(),
        body: read(body, request).await.map_err(Failure::after_a_byte)?,
    })
}

/// The final answer. Interim ones (1xx) are taken out, or they would pile up, and have a bound.
fn response_after_interim(
    response: &mut ResponseFuture,
    interim: &mut usize,
    cx: &mut Context<'_>,
) -> Poll<Result<http::Response<RecvStream>, Failure>> {
    while let Poll::Ready(Some(one)) = response.poll_informational(cx) {
        one?;
        *interim += 1;
        if *interim > INTERIM_ANSWERS {
            let what = format!("it has more than {INTERIM_ANSWERS} interim answers before it");
            return Poll::Ready(Err(what.into()));
        }
    }
    std::pin::Pin::new(response).poll(cx).map_err(Failure::from)
}

/// The body up to the limit; what is beyond is not asked for.
async fn read(mut body: RecvStream, request: &Request) -> Result<Bytes, Failure> {
    let limit = request.answer_limit;
    let mut read = Vec::new();
    while let Some(data) = body.data().await {
        let data = data?;
        let room = limit - read.len();
        holds(
            request.answer_room.as_ref(),
            read.len() + data.len().min(room),
        )
        .map_err(Failure::Broken)?;
        read.extend_from_slice(data.get(..room).unwrap_or(&data));
        if data.len() > room {
            break;
        }
        drop(body.flow_control().release_capacity(data.len()));
    }
    Ok(read.into())
}
