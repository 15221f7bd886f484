//! The port's request → hyper's, without copying the body.

use bytes::Bytes;
use claimwire_wire::send::{SendError, SendErrorKind};
use http::header::{CONTENT_LENGTH, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use http_body_util::Full;

use crate::error::error;
use crate::target::Target;

pub(crate) type Message = Request<Full<Bytes>>;

/// The POST as it goes out.
pub(crate) fn message<N: AsRef<str>>(
    target: &Target,
    headers: Vec<(N, String)>,
    body: Bytes,
) -> Result<Message, SendError> {
    let mut map = HeaderMap::with_capacity(headers.len() + 2);
    map.insert(HOST, target.host.clone());
    map.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    for (name, value) in headers {
        let name = name.as_ref();
        let unsendable = || {
            let origin = &target.origin;
            error(
                SendErrorKind::Protocol,
                format!("header `{name}` cannot be sent to {origin}: change its value"),
            )
        };
        let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unsendable())?;
        map.append(
            parsed,
            HeaderValue::try_from(value).map_err(|_| unsendable())?,
        );
    }
    let mut message = Request::new(Full::new(body));
    *message.method_mut() = Method::POST;
    *message.uri_mut() = target.uri.clone();
    *message.headers_mut() = map;
    Ok(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;

    #[test]
    fn a_header_that_would_break_the_request_is_an_error_without_its_value() {
        let target = Target::parse("https://a.example/x", &Policy::default()).unwrap();
        for (name, value) in [
            ("X-A", "SECRET\r\nX-B: 1"),
            ("X A", "SECRET"),
            ("X-A", "SECRET\0"),
        ] {
            let refused =
                message(&target, vec![(name, value.to_owned())], Bytes::new()).unwrap_err();
            assert_eq!(refused.kind, SendErrorKind::Protocol);
            assert!(
                refused.detail.contains(name) && !refused.detail.contains("SECRET"),
                "{}",
                refused.detail
            );
        }
    }
}
