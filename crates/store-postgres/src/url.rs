//! The URL of a database, as libpq has it: `postgres://role:password@host:5432/name?sslmode=verify-full`, several hosts
//! by commas. Nothing that is said of one repeats a password.

use std::time::Duration;

use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

use crate::connection::Sessions;
use crate::tls::{Proof, Tls};

/// A peer that is silent for so long is gone.
const SILENT: Duration = Duration::from_secs(10);

/// How to connect.
pub(crate) struct Place {
    pub(crate) config: Config,
    pub(crate) tls: Tls,
    /// Whose the server's connections are, where that is said; else it is found out.
    pub(crate) sessions: Option<Sessions>,
}

impl Place {
    /// From a URL.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn parse(url: &str, patience: Duration) -> Result<Self, String> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err("it does not begin with postgres://".to_owned());
        }
        let Own {
            url,
            sslmode,
            roots,
            pooler,
        } = Own::of(url);
        let sessions = match pooler.as_deref() {
            None => None,
            Some("none" | "session") => Some(Sessions::Own),
            Some("transaction") => Some(Sessions::Pooled),
            Some(other) => {
                return Err(format!(
                    "pooler is {other}: none, session and transaction are possible"
                ));
            }
        };
        let mut config: Config = url
            .parse()
            .map_err(|error: tokio_postgres::Error| crate::error::text(&error))?;
        if config.get_hosts().is_empty() {
            return Err("it names no host".to_owned());
        }
        let (mode, proof) = match sslmode.as_deref() {
            None if roots.is_some() => (SslMode::Require, Proof::Name(given_roots(roots)?)),
            None => (SslMode::Prefer, Proof::None),
            Some("disable") => (SslMode::Disable, Proof::None),
            Some("allow" | "prefer") => (SslMode::Prefer, Proof::None),
            Some("require") if roots.is_none() => (SslMode::Require, Proof::None),
            Some("require" | "verify-ca" | "verify-full") => {
                (SslMode::Require, Proof::Name(given_roots(roots)?))
            }
            Some(other) => {
                return Err(format!(
                    "sslmode is {other}: disable, prefer, require and verify-full are possible"
                ));
            }
        };
        config
            .ssl_mode(mode)
            .connect_timeout(patience)
            .keepalives_idle(SILENT)
            .keepalives_interval(SILENT / 5)
            .tcp_user_timeout(SILENT);
        if config.get_application_name().is_none() {
            config.application_name("claimwire");
        }
        if config.get_hosts().len() > 1 {
            // Of a primary and its standbys the one that can be written to.
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        Ok(Self {
            config,
            tls: Tls::new(proof)?,
            sessions,
        })
    }

    /// The hosts, for people.
    pub(crate) fn hosts(&self) -> String {
        let ports = self.config.get_ports();
        let port = |place: usize| ports.get(place).or(ports.first()).copied().unwrap_or(5432);
        let host = |(place, host): (usize, &Host)| match host {
            Host::Tcp(name) => format!("{name}:{}", port(place)),
            Host::Unix(folder) => format!("{} (port {})", folder.display(), port(place)),
        };
        let hosts = self.config.get_hosts().iter().enumerate().map(host);
        hosts.collect::<Vec<_>>().join(", ")
    }

    /// The role.
    pub(crate) fn role(&self) -> &str {
        self.config.get_user().unwrap_or("(none)")
    }

    /// The database's name.
    pub(crate) fn database(&self) -> &str {
        self.config.get_dbname().unwrap_or_else(|| self.role())
    }
}

/// What of a URL is ours, and the rest of it.
#[derive(Default)]
struct Own {
    url: String,
    sslmode: Option<String>,
    roots: Option<String>,
    pooler: Option<String>,
}

impl Own {
    fn of(url: &str) -> Self {
        let mut own = Self::default();
        let Some((base, query)) = url.split_once('?') else {
            own.url = url.to_owned();
            return own;
        };
        let mut rest = Vec::new();
        for pair in query.split('&') {
            match pair.split_once('=') {
                Some(("sslmode", value)) => own.sslmode = Some(value.to_owned()),
                Some(("sslrootcert", value)) => {
                    own.roots = Some(value.replace("%2F", "/").replace("%2f", "/"));
                }
                Some(("pooler", value)) => own.pooler = Some(value.to_owned()),
                _ => rest.push(pair),
            }
        }
        own.url = match rest.is_empty() {
            true => base.to_owned(),
            false => format!("{base}?{}", rest.join("&")),
        };
        own
    }
}

/// The certificates that sign the server's: of a file, or the system's.
fn given_roots(file: Option<String>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    match file {
        Some(file) if file != "system" => {
            let unreadable = |error| format!("sslrootcert: cannot read {file}: {error}");
            for certificate in CertificateDer::pem_file_iter(&file).map_err(unreadable)? {
                let certificate = certificate.map_err(unreadable)?;
                roots
                    .add(certificate)
                    .map_err(|error| format!("sslrootcert: {file}: {error}"))?;
            }
        }
        _ => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if roots.is_empty() {
        return Err(
            "no certificate is there to check the server's by: name a file by sslrootcert"
                .to_owned(),
        );
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<Place, String> {
        Place::parse(url, Duration::from_secs(1))
    }

    #[test]
    fn a_url_says_where_and_as_whom() {
        let place =
            parse("postgres://me:secret@one:5433,two/shop?sslmode=require&application_name=x")
                .unwrap();
        assert_eq!(place.role(), "me");
        assert_eq!(place.database(), "shop");
        assert_eq!(place.hosts(), "one:5433, two:5432");
        assert_eq!(place.config.get_ssl_mode(), SslMode::Require);
        assert_eq!(
            place.config.get_target_session_attrs(),
            TargetSessionAttrs::ReadWrite
        );
    }

    #[test]
    fn what_is_none_is_refused_and_no_password_repeated() {
        for (url, said) in [
            ("mysql://me:secret@host/x", "postgres://"),
            ("me:secret@host", "postgres://"),
            ("postgres://", "no host"),
            ("postgres://me:secret@host:port/x", "port"),
            (
                "postgres://me:secret@host/x?sslmode=sure",
                "sslmode is sure",
            ),
            (
                "postgres://me:secret@host/x?sslmode=verify-full&sslrootcert=%2Fnone.pem",
                "/none.pem",
            ),
            ("postgres://me:secret@host/x?color=red", "color"),
        ] {
            let why = parse(url).err().unwrap_or_else(|| panic!("{url} is taken"));
            assert!(why.contains(said), "{url}: {why}");
            assert!(!why.contains("secret"), "{why}");
        }
    }

    #[test]
    fn whose_the_connections_are_may_be_said() {
        let sessions = |query: &str| {
            parse(&format!("postgres://me@host/x{query}")).map(|place| place.sessions)
        };
        assert_eq!(sessions(""), Ok(None));
        assert_eq!(sessions("?pooler=none"), Ok(Some(Sessions::Own)));
        assert_eq!(sessions("?pooler=session"), Ok(Some(Sessions::Own)));
        let pooled = "?sslmode=disable&pooler=transaction";
        assert_eq!(sessions(pooled), Ok(Some(Sessions::Pooled)));
        assert!(
            sessions("?pooler=statement").is_err_and(|why| why.contains("pooler is statement"))
        );
    }
}
