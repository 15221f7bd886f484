//! What follows from how a mail came through. Pure.

use std::time::Duration;

use claimwire_model::Timestamp;
use claimwire_store::outbox::{MAIL_KEPT, Mail};

/// The wait after the first failure; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);
/// An address that the server refuses for good (5xx) is tried so often, should the refusal be our
/// operator's mistake; one that it puts off (4xx, or no answer), for as long as the mail is kept.
const REFUSED_TRIES: u32 = 12;

/// What became of one mail.
pub(crate) enum Came {
    Sent,
    /// Put off: later perhaps.
    Later(String),
    /// Refused for good.
    Refused(String),
    /// It cannot be sent at all.
    Never(String),
}

impl Came {
    /// Why it was not sent.
    pub(crate) fn why(&self) -> &str {
        match self {
            Self::Sent => "",
            Self::Later(why) | Self::Refused(why) | Self::Never(why) => why,
        }
    }
}

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// It was sent, or is given up.
    Ended,
    /// It is tried again then.
    Again(Timestamp),
}

/// Of one mail that came through so at `now`.
pub(crate) fn judge(came: &Came, mail: &Mail, now: Timestamp) -> Next {
    let tries = mail.tries.saturating_add(1);
    let again = now.plus(wait(mail.tries));
    match came {
        Came::Sent | Came::Never(_) => Next::Ended,
        Came::Refused(_) if tries >= REFUSED_TRIES => Next::Ended,
        Came::Later(_) | Came::Refused(_) if is_over(mail.at, again) => Next::Ended,
        Came::Later(_) | Came::Refused(_) => Next::Again(again),
    }
}

/// Whether what happened at `at` is not mailed any more at `now`.
pub(crate) fn is_over(at: Timestamp, now: Timestamp) -> bool {
    now > at.plus(MAIL_KEPT)
}

/// How long to wait after the try that followed `tries` others.
fn wait(tries: u32) -> Duration {
    let doubled = 2_u32
        .checked_pow(tries)
        .and_then(|n| FIRST_WAIT.checked_mul(n));
    doubled.map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use claimwire_store::outbox::{MailContent, MailId};

    use super::*;

    #[test]
    fn waits_double_up_to_an_hour() {
        let seconds: Vec<u64> = (0..10).map(|tries| wait(tries).as_secs()).collect();
        assert_eq!(seconds, [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560]);
        assert_eq!(wait(10), LONGEST_WAIT);
        assert_eq!(wait(u32::MAX), LONGEST_WAIT);
    }

    #[test]
    fn what_is_put_off_is_tried_for_three_days_and_what_is_refused_twelve_times() {
        let begun = Timestamp::from_secs(1_000);
        let mail = |tries| Mail {
            id: MailId::Letter(1),
            at: begun,
            content: MailContent::Letter(Vec::new()),
            tries,
        };
        let later = Came::Later(String::new());
        let refused = Came::Refused(String::new());
        let now = begun.plus(Duration::from_secs(60));
        let in_5_s = Next::Again(now.plus(FIRST_WAIT));
        assert_eq!(judge(&Came::Sent, &mail(0), now), Next::Ended);
        assert_eq!(judge(&later, &mail(0), now), in_5_s);
        assert_eq!(judge(&refused, &mail(0), now), in_5_s);
        assert_eq!(
            judge(&Came::Never(String::new()), &mail(0), now),
            Next::Ended
        );
        assert!(matches!(judge(&refused, &mail(10), now), Next::Again(_)));
        assert_eq!(judge(&refused, &mail(11), now), Next::Ended);
        assert!(matches!(judge(&later, &mail(90), now), Next::Again(_)));
        let last = begun.plus(MAIL_KEPT).minus(LONGEST_WAIT);
        let end = begun.plus(MAIL_KEPT);
        assert_eq!(judge(&later, &mail(90), last), Next::Again(end));
        let after = last.plus(Duration::from_millis(1));
        assert_eq!(judge(&later, &mail(90), after), Next::Ended);
        assert!(!is_over(begun, end) && is_over(begun, end.plus(Duration::from_millis(1))));
    }
}
