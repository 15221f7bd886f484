//! Which mail server, and how safe the way to it must be.

use std::net::IpAddr;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use percent_encoding::percent_decode_str;
use url::{Host, Url};

/// Each answer of the mail server comes within this, or it counts as silent.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// The ports of RFC 8314 for TLS from the first byte and for STARTTLS, and that of a relay in the house.
const PORT_TLS: u16 = 465;
const PORT_SUBMISSION: u16 = 587;
const PORT_RELAY: u16 = 25;

/// What cannot be a mail server. Says nothing of the URL itself, which may hold a password.
#[derive(Debug, thiserror::Error)]
#[error("{0}; it is smtp://[USER:PASSWORD@]HOST[:PORT] or smtps://…")]
pub struct NoServer(String);

/// A mail server that mails are handed to.
#[derive(Clone)]
pub struct Server {
    host: String,
    port: u16,
    tls: Tls,
    login: Option<Credentials>,
}

impl Server {
    /// Reads `smtp://` (STARTTLS, which must be offered) or `smtps://` (TLS from the first byte). Without
    /// TLS only where it is said (`?tls=none`) and on this machine's loopback, unless that is said to need
    /// it (`?tls=required`). `roots` are certificates in DER to trust beside the system's.
    ///
    /// # Errors
    /// Another scheme, no host, a word after `tls=` that is none, roots that are none.
    pub fn parse(text: &str, roots: &[Vec<u8>]) -> Result<Self, NoServer> {
        let refused = |why: &str| NoServer(why.to_owned());
        let url = Url::parse(text).map_err(|e| NoServer(format!("it is not a URL ({e})")))?;
        let host = url.host().ok_or_else(|| refused("it has no host"))?;
        // `smtp` is no scheme whose addresses the URL standard reads: they come as names.
        let (name, loopback) = match &host {
            Host::Domain(name) => {
                let address = name.parse::<IpAddr>();
                let loopback = address.map_or(*name == "localhost", |a| a.is_loopback());
                ((*name).to_owned(), loopback)
            }
            Host::Ipv4(address) => (address.to_string(), address.is_loopback()),
            Host::Ipv6(address) => (address.to_string(), address.is_loopback()),
        };
        let mut said = None;
        for (name, value) in url.query_pairs() {
            match (&*name, &*value) {
                ("tls", "required") => said = Some(true),
                ("tls", "none") => said = Some(false),
                _ => return Err(refused("after `?` there can be tls=required or tls=none")),
            }
        }
        let secure = said.unwrap_or(!loopback);
        let parameters = || tls_parameters(&name, roots);
        let (tls, port) = match (url.scheme(), secure) {
            ("smtps", _) if said.is_none() => (Tls::Wrapper(parameters()?), PORT_TLS),
            ("smtps", _) => return Err(refused("smtps:// takes no tls=…")),
            ("smtp", true) => (Tls::Required(parameters()?), PORT_SUBMISSION),
            ("smtp", false) => (Tls::None, PORT_RELAY),
            _ => return Err(refused("its scheme is another")),
        };
        let decoded = |text: &str| {
            let decoded = percent_decode_str(text).decode_utf8();
            decoded
                .map(std::borrow::Cow::into_owned)
                .map_err(|_| refused("user or password is not UTF-8"))
        };
        let login = match (url.username(), url.password()) {
            ("", None) => None,
            (user, Some(password)) => Some(Credentials::new(decoded(user)?, decoded(password)?)),
            (_, None) => return Err(refused("it has a user and no password")),
        };
        Ok(Self {
            port: url.port().unwrap_or(port),
            host: name,
            tls,
            login,
        })
    }

    /// Its host and port.
    pub(crate) fn place(&self) -> (&str, u16) {
        (&self.host, self.port)
    }

    /// The same, connected to at this address; its certificate is still to be its name's.
    #[must_use]
    pub(crate) fn at(mut self, address: IpAddr) -> Self {
        self.host = address.to_string();
        self
    }

    /// The way to it. `from` says which domain speaks.
    pub(crate) fn transport(&self, from: &Mailbox) -> AsyncSmtpTransport<Tokio1Executor> {
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(self.host.as_str())
            .port(self.port)
            .tls(self.tls.clone())
            .timeout(Some(ANSWER_WITHIN))
            .hello_name(ClientId::Domain(from.email.domain().to_owned()));
        match &self.login {
            Some(login) => builder.credentials(login.clone()).build(),
            None => builder.build(),
        }
    }
}

fn tls_parameters(host: &str, roots: &[Vec<u8>]) -> Result<TlsParameters, NoServer> {
    let unusable = |e| NoServer(format!("no TLS with it is possible ({e})"));
    let mut parameters = TlsParameters::builder(host.to_owned());
    for root in roots {
        parameters =
            parameters.add_root_certificate(Certificate::from_der(root.clone()).map_err(unusable)?);
    }
    parameters.build_rustls().map_err(unusable)
}

/// Nothing of the password is shown.
impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Server({}:{})", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Server {
        Server::parse(text, &[]).unwrap()
    }

    #[test]
    fn tls_is_needed_unless_said_otherwise_or_on_loopback() {
        for (text, host, port, way) in [
            (
                "smtp://mail.example.com",
                "mail.example.com",
                587,
                "Required",
            ),
            (
                "smtp://mail.example.com:2525",
                "mail.example.com",
                2525,
                "Required",
            ),
            (
                "smtp://mail.example.com?tls=none",
                "mail.example.com",
                25,
                "None",
            ),
            ("smtp://10.0.0.5", "10.0.0.5", 587, "Required"),
            ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, "None"),
            ("smtp://[::1]", "::1", 25, "None"),
            ("smtp://localhost", "localhost", 25, "None"),
            (
                "smtp://localhost/?tls=required",
                "localhost",
                587,
                "Required",
            ),
            (
                "smtps://mail.example.com",
                "mail.example.com",
                465,
                "Wrapper",
            ),
        ] {
            let server = parse(text);
            let is = match server.tls {
                Tls::None => "None",
                Tls::Required(_) => "Required",
                Tls::Wrapper(_) => "Wrapper",
                Tls::Opportunistic(_) => "Opportunistic",
            };
            assert_eq!(
                (&*server.host, server.port, is),
                (host, port, way),
                "{text}"
            );
        }
    }

    #[test]
    fn user_and_password_are_decoded_and_never_shown() {
        let server = parse("smtp://us%40er:p%3Ass%2Fword@mail.example.com");
        let expected = Credentials::new("us@er".into(), "p:ss/word".into());
        assert_eq!(server.login, Some(expected));
        assert_eq!(format!("{server:?}"), "Server(mail.example.com:587)");
    }

    #[test]
    fn what_is_none_is_refused_without_its_password() {
        for text in [
            "",
            "mail.example.com",
            "http://u:secret@mail.example.com",
            "smtp://u:secret@",
            "smtp://user@mail.example.com",
            "smtp://u:secret@mail.example.com?tls=maybe",
            "smtps://u:secret@mail.example.com?tls=none",
            "smtp://u:secret@mail.example.com:99999",
        ] {
            let refused = Server::parse(text, &[]).unwrap_err().to_string();
            assert!(!refused.contains("secret"), "{refused}");
        }
        let no_certificate = [b"no certificate".to_vec()];
        assert!(Server::parse("smtps://a.example", &no_certificate).is_err());
    }
}
