//! What no record may show of an answer: whatever let us in there, should the answer repeat it. Whoever keeps an answer,
//! or shows it, asks its target's driver for the secrets of the request ([`Driver::secrets`](crate::driver::Driver::secrets))
//! and keeps what these leave of it.

use std::borrow::Cow;

use claimwire_model::Headers;
use memchr::memmem;

/// Stands for a secret, or what may be one.
pub const MASK: &str = "***";
/// Bytes of a secret. A shorter text is in any text.
const BYTES_AT_LEAST: usize = 4;

/// Bytes of a header's value that may be a secret: shorter ones switch something on, or name it.
const HEADER_BYTES_AT_LEAST: usize = 8;
/// Headers that let nobody in.
const PLAIN: [&str; 5] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "content-type",
    "user-agent",
];

/// What lets us in at one place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Secrets(Vec<String>);

impl Secrets {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text without them.
    #[must_use]
    pub fn masked<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut masked = Cow::Borrowed(text);
        for secret in &self.0 {
            if masked.contains(&**secret) {
                masked = masked.replace(&**secret, MASK).into();
            }
        }
        masked
    }

    /// The same of what may be no text.
    #[must_use]
    pub fn masked_bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let mut masked = Cow::Borrowed(bytes);
        for secret in &self.0 {
            let finder = memmem::Finder::new(secret.as_bytes());
            let found: Vec<usize> = finder.find_iter(&masked).collect();
            if found.is_empty() {
                continue;
            }
            let mut without = Vec::with_capacity(masked.len());
            let mut rest = 0;
            for at in found {
                without.extend_from_slice(masked.get(rest..at).unwrap_or_default());
                without.extend_from_slice(MASK.as_bytes());
                rest = at + secret.len();
            }
            without.extend_from_slice(masked.get(rest..).unwrap_or_default());
            masked = without.into();
        }
        masked
    }

    /// Headers without them.
    #[must_use]
    pub fn masked_headers(&self, headers: Headers) -> Headers {
        if self.is_empty() {
            return headers;
        }
        let masked = headers
            .iter()
            .map(|(name, value)| (name, self.masked(value)));
        masked.collect()
    }
}

/// Those that are long enough to be told from other text. The longest are masked first: one may be part of another.
impl<S: Into<String>> FromIterator<S> for Secrets {
    fn from_iter<I: IntoIterator<Item = S>>(all: I) -> Self {
        let all = all.into_iter().map(Into::into);
        let mut all: Vec<String> = all
            .filter(|secret| secret.len() >= BYTES_AT_LEAST)
            .collect();
        all.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        all.dedup();
        Self(all)
    }
}

/// What may let someone in of these headers: of a scheme and its credentials these alone. Of those that say what is
/// spoken, and of short values, nothing.
pub fn of_headers<'a>(
    headers: impl Iterator<Item = (&'a str, &'a str)>,
) -> impl Iterator<Item = &'a str> {
    let is_plain = |name: &str| PLAIN.iter().any(|plain| name.eq_ignore_ascii_case(plain));
    let secret = headers.filter(move |(name, _)| !is_plain(name));
    let values = secret.map(|(_, value)| value.rsplit(' ').next().unwrap_or(value));
    values.filter(|value| value.len() >= HEADER_BYTES_AT_LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_headers_the_credentials_alone_are_secrets() {
        let headers = [
            ("Authorization", "Bearer 0123456789"),
            ("X-Key", "abcdefgh"),
            ("X-Debug", "true"),
            ("Accept", "application/json"),
        ];
        let found: Vec<_> = of_headers(headers.into_iter()).collect();
        assert_eq!(found, ["0123456789", "abcdefgh"]);
    }

    #[test]
    fn secrets_are_masked_wherever_they_stand_and_short_ones_are_none() {
        let secrets: Secrets = ["tok_1", "tok_1-longer", "abc", ""].into_iter().collect();
        let told = "tok_1 and tok_1-longer, not abc: tok_1";
        let shown = "*** and ***, not abc: ***";
        assert_eq!(secrets.masked(told), shown);
        assert_eq!(&*secrets.masked_bytes(told.as_bytes()), shown.as_bytes());
        assert_eq!(
            &*secrets.masked_bytes(b"\xfftok_1\xff"),
            b"\xff***\xff",
            "also where it is no text"
        );
        let headers = Headers::from([("X-Echo", "Bearer tok_1"), ("Date", "today")]);
        let all = [("X-Echo", "Bearer ***"), ("Date", "today")];
        assert_eq!(secrets.masked_headers(headers), Headers::from(all));
        assert!(["abc"].into_iter().collect::<Secrets>().is_empty());
    }
}
