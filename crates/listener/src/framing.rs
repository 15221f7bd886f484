//! Requests whose end or whose host two readers could see differently are refused, and their connection is
//! closed: behind a proxy the difference would let one caller's bytes pass for another's request (RFC 9112,
//! sections 3.2, 6.1 and 11.2).
//!
//! Most of it hyper refuses before it is a request at all: two lengths, lines that go on, a last coding that
//! is not `chunked`, chunk sizes that overflow. Here is what it lets through.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use claimwire_http::Served;
use claimwire_http::problem::{Problem, kinds};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HOST, HeaderValue, TRANSFER_ENCODING};
use hyper::{HeaderMap, Request, StatusCode, Version};

use super::pace::{Pace, PacedBody};

/// Answers what is unambiguous by `served`, and refuses what is not. A body must come at this pace.
pub async fn framed(served: Arc<Served>, request: Request<Incoming>, pace: Pace) -> Response<Body> {
    if let Some(why) = ambiguous(request.version(), request.headers()) {
        let refusal = Problem::new(&kinds::REQUEST_AMBIGUOUS, why);
        let refused = served.refuse(request.map(|_| Body::empty()), refusal);
        // Boxed: otherwise every request's answer would have room for it, and be moved with that.
        return closing(Box::pin(refused).await);
    }
    // Of a length beside the chunks hyper shows nothing. The chunks count, but what follows them on the
    // connection may be meant as their body.
    let chunked = request.headers().contains_key(TRANSFER_ENCODING);
    let request = request.map(|body| Body::new(PacedBody::new(body, pace)));
    let answer = served.answer(request).await;
    let broken_off = answer.status() == StatusCode::REQUEST_TIMEOUT;
    if chunked || broken_off {
        closing(answer)
    } else {
        answer
    }
}

fn ambiguous(version: Version, headers: &HeaderMap) -> Option<&'static str> {
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (_, Some(_)) => return Some("Send one Host header."),
        (None, _) if version == Version::HTTP_11 => {
            return Some("Send a Host header: HTTP/1.1 needs one.");
        }
        _ => {}
    }
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let first = codings.next()?;
    (codings.next().is_some() || !first.as_bytes().eq_ignore_ascii_case(b"chunked"))
        .then_some("The only Transfer-Encoding that is read is `chunked`, once.")
}

fn closing(mut answer: Response<Body>) -> Response<Body> {
    answer
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn one_host_one_framing() {
        for (version, pairs, refused) in [
            (Version::HTTP_11, &[("host", "a")][..], false),
            (Version::HTTP_10, &[], false),
            (Version::HTTP_11, &[], true),
            (Version::HTTP_11, &[("host", "a"), ("host", "a")], true),
            (Version::HTTP_10, &[("host", "a"), ("host", "b")], true),
        ] {
            assert_eq!(
                ambiguous(version, &headers(pairs)).is_some(),
                refused,
                "{pairs:?}"
            );
        }
        for (codings, refused) in [
            (&["chunked"][..], false),
            (&["Chunked"], false),
            (&["gzip, chunked"], true),
            (&["chunked, chunked"], true),
            (&["chunked", "chunked"], true),
        ] {
            let mut sent = headers(&[("host", "a")]);
            for coding in codings {
                sent.append(TRANSFER_ENCODING, HeaderValue::from_static(coding));
            }
            assert_eq!(
                ambiguous(Version::HTTP_11, &sent).is_some(),
                refused,
                "{codings:?}"
            );
        }
    }
}
