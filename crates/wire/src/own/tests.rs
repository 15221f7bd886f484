use std::time::Duration;

use claimwire_model::webhook::PreviousSecret;

use super::*;
use crate::verification::verify_within;

const FILE: &str = r#"name = "other"
timeout_seconds = 7
ack = "200"

[events]
"claims/created" = "case_opened"
"claims" = "case_changed"

[body]
template = '''
{"id": {{ event.id }},
 "what": {{ event.name }}, "case": {{ claim.id }}}
'''

[headers]
"X-Topic" = "{{ event.name }}"

[signature]
algorithm = "hmac-sha256"
signs = "{timestamp}.{body}"
prefix = "v1="
separator = ","
value = "t={timestamp},{signatures}"
header = "X-Other-Signature"

[retry]
delays = [1, 2.5]
disable_after = 3
"#;

fn with(from: &str, to: &str) -> String {
    assert!(FILE.contains(from), "{from}");
    FILE.replace(from, to)
}

/// Each thing that is wrong: line and message.
fn wrong(text: &str) -> Vec<(usize, String)> {
    let Err(wrong) = read(text) else {
        panic!("it is taken")
    };
    wrong.into_iter().map(|it| (it.line, it.message)).collect()
}

#[test]
fn a_good_file_says_all_that_a_dialect_is() {
    let Ok(own) = read(FILE) else {
        panic!("{:?}", wrong(FILE))
    };
    assert_eq!((own.name(), &*own.described().title), ("other", "other"));
    let described = own.described();
    assert_eq!(described.timeout_seconds, 7);
    assert_eq!(described.retry.disable_after, Some(3));
    let delays = [Duration::from_secs(1), Duration::from_millis(2500)];
    assert_eq!(described.retry.delays, delays);
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    for (from, to, line, what) in [
        ("name = \"other\"", "name = \"Other\"", 1, "`name` is not"),
        ("name = \"other\"", "name = \"karla\"", 1, "built-in"),
        ("name = \"other\"", "name = 1", 1, "expected"),
        ("timeout_seconds = 7", "timeout_seconds = 31", 2, "1 to 30"),
        ("timeout_seconds = 7", "timeouts = 7", 2, "unknown field"),
        ("ack = \"200\"", "ack = \"204\"", 3, "unknown variant"),
        ("\"claims\" =", "\"claim\" =", 7, "`claim` is neither"),
        ("case_changed", "case changed", 7, "visible ASCII"),
        (
            "{{ event.name }}, \"case\"",
            "{{ event.name }, \"case\"",
            12,
            "`body.template`",
        ),
        (
            "\"case\": {{ claim.id }}",
            "\"case\": x",
            10,
            "makes no JSON",
        ),
        (
            "claim.id }}",
            "claim.id | nothing }}",
            12,
            "no filter `nothing`",
        ),
        ("\"X-Topic\"", "\"X Topic\"", 16, "no header's name"),
        (
            "\"X-Topic\"",
            "\"Claimwire-Event-Id\"",
            16,
            "set by the server",
        ),
        ("{{ event.name }}\"\n", "ä\"\n", 10, "printable ASCII"),
        ("hmac-sha256", "md5", 19, "unknown variant"),
        (
            "{timestamp}.{body}",
            "{timestamp}.",
            18,
            "leaves out `{body}`",
        ),
        (
            "{timestamp}.{body}",
            "{time}.{body}",
            18,
            "`{time}` is not one of",
        ),
        (
            "{timestamp}.{body}",
            "{timestamp}.{body",
            18,
            "is not closed",
        ),
        (
            "t={timestamp},{signatures}",
            "{signatures}",
            18,
            "no header tells",
        ),
        (
            "t={timestamp},{signatures}",
            "{timestamp}{signatures}",
            18,
            "tell them apart",
        ),
        (
            "t={timestamp},{signatures}",
            "t={timestamp}",
            18,
            "leaves out `{signatures}`",
        ),
        ("[1, 2.5]", "[-1]", 26, "`retry.delays`"),
        (
            "disable_after = 3",
            "disable_after = 0",
            26,
            "`retry.disable_after` is 0",
        ),
    ] {
        let told = wrong(&with(from, to));
        let (at, message) = &told[0];
        assert!(message.contains(what), "{from} → {to}: {message}");
        assert_eq!(*at, line, "{from} → {to}: {message}");
    }
    let both = with("case_changed", "case changed").replace("{{ claim.id }}", "{{ claim.id");
    assert_eq!(wrong(&both).len(), 2, "all of it is told at once");
}

#[test]
fn vectors_that_come_out_otherwise_are_refused() {
    let vector = |text: &str| format!("{FILE}\n[[vectors]]\n{text}\n");
    let signed = r#"body = "{}"
secret = "0123456789abcdef"
timestamp = 1700000000
headers = {"x-other-signature" = "t=1700000000,v1=HEX"}"#;
    // HMAC-SHA256 of `1700000000.{}`, made elsewhere.
    let hex = "e4f8e2ecae2295b2ddb2f0b5584c8275e226c0ebe9b3b819e70156bb67122e3e";
    let told = wrong(&vector(&signed.replace("HEX", "00")));
    assert_eq!(told[0].0, 30);
    assert!(
        told[0]
            .1
            .contains("vector 1: the header `X-Other-Signature` is otherwise"),
        "{told:?}"
    );
    assert!(read(&vector(&signed.replace("HEX", hex))).is_ok());
    let told = wrong(&vector("ref = \"claims/created\"\nbody = \"{}\""));
    assert!(told[0].1.contains("`body` is otherwise"), "{told:?}");
    let told = wrong(&vector("ref = \"orders/synced\"\nbody = \"{}\""));
    assert!(
        told[0].1.contains("`orders/synced` has no name"),
        "{told:?}"
    );
    let told = wrong(&vector("body = \"{}\"\nsecret = \"0123456789abcdef\""));
    assert!(
        told[0].1.contains("leaves out `X-Other-Signature`"),
        "{told:?}"
    );
}

fn secrets(current: &str, previous: Option<(&str, i64)>) -> Secrets {
    Secrets {
        current: current.to_owned(),
        previous: previous.map(|(secret, until)| PreviousSecret {
            secret: secret.to_owned(),
            ed25519_seed: None,
            expires_at: Timestamp::from_secs(until),
        }),
        ed25519_seed: None,
    }
}

fn owned(headers: Vec<(&str, String)>) -> Vec<(String, String)> {
    let headers = headers.into_iter();
    headers
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

#[test]
fn what_is_signed_is_verified_in_every_way_that_there_is() {
    let now = Timestamp::from_secs(1_700_000_000);
    let value = "value = \"t={timestamp},{signatures}\"";
    for text in [
        FILE.to_owned(),
        with("hmac-sha256", "hmac-sha1"),
        with("hmac-sha256", "hmac-sha512").replace("prefix", "encoding = \"base64\"\nprefix"),
        with("{timestamp}.{body}", "{id}/{timestamp}/{body}"),
        with(value, "timestamp_header = \"X-At\""),
        with("{timestamp}.{body}", "{body}").replace(value, ""),
        with("separator = \",\"\n", ""),
        with("hmac-sha256", "secret"),
    ] {
        let Ok(own) = read(&text) else {
            panic!("{:?}", wrong(&text))
        };
        let signature: &'static _ = Box::leak(Box::new(own.form.signature));
        let (old, new) = ("an-old-secret-of-it", "a-new-secret-of-it");
        let in_rotation = secrets(new, Some((old, 1_700_000_100)));
        let sign = |secrets: &Secrets, body: &[u8]| {
            let mut headers = owned(signature.sign(secrets, "evt_1", body, now));
            headers.push(("Claimwire-Event-Id".to_owned(), "evt_1".to_owned()));
            headers
        };
        let at = |secret: &str, headers: &[(String, String)], body: &[u8], seconds: u64| {
            let then = now.plus(Duration::from_secs(seconds));
            verify_within(300, then, |window| {
                signature.verify(secret, headers, body, window)
            })
        };
        let alone = sign(&secrets(new, None), b"{}");
        assert_eq!(at(new, &alone, b"{}", 0), Ok(()), "{text}");
        assert!(at(old, &alone, b"{}", 0).is_err(), "{text}");
        assert!(at(new, &[], b"{}", 0).is_err(), "{text}");
        if !text.contains("\"secret\"") {
            assert!(at(new, &alone, b"{ }", 0).is_err(), "{text}");
        }
        let stamped = text.contains("{timestamp}.") || text.contains("{timestamp}/");
        if stamped && !text.contains("\"secret\"") {
            let late = at(new, &alone, b"{}", 301);
            assert!(
                matches!(late, Err(Unverified::TooOld { .. })),
                "{late:?} {text}"
            );
        }
        let both = sign(&in_rotation, b"{}");
        assert_eq!(
            at(old, &both, b"{}", 0),
            Ok(()),
            "the old one holds: {text}"
        );
        match text.contains("separator") {
            true => assert_eq!(at(new, &both, b"{}", 0), Ok(()), "{text}"),
            false => {
                let next = both
                    .iter()
                    .find(|(name, _)| name == "X-Other-Signature-Next");
                let next = [("X-Other-Signature".to_owned(), next.unwrap().1.clone())];
                let mut next = next.to_vec();
                next.extend(
                    both.iter()
                        .filter(|(name, _)| name.starts_with("Claimwire"))
                        .cloned(),
                );
                assert_eq!(at(new, &next, b"{}", 0), Ok(()), "{text}");
            }
        }
        assert_eq!(
            signature.shows_secret("x-other-signature"),
            text.contains("\"secret\"")
        );
        assert!(signature.has_header("x-other-signature"));
    }
}
