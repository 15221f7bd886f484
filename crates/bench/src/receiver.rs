//! The measuring receiver: as little as possible between a delivery's last byte and its count. It has a thread
//! and a runtime of its own.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Notify, oneshot, watch};
use tokio::task::JoinSet;

use crate::clock;
use crate::payload::Mark;
use crate::process::give_way;
use crate::tally::Tally;

/// A running receiver; dropping it ends its thread.
pub(crate) struct Receiver {
    address: SocketAddr,
    shared: Arc<Shared>,
    open: watch::Sender<bool>,
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
}

impl Shared {
    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Receiver {
    /// Starts on a free port of loopback; counts nothing until told what to expect.
    pub(crate) fn start() -> anyhow::Result<Self> {
        Self::start_after(|| {})
    }

    /// The same, on a thread that gives way to what is measured.
    pub(crate) fn start_giving_way() -> anyhow::Result<Self> {
        Self::start_after(give_way)
    }

    /// `begin`: what its thread does first.
    fn start_after(begin: fn()) -> anyhow::Result<Self> {
        let shared = Arc::new(Shared::default());
        let socket =
            std::net::TcpListener::bind(("127.0.0.1", 0)).context("no port for the receiver")?;
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()?;
        let (alive, ended) = oneshot::channel::<()>();
        let (open, is_open) = watch::channel(true);
        let theirs = Arc::clone(&shared);
        thread::Builder::new()
            .name("receiver".to_owned())
            .spawn(move || {
                begin();
                runtime.block_on(async {
                    tokio::select! {
                        _ = serve(socket, is_open, theirs) => {}
                        _ = ended => {}
                    }
                });
            })?;
        Ok(Self {
            address,
            shared,
            open,
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

    /// Ends all connections and refuses new ones, as a host that is down does. Returns when it does so.
    pub(crate) async fn close(&self) {
        self.open.send_replace(false);
        while TcpStream::connect(self.address).await.is_ok() {
            tokio::time::sleep(LOOK_AGAIN_AFTER).await;
        }
    }

    /// Accepts connections again.
    pub(crate) fn reopen(&self) {
        self.open.send_replace(true);
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

/// Connections that may wait to be accepted.
const WAITING: u32 = 1024;
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(1);

/// Accepts while `open`; refuses, by a port that is ours and not listened to, while it is not.
async fn serve(
    socket: std::net::TcpListener,
    mut open: watch::Receiver<bool>,
    shared: Arc<Shared>,
) -> anyhow::Result<()> {
    let address = socket.local_addr()?;
    let mut listener = TcpListener::from_std(socket)?;
    loop {
        accept(&listener, &mut open, &shared).await?;
        drop(listener);
        let silent = TcpSocket::new_v4()?;
        silent.set_reuseaddr(true)?;
        silent.bind(address)?;
        open.wait_for(|open| *open).await?;
        listener = silent.listen(WAITING)?;
    }
}

/// Accepts until closed; then the connections end.
async fn accept(
    listener: &TcpListener,
    open: &mut watch::Receiver<bool>,
    shared: &Arc<Shared>,
) -> anyhow::Result<()> {
    let mut connections = JoinSet::new();
    loop {
        let tcp = tokio::select! {
            accepted = listener.accept() => accepted?.0,
            closed = open.wait_for(|open| !*open) => {
                closed?;
                return Ok(());
            }
            Some(_) = connections.join_next() => continue,
        };
        drop(tcp.set_nodelay(true));
        let shared = Arc::clone(shared);
        connections.spawn(async move {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_closed_receiver_refuses_and_is_found_at_the_same_place_when_it_is_back() {
        let receiver = Receiver::start().unwrap();
        let mut before = TcpStream::connect(receiver.address()).await.unwrap();
        receiver.close().await;
        let mut ended = Vec::new();
        // Ended or reset: either way nothing more comes of it.
        drop(tokio::io::AsyncReadExt::read_to_end(&mut before, &mut ended).await);
        assert!(ended.is_empty());
        let refused = TcpStream::connect(receiver.address()).await.unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
        receiver.reopen();
        while TcpStream::connect(receiver.address()).await.is_err() {
            tokio::task::yield_now().await;
        }
    }
}
