//! From what a helpdesk asks for to the request that is sent.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use claimwire_model::Shop;
use claimwire_model::Target;
use claimwire_model::target::TargetKind;
use claimwire_wire::driver::{Call, Step};
use claimwire_wire::send::Request;
use data_encoding::BASE64;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::desk::{Ask, Desk, File, Helpdesk};

const USER_AGENT: &str = concat!("claimwire/", env!("CARGO_PKG_VERSION"));

/// Of a URL's query, by RFC 3986: all but the unreserved characters.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What the target's owner set; none: it is no connector.
pub(crate) fn desk(target: &Target) -> Option<Desk> {
    let TargetKind::Connector(connector) = &target.kind else {
        return None;
    };
    Some(Desk {
        settings: serde_json::from_str(connector.settings.get()).ok()?,
        credentials: serde_json::from_str(connector.credentials.get()).ok()?,
    })
}

/// The call, by name, with its address and credentials.
pub(crate) fn send(
    helpdesk: &dyn Helpdesk,
    desk: &Desk,
    (shop, target): (&Shop, &Target),
    name: impl Into<Cow<'static, str>>,
    ask: Ask,
) -> Step {
    let mut headers = vec![
        (Cow::Borrowed("User-Agent"), USER_AGENT.to_owned()),
        (Cow::Borrowed("Accept"), "application/json".to_owned()),
    ];
    headers.extend(helpdesk.headers(desk));
    headers.extend(ask.headers);
    if let Some(content_type) = ask.content_type {
        headers.push(("Content-Type".into(), content_type.into_owned()));
    }
    let request = Request {
        method: ask.method,
        url: format!("{}{}", helpdesk.base(desk), ask.path),
        headers: headers.into(),
        body: ask.body,
        timeout: Duration::from_secs(u64::from(target.timeout_seconds)),
        egress: target.egress.clone(),
        answer_limit: ask.answer_limit,
        answer_room: None,
        shop: shop.no,
    };
    Step::Send(Call {
        name: Some(name.into()),
        request: request.pinned(shop),
    })
}

/// `Authorization: Basic …`.
pub(crate) fn basic(user: &str, password: &str) -> (Cow<'static, str>, String) {
    let both = BASE64.encode(format!("{user}:{password}").as_bytes());
    ("Authorization".into(), format!("Basic {both}"))
}

/// `Authorization: Bearer …`.
pub(crate) fn bearer(token: &str) -> (Cow<'static, str>, String) {
    ("Authorization".into(), format!("Bearer {token}"))
}

/// A value in a URL's query or path.
pub(crate) fn encoded(value: &str) -> String {
    utf8_percent_encode(value, QUERY).to_string()
}

/// A setting's URL as the base of others.
pub(crate) fn base(url: &str) -> String {
    url.trim_end_matches('/').to_owned()
}

/// `multipart/form-data` (RFC 7578) of plain fields and one file: its type and its bytes. A plain part
/// bears no file name, or it would be taken for a file.
pub(crate) fn multipart(
    fields: &[(&str, &str)],
    file_field: &str,
    file: &File<'_>,
) -> (String, Bytes) {
    let is_in = |boundary: &str| {
        let there = |bytes: &[u8]| memchr::memmem::find(bytes, boundary.as_bytes()).is_some();
        there(file.bytes) || fields.iter().any(|(_, value)| there(value.as_bytes()))
    };
    let mut boundary = "claimwire-part".to_owned();
    let mut n = 0u32;
    while is_in(&boundary) {
        n = n.wrapping_add(1);
        boundary = format!("claimwire-part-{n}");
    }
    let mut body = Vec::with_capacity(file.bytes.len() + 1024);
    for (name, value) in fields {
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(value.as_bytes());
        body.extend_from_slice(b"\r\n");
    }
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{file_field}\"; filename=\"{}\"\r\n\
         Content-Type: {}\r\n\r\n",
        file.name, file.content_type
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file.bytes);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    (
        format!("multipart/form-data; boundary={boundary}"),
        body.into(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_is_in_no_part() {
        let bytes = Bytes::from_static(b"x--claimwire-part\r\n--claimwire-part-1\r\n");
        let file = File {
            name: "photo-1.png".to_owned(),
            content_type: "image/png",
            bytes: &bytes,
        };
        let (content_type, body) = multipart(&[("body", "claimwire-part-2")], "f", &file);
        let boundary = content_type.rsplit('=').next().unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert_eq!(text.matches(&format!("--{boundary}\r\n")).count(), 2);
        assert!(text.ends_with(&format!("\r\n--{boundary}--\r\n")));
        let plain = text.split(&format!("--{boundary}")).nth(1).unwrap();
        assert!(!plain.contains("filename"), "{plain}");
    }

    #[test]
    fn values_do_not_leave_their_place_in_a_url() {
        assert_eq!(encoded("a b&c=d/é#"), "a%20b%26c%3Dd%2F%C3%A9%23");
    }
}
