//! Origin → an open connection. The address that is checked is the one that is connected to.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use claimwire_wire::send::{SendError, SendErrorKind};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::connection::Connection;
use crate::egress::Egress;
use crate::error::{chain, error, within};
use crate::limits::ADDRESSES_TRIED;
use crate::policy::Policy;
use crate::resolve::Resolve;
use crate::target::{Origin, Place, address_refused};

/// Makes connections.
pub(crate) struct Connector {
    pub(crate) policy: Policy,
    pub(crate) resolver: Arc<dyn Resolve>,
    pub(crate) tls: TlsConnector,
    pub(crate) egress: BTreeMap<String, Egress>,
}

impl Connector {
    /// A fresh connection to `origin`, out through the profile named `egress`.
    pub(crate) async fn connect(
        &self,
        origin: &Origin,
        egress: Option<&str>,
        deadline: Instant,
    ) -> Result<Box<Connection>, SendError> {
        let source = self.source(egress)?;
        let addresses = self.addresses(origin, deadline).await?;
        let tcp = dial(origin, &addresses, source, deadline).await?;
        let stream = match &origin.tls {
            None => Stream::Plain(tcp),
            Some(name) => {
                let handshake = self.tls.connect(name.clone(), tcp);
                let tls = within(
                    deadline,
                    || format!("agreeing on TLS with {origin}"),
                    handshake,
                )
                .await?;
                Stream::Tls(Box::new(tls.map_err(|e| {
                    error(
                        SendErrorKind::Tls,
                        format!("no TLS with {origin}: {}", chain(&e)),
                    )
                })?))
            }
        };
        Connection::open(stream).await.map_err(|e| {
            error(
                SendErrorKind::Closed,
                format!("no HTTP with {origin}: {}", chain(&e)),
            )
        })
    }

    /// The local address to leave from, if any.
    fn source(&self, egress: Option<&str>) -> Result<Option<IpAddr>, SendError> {
        let Some(name) = egress else { return Ok(None) };
        match self.egress.get(name) {
            Some(Egress::SourceAddress(address)) => Ok(Some(*address)),
            None => Err(error(
                SendErrorKind::Egress,
                format!(
                    "no egress profile `{name}`: add it to the configuration, or change the webhook's"
                ),
            )),
        }
    }

    /// The origin's addresses that may be connected to.
    async fn addresses(
        &self,
        origin: &Origin,
        deadline: Instant,
    ) -> Result<Vec<SocketAddr>, SendError> {
        let found = match &origin.place {
            Place::Address(address) => vec![*address],
            Place::Name(name) => {
                let lookup = self.resolver.resolve(name);
                within(deadline, || format!("resolving {name}"), lookup)
                    .await?
                    .map_err(|e| {
                        error(
                            SendErrorKind::Dns,
                            format!("`{name}` could not be resolved: {e}"),
                        )
                    })?
            }
        };
        let mut permitted = Vec::new();
        let mut refused = None;
        for address in found {
            match self.policy.permit(address) {
                Ok(()) => permitted.push(SocketAddr::new(address, origin.port)),
                Err(why) => refused = Some(why),
            }
        }
        match refused {
            _ if !permitted.is_empty() => Ok(permitted),
            Some(why) => Err(address_refused(&format!("{origin} leads to {why}"))),
            None => Err(error(
                SendErrorKind::Dns,
                format!("{origin} has no address"),
            )),
        }
    }
}

/// The first address that answers. Each gets an equal share of the time that is left, so that one which
/// swallows packets does not use it up.
async fn dial(
    origin: &Origin,
    addresses: &[SocketAddr],
    source: Option<IpAddr>,
    deadline: Instant,
) -> Result<TcpStream, SendError> {
    let tried = addresses.len().min(ADDRESSES_TRIED);
    let mut last = error(SendErrorKind::Connect, format!("{origin} has no address"));
    for (n, address) in addresses.iter().take(tried).enumerate() {
        let left = deadline.saturating_duration_since(Instant::now());
        let share = left
            .checked_div(u32::try_from(tried - n).unwrap_or(1))
            .unwrap_or(left);
        let doing = || format!("connecting to {origin} at {}", address.ip());
        match within(Instant::now() + share, doing, open(*address, source)).await {
            Ok(Ok(tcp)) => return Ok(tcp),
            Ok(Err(e)) => {
                last = error(
                    SendErrorKind::Connect,
                    format!("{origin} at {}: {e}", address.ip()),
                )
            }
            Err(timeout) => last = timeout,
        }
    }
    Err(last)
}

async fn open(address: SocketAddr, source: Option<IpAddr>) -> io::Result<TcpStream> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    }?;
    if let Some(source) = source {
        socket.bind(SocketAddr::new(source, 0))?;
    }
    socket.set_nodelay(true)?;
    socket.connect(address).await
}

/// Plain or TLS.
pub(crate) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

macro_rules! either {
    ($self:ident, $stream:ident => $call:expr) => {
        match $self.get_mut() {
            Stream::Plain(tcp) => {
                let $stream = Pin::new(tcp);
                $call
            }
            Stream::Tls(tls) => {
                let $stream = Pin::new(tls.as_mut());
                $call
            }
        }
    };
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_read(cx, buf))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        either!(self, stream => stream.poll_write(cx, buf))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_shutdown(cx))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        either!(self, stream => stream.poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(tcp) => tcp.is_write_vectored(),
            Self::Tls(tls) => tls.is_write_vectored(),
        }
    }
}
