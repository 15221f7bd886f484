//! Certificates made on the spot, good and bad, for receivers that speak TLS.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// Whatever went wrong in making a certificate.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// A certificate authority that lives as long as the test.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// When a certificate is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// From 1975 to 4096.
    Now,
    /// Until the end of 2020.
    Expired,
    /// From the year 4000 on.
    NotYet,
}

impl Authority {
    /// A new authority that nobody trusts yet.
    ///
    /// # Errors
    /// The key or the certificate could not be made.
    pub fn new() -> Result<Self, Error> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Ok(Self {
            issuer: CertifiedIssuer::self_signed(params, KeyPair::generate()?)?,
        })
    }

    /// Its root certificate, for `extra_roots`.
    #[must_use]
    pub fn root(&self) -> CertificateDer<'static> {
        self.issuer.der().clone()
    }

    /// The root certificate as PEM, for `--endpoint-ca-file`.
    #[must_use]
    pub fn root_pem(&self) -> String {
        self.issuer.pem()
    }

    /// A server that shows the authority's own certificate, which is good for signing and for nothing else.
    ///
    /// # Errors
    /// The server could not be set up.
    pub fn as_server(&self) -> Result<Arc<ServerConfig>, Error> {
        config(self.root(), self.issuer.key())
    }

    /// A certificate of this authority for `names` and its key, both as PEM, for `--tls-cert` and `--tls-key`.
    ///
    /// # Errors
    /// The key or the certificate could not be made.
    pub fn pem(&self, names: &[&str]) -> Result<(String, String), Error> {
        let names = names.iter().map(|name| (*name).to_owned());
        let key = KeyPair::generate()?;
        let certificate =
            CertificateParams::new(names.collect::<Vec<_>>())?.signed_by(&key, &self.issuer)?;
        Ok((certificate.pem(), key.serialize_pem()))
    }

    /// A server with a certificate of this authority for `names` (host names or addresses).
    ///
    /// # Errors
    /// The key or the certificate could not be made.
    pub fn server(&self, names: &[&str], validity: Validity) -> Result<Arc<ServerConfig>, Error> {
        let mut params = CertificateParams::new(
            names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>(),
        )?;
        match validity {
            Validity::Now => {}
            Validity::Expired => params.not_after = date_time_ymd(2020, 12, 31),
            Validity::NotYet => params.not_before = date_time_ymd(4000, 1, 1),
        }
        let key = KeyPair::generate()?;
        config(params.signed_by(&key, &self.issuer)?.der().clone(), &key)
    }
}

/// A server with a certificate for `names` that nobody but itself signed.
///
/// # Errors
/// The key or the certificate could not be made.
pub fn self_signed(names: &[&str]) -> Result<Arc<ServerConfig>, Error> {
    let names = names
        .iter()
        .map(|name| (*name).to_owned())
        .collect::<Vec<_>>();
    let made = rcgen::generate_simple_self_signed(names)?;
    config(made.cert.der().clone(), &made.signing_key)
}

fn config(certificate: CertificateDer<'static>, key: &KeyPair) -> Result<Arc<ServerConfig>, Error> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)?;
    Ok(Arc::new(config))
}
