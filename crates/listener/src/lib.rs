//! The listening socket: accepts as many connections as there is room for, bounds what each may do and how slowly,
//! and drains.
//!
//! When clients fill it, those who are served go on, and whoever comes next waits in the system's queue; connections
//! that wait for a next request are closed to make room.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod address;
mod endless;
mod framing;
mod pace;
#[cfg(test)]
mod tests;
pub mod tls;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::BoxError;
use axum::extract::ConnectInfo;
use axum::response::Response;
use claimwire_http::Served;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use metrics::{Counter, Gauge, counter, gauge};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

pub use address::ListenAddress;
use endless::until;
use framing::framed;
use pace::{Pace, PacedWrites};

/// All header lines of a request together; hyper looks after each read, so that up to twice as many may come.
const HEAD_BYTES: usize = 64 * 1024;
/// Connections that the system takes for us before they are accepted.
const WAITING: u32 = 1024;
/// Bytes of answers that the system takes from us for one connection before its client reads them; it allows twice
/// as much. With more, a slow reader could not be told from one that does not read.
const SEND_BUFFER_BYTES: u32 = 128 * 1024;
/// How long to wait before accepting again when the system has no file descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What the API's paths begin with.
const API: &str = "/v1/";

const OPEN: &str = "claimwire_connections";
const ROOM: &str = "claimwire_connections_limit";
const FULL: &str = "claimwire_connections_full_total";
const HANDSHAKES_FAILED: &str = "claimwire_tls_handshakes_failed_total";

/// How many connections there may be, and how slow they.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// At one time.
    pub connections: usize,
    /// A request's head must be there in this time, and a TLS handshake be done; an idle kept connection is closed
    /// after it.
    pub head: Duration,
    /// At which a body must come and an answer be read.
    pub pace: Pace,
}

impl Limits {
    /// For so many connections.
    pub fn of(connections: usize) -> Self {
        Self {
            connections: connections.min(Semaphore::MAX_PERMITS),
            head: Duration::from_secs(30),
            pace: Pace {
                bytes: 32 * 1024,
                time: Duration::from_secs(30),
            },
        }
    }
}

/// A socket whose address is known and that is not being served yet.
pub struct Bound {
    /// Where.
    pub address: SocketAddr,
    name: &'static str,
    socket: TcpListener,
}

/// A socket that is being served.
pub struct Listener {
    /// Where.
    pub address: SocketAddr,
    stop: oneshot::Sender<Duration>,
    task: JoinHandle<()>,
}

impl Bound {
    /// Takes the first of its addresses that is free; with port 0 a free one. A refusal names the setting that the
    /// address is from; measures bear the name.
    pub async fn to(
        address: &ListenAddress,
        setting: &str,
        name: &'static str,
    ) -> anyhow::Result<Self> {
        let mut bound = Err(std::io::ErrorKind::AddrNotAvailable.into());
        for address in address.resolve().await? {
            bound = bind(address);
            if bound.is_ok() {
                break;
            }
        }
        let socket = bound.with_context(|| {
            format!("cannot listen on {address}; choose another address with {setting}")
        })?;
        Ok(Self {
            address: socket.local_addr()?,
            name,
            socket,
        })
    }

    /// Begins to serve, by TLS if it is given.
    pub fn serve(
        self,
        served: impl Into<Served>,
        limits: Limits,
        tls: Option<TlsAcceptor>,
    ) -> Listener {
        let (stop, stopped) = oneshot::channel();
        let server = Server::new(self.name, served.into(), limits, tls);
        let task = tokio::spawn(server.serve(self.socket, stopped));
        Listener {
            address: self.address,
            stop,
            task,
        }
    }
}

fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    socket.set_reuseaddr(true)?;
    // Accepted connections inherit it.
    socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

impl Listener {
    /// Accepts nothing more, lets requests under way finish for at most `deadline`.
    pub async fn stop(self, deadline: Duration) {
        let _ = self.stop.send(deadline);
        let _ = self.task.await;
    }
}

struct Server {
    served: Arc<Served>,
    limits: Limits,
    http: http1::Builder,
    tls: Option<TlsAcceptor>,
    /// A permit is a connection.
    room: Arc<Semaphore>,
    /// When it changes, connections end as soon as they have answered what they have read.
    winding_up: watch::Sender<()>,
    open: Gauge,
    full: Counter,
}

impl Server {
    fn new(name: &'static str, served: Served, limits: Limits, tls: Option<TlsAcceptor>) -> Self {
        metrics::describe_gauge!(OPEN, "Connections of clients.");
        metrics::describe_gauge!(ROOM, "Connections of clients that there is room for.");
        metrics::describe_counter!(FULL, "Connections that had to wait for room.");
        metrics::describe_counter!(
            HANDSHAKES_FAILED,
            "TLS handshakes of clients that came to nothing."
        );
        gauge!(ROOM, "listener" => name).set(limits.connections as f64);
        // A request may have 100 header lines, which is the library's own bound: one that is set here has
        // room made for as many lines at every request.
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(limits.head)
            .max_buf_size(HEAD_BYTES);
        Self {
            served: Arc::new(served),
            limits,
            http,
            tls,
            room: Arc::new(Semaphore::new(limits.connections)),
            winding_up: watch::Sender::new(()),
            open: gauge!(OPEN, "listener" => name),
            full: counter!(FULL, "listener" => name),
        }
    }

    async fn serve(self, socket: TcpListener, mut stopped: oneshot::Receiver<Duration>) {
        let deadline = loop {
            let accepted = async {
                let (stream, peer) = socket.accept().await?;
                Ok::<_, std::io::Error>((stream, peer, self.room().await))
            };
            let accepted = tokio::select! {
                accepted = accepted => accepted,
                deadline = &mut stopped => break deadline.unwrap_or_default(),
            };
            match accepted {
                Ok((stream, peer, permit)) => self.converse(stream, peer, permit),
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        };
        drop(socket);
        self.winding_up.send_replace(());
        let all = u32::try_from(self.limits.connections).unwrap_or(u32::MAX);
        let ended = tokio::time::timeout(deadline, self.room.acquire_many(all));
        if ended.await.is_err() {
            tracing::warn!("some requests did not finish in time");
        }
    }

    /// Room for one more, now or when another connection has ended. None only when all is over.
    async fn room(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(permit) = self.room.clone().try_acquire_owned() {
            return Some(permit);
        }
        self.full.increment(1);
        self.winding_up.send_replace(());
        self.room.clone().acquire_owned().await.ok()
    }

    fn converse(&self, stream: TcpStream, peer: SocketAddr, permit: Option<OwnedSemaphorePermit>) {
        let _ = stream.set_nodelay(true);
        let pace = self.limits.pace;
        let served = Arc::clone(&self.served);
        let ending = self.winding_up.subscribe();
        let service = service_fn(move |mut request: Request<Incoming>| {
            // The API asks for it nowhere, and is spared the room for it.
            if !request.uri().path().starts_with(API) {
                request.extensions_mut().insert(ConnectInfo(peer));
            }
            let (served, ending) = (Arc::clone(&served), ending.clone());
            async move {
                let answer = framed(served, request, pace).await;
                Ok::<_, Infallible>(until(ending, answer))
            }
        });
        let stream = PacedWrites::new(stream, pace);
        let conversation = Conversation {
            http: self.http.clone(),
            winding_up: self.winding_up.subscribe(),
        };
        let (tls, head) = (self.tls.clone(), self.limits.head);
        let open = self.open.clone();
        open.increment(1.0);
        tokio::spawn(async move {
            match tls {
                None => conversation.hold(stream, service).await,
                Some(tls) => conversation.hold_by_tls(tls, head, stream, service).await,
            }
            open.decrement(1.0);
            drop(permit);
        });
    }
}

/// How one connection goes.
struct Conversation {
    http: http1::Builder,
    winding_up: watch::Receiver<()>,
}

impl Conversation {
    /// Request after request, until the client ends it or the listener does.
    async fn hold<S, A>(mut self, stream: S, service: A)
    where
        S: AsyncRead + AsyncWrite + Unpin,
        A: Service<Request<Incoming>, Response = Response>,
        A::Error: Into<BoxError>,
    {
        let connection = self.http.serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            _ = self.winding_up.changed() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "connection ended early");
        }
    }

    /// The same after a TLS handshake, which may take so long. One that is not done is ended like an idle connection.
    async fn hold_by_tls<S, A>(mut self, tls: TlsAcceptor, within: Duration, stream: S, service: A)
    where
        S: AsyncRead + AsyncWrite + Unpin,
        A: Service<Request<Incoming>, Response = Response>,
        A::Error: Into<BoxError>,
    {
        let shaken = tokio::select! {
            shaken = tokio::time::timeout(within, tls.accept(stream)) => shaken,
            _ = self.winding_up.changed() => return,
        };
        match shaken.unwrap_or_else(|late| Err(late.into())) {
            Ok(stream) => self.hold(stream, service).await,
            Err(error) => {
                counter!(HANDSHAKES_FAILED).increment(1);
                tracing::debug!(%error, "no TLS handshake");
            }
        }
    }
}
