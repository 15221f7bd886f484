//! W3C Trace Context: which trace a request or a change belongs to, and whether that is recorded. Pure: ids come in.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Characters of a [`TraceContext`] as text.
pub const TRACEPARENT_CHARS: usize = 55;

/// What the header `traceparent` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceContext {
    /// Of the whole trace; never all zeros.
    pub trace_id: [u8; 16],
    /// Of the span that what bears this belongs under; never all zeros.
    pub span_id: [u8; 8],
    /// Whether the spans of this trace are recorded.
    pub sampled: bool,
}

impl TraceContext {
    /// The value of a `traceparent` header; none where it is none: whoever gets such a one begins a trace of their own.
    /// Of a later version than 00 the parts that 00 has are read, as the recommendation says.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (known, more) = text.split_at_checked(TRACEPARENT_CHARS)?;
        let mut parts = known.split('-');
        let mut part = |chars: usize| parts.next().filter(|part| part.len() == chars);
        let (version, trace, span, flags) = (part(2)?, part(32)?, part(16)?, part(2)?);
        let [version] = bytes(version)?;
        let goes_on = match version {
            0xff => return None,
            0 => more.is_empty(),
            _ => more.is_empty() || more.starts_with('-'),
        };
        let (trace_id, span_id, [flags]) = (bytes(trace)?, bytes(span)?, bytes::<1>(flags)?);
        let is_whole = goes_on && trace_id != [0; 16] && span_id != [0; 8];
        is_whole.then_some(Self {
            trace_id,
            span_id,
            sampled: flags & 1 == 1,
        })
    }

    /// The same trace, with another span.
    #[must_use]
    pub fn under(self, span_id: [u8; 8]) -> Self {
        Self { span_id, ..self }
    }
}

/// Lower-case hexadecimal digits, which alone are allowed.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = digit(*pair.first()?)? << 4 | digit(*pair.last()?)?;
    }
    Some(bytes)
}

/// Bytes in lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy)]
pub struct Hex<'a>(pub &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// As the header has it.
impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (trace, span) = (Hex(&self.trace_id), Hex(&self.span_id));
        write!(f, "00-{trace}-{span}-{:02x}", u8::from(self.sampled))
    }
}

impl Serialize for TraceContext {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TraceContext {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a traceparent"))
    }
}

/// How many of the traces that begin here are recorded. Decided by the trace's id, so that all who decide by the same
/// share decide alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleRatio {
    /// Of the 56 bits that are random in every trace id (W3C Trace Context, level 2): from here on.
    from: u64,
}

/// One more than the largest random part of a trace id.
const RANDOM_PARTS: u64 = 1 << 56;

impl SampleRatio {
    /// None of them.
    pub const NONE: Self = Self { from: RANDOM_PARTS };

    /// Such a share of them; none: it is not between 0 and 1.
    #[must_use]
    pub fn new(ratio: f64) -> Option<Self> {
        let is_share = (0.0..=1.0).contains(&ratio);
        is_share.then_some(Self {
            from: ((1.0 - ratio) * RANDOM_PARTS as f64) as u64,
        })
    }

    /// Whether the trace of this id is among them.
    #[must_use]
    pub fn holds(self, trace_id: [u8; 16]) -> bool {
        let random = u128::from_be_bytes(trace_id) as u64 % RANDOM_PARTS;
        random >= self.from
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_traceparent_is_read_and_written_as_the_recommendation_has_it() {
        let read = TraceContext::parse(TEXT).unwrap();
        assert!(read.sampled);
        assert_eq!(read.to_string(), TEXT);
        let unsampled = TEXT.replace("-01", "-00");
        assert!(!TraceContext::parse(&unsampled).unwrap().sampled);
        // Other flags are not ours to keep.
        let flags = TraceContext::parse(&TEXT.replace("-01", "-ff")).unwrap();
        assert_eq!(flags, read);
        let later = format!("cc{}-what-comes", &TEXT[2..]);
        assert_eq!(TraceContext::parse(&later), Some(read));
        let kept = serde_json::to_string(&read).unwrap();
        assert_eq!(kept, format!("\"{TEXT}\""));
        assert_eq!(serde_json::from_str::<TraceContext>(&kept).unwrap(), read);
    }

    #[test]
    fn what_is_no_traceparent_is_none() {
        for wrong in [
            "",
            "00",
            &TEXT[..54],
            &format!("{TEXT}-x"),
            &format!("{TEXT} "),
            &TEXT.replacen("00-", "ff-", 1),
            &TEXT.replace("4bf9", "4BF9"),
            &TEXT.replace("4bf9", "4bg9"),
            &TEXT.replace("-00f0", "_00f0"),
            &TEXT.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            &TEXT.replace("00f067aa0ba902b7", &"0".repeat(16)),
            &format!("cc{}.more", &TEXT[2..]),
            &"é".repeat(40),
        ] {
            assert_eq!(TraceContext::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_share_of_the_traces_is_sampled_by_their_ids_alone() {
        let id = |random: u64| (0xabcd_u128 << 112 | u128::from(random)).to_be_bytes();
        let all = SampleRatio::new(1.0).unwrap();
        assert!(all.holds(id(0)) && all.holds(id(RANDOM_PARTS - 1)));
        let none = SampleRatio::new(0.0).unwrap();
        assert_eq!(none, SampleRatio::NONE);
        assert!(!none.holds(id(0)) && !none.holds(id(RANDOM_PARTS - 1)));
        let quarter = SampleRatio::new(0.25).unwrap();
        let sampled = (0..1024_u64).filter(|part| quarter.holds(id(part * (RANDOM_PARTS / 1024))));
        assert_eq!(sampled.count(), 256);
        for wrong in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(SampleRatio::new(wrong), None, "{wrong}");
        }
    }
}
