//! Look-ups by the system's name servers, without a thread that waits for them.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use claimwire_wire::send::{SendError, SendErrorKind};
use hickory_resolver::TokioResolver;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::rr::RecordType;
use tokio::time::{sleep, timeout};

use super::files::Files;
use super::names::LookUp;
use super::remembered::Answer;
use super::unresolved;
use crate::error::error;
use crate::limits::{
    ADDRESS_GOOD_FOR, ADDRESSES_PER_NAME, FAILURE_GOOD_FOR, LOOKUP_FOR, OTHER_FAMILY_WAITS,
    PROBE_AFTER, PROBE_FOR,
};
use crate::trouble;

/// Asks name servers, once for the addresses of each family.
pub struct Dns {
    files: Files,
    /// Whether the name servers answered nothing, not even what each of them knows, when they were last probed.
    down: AtomicBool,
}

impl fmt::Debug for Dns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dns").field("down", &self.down).finish()
    }
}

impl Dns {
    /// By the system's `resolv.conf` and hosts file, which are read again when they change.
    #[must_use]
    pub fn of_the_system() -> Self {
        Self::by(Files::of_the_system())
    }

    /// By a `resolv.conf` and a hosts file in other places.
    #[must_use]
    pub fn by_files(resolv_conf: PathBuf, hosts: PathBuf) -> Self {
        Self::by(Files::at(resolv_conf, hosts))
    }

    /// By these name servers and this text of a hosts file.
    #[must_use]
    pub fn asking(servers: &[SocketAddr], hosts: &str) -> Self {
        Self::by(Files::fixed(servers, hosts))
    }

    fn by(files: Files) -> Self {
        Self {
            files,
            down: AtomicBool::new(false),
        }
    }

    /// Whether anything answers for names: the name servers are asked for those of the root, which each of them knows.
    ///
    /// # Errors
    /// `local_resolver`: no name server is configured, or none answers.
    pub async fn probe(&self) -> Result<(), SendError> {
        match &self.files.now().resolver {
            Ok(resolver) if answers(resolver).await => Ok(()),
            Ok(_) => Err(none_answers()),
            Err(why) => Err(none_configured(why)),
        }
    }

    /// Both families; when one has addresses the other is not waited for long.
    async fn ask(&self, resolver: &TokioResolver, name: &str) -> Result<Found, NetError> {
        let (mut v4, mut v6) = (
            std::pin::pin!(one(resolver, name, RecordType::A)),
            std::pin::pin!(one(resolver, name, RecordType::AAAA)),
        );
        let (first, second) = tokio::select! {
            first = &mut v4 => { let second = after(&first, v6).await; (first, second) }
            first = &mut v6 => { let second = after(&first, v4).await; (first, second) }
        };
        match (first, second) {
            (Ok(first), Ok(second)) => Ok(first.and(second)),
            // What a name server said is worth more than that it said nothing.
            (Err(first), Err(second)) if !is_an_answer(&first) => Err(second),
            (Err(first), Err(_)) => Err(first),
            (Ok(found), Err(_)) | (Err(_), Ok(found)) => Ok(found),
        }
    }

    /// The same, and meanwhile, should it take long, whether the name servers answer anything.
    async fn ask_and_probe(&self, resolver: &TokioResolver, name: &str) -> Result<Found, NetError> {
        let mut asked = std::pin::pin!(self.ask(resolver, name));
        if let Ok(came) = timeout(PROBE_AFTER, &mut asked).await {
            return came;
        }
        let probe = async {
            self.down.store(!answers(resolver).await, Ordering::Relaxed);
        };
        let ((), came) = tokio::join!(probe, asked);
        came
    }

    fn failed(&self, name: &str, why: &NetError) -> SendError {
        match why {
            NetError::Dns(DnsError::NoRecordsFound(_)) if why.is_nx_domain() => {
                unresolved(name, "there is no such name")
            }
            NetError::Dns(DnsError::NoRecordsFound(_)) => unresolved(name, "it has no address"),
            NetError::Io(io) => error(
                trouble::of_ours(io).unwrap_or(SendErrorKind::LocalResolver),
                format!("no name server could be asked: {io}"),
            ),
            NetError::NoConnections => match trouble::of_a_socket_more() {
                Some(kind) => error(kind, "no name server could be asked"),
                None => none_answers(),
            },
            NetError::Timeout if self.down.load(Ordering::Relaxed) => none_answers(),
            NetError::Timeout => unresolved(name, "its name servers do not answer"),
            other => unresolved(name, other),
        }
    }
}

fn none_answers() -> SendError {
    error(
        SendErrorKind::LocalResolver,
        "the name servers that this machine is configured with do not answer",
    )
}

fn none_configured(why: &str) -> SendError {
    error(
        SendErrorKind::LocalResolver,
        format!("this machine has no name server configured: {why}"),
    )
}

/// Whether a name server says anything about the root.
async fn answers(resolver: &TokioResolver) -> bool {
    let came = timeout(PROBE_FOR, resolver.lookup(".", RecordType::NS)).await;
    matches!(&came, Ok(Ok(_))) || matches!(&came, Ok(Err(why)) if is_an_answer(why))
}

#[async_trait]
impl LookUp for Dns {
    async fn look_up(&self, name: &str) -> (Answer, Duration) {
        let files = self.files.now();
        let local = files.local(name);
        if !local.is_empty() {
            return (Ok(local), Duration::ZERO);
        }
        let resolver = match &files.resolver {
            Ok(resolver) => resolver,
            Err(why) => return (Err(none_configured(why)), Duration::ZERO),
        };
        let asked = timeout(LOOKUP_FOR, self.ask_and_probe(resolver, name)).await;
        match asked.unwrap_or(Err(NetError::Timeout)) {
            Ok(found) => {
                self.down.store(false, Ordering::Relaxed);
                (Ok(found.addresses()), found.ttl.min(ADDRESS_GOOD_FOR))
            }
            Err(why) => {
                if is_an_answer(&why) {
                    self.down.store(false, Ordering::Relaxed);
                }
                let failed = self.failed(name, &why);
                let good_for = if failed.kind.is_ours() {
                    Duration::ZERO
                } else {
                    FAILURE_GOOD_FOR
                };
                (Err(failed), good_for)
            }
        }
    }

    fn is_down(&self) -> bool {
        self.down.load(Ordering::Relaxed)
    }
}

/// Addresses of both families, and the time that all of them are good for.
struct Found {
    v4: Vec<IpAddr>,
    v6: Vec<IpAddr>,
    ttl: Duration,
}

impl Found {
    fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    fn and(mut self, other: Self) -> Self {
        // Of a family without addresses nothing is known but that, now.
        self.ttl = match (self.is_empty(), other.is_empty()) {
            (true, _) => other.ttl,
            (_, true) => self.ttl,
            _ => self.ttl.min(other.ttl),
        };
        self.v4.extend(other.v4);
        self.v6.extend(other.v6);
        self
    }

    /// The families by turns, so that a machine with one of them does not try many of the other first.
    fn addresses(&self) -> Vec<IpAddr> {
        let longer = self.v4.len().max(self.v6.len());
        (0..longer)
            .flat_map(|n| [self.v4.get(n), self.v6.get(n)])
            .flatten()
            .take(ADDRESSES_PER_NAME)
            .copied()
            .collect()
    }
}

/// The addresses of one family.
async fn one(resolver: &TokioResolver, name: &str, kind: RecordType) -> Result<Found, NetError> {
    let came = resolver.lookup(name, kind).await?;
    let mut found = Found {
        v4: Vec::new(),
        v6: Vec::new(),
        ttl: ADDRESS_GOOD_FOR,
    };
    for record in came.answers() {
        found.ttl = found.ttl.min(Duration::from_secs(record.ttl.into()));
        match record.data.ip_addr() {
            Some(address) if address.is_ipv4() => found.v4.push(address),
            Some(address) => found.v6.push(address),
            None => {}
        }
    }
    Ok(found)
}

/// The other family's: waited for to its end only when the first has no address.
async fn after(
    first: &Result<Found, NetError>,
    other: impl Future<Output = Result<Found, NetError>>,
) -> Result<Found, NetError> {
    let first_is_enough = matches!(first, Ok(found) if !found.is_empty());
    tokio::select! {
        came = other => came,
        () = sleep(OTHER_FAMILY_WAITS), if first_is_enough => Err(NetError::Timeout),
    }
}

/// Whether a name server said this, rather than nothing.
fn is_an_answer(why: &NetError) -> bool {
    matches!(why, NetError::Dns(_))
}
