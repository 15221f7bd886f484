//! TLS for the listener, with a certificate chain and a key from two PEM files. They are read again when their content
//! changes; connections that are open keep what they began with. A pair that cannot be used changes nothing.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use anyhow::Context as _;
use ring::digest::{Context as Digest, SHA256};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::TlsAcceptor;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// What the listener speaks, as TLS calls it (RFC 7301).
const HTTP_1_1: &[u8] = b"http/1.1";

/// The two files.
#[derive(Debug, Clone)]
pub struct Files {
    /// The chain, the server's own certificate first.
    pub certificates: PathBuf,
    /// The private key of the first of them.
    pub key: PathBuf,
}

/// What TLS connections are made with, as it is in the files.
pub struct Tls {
    files: Files,
    provider: Arc<CryptoProvider>,
    current: Arc<Current>,
    config: Arc<ServerConfig>,
    /// Of the files' content when they were last looked at.
    seen: Mutex<[u8; 32]>,
}

/// What comes of a look at the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// They are as they were.
    Same,
    /// What begins from now on gets what they hold.
    Taken,
    /// They hold what cannot be used; what was in use still is.
    Refused,
}

#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let current = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&current))
    }
}

/// What the files hold, and a digest of it.
struct Content {
    certificates: Vec<u8>,
    key: Vec<u8>,
    digest: [u8; 32],
}

impl Files {
    fn read(&self) -> anyhow::Result<Content> {
        let read = |path: &PathBuf, setting| {
            std::fs::read(path).with_context(|| format!("cannot read {setting} {}", path.display()))
        };
        let certificates = read(&self.certificates, "--tls-cert")?;
        let key = read(&self.key, "--tls-key")?;
        let mut digest = Digest::new(&SHA256);
        digest.update(&(certificates.len() as u64).to_be_bytes());
        digest.update(&certificates);
        digest.update(&key);
        let mut sum = [0; 32];
        sum.copy_from_slice(digest.finish().as_ref());
        Ok(Content {
            certificates,
            key,
            digest: sum,
        })
    }

    fn pair(
        &self,
        content: &Content,
        provider: &CryptoProvider,
    ) -> anyhow::Result<Arc<CertifiedKey>> {
        let (certificates, key) = (self.certificates.display(), self.key.display());
        let chain = CertificateDer::pem_slice_iter(&content.certificates)
            .collect::<Result<Vec<_>, _>>()
            .with_context(|| format!("--tls-cert {certificates} is not in PEM form"))?;
        let private = PrivateKeyDer::from_pem_slice(&content.key)
            .with_context(|| format!("--tls-key {key} holds no private key in PEM form"))?;
        let pair = CertifiedKey::from_der(chain, private, provider).with_context(|| {
            format!(
                "--tls-cert {certificates} and --tls-key {key} cannot be used together: the first certificate must be \
                 that of the key"
            )
        })?;
        Ok(Arc::new(pair))
    }
}

impl Tls {
    /// With what the files hold now.
    ///
    /// # Errors
    /// They cannot be read, are not in PEM form, or do not belong together.
    pub fn open(files: Files) -> anyhow::Result<Self> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let content = files.read()?;
        let pair = files.pair(&content, &provider)?;
        let current = Arc::new(Current(RwLock::new(pair)));
        let mut config = ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
            .with_no_client_auth()
            .with_cert_resolver(current.clone());
        config.alpn_protocols = vec![HTTP_1_1.to_vec()];
        Ok(Self {
            files,
            provider,
            current,
            config: Arc::new(config),
            seen: Mutex::new(content.digest),
        })
    }

    /// For the listener.
    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.config.clone())
    }

    /// Looks whether the files' content has changed, and takes it if it can be used. What cannot is logged once.
    pub fn look(&self) -> Look {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let content = self.files.read();
        // Files that are away at this moment count as one content, so that they are told of once.
        let digest = content.as_ref().map_or([0; 32], |content| content.digest);
        if *seen == digest {
            return Look::Same;
        }
        *seen = digest;
        let pair = content.and_then(|content| self.files.pair(&content, &self.provider));
        match pair {
            Ok(pair) => {
                let mut current = self
                    .current
                    .0
                    .write()
                    .unwrap_or_else(PoisonError::into_inner);
                *current = pair;
                tracing::info!("the new certificate is in use");
                Look::Taken
            }
            Err(error) => {
                let why = format!("{error:#}");
                tracing::error!(
                    why,
                    "the changed certificate files cannot be used; the certificate from before stays in use"
                );
                Look::Refused
            }
        }
    }

    /// Looks every ten seconds, and at each SIGHUP.
    pub async fn watch(self: Arc<Self>) {
        let mut hangup = match signal(SignalKind::hangup()) {
            Ok(hangup) => hangup,
            Err(error) => {
                tracing::error!(%error, "cannot wait for SIGHUP: changed certificates need a restart");
                return;
            }
        };
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                _ = hangup.recv() => {}
            }
            let tls = self.clone();
            if tokio::task::spawn_blocking(move || tls.look())
                .await
                .is_err()
            {
                return;
            }
        }
    }
}
