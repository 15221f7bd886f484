//! Which static headers a webhook may have: none that we or the connection set ourselves.

use std::collections::BTreeMap;

use claimwire_model::Dialect;
use claimwire_wire::own::takes_header;

use crate::checks::Checks;
use crate::input::escape;
use crate::refusal::Refusal;

/// Static headers of one webhook.
const HEADERS: usize = 20;
/// Characters of a header's name.
const NAME: usize = 128;
/// Bytes of a header's value.
const VALUE: usize = 4_096;
/// Bytes of all of them together, names and values: servers refuse a larger head of a request.
const TOGETHER: usize = 8 * 1024;

/// Ours, whatever follows.
const OUR_PREFIXES: [&str; 5] = ["claimwire-", "webhook-", "karla-", "x-claimport-", "proxy-"];

/// Ours, the connection's or the body's.
const TAKEN: [&str; 14] = [
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "event-name",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];

/// Checks them all.
pub(super) fn check(checks: &mut Checks, dialect: Dialect, headers: &BTreeMap<String, String>) {
    checks.that(
        headers.len() <= HEADERS,
        "/headers",
        "has more than 20 entries",
    );
    let mut seen = Vec::with_capacity(headers.len());
    for (name, value) in headers {
        let field = format!("/headers/{}", escape(name));
        let lower = name.to_ascii_lowercase();
        if !is_token(name) || name.len() > NAME {
            checks.wrong(
                &field,
                "is not the name of an HTTP header, or is longer than 128 characters",
            );
        } else if is_taken(&lower) || is_the_dialects(dialect, &lower) {
            checks.wrong(
                &field,
                "is set by the server or by the connection, and cannot be set here",
            );
        } else if seen.contains(&lower) {
            checks.wrong(&field, "is there twice; case does not count");
        }
        seen.push(lower);
        let plain = value
            .bytes()
            .all(|b| b == b'\t' || (b' '..=b'~').contains(&b));
        checks.that(
            plain && value.len() <= VALUE,
            &field,
            "holds other than printable ASCII, or more than 4096 characters",
        );
    }
}

/// Whether they fit together into a request that receivers take. Asked where they are new.
pub(super) fn check_size(headers: &BTreeMap<String, String>) -> Result<(), Refusal> {
    let bytes: usize = headers.iter().map(|(n, v)| n.len() + v.len()).sum();
    if bytes > TOGETHER {
        let message = format!(
            "has {bytes} bytes of names and values; all headers together may have {TOGETHER}"
        );
        return Err(Refusal::field("/headers", message));
    }
    Ok(())
}

fn is_taken(lower: &str) -> bool {
    TAKEN.contains(&lower) || OUR_PREFIXES.iter().any(|prefix| lower.starts_with(prefix))
}

/// Whether a dialect of the operator's own sets it.
fn is_the_dialects(dialect: Dialect, lower: &str) -> bool {
    match dialect {
        Dialect::Own(own) => takes_header(own, lower),
        _ => false,
    }
}

/// RFC 9110's `token`.
fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(headers: &[(&str, &str)]) -> Vec<String> {
        let headers = headers
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect();
        let mut checks = Checks::default();
        check(&mut checks, Dialect::Karla, &headers);
        match checks.done() {
            Ok(()) => Vec::new(),
            Err(Refusal::Invalid { errors, .. }) => errors.into_iter().map(|e| e.field).collect(),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_the_callers_own_is_accepted() {
        assert!(
            refused(&[
                ("Authorization", "Bearer x"),
                ("X-Tenant", "a b\tc"),
                ("X_Y.z", "")
            ])
            .is_empty()
        );
    }

    #[test]
    fn what_is_ours_or_the_connections_is_not() {
        for name in [
            "Host",
            "content-TYPE",
            "Content-Length",
            "Connection",
            "Transfer-Encoding",
            "User-Agent",
            "Event-Name",
            "Claimwire-Attempt",
            "webhook-id",
            "Karla-Signature",
            "X-ClaimPort-Signature",
            "Proxy-Authorization",
            "",
            "a b",
            "ä",
            "a:b",
        ] {
            assert_eq!(refused(&[(name, "x")]).len(), 1, "{name}");
        }
        assert_eq!(refused(&[("a/b", "x")]), ["/headers/a~1b"]);
        assert_eq!(refused(&[("X-A", "x\r\nHost: y")]), ["/headers/X-A"]);
        assert_eq!(refused(&[("X-A", "1"), ("x-a", "2")]), ["/headers/x-a"]);
    }

    #[test]
    fn twenty_is_the_most() {
        let names: Vec<_> = (0..21).map(|i| format!("X-{i}")).collect();
        let headers: Vec<_> = names.iter().map(|n| (n.as_str(), "v")).collect();
        assert_eq!(refused(&headers), ["/headers"]);
        assert!(refused(&headers[..20]).is_empty());
    }

    #[test]
    fn together_they_have_8_kib() {
        let of = |lengths: [usize; 3]| -> BTreeMap<String, String> {
            let value = |(i, length): (usize, usize)| (format!("X-{i}"), "v".repeat(length));
            lengths.into_iter().enumerate().map(value).collect()
        };
        assert_eq!(check_size(&of([4_096, 4_084, 3])), Ok(()));
        let Err(Refusal::Invalid { errors, .. }) = check_size(&of([4_096, 4_085, 3])) else {
            panic!("8,193 bytes are taken")
        };
        assert_eq!(errors[0].field, "/headers");
    }
}
