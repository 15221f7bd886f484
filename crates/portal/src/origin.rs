//! Whether a write comes from a page of ours.
//!
//! A browser says where a request comes from (`Sec-Fetch-Site`, W3C Fetch Metadata; `Origin`, RFC 6454), and no page
//! can make it say otherwise. Who sends neither is no browser of this age; the session's token in the form stands
//! there all the same.

use http::HeaderMap;
use http::header::{HOST, HeaderName, ORIGIN};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether these are the headers of a request from our own page, or of no browser.
pub(crate) fn is_ours(headers: &HeaderMap, public_url: &str) -> bool {
    if let Some(site) = headers.get(SEC_FETCH_SITE) {
        return matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    let own = |url: &str| url::Url::parse(url).map(|url| url.origin());
    let public = own(public_url).is_ok_and(|public| own(origin).is_ok_and(|o| o == public));
    public || (authority.is_some() && authority == host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_write() {
        for (headers, ours) in [
            (&[][..], true),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("origin", "https://portal.example")], true),
            (&[("origin", "https://portal.example:443")], true),
            (&[("origin", "http://portal.example")], false),
            (&[("origin", "https://portal.example.evil.test")], false),
            (&[("origin", "https://evil.test")], false),
            (&[("origin", "null")], false),
            (&[("origin", "https://10.0.0.1:8480")], false),
        ] {
            let headers: HeaderMap = headers
                .iter()
                .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
                .collect();
            assert_eq!(
                is_ours(&headers, "https://portal.example"),
                ours,
                "{headers:?}"
            );
        }
    }

    #[test]
    fn the_address_in_the_browsers_bar_is_ours_too() {
        let headers = |origin: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, "10.0.0.1:8480".parse().unwrap());
            headers.insert(ORIGIN, origin.parse().unwrap());
            headers
        };
        let ours = |origin| is_ours(&headers(origin), "https://portal.example");
        assert!(ours("http://10.0.0.1:8480"));
        assert!(!ours("http://10.0.0.1:8481"));
    }
}
