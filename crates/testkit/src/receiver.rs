//! A receiver on loopback: records every request and answers as its script says.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinSet};

use crate::log::{Late, Log, Received};
use crate::reply::Reply;
use crate::script::Script;

/// A running receiver; dropping it closes its listener and all its connections.
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    scheme: &'static str,
    state: Arc<State>,
    accepting: AbortHandle,
}

/// What answers requests in place of the script.
type Handler = Box<dyn Fn(&Received) -> Reply + Send + Sync>;

#[derive(Default)]
struct State {
    log: Log,
    script: Script,
    handler: Option<Handler>,
    connections: AtomicUsize,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("log", &self.log)
            .field("script", &self.script)
            .finish_non_exhaustive()
    }
}

impl Receiver {
    /// Listens on a free port of 127.0.0.1 and answers 200 until told otherwise.
    ///
    /// # Errors
    /// There is no free port.
    pub async fn start() -> std::io::Result<Self> {
        Self::serve("http", None, |tcp| async { Ok(tcp) }).await
    }

    /// Listens on a free port of 127.0.0.1; this answers in place of what it is told.
    ///
    /// # Errors
    /// There is no free port.
    pub async fn start_with(
        handler: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let handler: Handler = Box::new(handler);
        Self::serve("http", Some(handler), |tcp| async { Ok(tcp) }).await
    }

    /// The same over TLS.
    ///
    /// # Errors
    /// There is no free port.
    #[cfg(feature = "tls")]
    pub async fn start_tls(config: Arc<rustls::ServerConfig>) -> std::io::Result<Self> {
        let acceptor = tokio_rustls::TlsAcceptor::from(config);
        Self::serve("https", None, move |tcp| acceptor.accept(tcp)).await
    }

    async fn serve<S, F>(
        scheme: &'static str,
        handler: Option<Handler>,
        accept: impl Fn(tokio::net::TcpStream) -> F + Clone + Send + 'static,
    ) -> std::io::Result<Self>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        F: Future<Output = std::io::Result<S>> + Send,
    {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            handler,
            ..State::default()
        });
        let shared = Arc::clone(&state);
        let accepting = tokio::spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((tcp, peer)) = listener.accept().await {
                let number = shared.connections.fetch_add(1, Ordering::Relaxed) + 1;
                let (accept, shared) = (accept.clone(), Arc::clone(&shared));
                open.spawn(async move {
                    if let Ok(stream) = accept(tcp).await {
                        connection(shared, stream, number, peer).await;
                    }
                });
                while open.try_join_next().is_some() {}
            }
        });
        Ok(Self {
            address,
            scheme,
            state,
            accepting: accepting.abort_handle(),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT` + `path`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// The next requests get these replies, one each.
    pub fn reply_next<R: Into<Reply>>(&self, replies: impl IntoIterator<Item = R>) {
        self.state.script.push(replies.into_iter().map(Into::into));
    }

    /// All requests after those get this one (at first: 200).
    pub fn reply_always(&self, reply: impl Into<Reply>) {
        self.state.script.always(reply.into());
    }

    /// Requests for this path (with its query) always get this one.
    pub fn reply_at(&self, path: &str, reply: impl Into<Reply>) {
        self.state.script.always_at(path, reply.into());
    }

    /// What has come so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Received> {
        self.state.log.all()
    }

    /// How many connections have been accepted so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::Relaxed)
    }

    /// All requests so far as soon as there are `count`.
    ///
    /// # Errors
    /// They did not come in time.
    pub async fn wait_for(&self, count: usize) -> Result<Vec<Received>, Late> {
        self.state.log.wait_until(count, |_| true).await
    }

    /// Those so far that match, as soon as there are `count`.
    ///
    /// # Errors
    /// They did not come in time.
    pub async fn wait_for_matching(
        &self,
        count: usize,
        matches: impl Fn(&Received) -> bool,
    ) -> Result<Vec<Received>, Late> {
        self.state.log.wait_until(count, matches).await
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

type Body = BoxBody<Bytes, Infallible>;

async fn connection<S>(state: Arc<State>, stream: S, number: usize, peer: SocketAddr)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(|request: Request<Incoming>| {
        let state = Arc::clone(&state);
        async move { answer(&state, request, number, peer).await }
    });
    // An error is the peer's or the script's doing: the log tells what came.
    drop(
        http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service)
            .await,
    );
}

/// Closes the connection when a service returns it.
#[derive(Debug)]
struct Hangup;

impl std::fmt::Display for Hangup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is closed without an answer")
    }
}

impl std::error::Error for Hangup {}

async fn answer(
    state: &State,
    request: Request<Incoming>,
    connection: usize,
    peer: SocketAddr,
) -> Result<Response<Body>, Hangup> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Hangup)?.to_bytes();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let path = head.uri.to_string();
    let received = Received {
        method: head.method.to_string(),
        path,
        headers: head
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect(),
        body,
        at: SystemTime::now(),
        connection,
        peer,
    };
    let reply = match &state.handler {
        Some(handler) => handler(&received),
        None => state.script.next(&received.path),
    };
    state.log.push(received);
    match reply {
        Reply::Hang => std::future::pending().await,
        Reply::Close => Err(Hangup),
        Reply::Stall => Ok(Response::new(
            Stalled(Some(Bytes::from_static(b"."))).boxed(),
        )),
        Reply::Answer {
            status,
            headers,
            body,
        } => {
            let mut response = Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            response.body(Full::new(body).boxed()).map_err(|_| Hangup)
        }
    }
}

/// One byte, and never the next.
struct Stalled(Option<Bytes>);

impl hyper::body::Body for Stalled {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.0.take() {
            Some(byte) => Poll::Ready(Some(Ok(Frame::data(byte)))),
            None => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests;
