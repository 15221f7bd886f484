//! How a dialect of an operator's own signs, as data.

use claimwire_model::Timestamp;
use claimwire_model::webhook::Secrets;
use data_encoding::{BASE64, HEXLOWER, HEXLOWER_PERMISSIVE};
use ring::hmac;

use crate::active_secrets::{good, previous};
use crate::verification::{Unverified, Window, header};

/// What makes a signature of what is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Algorithm {
    /// HMAC with SHA-1: for platforms that have nothing better.
    HmacSha1,
    /// HMAC with SHA-256.
    HmacSha256,
    /// HMAC with SHA-512.
    HmacSha512,
    /// Nothing is signed: the secret itself is sent.
    Secret,
    /// Nothing at all.
    None,
}

impl Algorithm {
    fn hmac(self) -> Option<hmac::Algorithm> {
        match self {
            Self::HmacSha1 => Some(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
            Self::HmacSha256 => Some(hmac::HMAC_SHA256),
            Self::HmacSha512 => Some(hmac::HMAC_SHA512),
            Self::Secret | Self::None => None,
        }
    }
}

/// How bytes become text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Encoding {
    #[default]
    Hex,
    Base64,
}

/// A part of a pattern such as `{timestamp}.{body}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    /// What stands between braces.
    Hole(&'static str),
}

/// Takes a pattern apart.
///
/// # Errors
/// It has other holes than these, or one twice.
pub(super) fn pattern(text: &str, holes: &[&'static str]) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        let (name, after) = after.split_once('}').ok_or("a `{` is not closed")?;
        let hole = holes.iter().find(|hole| **hole == name).ok_or_else(|| {
            let known: Vec<_> = holes.iter().map(|hole| format!("{{{hole}}}")).collect();
            format!("`{{{name}}}` is not one of {}", known.join(", "))
        })?;
        if parts.contains(&Part::Hole(hole)) {
            return Err(format!("`{{{name}}}` is there twice"));
        }
        parts.push(Part::Hole(hole));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    Ok(parts)
}

/// The whole of it.
#[derive(Debug, Clone)]
pub(super) struct Signature {
    pub(super) algorithm: Algorithm,
    pub(super) encoding: Encoding,
    /// Of `id`, `timestamp` and `body`.
    pub(super) signs: Vec<Part>,
    /// Before each signature.
    pub(super) prefix: String,
    /// Between two in a header; none: a header holds one.
    pub(super) separator: Option<String>,
    /// Of `timestamp` and `signatures`.
    pub(super) value: Vec<Part>,
    pub(super) header: String,
    /// Bears the new secret's signature during a rotation, where a header holds one.
    pub(super) next_header: String,
    pub(super) timestamp_header: Option<String>,
}

impl Signature {
    /// The headers, with every secret that is good at `now`.
    pub(super) fn sign(
        &self,
        secrets: &Secrets,
        event_id: &str,
        body: &[u8],
        now: Timestamp,
    ) -> Vec<(&str, String)> {
        if self.algorithm == Algorithm::None {
            return Vec::new();
        }
        let timestamp = now.as_secs().to_string();
        let one = |secret: &str| self.one(secret, event_id, &timestamp, body);
        let whole = |signatures: &str| -> String {
            let part = |part: &Part| match part {
                Part::Text(text) => text.clone(),
                Part::Hole("timestamp") => timestamp.clone(),
                Part::Hole(_) => signatures.to_owned(),
            };
            self.value.iter().map(part).collect()
        };
        let mut headers = Vec::with_capacity(3);
        match (&self.separator, previous(secrets, now)) {
            (Some(separator), _) => {
                let all: Vec<String> = good(secrets, now).map(one).collect();
                headers.push((&*self.header, whole(&all.join(separator))));
            }
            (None, Some(old)) => {
                headers.push((&*self.header, whole(&one(&old.secret))));
                headers.push((&*self.next_header, whole(&one(&secrets.current))));
            }
            (None, None) => headers.push((&*self.header, whole(&one(&secrets.current)))),
        }
        if let Some(name) = &self.timestamp_header {
            headers.push((name, timestamp.clone()));
        }
        headers
    }

    /// One signature, with its prefix.
    fn one(&self, secret: &str, event_id: &str, timestamp: &str, body: &[u8]) -> String {
        let signature = match self.algorithm.hmac() {
            None => secret.to_owned(),
            Some(algorithm) => {
                let content = self.content(event_id, timestamp, body);
                let tag = hmac::sign(&hmac::Key::new(algorithm, secret.as_bytes()), &content);
                match self.encoding {
                    Encoding::Hex => HEXLOWER.encode(tag.as_ref()),
                    Encoding::Base64 => BASE64.encode(tag.as_ref()),
                }
            }
        };
        format!("{}{signature}", self.prefix)
    }

    fn content(&self, event_id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
        let parts = self.signs.iter().map(|part| match part {
            Part::Text(text) => text.as_bytes(),
            Part::Hole("id") => event_id.as_bytes(),
            Part::Hole("timestamp") => timestamp.as_bytes(),
            Part::Hole(_) => body,
        });
        parts.collect::<Vec<_>>().concat()
    }

    /// What a receiver checks.
    pub(super) fn verify(
        &'static self,
        secret: &str,
        headers: &[(String, String)],
        body: &[u8],
        window: Window,
    ) -> Result<(), Unverified> {
        if self.algorithm == Algorithm::None {
            return Ok(());
        }
        let value = header(headers, &self.header)?;
        let malformed = |detail| Unverified::MalformedHeader {
            header: &self.header,
            detail,
        };
        let (mut timestamp, signatures) = self
            .taken_apart(value)
            .ok_or(malformed("it is not as its dialect writes it"))?;
        if let Some(name) = &self.timestamp_header {
            let there = header(headers, name)?;
            window.check(name, there)?;
            timestamp = Some(there);
        } else if let Some(timestamp) = timestamp {
            window.check(&self.header, timestamp)?;
        }
        let event_id = match self.signs.contains(&Part::Hole("id")) {
            true => header(headers, "Claimwire-Event-Id")?,
            false => "",
        };
        let content = self.content(event_id, timestamp.unwrap_or_default(), body);
        let all = signatures.split(self.separator.as_deref().unwrap_or("\n"));
        let mut texts = all.filter_map(|text| text.trim().strip_prefix(&*self.prefix));
        match texts.any(|text| self.is_one(secret, &content, text)) {
            true => Ok(()),
            false => Err(Unverified::NoMatch(&self.header)),
        }
    }

    fn is_one(&self, secret: &str, content: &[u8], text: &str) -> bool {
        let Some(algorithm) = self.algorithm.hmac() else {
            // Both under one key, so that comparing takes the same time wherever they differ.
            let key = hmac::Key::new(hmac::HMAC_SHA256, b"equal");
            let tag = hmac::sign(&key, secret.as_bytes());
            return hmac::verify(&key, text.as_bytes(), tag.as_ref()).is_ok();
        };
        let bytes = match self.encoding {
            Encoding::Hex => HEXLOWER_PERMISSIVE.decode(text.as_bytes()),
            Encoding::Base64 => BASE64.decode(text.as_bytes()),
        };
        let key = hmac::Key::new(algorithm, secret.as_bytes());
        bytes.is_ok_and(|bytes| hmac::verify(&key, content, &bytes).is_ok())
    }

    /// The timestamp, where the header has one, and the signatures.
    fn taken_apart<'a>(&self, value: &'a str) -> Option<(Option<&'a str>, &'a str)> {
        let (mut timestamp, mut signatures) = (None, None);
        let mut rest = value;
        let mut parts = self.value.iter().peekable();
        while let Some(part) = parts.next() {
            let hole = match part {
                Part::Text(text) => {
                    rest = rest.strip_prefix(&**text)?;
                    continue;
                }
                Part::Hole(hole) => *hole,
            };
            let length = match parts.peek() {
                Some(Part::Text(text)) => rest.find(&**text)?,
                _ => rest.len(),
            };
            let (taken, after) = rest.split_at_checked(length)?;
            rest = after;
            match hole {
                "timestamp" => timestamp = Some(taken),
                _ => signatures = Some(taken),
            }
        }
        Some((timestamp, signatures?)).filter(|_| rest.is_empty())
    }

    /// Whether a header of this name shows a secret.
    pub(super) fn shows_secret(&self, name: &str) -> bool {
        let mut both = [&self.header, &self.next_header].into_iter();
        self.algorithm == Algorithm::Secret && both.any(|own| own.eq_ignore_ascii_case(name))
    }

    /// Whether it sets a header of this name.
    pub(super) fn has_header(&self, name: &str) -> bool {
        let both = [&self.header, &self.next_header].into_iter();
        let mut all = both.chain(&self.timestamp_header);
        self.algorithm != Algorithm::None && all.any(|own| own.eq_ignore_ascii_case(name))
    }
}
