//! Origin → an open stream. The address that is checked is the one that is connected to, or that the proxy is
//! told to connect to.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use claimwire_model::ShopNo;
use claimwire_model::delivery::Stages;
use claimwire_wire::send::{SendError, SendErrorKind};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::Instant;
use tokio_rustls::TlsConnector;

use crate::egress::Egress;
use crate::error::{error, within};
use crate::limits::{ADDRESSES_TRIED, PROXY_HAS_AT_LEAST};
use crate::permitted_addresses::{PermittedAddresses, resolve};
use crate::proxy::{No, Proxy};
use crate::stream::Stream;
use crate::target::{Origin, Place};
use crate::tls;
use crate::trouble;

/// Makes connections.
pub(crate) struct Connector {
    pub(crate) permitted_addresses: PermittedAddresses,
    pub(crate) tls: TlsConnector,
    pub(crate) egress: BTreeMap<String, Egress>,
}

impl Connector {
    /// A fresh connection to `origin` for a request of `shop`, out through the profile named `egress`. How long its
    /// stages took is added to `stages`, also where one fails.
    pub(crate) async fn connect(
        &self,
        origin: &Origin,
        egress: Option<&str>,
        shop: ShopNo,
        deadline: Instant,
        stages: &mut Stages,
    ) -> Result<Stream, SendError> {
        let way = self.way(egress)?;
        let finds = self.permitted_addresses.of_origin(origin, shop, deadline);
        let addresses = match &origin.place {
            Place::Address(_) => finds.await?,
            Place::Name(_) => measured(&mut stages.dns, finds).await?,
        };
        let dials = self.tcp(way, origin, &addresses, shop, deadline);
        let tcp = measured(&mut stages.connect, dials).await?;
        let Some(name) = &origin.tls else {
            return Ok(Stream::Plain(tcp));
        };
        let doing = || format!("agreeing on TLS with {origin}");
        let agrees = within(deadline, doing, self.tls.connect(name.clone(), tcp));
        match measured(&mut stages.tls, agrees).await? {
            Ok(tls) => Ok(Stream::Tls(Box::new(tls))),
            Err(failure) => Err(tls::no_tls(origin, &failure)),
        }
    }

    /// A connection to one of the addresses, straight or through a proxy.
    async fn tcp(
        &self,
        way: Option<(&str, &Egress)>,
        origin: &Origin,
        addresses: &[SocketAddr],
        shop: ShopNo,
        deadline: Instant,
    ) -> Result<TcpStream, SendError> {
        match way {
            None => {
                let to = origin.to_string();
                dial(&to, addresses, deadline, |address| open(&to, address, None)).await
            }
            Some((name, Egress::SourceAddress(source))) => {
                let to = format!("{origin} by the egress profile `{name}`");
                dial(&to, addresses, deadline, |address| {
                    open(&to, address, Some(*source))
                })
                .await
            }
            Some((name, Egress::Proxy(proxy))) => {
                let through = Through { name, proxy, shop };
                self.through(through, origin, addresses, deadline).await
            }
        }
    }

    fn way<'a>(
        &'a self,
        name: Option<&'a str>,
    ) -> Result<Option<(&'a str, &'a Egress)>, SendError> {
        let Some(name) = name else { return Ok(None) };
        match self.egress.get(name) {
            Some(egress) => Ok(Some((name, egress))),
            None => Err(error(
                SendErrorKind::Egress,
                format!(
                    "no egress profile `{name}`: add it to the configuration, or change the webhook's or the shop's"
                ),
            )),
        }
    }

    /// A tunnel to the first of the addresses that the proxy reaches.
    async fn through(
        &self,
        through: Through<'_>,
        origin: &Origin,
        addresses: &[SocketAddr],
        deadline: Instant,
    ) -> Result<TcpStream, SendError> {
        let proxy = through.proxy;
        let began = Instant::now();
        let resolver = &*self.permitted_addresses.resolver;
        let of_proxy: Vec<SocketAddr> = resolve(resolver, &proxy.place, through.shop, deadline)
            .await
            .map_err(|failure| through.not_reached(failure, began))?
            .into_iter()
            .map(|address| SocketAddr::new(address, proxy.port))
            .collect();
        let to = format!("{origin} through {through}");
        dial(&to, addresses, deadline, |address| {
            let of_proxy = &of_proxy;
            async move {
                let (to, began) = (through.to_string(), Instant::now());
                let mut tcp = dial(&to, of_proxy, deadline, |address| open(&to, address, None))
                    .await
                    .map_err(|failure| through.not_reached(failure, began))?;
                let made = proxy.tunnel(&mut tcp, address).await;
                made.map_err(|no| through.no_tunnel(address, no))?;
                Result::<_, Failed>::Ok(tcp)
            }
        })
        .await
    }
}

/// A proxy as errors speak of it: by its profile's name. Those who read them are customers of the operator, and
/// where the proxy is is not theirs to know.
#[derive(Clone, Copy)]
struct Through<'a> {
    name: &'a str,
    proxy: &'a Proxy,
    shop: ShopNo,
}

impl fmt::Display for Through<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the proxy of the egress profile `{}`", self.name)
    }
}

impl Through<'_> {
    /// It is the proxy that could not be found or connected to, not the receiver, unless that had left it no time.
    fn not_reached(&self, failure: SendError, began: Instant) -> SendError {
        tracing::debug!(profile = self.name, proxy = %self.proxy, error = %failure, "no connection to the proxy");
        match failure.kind {
            SendErrorKind::Timeout => {
                let had_time = began.elapsed() >= PROXY_HAS_AT_LEAST;
                let kind = if had_time {
                    SendErrorKind::Proxy
                } else {
                    SendErrorKind::Timeout
                };
                error(
                    kind,
                    format!("the deadline passed while connecting to {self}"),
                )
            }
            // Where the proxy is is not in those.
            kind if kind.is_ours() => failure,
            _ => error(SendErrorKind::Proxy, format!("no connection to {self}")),
        }
    }

    fn no_tunnel(&self, target: SocketAddr, no: No) -> SendError {
        let (kind, text) = match no {
            No::Refused(why) => (
                SendErrorKind::ProxyRefused,
                format!("{self} refused a connection to {target}: {why}"),
            ),
            No::Unreachable(why) => (
                SendErrorKind::Connect,
                format!("{self} could not connect to {target}: {why}"),
            ),
            No::Broken(why) => (
                SendErrorKind::Proxy,
                format!("{self} did not answer as a proxy does: {why}"),
            ),
        };
        error(kind, text)
    }
}

/// Why an address could not be connected to.
struct Failed {
    error: SendError,
    /// There is no way from here to addresses of its family.
    no_way: bool,
}

impl From<SendError> for Failed {
    fn from(error: SendError) -> Self {
        let no_way = false;
        Self { error, no_way }
    }
}

impl Failed {
    /// What tells most of several: what a receiver did, then what we lack, then that there is no way.
    fn weight(&self) -> u8 {
        match self.no_way {
            true => 0,
            false if self.error.kind.is_ours() => 1,
            false => 2,
        }
    }
}

/// The work, with the time that it took added to a stage.
async fn measured<T>(stage: &mut Option<Duration>, work: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let done = work.await;
    Stages::add(stage, began.elapsed());
    done
}

/// The first address that answers. Each gets an equal share of the time that is left, so that one which
/// swallows packets does not use it up.
async fn dial<F: Future<Output = Result<TcpStream, Failed>>>(
    to: &str,
    addresses: &[SocketAddr],
    deadline: Instant,
    open: impl Fn(SocketAddr) -> F,
) -> Result<TcpStream, SendError> {
    let tried = addresses.len().min(ADDRESSES_TRIED);
    let mut most: Option<Failed> = None;
    for (n, address) in addresses.iter().take(tried).enumerate() {
        let left = deadline.saturating_duration_since(Instant::now());
        let share = left
            .checked_div(u32::try_from(tried - n).unwrap_or(1))
            .unwrap_or(left);
        let doing = || format!("connecting to {to}");
        let failed = match within(Instant::now() + share, doing, open(*address)).await {
            Ok(Ok(tcp)) => return Ok(tcp),
            Ok(Err(failed)) => failed,
            Err(late) => late.into(),
        };
        if most
            .as_ref()
            .is_none_or(|most| failed.weight() >= most.weight())
        {
            most = Some(failed);
        }
    }
    Err(most.map_or_else(
        || error(SendErrorKind::Connect, format!("{to} has no address")),
        |failed| failed.error,
    ))
}

async fn open(to: &str, address: SocketAddr, source: Option<IpAddr>) -> Result<TcpStream, Failed> {
    let ip = address.ip();
    let failed = |kind: Option<SendErrorKind>, e: io::Error| Failed {
        error: error(
            kind.unwrap_or(SendErrorKind::Connect),
            format!("{to} at {ip}: {e}"),
        ),
        no_way: kind.is_none(),
    };
    let connecting = |e: io::Error| failed(trouble::of_connecting(&e, ip, trouble::routes), e);
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    };
    let socket = socket.map_err(connecting)?;
    if let Some(source) = source {
        let bound = socket.bind(SocketAddr::new(source, 0));
        bound.map_err(|e| failed(Some(trouble::of_binding(&e)), e))?;
    }
    socket.set_nodelay(true).map_err(connecting)?;
    socket.connect(address).await.map_err(connecting)
}
