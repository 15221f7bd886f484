//! The port's implementation: one request, one answer, one deadline.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use claimwire_model::delivery::Stages;
use claimwire_wire::send::{Answer, Request, SendError, SendErrorKind, Sender, Timed};
use ipnet::IpNet;
use rustls::pki_types::CertificateDer;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

use crate::connect::Connector;
use crate::egress::Egress;
use crate::error::error;
use crate::exchange::{Broken, Exchange};
use crate::h1::Connection;
use crate::h2::Session;
use crate::kept::{Kept, Route};
use crate::limits::{CONNECTIONS_PER_ATTEMPT, TARGETS_REMEMBERED};
use crate::message::Message;
use crate::permitted_addresses::PermittedAddresses;
use crate::policy::Policy;
use crate::resolve::{Dns, Names, Resolve};
use crate::stream::Stream;
use crate::target::Target;
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
    /// Connections that are kept between attempts, if fewer than [`IDLE_OVERALL`](crate::limits::IDLE_OVERALL) for want of open files.
    pub most_idle: Option<usize>,
}

/// Sends over kept connections, HTTP/2 where the receiver offers it, else HTTP/1.1. Needs a running tokio runtime with time and io.
pub struct HttpSender {
    connector: Connector,
    targets: Mutex<HashMap<String, Arc<Target>>>,
    kept: Kept,
}

impl HttpSender {
    /// A sender with the system's resolver and root certificates.
    ///
    /// # Errors
    /// A root certificate of `settings` is not one.
    pub fn new(settings: SenderSettings) -> Result<Self, NoTls> {
        Self::with_dns(settings, Dns::of_the_system())
    }

    /// A sender that asks `dns` for addresses, and remembers them.
    ///
    /// # Errors
    /// A root certificate of `settings` is not one.
    pub fn with_dns(settings: SenderSettings, dns: Dns) -> Result<Self, NoTls> {
        Self::with_resolver(settings, Arc::new(Names::new(dns)))
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
        Ok(Self {
            connector: Connector {
                permitted_addresses: PermittedAddresses { policy, resolver },
                tls,
                egress: settings.egress,
            },
            targets: Mutex::new(HashMap::new()),
            kept: Kept::new(settings.most_idle),
        })
    }

    /// Where its requests may go, for what else goes to a place that a user named.
    #[must_use]
    pub fn permitted_addresses(&self) -> &PermittedAddresses {
        &self.connector.permitted_addresses
    }

    /// The URL taken apart, remembered from the last time if possible.
    fn target(&self, url: &str) -> Result<Arc<Target>, SendError> {
        if let Some(target) = lock(&self.targets).get(url) {
            return Ok(Arc::clone(target));
        }
        let target = Arc::new(Target::parse(
            url,
            &self.connector.permitted_addresses.policy,
        )?);
        let mut targets = lock(&self.targets);
        if targets.len() >= TARGETS_REMEMBERED {
            targets.clear();
        }
        targets.insert(url.to_owned(), Arc::clone(&target));
        Ok(target)
    }
}

/// What is locked is whole between any two statements, so a panic elsewhere does not spoil it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What an attempt is made of, whichever connection it takes.
struct Attempt<'a> {
    sender: &'a HttpSender,
    target: &'a Target,
    route: &'a Route,
    request: &'a Request,
    deadline: Instant,
    /// How long it has taken so far.
    stages: Stages,
}

impl Attempt<'_> {
    async fn answer(&mut self, message: &Message) -> Result<Answer, SendError> {
        if let Some(answer) = self.over_kept_connections(message).await? {
            return Ok(answer);
        }
        // Boxed: it is seldom needed and large.
        Box::pin(self.over_fresh_connections(message)).await
    }

    async fn over_h1(
        &mut self,
        mut connection: Connection<Stream>,
        message: &Message,
    ) -> Result<Exchange, SendError> {
        let began = Instant::now();
        let came = timeout_at(self.deadline, connection.exchange(message)).await;
        self.heard(began, connection.heard());
        match came {
            Ok(Ok((exchange, reusable))) => {
                if reusable {
                    self.sender.kept.keep(self.route, connection);
                }
                Ok(exchange)
            }
            Ok(Err(broken)) => Err(self.no_answer(broken)),
            Err(_) => Err(self.too_late(connection.stage())),
        }
    }

    async fn over_h2(&mut self, session: &Session) -> Result<Exchange, SendError> {
        let (began, mut heard) = (Instant::now(), None);
        let exchange = session.exchange(&self.target.uri, self.request, &mut heard);
        let came = timeout_at(self.deadline, exchange).await;
        self.heard(began, heard);
        match came {
            Ok(Ok(exchange)) => {
                if !matches!(exchange, Exchange::Answered(_)) {
                    self.sender.kept.retire(self.route, session);
                }
                Ok(exchange)
            }
            Ok(Err(broken)) => Err(self.no_answer(broken)),
            Err(_) => Err(self.too_late("waiting for the whole answer of")),
        }
    }

    /// None: no kept connection had an answer. What a receiver has seen nothing of goes over the next; what may
    /// have met a connection that the receiver was closing goes over a fresh one, and only there.
    async fn over_kept_connections(
        &mut self,
        message: &Message,
    ) -> Result<Option<Answer>, SendError> {
        let kept = &self.sender.kept;
        while let Some(session) = kept.join(self.route) {
            match self.over_h2(&session).await? {
                Exchange::Answered(answer) => return Ok(Some(answer)),
                Exchange::NotSent(_) | Exchange::GoneAway(_) => {}
                Exchange::Unanswered(_) => return Ok(None),
            }
        }
        while let Some(connection) = kept.take(self.route).await {
            match self.over_h1(connection, message).await? {
                Exchange::Answered(answer) => return Ok(Some(answer)),
                Exchange::NotSent(_) | Exchange::GoneAway(_) => {}
                Exchange::Unanswered(_) => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Over a fresh one, and over another when the receiver winds it up at once.
    async fn over_fresh_connections(&mut self, message: &Message) -> Result<Answer, SendError> {
        let mut made = 1;
        loop {
            match self.over_a_fresh_connection(message).await? {
                Exchange::Answered(answer) => return Ok(answer),
                Exchange::GoneAway(_) if made < CONNECTIONS_PER_ATTEMPT => made += 1,
                Exchange::GoneAway(why) | Exchange::NotSent(why) | Exchange::Unanswered(why) => {
                    return Err(self.no_answer(why));
                }
            }
        }
    }

    async fn over_a_fresh_connection(&mut self, message: &Message) -> Result<Exchange, SendError> {
        let (origin, egress) = self.route;
        let connector = &self.sender.connector;
        let stream = connector
            .connect(
                origin,
                egress.as_deref(),
                self.request.shop,
                self.deadline,
                &mut self.stages,
            )
            .await?;
        if !stream.speaks_h2() {
            return self.over_h1(Connection::new(stream), message).await;
        }
        // Another attempt may have been faster; then theirs is shared.
        let session = match self.sender.kept.join(self.route) {
            Some(session) => session,
            None => {
                let session = timeout_at(self.deadline, Session::open(stream))
                    .await
                    .map_err(|_| self.too_late("agreeing on HTTP/2 with"))?
                    .map_err(|broken| self.no_answer(broken))?;
                self.sender.kept.share(self.route, &session);
                session
            }
        };
        self.over_h2(&session).await
    }

    /// An exchange that began then has got its first byte, if any has come.
    fn heard(&mut self, began: Instant, heard: Option<Instant>) {
        self.stages.first_byte = heard.map(|heard| heard.saturating_duration_since(began));
    }

    fn no_answer(&self, Broken { kind, what }: Broken) -> SendError {
        let origin = &self.target.origin;
        error(kind, format!("no answer from {origin}: {what}"))
    }

    fn too_late(&self, stage: &str) -> SendError {
        let origin = &self.target.origin;
        let detail = format!("the deadline passed while {stage} {origin}");
        error(SendErrorKind::Timeout, detail)
    }
}

#[async_trait]
impl Sender for HttpSender {
    async fn send(&self, request: Request) -> Result<Answer, SendError> {
        self.timed(request).await.came
    }

    async fn timed(&self, request: Request) -> Timed {
        let deadline = Instant::now() + request.timeout;
        let prepared = self
            .target(&request.url)
            .and_then(|target| Ok((Message::new(&target, &request)?, target)));
        let (message, target) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => {
                return Timed {
                    came: Err(error),
                    stages: Stages::default(),
                };
            }
        };
        let route = (Arc::clone(&target.origin), request.egress.clone());
        let mut attempt = Attempt {
            sender: self,
            target: &target,
            route: &route,
            request: &request,
            deadline,
            stages: Stages::default(),
        };
        let came = attempt.answer(&message).await;
        let stages = attempt.stages;
        Timed { came, stages }
    }

    fn egress_profiles(&self) -> Vec<&str> {
        self.connector.egress.keys().map(String::as_str).collect()
    }

    fn check_url(&self, url: &str) -> Result<String, SendError> {
        Target::parse(url, &self.connector.permitted_addresses.policy)
            .map(|target| target.normalised())
    }
}
