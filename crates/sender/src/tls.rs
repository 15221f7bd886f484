//! TLS 1.2 and 1.3 with the system's root certificates and the operator's own; HTTP/2 is offered.

use std::sync::Arc;

use claimwire_wire::send::{SendError, SendErrorKind};
use rustls::client::Resumption;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

use crate::error::{chain, error};
use crate::limits::TLS_SESSIONS;
use crate::target::Origin;

/// What HTTP/2 and HTTP/1.1 are called in the TLS handshake (RFC 7301).
pub(crate) const H2: &[u8] = b"h2";
const HTTP_1_1: &[u8] = b"http/1.1";

/// Why no TLS client could be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoTls(String);

impl std::fmt::Display for NoTls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoTls {}

/// A client that checks certificates and names against the system's roots and `extra`.
pub(crate) fn client(extra: Vec<CertificateDer<'static>>) -> Result<Arc<ClientConfig>, NoTls> {
    let mut roots = RootCertStore::empty();
    let native = rustls_native_certs::load_native_certs();
    for error in &native.errors {
        tracing::warn!(%error, "some of the system's root certificates could not be read");
    }
    roots.add_parsable_certificates(native.certs);
    for certificate in extra {
        roots.add(certificate).map_err(|e| {
            NoTls(format!(
                "a certificate of endpoint-ca-file is not usable: {e}"
            ))
        })?;
    }
    if roots.is_empty() {
        tracing::warn!(
            "no root certificate found: no https endpoint can be reached; install ca-certificates"
        );
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(|e| NoTls(format!("TLS could not be set up: {e}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![H2.to_vec(), HTTP_1_1.to_vec()];
    config.resumption = Resumption::in_memory_sessions(TLS_SESSIONS);
    Ok(Arc::new(config))
}

/// A handshake that failed, by the name of what was wrong.
pub(crate) fn no_tls(origin: &Origin, failure: &std::io::Error) -> SendError {
    let cause = failure
        .get_ref()
        .and_then(|e| e.downcast_ref::<rustls::Error>());
    let kind = cause.map_or(SendErrorKind::Tls, kind);
    error(kind, format!("no TLS with {origin}: {}", chain(failure)))
}

fn kind(cause: &rustls::Error) -> SendErrorKind {
    use rustls::{AlertDescription, CertificateError as Bad, Error, PeerIncompatible as Cannot};
    match cause {
        Error::InvalidCertificate(bad) => match bad {
            Bad::Expired | Bad::ExpiredContext { .. } => SendErrorKind::TlsExpired,
            Bad::NotValidYet | Bad::NotValidYetContext { .. } => SendErrorKind::TlsNotYetValid,
            Bad::NotValidForName | Bad::NotValidForNameContext { .. } => {
                SendErrorKind::TlsWrongName
            }
            Bad::UnknownIssuer | Bad::BadSignature => SendErrorKind::TlsUntrusted,
            _ => SendErrorKind::Tls,
        },
        Error::PeerIncompatible(
            Cannot::ServerDoesNotSupportTls12Or13 | Cannot::ServerTlsVersionIsDisabledByOurConfig,
        )
        | Error::AlertReceived(AlertDescription::ProtocolVersion) => SendErrorKind::TlsVersion,
        _ => SendErrorKind::Tls,
    }
}
