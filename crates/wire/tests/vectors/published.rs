//! Vectors that others published for Standard Webhooks: nothing here was made by our own code.

use std::collections::BTreeMap;

use claimwire_model::Dialect;

use crate::file::{Body, Judgement, Verify};

const REFERENCE_ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const REFERENCE_AT: i64 = 1_614_265_330;
const REFERENCE_BODY: &str = r#"{"test": 2432232314}"#;
const REFERENCE_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const REFERENCE_SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

pub fn vectors() -> Vec<Verify> {
    let several = format!(
        "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= {REFERENCE_SIGNATURE}"
    );
    vec![
        vector(
            "published_hmac",
            "From the tests of the Standard Webhooks libraries.",
            REFERENCE_SECRET,
            (REFERENCE_ID, REFERENCE_AT, REFERENCE_SIGNATURE),
            REFERENCE_BODY,
        ),
        vector(
            "published_several_signatures",
            "From the tests of the Standard Webhooks libraries: only the last of three is good.",
            REFERENCE_SECRET,
            (REFERENCE_ID, REFERENCE_AT, &several),
            REFERENCE_BODY,
        ),
        vector(
            "published_ed25519",
            "From the tests of the Standard Webhooks library for Go; the public key is that of its seed.",
            PUBLISHED_KEY,
            (
                REFERENCE_ID,
                REFERENCE_AT,
                "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==",
            ),
            REFERENCE_BODY,
        ),
        vector(
            "published_by_svix",
            "From Svix's guide to checking a signature by hand.",
            "whsec_plJ3nmyCDGBKInavdOK15jsl",
            (
                "msg_loFOjxBNrRLzqYUf",
                1_731_705_121,
                "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
            ),
            r#"{"event_type":"ping","data":{"success":true}}"#,
        ),
    ]
}

/// Of the published seed `VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=`, by OpenSSL.
const PUBLISHED_KEY: &str = "whpk_ZlN4eg7dSSqi0moX9hQUk3orrOouK3QVQSlJa248c/g=";

fn vector(name: &str, about: &str, secret: &str, signed: (&str, i64, &str), body: &str) -> Verify {
    let (id, at, signature) = signed;
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Verify {
        kind: "verify",
        dialect: Dialect::Standard,
        name: name.to_owned(),
        about: about.to_owned(),
        secret: secret.to_owned(),
        headers: BTreeMap::from([
            header("webhook-id", id),
            header("webhook-timestamp", &at.to_string()),
            header("webhook-signature", signature),
        ]),
        body: Body::text(body),
        tolerance_seconds: 300,
        now: at,
        expect: Judgement {
            valid: true,
            reason: None,
        },
    }
}
