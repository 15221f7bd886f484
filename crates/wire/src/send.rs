//! The port between those who decide what to send (engine, API) and the one who has sockets (sender).

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use claimwire_model::delivery::{ERROR_DETAIL_CHARS, Stages};
use claimwire_model::{Dialect, Headers, Shop, ShopNo};

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Adds.
    Post,
    /// Puts in place.
    Put,
    /// Changes in part.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// As HTTP spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether a request without a body says so: where one is looked for (RFC 9110, section 8.6).
    #[must_use]
    pub fn tells_length(self) -> bool {
        matches!(self, Self::Post | Self::Put | Self::Patch)
    }
}

/// A request to be made.
#[derive(Debug, Clone)]
pub struct Request {
    /// How.
    pub method: Method,
    /// Where.
    pub url: String,
    /// All headers but `Host` and `Content-Length`.
    pub headers: Headers,
    /// What.
    pub body: Bytes,
    /// One deadline over everything: resolve, connect, TLS, request, answer's headers and body.
    pub timeout: Duration,
    /// Name of the egress profile, if pinned to one.
    pub egress: Option<String>,
    /// At most so many bytes of the answer's body are read: [`RESPONSE_BODY_READ`], unless it is a file that is
    /// asked for.
    pub answer_limit: usize,
    /// Where room is asked for as the body comes, if it may be large: what has not come takes none.
    pub answer_room: Option<Arc<dyn AnswerRoom>>,
    /// Whose request it is: shops have equal shares of what is bounded for all, as name look-ups are.
    pub shop: ShopNo,
}

impl Request {
    /// The same, leaving by the shop's egress profile if the target named none.
    #[must_use]
    pub fn pinned(mut self, shop: &Shop) -> Self {
        if self.egress.is_none() {
            self.egress.clone_from(&shop.egress);
        }
        self
    }
}

/// Memory that large answers share.
pub trait AnswerRoom: std::fmt::Debug + Send + Sync {
    /// So many bytes of the answer, in all, are about to be held. Where there is no room for them the request ends
    /// with [`SendErrorKind::LocalMemory`]; nobody waits here, since other requests may share the connection.
    fn holds(&self, bytes: usize) -> bool;
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// As sent, text made from bytes leniently.
    pub headers: Headers,
    /// At most [`Request::answer_limit`] bytes.
    pub body: Bytes,
}

impl Answer {
    /// Whether the status is 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..=299).contains(&self.status)
    }

    /// The first header of this name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }
}

/// At most this much of an answer's body is read (contract section 6, promise 4).
pub const RESPONSE_BODY_READ: usize = 64 * 1024;
/// At most this much of it is kept (contract section 2).
pub const RESPONSE_BODY_KEPT: usize = 16 * 1024;

/// Why there was no answer. The kind's name is stable; the text says what was tried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}: {detail}")]
pub struct SendError {
    /// Which stage failed.
    pub kind: SendErrorKind,
    /// What was tried and what went wrong, without secrets.
    pub detail: String,
}

impl SendError {
    /// That a webhook's dialect is described by no file any more; none: its dialect is there.
    #[must_use]
    pub fn gone(dialect: Dialect) -> Option<Self> {
        let name = dialect.gone()?;
        Some(Self {
            kind: SendErrorKind::LocalDialect,
            detail: format!(
                "no file describes the dialect `{name}`: its webhooks' deliveries wait"
            ),
        })
    }

    /// What went wrong, for those whom the webhook belongs to: at most [`ERROR_DETAIL_CHARS`] characters.
    /// An address that was refused is not named: it may be of the operator's own network.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self.kind {
            SendErrorKind::AddressRefused => {
                "the address is not public: use a URL that the internet can reach".to_owned()
            }
            _ => self.detail.chars().take(ERROR_DETAIL_CHARS).collect(),
        }
    }
}

/// The stages at which a request can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendErrorKind {
    /// Not a URL that we send to (scheme, host).
    Url,
    /// The name has no address.
    Dns,
    /// The address is not public and the settings do not allow it.
    AddressRefused,
    /// No connection.
    Connect,
    /// No TLS, for a reason that has no name of its own below.
    Tls,
    /// No TLS: the certificate has expired.
    TlsExpired,
    /// No TLS: the certificate is not valid yet.
    TlsNotYetValid,
    /// No TLS: the certificate is for another name.
    TlsWrongName,
    /// No TLS: the certificate is signed by nobody that is trusted, or by itself.
    TlsUntrusted,
    /// No TLS: the receiver offers nothing from 1.2 on that is safe.
    TlsVersion,
    /// The deadline passed.
    Timeout,
    /// The receiver closed or broke the connection.
    Closed,
    /// What came back is not HTTP, or too much of it.
    Protocol,
    /// The egress profile is not in the configuration.
    Egress,
    /// The egress profile's proxy cannot be reached, or does not answer as a proxy does.
    Proxy,
    /// The egress profile's proxy refused the connection.
    ProxyRefused,
    /// The process or the machine has no file descriptor left.
    LocalDescriptors,
    /// The system has no memory for a connection.
    LocalMemory,
    /// The machine has no local port left to connect from.
    LocalPorts,
    /// The machine has no network: no route to anywhere, or not the profile's source address.
    LocalNetwork,
    /// The machine's resolver is not configured, cannot be reached or answers nothing.
    LocalResolver,
    /// No file describes the webhook's dialect any more.
    LocalDialect,
}

impl SendErrorKind {
    /// All of them.
    pub const ALL: [Self; 22] = [
        Self::Url,
        Self::Dns,
        Self::AddressRefused,
        Self::Connect,
        Self::Tls,
        Self::TlsExpired,
        Self::TlsNotYetValid,
        Self::TlsWrongName,
        Self::TlsUntrusted,
        Self::TlsVersion,
        Self::Timeout,
        Self::Closed,
        Self::Protocol,
        Self::Egress,
        Self::Proxy,
        Self::ProxyRefused,
        Self::LocalDescriptors,
        Self::LocalMemory,
        Self::LocalPorts,
        Self::LocalNetwork,
        Self::LocalResolver,
        Self::LocalDialect,
    ];

    /// Whether the trouble is on our side, so that it says nothing about the receiver and counts against nobody
    /// (contract section 6, promise 3). All of these pass without the shop's doing: the request is to be made
    /// again soon, as if it had not been made.
    #[must_use]
    pub fn is_ours(self) -> bool {
        matches!(
            self,
            Self::Proxy
                | Self::LocalDescriptors
                | Self::LocalMemory
                | Self::LocalPorts
                | Self::LocalNetwork
                | Self::LocalResolver
                | Self::LocalDialect
        )
    }

    /// Whether no host was found to answer, as when it is down: by name, connection, TLS or time.
    #[must_use]
    pub fn found_no_host(self) -> bool {
        matches!(
            self,
            Self::Dns
                | Self::Connect
                | Self::Timeout
                | Self::Tls
                | Self::TlsExpired
                | Self::TlsNotYetValid
                | Self::TlsWrongName
                | Self::TlsUntrusted
                | Self::TlsVersion
        )
    }

    /// The stable name that attempts show.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Dns => "dns",
            Self::AddressRefused => "address_refused",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::TlsExpired => "tls_expired",
            Self::TlsNotYetValid => "tls_not_yet_valid",
            Self::TlsWrongName => "tls_wrong_name",
            Self::TlsUntrusted => "tls_untrusted",
            Self::TlsVersion => "tls_version",
            Self::Timeout => "timeout",
            Self::Closed => "closed",
            Self::Protocol => "protocol",
            Self::Egress => "egress",
            Self::Proxy => "proxy",
            Self::ProxyRefused => "proxy_refused",
            Self::LocalDescriptors => "local_descriptors",
            Self::LocalMemory => "local_memory",
            Self::LocalPorts => "local_ports",
            Self::LocalNetwork => "local_network",
            Self::LocalResolver => "local_resolver",
            Self::LocalDialect => "local_dialect",
        }
    }
}

impl std::fmt::Display for SendErrorKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What came of a request, and how long it took to come.
#[derive(Debug)]
pub struct Timed {
    /// The answer, or why there is none.
    pub came: Result<Answer, SendError>,
    /// Of what was gone through, also where it failed.
    pub stages: Stages,
}

/// Whoever can make requests.
#[async_trait]
pub trait Sender: Send + Sync {
    /// Makes the request once. Follows nothing, retries nothing, ends within `request.timeout`.
    async fn send(&self, request: Request) -> Result<Answer, SendError>;

    /// The same, with how long its stages took: none where that is not measured.
    async fn timed(&self, request: Request) -> Timed {
        Timed {
            came: self.send(request).await,
            stages: Stages::default(),
        }
    }

    /// Whether a URL could be sent to at all: well-formed, https unless the settings allow http, not a
    /// literal address that is refused. Names are not resolved here. The answer is the URL as requests are made
    /// to it, to keep and to show: one that is checked again comes out as it went in.
    fn check_url(&self, url: &str) -> Result<String, SendError>;

    /// The names of the egress profiles that there are.
    fn egress_profiles(&self) -> Vec<&str> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ours_is_named_so_and_nothing_else_is() {
        use SendErrorKind::*;
        let ours = [
            Proxy,
            LocalDescriptors,
            LocalMemory,
            LocalPorts,
            LocalNetwork,
            LocalResolver,
            LocalDialect,
        ];
        for kind in ours {
            assert!(kind.is_ours(), "{kind}");
            assert!(
                kind == Proxy || kind.as_str().starts_with("local_"),
                "{kind}"
            );
        }
        for kind in [
            Url,
            Dns,
            AddressRefused,
            Connect,
            Tls,
            TlsExpired,
            TlsNotYetValid,
            TlsWrongName,
            TlsUntrusted,
            TlsVersion,
            Timeout,
            Closed,
            Protocol,
            Egress,
            ProxyRefused,
        ] {
            assert!(!kind.is_ours(), "{kind}");
        }
    }

    #[test]
    fn a_sentence_is_bounded_and_names_no_refused_address() {
        let error = |kind, detail: &str| SendError {
            kind,
            detail: detail.to_owned(),
        };
        let long = error(SendErrorKind::Tls, &"é".repeat(2 * ERROR_DETAIL_CHARS));
        assert_eq!(long.sentence(), "é".repeat(ERROR_DETAIL_CHARS));
        let refused = error(
            SendErrorKind::AddressRefused,
            "https://inside.example:443 leads to 10.1.2.3",
        );
        assert!(refused.sentence().contains("the address is not public"));
        assert!(!refused.sentence().contains("10.1.2.3"));
    }
}
