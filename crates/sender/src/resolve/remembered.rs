//! Answers of name servers, remembered for as long as they are good. Pure: the time comes in.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use claimwire_wire::send::SendError;
use tokio::time::Instant;

use crate::limits::NAMES_REMEMBERED;

/// What a look-up came to.
pub(super) type Answer = Result<Vec<IpAddr>, SendError>;

/// What is known of names.
#[derive(Default)]
pub(super) struct Remembered(HashMap<String, (Instant, Answer)>);

impl Remembered {
    /// The answer, if it is still good.
    pub(super) fn get(&self, name: &str, now: Instant) -> Option<Answer> {
        let (until, answer) = self.0.get(name)?;
        (now < *until).then(|| answer.clone())
    }

    /// Remembers an answer that is good for so long. When there are too many, those that are not good any more
    /// go, and if all are, all do.
    pub(super) fn put(&mut self, name: String, answer: Answer, good_for: Duration, now: Instant) {
        if good_for.is_zero() {
            self.0.remove(&name);
            return;
        }
        if self.0.len() >= NAMES_REMEMBERED {
            self.0.retain(|_, (until, _)| now < *until);
        }
        if self.0.len() >= NAMES_REMEMBERED {
            self.0.clear();
        }
        self.0.insert(name, (now + good_for, answer));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn address(n: u8) -> Answer {
        Ok(vec![IpAddr::from([192, 0, 2, n])])
    }

    #[test]
    fn an_answer_is_good_until_its_time_and_the_last_one_counts() {
        let (mut known, now) = (Remembered::default(), Instant::now());
        known.put("a".to_owned(), address(1), SECOND, now);
        assert_eq!(known.get("a", now), Some(address(1)));
        assert_eq!(known.get("b", now), None);
        assert_eq!(known.get("a", now + SECOND), None);
        known.put("a".to_owned(), address(2), SECOND, now);
        assert_eq!(known.get("a", now), Some(address(2)));
        known.put("a".to_owned(), address(3), Duration::ZERO, now);
        assert_eq!(known.get("a", now), None);
    }

    #[test]
    fn there_are_never_more_than_the_bound_and_the_old_go_first() {
        let (mut known, now) = (Remembered::default(), Instant::now());
        known.put("lasts".to_owned(), address(1), SECOND * 9, now);
        for n in 1..NAMES_REMEMBERED {
            known.put(n.to_string(), address(2), SECOND, now);
        }
        let later = now + SECOND;
        known.put("new".to_owned(), address(3), SECOND * 9, later);
        assert_eq!(known.0.len(), 2);
        assert_eq!(known.get("lasts", later), Some(address(1)));
        for n in 0..2 * NAMES_REMEMBERED {
            known.put(n.to_string(), address(2), SECOND, later);
            assert!(known.0.len() <= NAMES_REMEMBERED);
        }
    }
}
