//! Signature headers, by every dialect's verifier: a letter for the dialect, then lines: the receiver's
//! clock, the secret, the headers, an empty one, and the body.

use std::time::Duration;

use claimwire_model::Timestamp;
use claimwire_model::webhook::{Secrets, Signing};
use claimwire_wire::{sign, verify};

const TOLERANCE: Duration = Duration::from_secs(300);

/// Nothing panics; what is genuine is no longer so with another body; what we sign is genuine.
pub fn signatures(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else {
        return;
    };
    let dialect = super::dialect(*first);
    let Some((head, body)) = split(rest, b"\n\n") else {
        return;
    };
    let Ok(head) = std::str::from_utf8(head) else {
        return;
    };
    let mut lines = head.split('\n');
    let (Some(now), Some(secret)) = (
        lines.next().and_then(|line| line.parse().ok()),
        lines.next(),
    ) else {
        return;
    };
    let now = Timestamp::from_secs(now);
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let genuine = |secret: &str, headers: &[(String, String)], body: &[u8], now| {
        verify(dialect, secret, headers, body, TOLERANCE, now)
    };
    let other = [body, b"."].concat();
    match genuine(secret, &headers, body, now) {
        Ok(()) => assert!(genuine(secret, &headers, &other, now).is_err()),
        Err(why) => assert!(!why.key().is_empty() && !why.to_string().is_empty()),
    }

    let now = Timestamp::from_secs(1_760_000_000);
    let secrets = Secrets {
        current: secret.to_owned(),
        previous: None,
        ed25519_seed: Some([7; 32]),
    };
    let signed: Vec<(String, String)> = sign(dialect, &secrets, Signing::Both, "evt_1", body, now)
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .chain([
            ("webhook-id".to_owned(), "evt_1".to_owned()),
            ("webhook-timestamp".to_owned(), "1760000000".to_owned()),
        ])
        .collect();
    let standard = super::dialect(*first).as_str() == "standard"
        || super::dialect(*first).as_str() == "cloudevents";
    // A secret of the wrong form is refused by the API before it signs anything.
    let usable = !standard
        || !matches!(
            genuine(secret, &signed, body, now).map_err(|why| why.key()),
            Err("malformed_secret" | "malformed_header")
        );
    if usable && !secret.starts_with("whpk_") {
        assert_eq!(
            genuine(secret, &signed, body, now),
            Ok(()),
            "{dialect} {secret:?} {signed:?}"
        );
        assert!(genuine(secret, &signed, &other, now).is_err());
        assert!(
            genuine(secret, &signed, body, now.plus(TOLERANCE * 2)).is_err()
                || dialect.as_str() == "claimport"
        );
    }
}

fn split<'a>(data: &'a [u8], at: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let place = data.windows(at.len()).position(|window| window == at)?;
    Some((&data[..place], &data[place + at.len()..]))
}
