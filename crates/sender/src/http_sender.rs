//! The port's implementation: one request, one answer, one deadline.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use async_trait::async_trait;
use claimwire_wire::send::{Answer, Request, SendError, SendErrorKind, Sender};
use ipnet::IpNet;
use rustls::pki_types::CertificateDer;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

use crate::connect::Connector;
use crate::egress::Egress;
use crate::error::error;
use crate::gate::Gate;
use crate::h1::{Connection, Exchange};
use crate::limits::{IDLE_FOR, IDLE_OVERALL, IDLE_PER_ORIGIN, TARGETS_REMEMBERED};
use crate::message::Message;
use crate::policy::Policy;
use crate::pool::{Bounds, Pool};
use crate::resolve::{OnePerName, Resolve, System};
use crate::stream::Stream;
use crate::target::{Origin, Target};
use crate::tls::{self, NoTls};

/// What the operator decides.
#[derive(Debug, Clone, Default)]
pub struct SenderSettings {
    /// Plain http endpoints are sent to (`--endpoint-allow-http`).
    pub allow_http: bool,
    /// Networks that are connected to although they are not public (`--endpoint-allow-networks`).
    pub allow_networks: Vec<IpNet>,
    /// Root certificates beside the system's (`--endpoint-ca-file`).
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// Egress profiles by name.
    pub egress: BTreeMap<String, Egress>,
}

/// Where a kept connection leads, and through which egress profile.
type Route = (Arc<Origin>, Option<String>);

struct Kept {
    pool: Pool<Route, Connection<Stream>>,
    /// A task closes those that grow too old.
    swept: bool,
}

/// Sends over kept HTTP/1.1 connections. Needs a running tokio runtime with time and io.
pub struct HttpSender {
    connector: Connector,
    targets: Mutex<HashMap<String, Arc<Target>>>,
    kept: Arc<Mutex<Kept>>,
}

impl HttpSender {
    /// A sender with the system's resolver and root certificates.
    ///
    /// # Errors
    /// A root certificate of `settings` is not one.
    pub fn new(settings: SenderSettings) -> Result<Self, NoTls> {
        Self::with_resolver(settings, Arc::new(OnePerName::new(System::default())))
    }

    /// A sender that asks `resolver` for addresses.
    ///
    /// # Errors
    /// A root certificate of `settings` is not one.
    pub fn with_resolver(
        settings: SenderSettings,
        resolver: Arc<dyn Resolve>,
    ) -> Result<Self, NoTls> {
        let policy = Policy {
            allow_http: settings.allow_http,
            allow_networks: settings.allow_networks,
        };
        let tls = TlsConnector::from(tls::client(settings.extra_roots)?);
        let bounds = Bounds {
            per_key: IDLE_PER_ORIGIN,
            overall: IDLE_OVERALL,
            idle: IDLE_FOR,
        };
        Ok(Self {
            connector: Connector {
                gate: Gate { policy, resolver },
                tls,
                egress: settings.egress,
            },
            targets: Mutex::new(HashMap::new()),
            kept: Arc::new(Mutex::new(Kept {
                pool: Pool::new(bounds),
                swept: false,
            })),
        })
    }

    /// The URL taken apart, remembered from the last time if possible.
    fn target(&self, url: &str) -> Result<Arc<Target>, SendError> {
        if let Some(target) = lock(&self.targets).get(url) {
            return Ok(Arc::clone(target));
        }
        let target = Arc::new(Target::parse(url, &self.connector.gate.policy)?);
        let mut targets = lock(&self.targets);
        if targets.len() >= TARGETS_REMEMBERED {
            targets.clear();
        }
        targets.insert(url.to_owned(), Arc::clone(&target));
        Ok(target)
    }

    /// A kept connection that is still good, as far as is known.
    async fn kept(&self, route: &Route) -> Option<Connection<Stream>> {
        loop {
            let mut connection = lock(&self.kept).pool.take(route, Instant::now())?;
            if connection.is_quiet().await {
                return Some(connection);
            }
        }
    }

    fn keep(&self, route: &Route, connection: Connection<Stream>) {
        let mut kept = lock(&self.kept);
        kept.pool.put(route, connection, Instant::now());
        if !kept.swept {
            kept.swept = true;
            tokio::spawn(sweep(Arc::downgrade(&self.kept)));
        }
    }
}

/// Closes what nobody takes any more, until there is nothing left.
async fn sweep(kept: Weak<Mutex<Kept>>) {
    loop {
        tokio::time::sleep(IDLE_FOR).await;
        let Some(kept) = kept.upgrade() else { return };
        let mut kept = lock(&kept);
        kept.pool.sweep(Instant::now());
        if kept.pool.is_empty() {
            kept.swept = false;
            return;
        }
    }
}

/// What is locked is whole between any two statements, so a panic elsewhere does not spoil it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl Sender for HttpSender {
    async fn send(&self, request: Request) -> Result<Answer, SendError> {
        let deadline = Instant::now() + request.timeout;
        let target = self.target(&request.url)?;
        let message = Message::new(&target, &request)?;
        let route = (Arc::clone(&target.origin), request.egress);
        let (origin, egress) = &route;
        loop {
            let kept = self.kept(&route).await;
            let fresh = kept.is_none();
            let mut connection = match kept {
                Some(connection) => connection,
                // Boxed: it is seldom needed and large.
                None => Connection::new(
                    Box::pin(self.connector.connect(origin, egress.as_deref(), deadline)).await?,
                ),
            };
            let exchange = timeout_at(deadline, connection.exchange(&message)).await;
            match exchange {
                Ok(Ok(Exchange::Answered(answer, reusable))) => {
                    if reusable {
                        self.keep(&route, connection);
                    }
                    return Ok(answer);
                }
                // The kept connection was closed meanwhile; nothing was sent, so this is still one attempt.
                Ok(Ok(Exchange::NotSent)) if !fresh => {}
                Ok(Ok(Exchange::NotSent)) => {
                    return Err(error(
                        SendErrorKind::Closed,
                        format!("{origin} closed the connection before the request could be sent"),
                    ));
                }
                Ok(Err(broken)) => {
                    let what = broken.what;
                    return Err(error(
                        broken.kind,
                        format!("no answer from {origin}: {what}"),
                    ));
                }
                Err(_) => {
                    let stage = connection.stage();
                    return Err(error(
                        SendErrorKind::Timeout,
                        format!("the deadline passed while {stage} {origin}"),
                    ));
                }
            }
        }
    }

    fn egress_profiles(&self) -> Vec<&str> {
        self.connector.egress.keys().map(String::as_str).collect()
    }

    fn check_url(&self, url: &str) -> Result<(), SendError> {
        Target::parse(url, &self.connector.gate.policy).map(drop)
    }
}
