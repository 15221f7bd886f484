//! TLS 1.2 and 1.3 with the system's root certificates and the operator's own.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

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
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(|e| NoTls(format!("TLS could not be set up: {e}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
