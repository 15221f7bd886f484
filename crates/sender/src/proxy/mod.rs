//! A proxy that requests can leave through: how the operator writes it, and how a tunnel through it is made.
//! Where the proxy is, is the operator's choice and not checked; where the tunnel leads is checked before.

mod http;
mod socks5;

use std::fmt;
use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncWrite};
use url::{Host, Url};

use crate::target::Place;

/// A proxy, as the operator's configuration names it.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    speaks: Speaks,
    pub(crate) place: Place,
    pub(crate) port: u16,
    credentials: Option<Credentials>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speaks {
    /// HTTP/1.1 CONNECT (RFC 9110, section 9.3.6).
    Http,
    /// SOCKS 5 (RFC 1928), with user name and password (RFC 1929) if there are any.
    Socks5,
}

/// As in the URL, percent-decoded.
#[derive(Clone, PartialEq, Eq)]
struct Credentials {
    user: String,
    password: String,
}

/// Bytes that a SOCKS 5 user name or password can have (RFC 1929).
const CREDENTIAL_BYTES: usize = 255;

/// Without the credentials: this is what errors and logs may show.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.speaks {
            Speaks::Http => "http",
            Speaks::Socks5 => "socks5",
        };
        write!(f, "{scheme}://{}:{}", self.place, self.port)
    }
}

/// The same: Debug output never shows the credentials.
impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}

impl Proxy {
    /// The proxy that `http://[user:password@]host:port` or `socks5://…` names.
    ///
    /// # Errors
    /// What is wrong with the text and what to write instead; never the text itself, which can hold a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        const FORM: &str = "write http://host:port or socks5://host:port, with user:password@ before the host if it asks for them";
        let url = Url::parse(text).map_err(|e| format!("it is not a URL ({e}): {FORM}"))?;
        let (speaks, usual_port) = match url.scheme() {
            "http" => (Speaks::Http, 80),
            "socks5" | "socks5h" => (Speaks::Socks5, 1080),
            other => {
                return Err(format!(
                    "proxies of the kind `{other}` are not known: {FORM}"
                ));
            }
        };
        let place = match url.host() {
            Some(Host::Ipv4(address)) => Place::Address(address.into()),
            Some(Host::Ipv6(address)) => Place::Address(address.into()),
            // A host of a scheme that browsers do not know is not read as an address.
            Some(Host::Domain(name)) if !name.is_empty() => name
                .parse()
                .map_or_else(|_| Place::Name(name.to_owned()), Place::Address),
            _ => return Err(format!("it has no host: {FORM}")),
        };
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(format!("it goes on after the port: {FORM}"));
        }
        let port = url.port().unwrap_or(usual_port);
        if port == 0 {
            return Err(format!("port 0 cannot be connected to: {FORM}"));
        }
        Ok(Self {
            speaks,
            place,
            port,
            credentials: credentials(&url)?,
        })
    }

    /// Makes `stream`, a fresh connection to the proxy, a tunnel to `target`.
    pub(crate) async fn tunnel<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: &mut S,
        target: SocketAddr,
    ) -> Result<(), No> {
        let credentials = self.credentials.as_ref();
        match self.speaks {
            Speaks::Http => http::tunnel(stream, target, credentials).await,
            Speaks::Socks5 => socks5::tunnel(stream, target, credentials).await,
        }
    }
}

/// Why there is no tunnel.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum No {
    /// The proxy will not.
    Refused(String),
    /// The proxy could not reach the target.
    Unreachable(String),
    /// What it said is not what a proxy says.
    Broken(String),
}

impl From<std::io::Error> for No {
    fn from(error: std::io::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, String> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(None);
    }
    let decoded = |part: &str| {
        let bytes = percent_encoding::percent_decode_str(part);
        let text = bytes.decode_utf8().map_err(|_| {
            "its user name or password is not UTF-8 when percent-decoded".to_owned()
        })?;
        let fits = (1..=CREDENTIAL_BYTES).contains(&text.len());
        let plain = !text.chars().any(char::is_control);
        if fits && plain {
            Ok(text.into_owned())
        } else {
            Err(format!(
                "its user name or password is not 1 to {CREDENTIAL_BYTES} bytes without control characters"
            ))
        }
    };
    let user = decoded(url.username())?;
    if user.contains(':') {
        return Err("its user name has a colon, which HTTP cannot send".to_owned());
    }
    let password = decoded(url.password().unwrap_or_default())?;
    Ok(Some(Credentials { user, password }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_read_and_never_shows_its_credentials() {
        for (text, shown) in [
            ("http://10.0.0.1:3128", "http://10.0.0.1:3128"),
            ("http://proxy.internal/", "http://proxy.internal:80"),
            ("socks5://proxy.internal", "socks5://proxy.internal:1080"),
            ("socks5://u:SECRET@127.0.0.1:9", "socks5://127.0.0.1:9"),
            ("socks5h://[::1]:9", "socks5://[::1]:9"),
            ("http://u%40x:SE%3ACRET@[::1]:9", "http://[::1]:9"),
        ] {
            let proxy = Proxy::parse(text).unwrap();
            assert_eq!(proxy.to_string(), shown);
            assert_eq!(format!("{proxy:?}"), format!("Proxy({shown})"));
        }
        let proxy = Proxy::parse("http://u%40x:SE%3ACRET@a:9").unwrap();
        let credentials = proxy.credentials.unwrap();
        assert_eq!(
            (&*credentials.user, &*credentials.password),
            ("u@x", "SE:CRET")
        );
        let address = Proxy::parse("socks5://127.0.0.1").unwrap().place;
        assert!(matches!(address, Place::Address(_)));
    }

    #[test]
    fn what_is_no_proxy_is_said_without_its_text() {
        let long = format!("http://u:{}@a:1", "SECRET".repeat(43));
        for (text, says) in [
            ("SECRET", "not a URL"),
            ("https://u:SECRET@a:1", "`https`"),
            ("socks4://u:SECRET@a:1", "`socks4`"),
            ("http://u:SECRET@a:1/path", "after the port"),
            ("http://u:SECRET@a:1?x", "after the port"),
            ("http://u:SECRET@a:0", "port 0"),
            ("socks5://", "no host"),
            ("http://u@a:1", "user name or password"),
            ("http://:SECRET@a:1", "user name or password"),
            ("http://u%3A:SECRET@a:1", "colon"),
            ("http://u:SECRET%0A@a:1", "control"),
            ("http://u:SECRET%FF@a:1", "UTF-8"),
            (&long, "255 bytes"),
        ] {
            let said = Proxy::parse(text).unwrap_err();
            assert!(
                said.contains(says) && !said.contains("SECRET"),
                "{text}: {said}"
            );
        }
    }
}
