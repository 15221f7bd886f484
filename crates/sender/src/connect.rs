//! Origin → an open stream. The address that is checked is the one that is connected to, or that the proxy is
//! told to connect to.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};

use claimwire_wire::send::{SendError, SendErrorKind};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::Instant;
use tokio_rustls::TlsConnector;

use crate::egress::Egress;
use crate::error::{error, within};
use crate::gate::{Gate, resolve};
use crate::limits::ADDRESSES_TRIED;
use crate::proxy::Proxy;
use crate::stream::Stream;
use crate::target::Origin;
use crate::tls;

/// Makes connections.
pub(crate) struct Connector {
    pub(crate) gate: Gate,
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
    ) -> Result<Stream, SendError> {
        let egress = self.egress(egress)?;
        let addresses = self.gate.addresses_of(origin, deadline).await?;
        let tcp = match egress {
            None => {
                let to = origin.to_string();
                dial(&to, &addresses, deadline, |address| open(address, None)).await?
            }
            Some(Egress::SourceAddress(source)) => {
                let to = format!("{origin} from {source}");
                dial(&to, &addresses, deadline, |address| {
                    open(address, Some(*source))
                })
                .await?
            }
            Some(Egress::Proxy(proxy)) => self.through(proxy, origin, &addresses, deadline).await?,
        };
        let Some(name) = &origin.tls else {
            return Ok(Stream::Plain(tcp));
        };
        let doing = || format!("agreeing on TLS with {origin}");
        match within(deadline, doing, self.tls.connect(name.clone(), tcp)).await? {
            Ok(tls) => Ok(Stream::Tls(Box::new(tls))),
            Err(failure) => Err(tls::no_tls(origin, &failure)),
        }
    }

    fn egress(&self, name: Option<&str>) -> Result<Option<&Egress>, SendError> {
        let Some(name) = name else { return Ok(None) };
        match self.egress.get(name) {
            Some(egress) => Ok(Some(egress)),
            None => Err(error(
                SendErrorKind::Egress,
                format!(
                    "no egress profile `{name}`: add it to the configuration, or change the webhook's or the shop's"
                ),
            )),
        }
    }

    /// A tunnel through `proxy` to the first of the addresses that it reaches.
    async fn through(
        &self,
        proxy: &Proxy,
        origin: &Origin,
        addresses: &[SocketAddr],
        deadline: Instant,
    ) -> Result<TcpStream, SendError> {
        let of_proxy: Vec<SocketAddr> = resolve(&*self.gate.resolver, &proxy.place, deadline)
            .await
            .map_err(|failure| no_proxy(proxy, failure))?
            .into_iter()
            .map(|address| SocketAddr::new(address, proxy.port))
            .collect();
        let to = format!("{origin} through the proxy {proxy}");
        dial(&to, addresses, deadline, |address| {
            let of_proxy = &of_proxy;
            async move {
                let proxied = format!("the proxy {proxy}");
                let mut tcp = dial(&proxied, of_proxy, deadline, |address| open(address, None))
                    .await
                    .map_err(|failure| no_proxy(proxy, failure))?;
                proxy.tunnel(&mut tcp, address).await?;
                Ok(tcp)
            }
        })
        .await
    }
}

/// It is the proxy that could not be found or connected to, not the receiver.
fn no_proxy(proxy: &Proxy, failure: SendError) -> SendError {
    match failure.kind {
        SendErrorKind::Timeout => failure,
        _ => error(
            SendErrorKind::Proxy,
            format!("no connection to the proxy {proxy}: {}", failure.detail),
        ),
    }
}

/// The first address that answers. Each gets an equal share of the time that is left, so that one which
/// swallows packets does not use it up.
async fn dial<F: Future<Output = Result<TcpStream, SendError>>>(
    to: &str,
    addresses: &[SocketAddr],
    deadline: Instant,
    open: impl Fn(SocketAddr) -> F,
) -> Result<TcpStream, SendError> {
    let tried = addresses.len().min(ADDRESSES_TRIED);
    let mut last = error(SendErrorKind::Connect, format!("{to} has no address"));
    for (n, address) in addresses.iter().take(tried).enumerate() {
        let left = deadline.saturating_duration_since(Instant::now());
        let share = left
            .checked_div(u32::try_from(tried - n).unwrap_or(1))
            .unwrap_or(left);
        let doing = || format!("connecting to {to} at {}", address.ip());
        match within(Instant::now() + share, doing, open(*address)).await {
            Ok(Ok(tcp)) => return Ok(tcp),
            Ok(Err(failure)) | Err(failure) => last = failure,
        }
    }
    Err(last)
}

async fn open(address: SocketAddr, source: Option<IpAddr>) -> Result<TcpStream, SendError> {
    let opened = async {
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
    };
    opened.await.map_err(|e: io::Error| {
        let from = source.map_or_else(String::new, |source| format!(" from {source}"));
        error(SendErrorKind::Connect, format!("{address}{from}: {e}"))
    })
}
