//! Into what the time of an attempt divides: the sender measures it, stores keep it as one number.

use std::time::Duration;

/// How long each stage of a request took, as far as it went through it. One on a kept connection has none of the
/// first three, one to a literal address no look-up, one without an answer no first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stages {
    /// Until the name had an address.
    pub dns: Option<Duration>,
    /// Until there was a connection, through a proxy where there is one.
    pub connect: Option<Duration>,
    /// Until the connection was encrypted.
    pub tls: Option<Duration>,
    /// From the request's first byte out until the answer's first byte in.
    pub first_byte: Option<Duration>,
}

impl Stages {
    /// Adds to a stage, which an attempt can go through more than once.
    pub fn add(stage: &mut Option<Duration>, took: Duration) {
        *stage = Some(stage.unwrap_or_default().saturating_add(took));
    }

    /// All stages, in their order.
    #[must_use]
    pub fn all(&self) -> [Option<Duration>; 4] {
        [self.dns, self.connect, self.tls, self.first_byte]
    }
}

/// Bits of a stage in [`Split`].
const BITS: u32 = 15;
/// The share of a stage that took all of an attempt's time. A field of 0 says that there was no such stage.
const WHOLE: u64 = (1 << BITS) - 2;

/// [`Stages`] as shares of the attempt's duration, in steps of 1/32766 of it: one number that a store keeps beside
/// the duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split(i64);

impl Split {
    /// The shares that these stages had in this duration; none: no stage is known.
    #[must_use]
    pub fn of(stages: &Stages, duration: Duration) -> Option<Self> {
        let whole = duration.as_nanos().max(1);
        let share = |took: Duration| {
            let share = (took.as_nanos().min(whole) * u128::from(WHOLE) + whole / 2) / whole;
            1 + u64::try_from(share).unwrap_or(WHOLE)
        };
        let mut code = 0;
        // The last is the lowest, so that a kept connection's number is small.
        for stage in stages.all() {
            code = code << BITS | stage.map_or(0, share);
        }
        let code = i64::try_from(code).ok().filter(|code| *code != 0)?;
        Some(Self(code))
    }

    /// The stages of an attempt of this duration.
    #[must_use]
    pub fn stages(self, duration: Duration) -> Stages {
        let nanos = duration.as_nanos();
        let stage = |place: u32| {
            let field = self.0.unsigned_abs() >> (BITS * place) & ((1 << BITS) - 1);
            let share = u128::from(field.checked_sub(1)?.min(WHOLE));
            let took = (nanos * share + u128::from(WHOLE) / 2) / u128::from(WHOLE);
            Some(Duration::from_nanos(
                u64::try_from(took).unwrap_or(u64::MAX),
            ))
        };
        Stages {
            dns: stage(3),
            connect: stage(2),
            tls: stage(1),
            first_byte: stage(0),
        }
    }

    /// As stores keep it.
    #[must_use]
    pub const fn code(self) -> i64 {
        self.0
    }

    /// What a store kept; none of what is no split.
    #[must_use]
    pub const fn from_code(code: i64) -> Option<Self> {
        if code > 0 && code >> (4 * BITS) == 0 {
            Some(Self(code))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: f64) -> Option<Duration> {
        Some(Duration::from_secs_f64(ms / 1000.0))
    }

    #[test]
    fn stages_come_back_to_a_part_of_their_attempt() {
        for duration in [0.05, 3.0, 1_250.0, 30_000.0, 120_000.0] {
            let stages = Stages {
                dns: ms(0.0),
                connect: ms(duration * 0.2),
                tls: ms(duration * 0.31),
                first_byte: ms(duration * 0.4),
            };
            let whole = Duration::from_secs_f64(duration / 1000.0);
            let split = Split::of(&stages, whole).unwrap();
            assert_eq!(Split::from_code(split.code()), Some(split));
            let back = split.stages(whole);
            for (stage, back) in stages.all().into_iter().zip(back.all()) {
                let off = stage.unwrap().abs_diff(back.unwrap());
                assert!(
                    off <= whole / 30_000 + Duration::from_nanos(1),
                    "{off:?} of {whole:?}"
                );
            }
            assert_eq!(Split::of(&back, whole), Some(split), "it is a fixed point");
        }
    }

    #[test]
    fn what_was_not_gone_through_stays_absent() {
        let whole = Duration::from_millis(40);
        let reused = Stages {
            first_byte: ms(39.0),
            ..Stages::default()
        };
        let split = Split::of(&reused, whole).unwrap();
        assert!(split.code() < 1 << BITS, "a small number");
        let back = split.stages(whole);
        assert_eq!((back.dns, back.connect, back.tls), (None, None, None));
        assert!(back.first_byte.is_some());
        assert_eq!(Split::of(&Stages::default(), whole), None);
    }

    #[test]
    fn a_stage_is_never_longer_than_its_attempt() {
        let whole = Duration::from_millis(10);
        let late = Stages {
            dns: ms(25.0),
            ..Stages::default()
        };
        let back = Split::of(&late, whole).unwrap().stages(whole);
        assert_eq!(back.dns, Some(whole));
        let none = Split::of(&late, Duration::ZERO).unwrap();
        assert_eq!(none.stages(Duration::ZERO).dns, Some(Duration::ZERO));
    }

    #[test]
    fn other_numbers_are_no_split() {
        for code in [0, -1, i64::MIN, i64::MAX, 1 << (4 * BITS)] {
            assert_eq!(Split::from_code(code), None, "{code}");
        }
    }
}
