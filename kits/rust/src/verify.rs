//! Is a request genuine? Over its raw bytes, in any of the five dialects, in constant time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use ring::{hmac, signature};

/// How far a signature's time may be from this machine's where nothing else is said.
pub const TOLERANCE: Duration = Duration::from_secs(300);

const PUBLIC_KEY_BYTES: usize = 32;

/// In which form a webhook speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Karla's.
    Karla,
    /// ClaimPort's.
    Claimport,
    /// Claimable's.
    Claimable,
    /// Standard Webhooks.
    Standard,
    /// CloudEvents, signed as Standard Webhooks are.
    Cloudevents,
}

/// Why a request is not genuine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A header that the dialect always sends.
    #[error("the header {0} is missing")]
    MissingHeader(&'static str),
    /// A header that cannot be read.
    #[error("the header {0} cannot be read: {1}")]
    MalformedHeader(&'static str, &'static str),
    /// The secret cannot be one of this dialect's.
    #[error("the secret is not whsec_ or whpk_ with base64 behind it")]
    MalformedSecret,
    /// Signed too long ago: seconds.
    #[error("it was signed {0} s ago")]
    TooOld(u64),
    /// Signed in the future: seconds.
    #[error("it was signed {0} s in the future")]
    TooNew(u64),
    /// Another secret, or not the bytes that were signed.
    #[error("no signature in {0} is of this secret and these bytes")]
    NoMatch(&'static str),
}

impl Refused {
    /// A stable name, the same as in the test vectors.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::MissingHeader(_) => "missing_header",
            Self::MalformedHeader(..) => "malformed_header",
            Self::MalformedSecret => "malformed_secret",
            Self::TooOld(_) => "timestamp_too_old",
            Self::TooNew(_) => "timestamp_too_new",
            Self::NoMatch(_) => "no_match",
        }
    }
}

/// Fails unless `secret` signed exactly this body, at most `tolerance` before or after `now`.
///
/// `header` gives a header's value by its name, which it has to find in any case. `secret` is the webhook's, or in
/// `standard` and `cloudevents` also a public key `whpk_…`.
///
/// # Errors
///
/// Why the request is not genuine.
pub fn verify<'h>(
    dialect: Dialect,
    secret: &str,
    header: impl Fn(&str) -> Option<&'h str>,
    body: &[u8],
    tolerance: Duration,
    now: SystemTime,
) -> Result<(), Refused> {
    let request = Request {
        header: &header,
        body,
        tolerance: tolerance.as_secs(),
        now: seconds(now),
    };
    match dialect {
        Dialect::Karla => request.stamped("Karla-Signature", secret),
        Dialect::Claimable => request.stamped("Claimwire-Signature", secret),
        Dialect::Claimport => request.claimport(secret),
        Dialect::Standard | Dialect::Cloudevents => request.standard(secret),
    }
}

/// Whole seconds since 1970, down also before it.
fn seconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
        Err(before) => {
            i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |before| -before)
        }
    }
}

struct Request<'r, 'h> {
    header: &'r dyn Fn(&str) -> Option<&'h str>,
    body: &'r [u8],
    tolerance: u64,
    now: i64,
}

impl<'h> Request<'_, 'h> {
    fn header(&self, name: &'static str) -> Result<&'h str, Refused> {
        let value = (self.header)(name);
        value.map(str::trim).ok_or(Refused::MissingHeader(name))
    }

    fn check_time(&self, name: &'static str, text: &str) -> Result<(), Refused> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let signed: i64 = text
            .parse()
            .ok()
            .filter(|_| digits)
            .ok_or(Refused::MalformedHeader(
                name,
                "its time is no number of seconds",
            ))?;
        let apart = self.now.abs_diff(signed);
        match apart > self.tolerance {
            false => Ok(()),
            true if self.now > signed => Err(Refused::TooOld(apart)),
            true => Err(Refused::TooNew(apart)),
        }
    }

    /// `t=…,v1=…` over the time, a dot and the body.
    fn stamped(&self, name: &'static str, secret: &str) -> Result<(), Refused> {
        let value = self.header(name)?;
        let entries = || value.split(',').filter_map(|entry| entry.split_once('='));
        let of = |wanted: &'static str| {
            let found = entries().filter(move |(key, _)| key.trim() == wanted);
            found.map(|(_, value)| value.trim())
        };
        let (Some(at), Some(_)) = (of("t").next(), of("v1").next()) else {
            return Err(Refused::MalformedHeader(name, "it needs t=… and v1=…"));
        };
        self.check_time(name, at)?;
        let signed = [at.as_bytes(), b".", self.body].concat();
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        any(of("v1"), |tag| is_hex_tag(&key, &signed, tag)).ok_or(Refused::NoMatch(name))
    }

    /// `sha256=…` over the body; the next secret's in a header of its own.
    fn claimport(&self, secret: &str) -> Result<(), Refused> {
        const NAME: &str = "X-ClaimPort-Signature";
        const BEGIN: &str = "sha256=";
        let first = self.header(NAME)?;
        if !first.starts_with(BEGIN) {
            return Err(Refused::MalformedHeader(NAME, "it needs sha256=…"));
        }
        let given = [Some(first), (self.header)("X-ClaimPort-Signature-Next")];
        let given = given.into_iter().flatten();
        let tags = given.filter_map(|value| value.trim().strip_prefix(BEGIN));
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        any(tags, |tag| is_hex_tag(&key, self.body, tag)).ok_or(Refused::NoMatch(NAME))
    }

    /// Standard Webhooks: `v1,…` by a shared secret, `v1a,…` by a key pair.
    fn standard(&self, secret: &str) -> Result<(), Refused> {
        const NAME: &str = "webhook-signature";
        let id = self.header("webhook-id")?;
        let at = self.header("webhook-timestamp")?;
        let signatures = self.header(NAME)?;
        self.check_time("webhook-timestamp", at)?;
        let public = secret.strip_prefix("whpk_");
        let text = public
            .or_else(|| secret.strip_prefix("whsec_"))
            .unwrap_or(secret);
        let key = BASE64.decode(text.as_bytes()).ok();
        let key = key.filter(|key| public.is_none() || key.len() == PUBLIC_KEY_BYTES);
        let key = key.ok_or(Refused::MalformedSecret)?;
        let scheme = if public.is_some() { "v1a," } else { "v1," };
        let mut given = signatures
            .split(' ')
            .filter_map(|entry| entry.strip_prefix(scheme))
            .peekable();
        if given.peek().is_none() {
            return Err(Refused::MalformedHeader(
                NAME,
                "it has no signature of the secret's scheme",
            ));
        }
        let signed = [id.as_bytes(), b".", at.as_bytes(), b".", self.body].concat();
        let found = if public.is_some() {
            let key = signature::UnparsedPublicKey::new(&signature::ED25519, key);
            any(given, |tag| {
                let tag = BASE64.decode(tag.as_bytes());
                tag.is_ok_and(|tag| key.verify(&signed, &tag).is_ok())
            })
        } else {
            let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
            any(given, |tag| {
                let tag = BASE64.decode(tag.as_bytes());
                tag.is_ok_and(|tag| hmac::verify(&key, &signed, &tag).is_ok())
            })
        };
        found.ok_or(Refused::NoMatch(NAME))
    }
}

fn any<'t>(mut tags: impl Iterator<Item = &'t str>, good: impl Fn(&str) -> bool) -> Option<()> {
    tags.any(good).then_some(())
}

fn is_hex_tag(key: &hmac::Key, signed: &[u8], tag: &str) -> bool {
    let tag = HEXLOWER_PERMISSIVE.decode(tag.as_bytes());
    tag.is_ok_and(|tag| hmac::verify(key, signed, &tag).is_ok())
}
