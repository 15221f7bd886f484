//! Where a command goes and as whom: flag, then environment, then profile, then default.

use std::net::IpAddr;

use crate::failure::Failure;
use crate::profiles::{self, Profile};
use crate::server_args::ServerArgs;
use crate::state_files::secret;

const DEFAULT_SERVER: &str = "http://127.0.0.1:8480";

/// A server, and as whom to talk to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Scheme and authority, without a slash at the end.
    pub base: String,
    /// The API key.
    pub key: Option<String>,
    /// The shop's slug.
    pub shop: Option<String>,
}

impl Place {
    /// From flags, environment and the profile that they name.
    ///
    /// # Errors
    /// When the address cannot be one, or the profile named is not there.
    pub fn of(args: &ServerArgs) -> anyhow::Result<Self> {
        let name = args.profile.as_deref();
        let profile = profiles::read(name.unwrap_or(profiles::DEFAULT))?;
        if let (Some(name), None) = (name, &profile) {
            return Err(Failure::usage(
                format!("there is no profile `{name}` in {}", profiles::shown()),
                format!("`claimwire profiles list` shows those there are; `claimwire login --profile {name}` makes it"),
            )
            .into());
        }
        Ok(Self::from(args, profile.unwrap_or_default())?)
    }

    /// From flags and environment alone.
    ///
    /// # Errors
    /// When the address cannot be one.
    pub fn without_profile(args: &ServerArgs) -> Result<Self, Failure> {
        Self::from(args, Profile::default())
    }

    /// A profile's key goes to the profile's server alone.
    fn from(args: &ServerArgs, profile: Profile) -> Result<Self, Failure> {
        let of_profile = profile.server.as_deref().unwrap_or(DEFAULT_SERVER);
        let of_profile = base_url(of_profile)?;
        let server = args.server.as_deref().filter(|server| !server.is_empty());
        let base = match server {
            Some(server) => base_url(server)?,
            None => of_profile.clone(),
        };
        let known = base == of_profile;
        let given = secret::set(args.key.as_deref()).map(str::to_owned);
        let shop = args.shop.clone().filter(|shop| !shop.is_empty());
        Ok(Self {
            key: given.or_else(|| profile.key.filter(|_| known)),
            shop: shop.or_else(|| profile.shop.filter(|_| known)),
            base,
        })
    }
}

/// Scheme and authority of an address as people write it.
fn base_url(text: &str) -> Result<String, Failure> {
    let wrong = || {
        Failure::usage(
            format!("`{text}` is no server's address"),
            "write https://HOST, http://HOST:PORT or HOST:PORT as --server",
        )
    };
    let whole = if text.contains("://") {
        text.to_owned()
    } else {
        let scheme = match url::Url::parse(&format!("http://{text}")) {
            Ok(url) if is_loopback(&url) => "http",
            Ok(_) => "https",
            Err(_) => return Err(wrong()),
        };
        format!("{scheme}://{text}")
    };
    match url::Url::parse(&whole) {
        Ok(url) if ["http", "https"].contains(&url.scheme()) && url.has_host() => {
            Ok(whole.trim_end_matches('/').to_owned())
        }
        _ => Err(wrong()),
    }
}

fn is_loopback(url: &url::Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(server: Option<&str>, key: Option<&str>) -> ServerArgs {
        ServerArgs {
            server: server.map(str::to_owned),
            key: key.map(str::to_owned),
            shop: None,
            profile: None,
            json: false,
            format: None,
        }
    }

    fn profile() -> Profile {
        Profile {
            server: Some("claims.example.net".to_owned()),
            key: Some("cw_live_1".to_owned()),
            shop: Some("acme".to_owned()),
        }
    }

    #[test]
    fn a_server_needs_no_scheme() {
        for (text, base) in [
            ("localhost:8480", "http://localhost:8480"),
            ("127.0.0.1:8480", "http://127.0.0.1:8480"),
            ("127.8.0.1", "http://127.8.0.1"),
            ("[::1]:8480", "http://[::1]:8480"),
            ("claims.example.net", "https://claims.example.net"),
            ("10.0.0.1:8480", "https://10.0.0.1:8480"),
            ("http://10.0.0.1:8480/", "http://10.0.0.1:8480"),
            ("https://claims.example.net/", "https://claims.example.net"),
        ] {
            assert_eq!(base_url(text).unwrap(), base, "{text}");
        }
        for text in ["", "ftp://a", "http://", "a b", "localhost:port"] {
            assert!(base_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_profile_fills_in_what_is_not_given() {
        let place = Place::from(&args(None, None), profile()).unwrap();
        assert_eq!(place.base, "https://claims.example.net");
        assert_eq!(place.key.as_deref(), Some("cw_live_1"));
        assert_eq!(place.shop.as_deref(), Some("acme"));
        let place = Place::from(&args(None, Some("other")), profile()).unwrap();
        assert_eq!(place.key.as_deref(), Some("other"));
    }

    #[test]
    fn a_profiles_key_goes_to_no_other_server() {
        let place = Place::from(&args(Some("elsewhere.example"), None), profile()).unwrap();
        assert_eq!((place.key, place.shop), (None, None));
        let same = args(Some("https://claims.example.net/"), None);
        assert!(Place::from(&same, profile()).unwrap().key.is_some());
    }

    #[test]
    fn without_anything_it_is_the_server_on_this_machine() {
        let place = Place::from(&args(None, None), Profile::default()).unwrap();
        assert_eq!(place.base, DEFAULT_SERVER);
    }
}
