//! Requests signed by our own code, to be changed afterwards.

use std::collections::BTreeMap;

use claimwire_model::webhook::{PreviousSecret, Secrets, Signing};
use claimwire_model::{Dialect, Timestamp};

use super::{PLAIN, SIGNED_AT};
use crate::file::{Body, Judgement, Verify};

pub const TOLERANCE: u64 = 300;
const EVENT_ID: &str = "evt_0cq8kw7d5g000";
const SEED: [u8; 32] = *b"a seed that everyone may know 01";

/// An ordinary request, signed with the one secret that there is.
pub fn plain(dialect: Dialect, name: &str, about: &str) -> Verify {
    plain_signed(dialect, name, about, Signing::Hmac)
}

/// The same, signed in another way.
pub fn plain_signed(dialect: Dialect, name: &str, about: &str, signing: Signing) -> Verify {
    signed(
        dialect,
        name,
        about,
        Body::text(PLAIN),
        &only_new(dialect),
        signing,
    )
}

pub fn only_new(dialect: Dialect) -> Secrets {
    let current = claimwire_wire::make_secret(dialect, b"the newest secret of this shop..");
    Secrets {
        current,
        previous: None,
        ed25519_seed: Some(SEED),
    }
}

pub fn old(dialect: Dialect) -> String {
    claimwire_wire::make_secret(dialect, b"the secret before, still good...")
}

pub fn other(dialect: Dialect) -> String {
    claimwire_wire::make_secret(dialect, b"the secret of some other webhook")
}

pub fn rotated(dialect: Dialect, name: &str, about: &str) -> Verify {
    let expires_at = Timestamp::from_secs(SIGNED_AT + 86_400);
    let previous = Some(PreviousSecret {
        secret: old(dialect),
        ed25519_seed: None,
        expires_at,
    });
    let secrets = Secrets {
        previous,
        ..only_new(dialect)
    };
    signed(
        dialect,
        name,
        about,
        Body::text(PLAIN),
        &secrets,
        Signing::Hmac,
    )
}

pub fn signed(
    dialect: Dialect,
    name: &str,
    about: &str,
    body: Body,
    secrets: &Secrets,
    signing: Signing,
) -> Verify {
    let at = Timestamp::from_secs(SIGNED_AT);
    let headers = claimwire_wire::sign(dialect, secrets, signing, EVENT_ID, &body.bytes(), at);
    Verify {
        kind: "verify",
        dialect,
        name: name.to_owned(),
        about: about.to_owned(),
        secret: secrets.current.clone(),
        headers: headers
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        body,
        tolerance_seconds: TOLERANCE,
        now: SIGNED_AT,
        expect: Judgement {
            valid: true,
            reason: None,
        },
    }
}

impl Verify {
    pub fn secret(self, secret: &str) -> Self {
        Self {
            secret: secret.to_owned(),
            ..self
        }
    }

    pub fn body(self, body: Body) -> Self {
        Self { body, ..self }
    }

    pub fn at(self, now: i64) -> Self {
        Self { now, ..self }
    }

    pub fn headers_set(self, headers: BTreeMap<String, String>) -> Self {
        Self { headers, ..self }
    }

    pub fn headers(self, edit: impl Fn(String, String) -> (String, String)) -> Self {
        let headers = self
            .headers
            .clone()
            .into_iter()
            .map(|(name, value)| edit(name, value))
            .collect();
        self.headers_set(headers)
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.remove(name).unwrap();
        self
    }

    pub fn refused(self, reason: &'static str) -> Self {
        Self {
            expect: Judgement {
                valid: false,
                reason: Some(reason),
            },
            ..self
        }
    }
}
