//! Headers of a request or an answer, kept as one text: a line `name:value` each, as stores have them.
//!
//! A request goes by many hands between the driver that made it and the row that tells of it. As one text it takes
//! one piece of memory in each, however many headers there are.

use std::fmt;

/// Headers in order; a name may come more than once.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(String);

/// Stands for what would end a name or a line. No header may hold it, so what holds it is not sent.
const BROKEN: char = '\r';

impl Headers {
    /// None yet, with room for so many bytes of names and values.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self(String::with_capacity(bytes))
    }

    /// As [`Headers::as_str`] gave them.
    #[must_use]
    pub fn from_text(text: String) -> Self {
        Self(text)
    }

    /// A line each: `name:value` and a line feed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// One more. A line feed in it, or a colon in its name, becomes a carriage return.
    pub fn push(&mut self, name: &str, value: &str) {
        self.push_part(name, |b| (b == b':') | (b == b'\n'));
        self.0.push(':');
        self.push_part(value, |b| b == b'\n');
        self.0.push('\n');
    }

    /// Looks at all bytes without stopping, which the compiler makes into a few wide instructions.
    fn push_part(&mut self, part: &str, breaks: impl Fn(u8) -> bool) {
        if part.bytes().fold(false, |any, b| any | breaks(b)) {
            let is_broken = |c: char| u8::try_from(c).is_ok_and(&breaks);
            let whole = part.chars();
            let whole = whole.map(|c| if is_broken(c) { BROKEN } else { c });
            self.0.extend(whole);
        } else {
            self.0.push_str(part);
        }
    }

    /// Name and value of each.
    #[must_use]
    pub fn iter(&self) -> Iter<'_> {
        Iter(&self.0)
    }

    /// The value of the first of this name, in any case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut all = self.iter();
        all.find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// How many there are: each has a line.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.bytes().filter(|byte| *byte == b'\n').count()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same with the values of those that `hides` names replaced by `mask`.
    #[must_use]
    pub fn masked(&self, mask: &str, hides: impl Fn(&str) -> bool) -> Self {
        if !self.iter().any(|(name, _)| hides(name)) {
            return self.clone();
        }
        let mut masked = Self::with_capacity(self.0.len());
        for (name, value) in self {
            masked.push(name, if hides(name) { mask } else { value });
        }
        masked
    }
}

/// Name and value of each header.
#[derive(Clone)]
pub struct Iter<'a>(&'a str);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, rest) = split(self.0, b':')?;
        let (value, rest) = split(rest, b'\n').unwrap_or((rest, ""));
        self.0 = rest;
        Some((name, value))
    }
}

/// Before and after the first such byte, an ASCII character: every header of every request is looked through a few times.
fn split(text: &str, byte: u8) -> Option<(&str, &str)> {
    let at = memchr::memchr(byte, text.as_bytes())?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

impl<'a> IntoIterator for &'a Headers {
    type Item = (&'a str, &'a str);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl<N: AsRef<str>, V: AsRef<str>> Extend<(N, V)> for Headers {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, more: I) {
        for (name, value) in more {
            self.push(name.as_ref(), value.as_ref());
        }
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(all: I) -> Self {
        let mut headers = Self::default();
        headers.extend(all);
        headers
    }
}

impl<N: AsRef<str>, V: AsRef<str>> From<Vec<(N, V)>> for Headers {
    fn from(all: Vec<(N, V)>) -> Self {
        all.into_iter().collect()
    }
}

impl<N: AsRef<str>, V: AsRef<str>, const COUNT: usize> From<[(N, V); COUNT]> for Headers {
    fn from(all: [(N, V); COUNT]) -> Self {
        all.into_iter().collect()
    }
}

impl From<Headers> for Vec<(String, String)> {
    fn from(headers: Headers) -> Self {
        let all = headers.iter();
        all.map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(headers: &Headers) -> Vec<(&str, &str)> {
        headers.iter().collect()
    }

    #[test]
    fn what_goes_in_comes_out_in_order_also_by_way_of_the_text() {
        let all = [
            ("Date", "Thu, 29 Jan 2026 14:48:47 GMT"),
            ("empty", ""),
            ("a", "1"),
            ("A", "ü: 2"),
        ];
        let headers = Headers::from(all);
        assert_eq!(pairs(&headers), all);
        assert_eq!((headers.len(), headers.is_empty()), (4, false));
        let again = Headers::from_text(headers.as_str().to_owned());
        assert_eq!(again, headers);
        assert_eq!((headers.get("a"), headers.get("b")), (Some("1"), None));
        assert!(Headers::default().is_empty());
        assert_eq!(pairs(&Headers::default()), []);
    }

    #[test]
    fn nothing_becomes_a_header_of_its_own() {
        let headers = Headers::from([("a\nb:c", "d\ne:f"), ("g", "h\r\ni: j")]);
        let all = [("a\rb\rc", "d\re:f"), ("g", "h\r\ri: j")];
        assert_eq!(pairs(&headers), all);
    }

    #[test]
    fn a_hidden_value_is_masked_and_no_other() {
        let headers = Headers::from([("Authorization", "Bearer 1"), ("Accept", "a/b")]);
        let masked = headers.masked("***", |name| name == "Authorization");
        assert_eq!(
            pairs(&masked),
            [("Authorization", "***"), ("Accept", "a/b")]
        );
    }
}
