//! The listening socket: accepts, bounds what a connection may do before it is understood, and drains.

mod framing;

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use framing::framed;

/// A request's head must be there in this time; an idle kept connection is closed after it.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// All header lines of a request together; hyper looks after each read, so that up to twice as many may come.
const HEAD_BYTES: usize = 64 * 1024;
/// How long to wait before accepting again when the system has no file descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A socket whose address is known and that is not being served yet.
pub struct Bound {
    /// Where.
    pub address: SocketAddr,
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
    /// Takes the address; with port 0 a free one.
    pub async fn to(address: SocketAddr) -> anyhow::Result<Self> {
        let socket = TcpListener::bind(address).await.with_context(|| {
            format!("cannot listen on {address}; choose another address with --listen")
        })?;
        Ok(Self {
            address: socket.local_addr()?,
            socket,
        })
    }

    /// Begins to serve.
    pub fn serve(self, router: Router) -> Listener {
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(serve(self.socket, router, stopped));
        Listener {
            address: self.address,
            stop,
            task,
        }
    }
}

impl Listener {
    /// Accepts nothing more, lets requests under way finish for at most `deadline`.
    pub async fn stop(self, deadline: Duration) {
        let _ = self.stop.send(deadline);
        let _ = self.task.await;
    }
}

async fn serve(socket: TcpListener, router: Router, mut stopped: oneshot::Receiver<Duration>) {
    // A request may have 100 header lines, which is the library's own bound: one that is set here has
    // room made for as many lines at every request.
    let mut server = http1::Builder::new();
    server
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(HEAD_BYTES)
        .pipeline_flush(true);
    let graceful = GracefulShutdown::new();
    let deadline = loop {
        let accepted = tokio::select! {
            accepted = socket.accept() => accepted,
            deadline = &mut stopped => break deadline.unwrap_or_default(),
        };
        match accepted {
            Ok((stream, _)) => {
                let _ = stream.set_nodelay(true);
                let router = TowerToHyperService::new(router.clone());
                let service = service_fn(move |request| framed(router.clone(), request));
                let connection = server.serve_connection(TokioIo::new(stream), service);
                let watched = graceful.watch(connection);
                tokio::spawn(async move {
                    if let Err(error) = watched.await {
                        tracing::debug!(%error, "connection ended early");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    };
    drop(socket);
    if tokio::time::timeout(deadline, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some requests did not finish in time");
    }
}
