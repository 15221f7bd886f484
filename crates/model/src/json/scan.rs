//! One pass over JSON that finds what is asked for and makes sure that all of it is JSON.
//!
//! It reads what programs usually write. Of anything else it answers `None`: then serde_json is to read the text, and
//! to say what is wrong if something is. What it takes serde_json takes too, and finds the same
//! (`tests/model/scanner.rs` compares the two).

use super::JsonText;

/// Longest text of a number.
const NUMBER: usize = 64;
/// Each byte of a word the same.
const EACH: u64 = 0x0101_0101_0101_0101;
/// The highest bit of each.
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Reads a text from its beginning to its end.
#[derive(Debug)]
pub struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// Whether there is a control character anywhere. Most texts have none, and strings need no look for them.
    has_controls: bool,
}

impl<'a> Scanner<'a> {
    /// At the beginning of `text`.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        // Without an end before the last byte, a loop that the compiler makes wide instructions of.
        let controls = text
            .bytes()
            .fold(false, |found, byte| found | (byte < b' '));
        Self {
            text,
            at: 0,
            has_controls: controls,
        }
    }

    /// An object nested no deeper than so many levels. `member` gets each key, as it is written between its quotes, and
    /// must read the value.
    pub fn object(
        &mut self,
        levels: usize,
        mut member: impl FnMut(&mut Self, &'a str) -> Option<()>,
    ) -> Option<JsonText<'a>> {
        let begin = self.open(b'{', levels)?;
        if !self.take(b'}') {
            loop {
                let key = self.string()?;
                self.take(b':').then_some(())?;
                member(self, key)?;
                if !self.take(b',') {
                    break;
                }
            }
            self.take(b'}').then_some(())?;
        }
        self.since(begin)
    }

    /// An array nested no deeper than so many levels; `entry` must read an entry.
    pub fn array(
        &mut self,
        levels: usize,
        mut entry: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<JsonText<'a>> {
        let begin = self.open(b'[', levels)?;
        if !self.take(b']') {
            loop {
                entry(self)?;
                if !self.take(b',') {
                    break;
                }
            }
            self.take(b']').then_some(())?;
        }
        self.since(begin)
    }

    /// Any value nested no deeper than so many levels; what is neither object nor array has none.
    pub fn value(&mut self, levels: usize) -> Option<JsonText<'a>> {
        let first = self.peek()?;
        let begin = self.at;
        match first {
            b'"' => {
                self.string()?;
                self.since(begin)
            }
            b'{' => {
                let inside = levels.checked_sub(1)?;
                self.object(levels, |scanner, _| scanner.value(inside).map(drop))
            }
            b'[' => {
                let inside = levels.checked_sub(1)?;
                self.array(levels, |scanner| scanner.value(inside).map(drop))
            }
            b'n' => self.word("null", begin),
            b't' => self.word("true", begin),
            b'f' => self.word("false", begin),
            _ => self.number(begin),
        }
    }

    /// A string as it is written between its quotes. No escape in it is half of a surrogate pair.
    pub fn string(&mut self) -> Option<&'a str> {
        self.take(b'"').then_some(())?;
        let begin = self.at;
        loop {
            self.at = quote_or_backslash(self.text.as_bytes(), self.at)?;
            if self.text.as_bytes().get(self.at) == Some(&b'"') {
                break;
            }
            self.escape()?;
        }
        let string = self.text.get(begin..self.at)?;
        if self.has_controls && string.bytes().any(|byte| byte < b' ') {
            return None;
        }
        self.at += 1;
        Some(string)
    }

    /// The first byte of what comes next; space before it is taken.
    pub fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        loop {
            match *bytes.get(self.at)? {
                b' ' | b'\n' | b'\t' | b'\r' => self.at += 1,
                byte => return Some(byte),
            }
        }
    }

    /// That nothing but space is left.
    pub fn end(mut self) -> Option<()> {
        self.peek().is_none().then_some(())
    }

    /// Takes this byte if it comes next.
    fn take(&mut self, byte: u8) -> bool {
        let comes = self.peek() == Some(byte);
        self.at += usize::from(comes);
        comes
    }

    /// Begins what is nested.
    fn open(&mut self, bracket: u8, levels: usize) -> Option<usize> {
        (levels > 0 && self.take(bracket)).then(|| self.at - 1)
    }

    fn since(&self, begin: usize) -> Option<JsonText<'a>> {
        self.text.get(begin..self.at).map(JsonText::known)
    }

    fn word(&mut self, word: &str, begin: usize) -> Option<JsonText<'a>> {
        let rest = self.text.get(begin..)?;
        rest.starts_with(word).then_some(())?;
        self.at = begin + word.len();
        self.since(begin)
    }

    /// An escape, which this is at.
    fn escape(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes().get(self.at + 1..)?;
        self.at += match bytes {
            [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => 2,
            [b'u', a, b, c, d, ..]
                if [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()) =>
            {
                let is_surrogate = matches!(a, b'd' | b'D') && !matches!(b, b'0'..=b'7');
                (!is_surrogate).then_some(6)?
            }
            _ => return None,
        };
        Some(())
    }

    fn number(&mut self, begin: usize) -> Option<JsonText<'a>> {
        self.accept(|byte| byte == b'-');
        let leading_zero = self.text.as_bytes().get(self.at) == Some(&b'0');
        let digits = self.digits()?;
        if leading_zero && digits > 1 {
            return None;
        }
        if self.accept(|byte| byte == b'.') {
            self.digits()?;
        }
        if self.accept(|byte| matches!(byte, b'e' | b'E')) {
            self.accept(|byte| matches!(byte, b'+' | b'-'));
            self.digits()?;
        }
        (self.at - begin <= NUMBER).then_some(())?;
        self.since(begin)
    }

    fn accept(&mut self, is: impl FnOnce(u8) -> bool) -> bool {
        let comes = self
            .text
            .as_bytes()
            .get(self.at)
            .is_some_and(|byte| is(*byte));
        self.at += usize::from(comes);
        comes
    }

    /// At least one.
    fn digits(&mut self) -> Option<usize> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += digits;
        (digits > 0).then_some(digits)
    }
}

/// Where the next `"` or `\` is, from `at` on.
fn quote_or_backslash(bytes: &[u8], mut at: usize) -> Option<usize> {
    while let Some(next) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let word = u64::from_le_bytes(*next);
        // The lowest byte whose high bit is set here is the first that was looked for.
        let found = (zeros(word ^ (EACH * 0x22)) | zeros(word ^ (EACH * 0x5c))) & HIGH;
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let rest = bytes.get(at..)?;
    let found = rest.iter().position(|byte| matches!(byte, b'"' | b'\\'));
    found.map(|found| at + found)
}

/// The high bit is set of bytes that are zero; above the lowest such byte of others too.
fn zeros(word: u64) -> u64 {
    word.wrapping_sub(EACH) & !word
}
