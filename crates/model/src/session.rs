//! Who is signed in at the portal, and for how long.
//!
//! A session is a key's or a member's, or of a link that a key's holder made; it may do no more than its role, and nothing once
//! its key is gone. Times are decided here; the stores only keep them.

use std::time::Duration;

use uuid::Uuid;

use crate::id::ShopNo;
use crate::shop::Role;
use crate::time::Timestamp;

/// How long a session lasts after it was last seen.
pub const IDLE: Duration = Duration::from_secs(12 * 3_600);
/// How long it lasts at most.
pub const LONGEST: Duration = Duration::from_secs(7 * 86_400);
/// A session is put off only when it gains this much: not every page is a write.
const WORTH: Duration = Duration::from_secs(600);

/// In whose name a session acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its shop; none: the server's operator.
    pub shop: Option<ShopNo>,
    /// What it may do there.
    pub role: Role,
    /// The key's or the member's name: who changes are put down to.
    pub name: String,
    /// The shop's key or the member that it stands on; none: the server's admin key, or nobody's.
    pub principal: Option<Uuid>,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// In whose name.
    pub holder: Holder,
    /// It is over from then on, unless it is seen before.
    pub expires_at: Timestamp,
    /// It is over from then on.
    pub ends_at: Timestamp,
}

impl Session {
    /// One that begins.
    #[must_use]
    pub fn opened(holder: Holder, now: Timestamp) -> Self {
        Self {
            holder,
            expires_at: now.plus(IDLE),
            ends_at: now.plus(LONGEST),
        }
    }

    /// Until when it lasts now that it was seen; none: that is not worth a write.
    #[must_use]
    pub fn seen(&self, now: Timestamp) -> Option<Timestamp> {
        let until = now.plus(IDLE).min(self.ends_at);
        (until >= self.expires_at.plus(WORTH)).then_some(until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: u64) -> Timestamp {
        Timestamp::from_secs(1_800_000_000).plus(Duration::from_secs(hours * 3_600))
    }

    fn session() -> Session {
        let holder = Holder {
            shop: None,
            role: Role::Admin,
            name: "admin".to_owned(),
            principal: None,
        };
        Session::opened(holder, at(0))
    }

    #[test]
    fn it_slides_while_it_is_seen_and_ends_all_the_same() {
        let mut session = session();
        assert_eq!((session.expires_at, session.ends_at), (at(12), at(168)));
        for hour in (6..=156).step_by(6) {
            session.expires_at = session.seen(at(hour)).unwrap();
            assert_eq!(session.expires_at, at(hour + 12));
        }
        assert_eq!(session.seen(at(167)), None, "it has all that it can");
    }

    #[test]
    fn not_every_page_is_a_write() {
        let session = session();
        let soon = |seconds| session.seen(at(0).plus(Duration::from_secs(seconds)));
        assert_eq!(soon(1), None);
        assert_eq!(soon(599), None);
        assert!(soon(600).is_some());
    }
}
