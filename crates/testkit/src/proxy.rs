//! A proxy on loopback, or another address of this machine, before a server: it does to what passes what a network does.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// What passes at once.
const PART: usize = 1 << 16;

/// What becomes of what is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It passes.
    Open,
    /// It passes after so long, in each direction.
    Late(Duration),
    /// It waits until the way is another; connections stay.
    Frozen,
    /// Connections end, and new ones at once.
    Refused,
}

/// Before whom a proxy stands.
#[derive(Debug, Clone)]
pub enum Server {
    /// At a socket of this machine.
    Unix(PathBuf),
    /// At an address.
    Tcp(SocketAddr),
}

/// A running proxy; it ends with this.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    way: watch::Sender<Now>,
    accepted: Arc<AtomicUsize>,
    accepting: AbortHandle,
}

#[derive(Debug, Clone, Copy)]
struct Now {
    way: Way,
    /// Connections before this one are never heard of again.
    first: usize,
}

impl Proxy {
    /// Starts one on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// There is no free port.
    pub async fn start(server: Server) -> io::Result<Self> {
        Self::start_on([127, 0, 0, 1].into(), server).await
    }

    /// The same on another address of this machine.
    ///
    /// # Errors
    /// The address is not this machine's, or has no free port.
    pub async fn start_on(address: IpAddr, server: Server) -> io::Result<Self> {
        let listener = TcpListener::bind((address, 0)).await?;
        let address = listener.local_addr()?;
        let open = Now {
            way: Way::Open,
            first: 0,
        };
        let (way, now) = watch::channel(open);
        let accepted = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&accepted);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let number = count.fetch_add(1, Ordering::SeqCst);
                let line = Line {
                    now: now.clone(),
                    number,
                };
                tokio::spawn(connection(client, server.clone(), line));
            }
        });
        Ok(Self {
            address,
            way,
            accepted,
            accepting: accepting.abort_handle(),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on.
    pub fn set(&self, way: Way) {
        self.way.send_modify(|now| now.way = way);
    }

    /// By the connections that there are nothing comes through any more, and none of them ends; new ones are as the way is.
    pub fn abandon(&self) {
        let first = self.accepted();
        self.way.send_modify(|now| now.first = first);
    }

    /// How many connections it was asked for so far.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.set(Way::Refused);
    }
}

/// The way as one connection has it.
#[derive(Clone)]
struct Line {
    now: watch::Receiver<Now>,
    number: usize,
}

impl Line {
    /// Waits until something may pass. False: the connection has ended.
    async fn passes(&mut self) -> bool {
        let Now { way, first } = *self.now.borrow_and_update();
        if self.number < first {
            std::future::pending::<()>().await;
        }
        match way {
            Way::Open => return true,
            Way::Late(time) => {
                tokio::time::sleep(time).await;
                return true;
            }
            Way::Refused => return false,
            Way::Frozen => {}
        }
        let open = self.now.wait_for(|now| now.way != Way::Frozen).await;
        open.is_ok_and(|now| now.way != Way::Refused)
    }

    /// Until connections end.
    async fn refused(&mut self) {
        let number = self.number;
        let ended = |now: &Now| now.way == Way::Refused && now.first <= number;
        // Without a proxy they end too.
        let _ = self.now.wait_for(ended).await;
    }
}

async fn connection(client: TcpStream, server: Server, line: Line) {
    if line.now.borrow().way == Way::Refused {
        return;
    }
    // A server that is gone ends it.
    match server {
        Server::Unix(socket) => {
            if let Ok(server) = UnixStream::connect(socket).await {
                both(client, server, line).await;
            }
        }
        Server::Tcp(address) => {
            if let Ok(server) = TcpStream::connect(address).await {
                both(client, server, line).await;
            }
        }
    }
}

async fn both<S: AsyncRead + AsyncWrite>(client: TcpStream, server: S, mut line: Line) {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = tokio::io::split(server);
    let (there, back) = (line.clone(), line.clone());
    tokio::select! {
        () = pass(from_client, to_server, there) => {}
        () = pass(from_server, to_client, back) => {}
        () = line.refused() => {}
    }
}

async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, mut line: Line) {
    let mut part = vec![0; PART];
    while let Ok(len @ 1..) = from.read(&mut part).await {
        if !line.passes().await || to.write_all(&part[..len]).await.is_err() {
            return;
        }
    }
    // The end is told like anything else.
    line.passes().await;
}
