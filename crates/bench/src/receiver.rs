//! The measuring receiver: as little as possible between a delivery's last byte and its count. It has a thread
//! and a runtime of its own.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use anyhow::Context;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};

use crate::clock;
use crate::payload::Mark;
use crate::tally::Tally;

/// A running receiver; dropping it ends its thread.
pub(crate) struct Receiver {
    address: SocketAddr,
    shared: Arc<Shared>,
    _alive: oneshot::Sender<()>,
}

#[derive(Default)]
struct Shared {
    tally: Mutex<Tally>,
    /// First arrivals so far; readable without the lock.
    unique: AtomicU64,
    /// How many are waited for.
    goal: AtomicU64,
    reached: Notify,
    /// Answers 503 while set.
    closed: AtomicBool,
    /// Requests that were answered 503.
    refused: AtomicU64,
}

impl Shared {
    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Receiver {
    /// Starts on a free port of loopback; counts nothing until told what to expect.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let shared = Arc::new(Shared::default());
        let socket =
            std::net::TcpListener::bind(("127.0.0.1", 0)).context("no port for the receiver")?;
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()?;
        let (alive, ended) = oneshot::channel::<()>();
        let theirs = Arc::clone(&shared);
        thread::Builder::new()
            .name("receiver".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = accept(socket, theirs) => {}
                        _ = ended => {}
                    }
                });
            })?;
        Ok(Self {
            address,
            shared,
            _alive: alive,
        })
    }

    /// Where webhook number `webhook` delivers to.
    pub(crate) fn url(&self, webhook: usize) -> String {
        format!("http://{}{PLACES}{webhook}", self.address)
    }

    /// A place that never answers.
    pub(crate) fn hanging_url(&self) -> String {
        format!("http://{}/hang", self.address)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Counts into `tally` from now on, until there are `goal` first arrivals.
    pub(crate) fn expect(&self, tally: Tally, goal: u64) {
        let mut current = self.shared.tally();
        *current = tally;
        self.shared.goal.store(goal, Ordering::Relaxed);
        self.shared.unique.store(0, Ordering::Relaxed);
    }

    /// Refuses everything with 503 from now on, or no longer.
    pub(crate) fn set_closed(&self, closed: bool) {
        self.shared.closed.store(closed, Ordering::Relaxed);
    }

    /// Requests refused so far.
    pub(crate) fn refused(&self) -> u64 {
        self.shared.refused.load(Ordering::Relaxed)
    }

    /// First arrivals so far.
    pub(crate) fn unique(&self) -> u64 {
        self.shared.unique.load(Ordering::Relaxed)
    }

    /// Waits for the goal.
    pub(crate) async fn reached(&self) {
        while self.unique() < self.shared.goal.load(Ordering::Relaxed) {
            self.shared.reached.notified().await;
        }
    }

    /// The tally, leaving an empty one.
    pub(crate) fn take(&self) -> Tally {
        std::mem::take(&mut *self.shared.tally())
    }
}

/// The path of webhook 3 is `/w/3`.
const PLACES: &str = "/w/";

async fn accept(socket: std::net::TcpListener, shared: Arc<Shared>) {
    let Ok(listener) = TcpListener::from_std(socket) else {
        return;
    };
    while let Ok((tcp, _)) = listener.accept().await {
        drop(tcp.set_nodelay(true));
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(&shared, request));
            drop(
                http1::Builder::new()
                    .serve_connection(TokioIo::new(tcp), service)
                    .await,
            );
        });
    }
}

async fn answer(
    shared: &Shared,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let webhook = request
        .uri()
        .path()
        .strip_prefix(PLACES)
        .and_then(|number| number.parse().ok());
    let body = request.into_body().collect().await;
    let Some(webhook) = webhook else {
        return std::future::pending().await;
    };
    if shared.closed.load(Ordering::Relaxed) {
        shared.refused.fetch_add(1, Ordering::Relaxed);
        let mut refusal = Response::new(Full::default());
        *refusal.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        return Ok(refusal);
    }
    if let Some(mark) = body.ok().and_then(|body| Mark::find(&body.to_bytes())) {
        let now = clock::now();
        let mut tally = shared.tally();
        if tally.count(webhook, mark, now) {
            shared.unique.store(tally.unique, Ordering::Relaxed);
            if tally.unique == shared.goal.load(Ordering::Relaxed) {
                shared.reached.notify_one();
            }
        }
    }
    Ok(Response::new(Full::default()))
}
