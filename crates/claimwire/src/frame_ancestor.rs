//! `--portal-frame-ancestors`: whose pages may show the portal in a frame.

use url::{Host, Url};

/// An origin as browsers write it (RFC 6454), which a policy's `frame-ancestors` can hold.
///
/// # Errors
/// Why it can be none.
pub fn parse(text: &str) -> Result<String, String> {
    let text = text.trim().trim_end_matches('/');
    let told = "write it as in `https://backoffice.example`, with a port where it has one and nothing behind it";
    let url = Url::parse(text).map_err(|why| format!("it is no origin ({why}): {told}"))?;
    let origin = url.origin().ascii_serialization();
    // A wildcard would be more than one origin, and `;` or `,` the end of what the policy says of frames.
    let is_name = |host: &str| {
        let is_of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        host.bytes().all(is_of_a_name)
    };
    let is_host = match url.host() {
        Some(Host::Domain(host)) => is_name(host),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    };
    let is_one = matches!(url.scheme(), "http" | "https") && is_host;
    if !is_one || origin != text.to_lowercase() {
        return Err(format!("it is no origin: {told}"));
    }
    Ok(origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_a_host_and_a_port() {
        for (text, kept) in [
            ("https://backoffice.example", "https://backoffice.example"),
            (" https://Shop.example:8443/ ", "https://shop.example:8443"),
            ("http://localhost:3000", "http://localhost:3000"),
        ] {
            assert_eq!(parse(text).unwrap(), kept);
        }
        for refused in [
            "",
            "*",
            "shop.example",
            "https://",
            "https://*.shop.example",
            "https://shop.example/admin",
            "https://user@shop.example",
            "https://shop.example; script-src *",
            "https://shop.example;script-src",
            "https://shop.example,other.example",
            "data:text/html,x",
        ] {
            assert!(parse(refused).is_err(), "{refused}");
        }
    }
}
