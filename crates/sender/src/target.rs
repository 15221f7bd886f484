//! URL → where to connect and what to ask for. Pure: names are not resolved here.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::sync::Arc;

use claimwire_wire::send::{SendError, SendErrorKind};
use http::Uri;
use rustls::pki_types::ServerName;
use url::{Host, Url};

use crate::error::error;
use crate::policy::Policy;
use crate::written;

/// A URL that may be sent to, taken apart.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) origin: Arc<Origin>,
    /// The request line and the `Host` header, as bytes with their lines' ends.
    pub(crate) start: Vec<u8>,
    /// The whole URL, for HTTP/2.
    pub(crate) uri: Uri,
}

/// What connections are made to. Its text is all of a URL that errors and logs may show: path and query can
/// hold tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) place: Place,
    pub(crate) port: u16,
    /// The name that the certificate must bear; none for plain http.
    pub(crate) tls: Option<ServerName<'static>>,
    /// Of all the others: connections are looked up by their origin for every request.
    hash: u64,
}

impl Hash for Origin {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// A host: a name to resolve, or an address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    Name(String),
    Address(IpAddr),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        write!(f, "{scheme}://{}:{}", self.place, self.port)
    }
}

/// As a URL writes it.
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(IpAddr::V4(address)) => write!(f, "{address}"),
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

impl Target {
    /// Takes `text` apart if it could be sent to at all under `policy`.
    ///
    /// # Errors
    /// `url` or `address_refused`; the detail says what to change.
    pub(crate) fn parse(text: &str, policy: &Policy) -> Result<Self, SendError> {
        let refuse = |why: String| error(SendErrorKind::Url, why);
        written::check(text).map_err(|why| refuse(why.to_owned()))?;
        let url = Url::parse(text)
            .map_err(|e| refuse(format!("this is not a URL: {e}; use https://host/path")))?;
        let secure = match url.scheme() {
            "https" => true,
            "http" if policy.allow_http => false,
            "http" => {
                return Err(refuse(
                    "http is not allowed: use https, or let the operator set endpoint-allow-http"
                        .to_owned(),
                ));
            }
            other => {
                return Err(refuse(format!(
                    "the scheme `{other}` is not allowed: use https"
                )));
            }
        };
        let place = match url.host() {
            Some(Host::Domain(name)) => {
                Place::Name(name.strip_suffix('.').unwrap_or(name).to_owned())
            }
            Some(Host::Ipv4(address)) => Place::Address(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Place::Address(IpAddr::V6(address)),
            None => {
                return Err(refuse(
                    "the URL has no host: use https://host/path".to_owned(),
                ));
            }
        };
        let port = url.port_or_known_default().filter(|port| *port != 0);
        let port = port.ok_or_else(|| refuse("port 0 cannot be connected to".to_owned()))?;
        if let Place::Address(address) = place {
            policy
                .permit(address)
                .map_err(|refused| address_refused(&refused.to_string()))?;
        }
        let server_name = match &place {
            Place::Name(name) => ServerName::try_from(name.clone())
                .ok()
                .filter(|_| !name.ends_with('.'))
                .ok_or_else(|| {
                    refuse(format!(
                        "`{name}` is not a host name: use letters, digits, `-` and `.`"
                    ))
                })?,
            Place::Address(address) => ServerName::IpAddress((*address).into()),
        };
        let tls = secure.then_some(server_name);
        let mut hasher = DefaultHasher::new();
        (&place, port, &tls).hash(&mut hasher);
        let origin = Origin {
            place,
            port,
            tls,
            hash: hasher.finish(),
        };
        Ok(Self {
            start: start(&url).into_bytes(),
            uri: uri(&url).ok_or_else(|| {
                refuse(format!(
                    "the path or query of a URL to {origin} has characters to be percent-encoded"
                ))
            })?,
            origin: Arc::new(origin),
        })
    }
}

impl Target {
    /// The URL as requests are made to it. It comes out of [`Target::parse`] as it went in.
    pub(crate) fn normalised(&self) -> String {
        self.uri.to_string()
    }
}

/// The request line after its method, and the `Host` header. A parsed URL holds neither white space nor control characters.
fn start(url: &Url) -> String {
    let mut start = format!(" {}", url.path());
    if let Some(query) = url.query() {
        start.push('?');
        start.push_str(query);
    }
    start.push_str(" HTTP/1.1\r\nHost: ");
    start.push_str(url.host_str().unwrap_or_default());
    if let Some(port) = url.port() {
        start.push_str(&format!(":{port}"));
    }
    start.push_str("\r\n");
    start
}

fn uri(url: &Url) -> Option<Uri> {
    url.as_str().split('#').next()?.parse().ok()
}

/// The refusal of an address, with what to do.
pub(crate) fn address_refused(what: &str) -> SendError {
    error(
        SendErrorKind::AddressRefused,
        format!(
            "{what}: use a public address, or let the operator add its network to endpoint-allow-networks"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<Target, SendError> {
        Target::parse(url, &Policy::default())
    }

    #[test]
    fn a_url_is_taken_apart() {
        for (url, origin, path, host) in [
            (
                "https://Hooks.Example.com:8443/a%20b/ü?x=1&token=t#frag",
                "https://hooks.example.com:8443",
                "/a%20b/%C3%BC?x=1&token=t",
                "hooks.example.com:8443",
            ),
            (
                "https://example.com",
                "https://example.com:443",
                "/",
                "example.com",
            ),
            (
                "https://example.com:443?a",
                "https://example.com:443",
                "/?a",
                "example.com",
            ),
            (
                "https://[2606:4700:4700::1111]/",
                "https://[2606:4700:4700::1111]:443",
                "/",
                "[2606:4700:4700::1111]",
            ),
            (
                "https://bücher.example/",
                "https://xn--bcher-kva.example:443",
                "/",
                "xn--bcher-kva.example",
            ),
            (
                "https://a_b.example/a%20b?d+e",
                "https://a_b.example:443",
                "/a%20b?d+e",
                "a_b.example",
            ),
        ] {
            let target = parse(url).unwrap();
            assert_eq!(target.origin.to_string(), origin);
            assert_eq!(
                String::from_utf8(target.start).unwrap(),
                format!(" {path} HTTP/1.1\r\nHost: {host}\r\n")
            );
        }
        assert_eq!(
            parse("https://example.com./").unwrap().origin,
            parse("https://example.com").unwrap().origin
        );
        for odd in [
            "https://a.example/{x}|y^z`\"<>",
            "https://a.example/?q={x}|y^z`\"<>[]",
        ] {
            assert!(parse(odd).is_ok(), "{odd}");
        }
    }

    #[test]
    fn a_url_is_kept_as_requests_are_made_to_it() {
        for (url, kept) in [
            ("https://a.example", "https://a.example/"),
            ("HTTPS://A.Example:443/B", "https://a.example/B"),
            ("https://a.example:8443?q#part", "https://a.example:8443/?q"),
            ("https://a.example/x/../y/./z", "https://a.example/y/z"),
            (
                "https://bücher.example/ü?ü",
                "https://xn--bcher-kva.example/%C3%BC?%C3%BC",
            ),
            ("https://a.example/%7e%7E", "https://a.example/%7e%7E"),
            ("https://a.example./", "https://a.example./"),
            ("https://0x5db8d822/", "https://93.184.216.34/"),
            (
                "https://[2606:4700:0:0::1111]/",
                "https://[2606:4700::1111]/",
            ),
            (
                "https://a.example/{x}|^`\"<>?'",
                "https://a.example/%7Bx%7D|^%60%22%3C%3E?%27",
            ),
        ] {
            let once = parse(url).unwrap().normalised();
            assert_eq!(once, kept, "{url}");
            assert_eq!(parse(&once).unwrap().normalised(), once, "{url}");
        }
    }

    #[test]
    fn what_is_not_sent_to_is_named() {
        use SendErrorKind::{AddressRefused, Url};
        for (url, kind, says) in [
            ("", Url, "not a URL"),
            ("hooks.example.com/x", Url, "not a URL"),
            ("https://", Url, "not a URL"),
            ("https:///", Url, "does not follow"),
            ("http://example.com/", Url, "endpoint-allow-http"),
            ("ftp://example.com/", Url, "`ftp`"),
            ("file:///etc/passwd", Url, "`file`"),
            ("gopher://example.com/", Url, "`gopher`"),
            ("javascript:alert(1)", Url, "`javascript`"),
            ("https://user@example.com/", Url, "user name"),
            ("https://user:pass@example.com/", Url, "static header"),
            ("https://:pass@example.com/", Url, "user name"),
            ("https://example.com:0/", Url, "port 0"),
            ("https://example.com:65536/", Url, "not a URL"),
            ("https://exa mple.com/", Url, "white space"),
            ("https://-.example..com/", Url, "host name"),
            (
                "https://127.0.0.1/",
                AddressRefused,
                "endpoint-allow-networks",
            ),
            ("https://2130706433/", AddressRefused, "127.0.0.1"),
            ("https://0x7f000001/", AddressRefused, "127.0.0.1"),
            ("https://0177.0.0.1/", AddressRefused, "127.0.0.1"),
            ("https://0x7f.1/", AddressRefused, "127.0.0.1"),
            ("https://127.1/", AddressRefused, "127.0.0.1"),
            ("https://0/", AddressRefused, "0.0.0.0"),
            ("https://127.0.0.1./", AddressRefused, "127.0.0.1"),
            ("https://①②⑦.0.0.1/", AddressRefused, "127.0.0.1"),
            ("https://%31%32%37.0.0.1/", Url, "percent-encoded"),
            (
                "https://169.254.169.254/latest/meta-data",
                AddressRefused,
                "link-local",
            ),
            ("https://[::1]/", AddressRefused, "loopback"),
            ("https://[::]/", AddressRefused, "unspecified"),
            ("https://[::ffff:10.0.0.1]/", AddressRefused, "10.0.0.1"),
            ("https://[64:ff9b::10.0.0.1]/", AddressRefused, "private"),
            ("https://[fd00::1]/", AddressRefused, "unique local"),
        ] {
            let refused = parse(url).unwrap_err();
            assert_eq!(refused.kind, kind, "{url}");
            assert!(refused.detail.contains(says), "{url}: {}", refused.detail);
        }
    }

    #[test]
    fn errors_do_not_show_path_or_query() {
        for url in [
            "http://example.com/SECRET?SECRET",
            "https://127.0.0.1/SECRET?SECRET",
            "https://u:SECRET@a.example",
        ] {
            assert!(
                !parse(url).unwrap_err().to_string().contains("SECRET"),
                "{url}"
            );
        }
    }

    #[test]
    fn http_and_networks_only_when_allowed() {
        let policy = Policy {
            allow_http: true,
            allow_networks: vec!["127.0.0.0/8".parse().unwrap()],
        };
        assert!(Target::parse("http://127.0.0.1:9/x", &policy).is_ok());
        assert!(Target::parse("http://10.0.0.1:9/x", &policy).is_err());
    }
}
