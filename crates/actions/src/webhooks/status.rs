//! Whether a webhook gets requests after its settings were written.

use claimwire_model::target::TargetStatus;

/// What a write says about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    /// On or off, when the write says so.
    pub on: Option<bool>,
    /// A test event must get exactly 200 before anything else is sent.
    pub verify: bool,
    /// The URL is another one than before.
    pub moved: bool,
}

/// Status, and whether a test event is owed.
pub(super) type Standing = (TargetStatus, bool);

/// Where a webhook stands after a write. A new one was `(Active, false)` and has moved.
///
/// Once owed, a test stays owed while the webhook is off; asking again for an unverified webhook to be
/// on owes it a new test.
pub(super) fn after((status, due): Standing, wish: Wish) -> Standing {
    use TargetStatus::{Active, Disabled, Inactive, Unverified};
    let untested = due || wish.moved || (status == Unverified && wish.on.is_some());
    let due = wish.verify && untested;
    let unverified = due || (wish.verify && status == Unverified);
    match (wish.on, status) {
        (Some(false), _) | (None, Inactive) => (Inactive, due),
        (None, Disabled) => (Disabled, due),
        (Some(true) | None, _) if unverified => (Unverified, due),
        _ => (Active, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TargetStatus::{Active, Disabled, Inactive, Unverified};

    #[test]
    fn every_case() {
        let (on, off, silent) = (Some(true), Some(false), None);
        for (before, on, verify, moved, expected) in [
            // New.
            ((Active, false), silent, false, true, (Active, false)),
            ((Active, false), silent, true, true, (Unverified, true)),
            ((Active, false), off, false, true, (Inactive, false)),
            ((Active, false), off, true, true, (Inactive, true)),
            // Settings only.
            ((Active, false), silent, true, false, (Active, false)),
            ((Inactive, false), silent, true, false, (Inactive, false)),
            ((Unverified, true), silent, true, false, (Unverified, true)),
            (
                (Unverified, false),
                silent,
                true,
                false,
                (Unverified, false),
            ),
            ((Disabled, false), silent, true, false, (Disabled, false)),
            // Another URL.
            ((Active, false), silent, true, true, (Unverified, true)),
            ((Active, false), silent, false, true, (Active, false)),
            ((Disabled, false), silent, true, true, (Disabled, true)),
            ((Inactive, false), silent, true, true, (Inactive, true)),
            // On and off.
            ((Disabled, false), on, true, false, (Active, false)),
            ((Disabled, true), on, true, false, (Unverified, true)),
            ((Inactive, false), on, true, false, (Active, false)),
            ((Inactive, true), on, true, false, (Unverified, true)),
            ((Unverified, false), on, true, false, (Unverified, true)),
            ((Unverified, false), off, true, false, (Inactive, true)),
            ((Active, false), off, true, false, (Inactive, false)),
            // No longer verified.
            ((Unverified, true), silent, false, false, (Active, false)),
            ((Inactive, true), on, false, false, (Active, false)),
        ] {
            assert_eq!(
                after(before, Wish { on, verify, moved }),
                expected,
                "{before:?} {on:?} {verify} {moved}"
            );
        }
    }
}
