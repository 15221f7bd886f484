//! Claims: found, looked at, decided on, answered.

mod changes;
mod damages;
pub(crate) mod export;
pub(crate) mod list;
pub(crate) mod new;
pub(crate) mod photo;
pub(crate) mod show;
pub(crate) mod write;

use claimwire_actions::claim_page::{DUPLICATE_ITEM, HIGH_VALUE, REPEAT_CLAIMANT};

/// Whether a label is one of those by which the claim page warns of a claim.
pub(crate) fn warns(label: &str) -> bool {
    [HIGH_VALUE, REPEAT_CLAIMANT, DUPLICATE_ITEM].contains(&label)
}

/// Value and name of each status.
pub(crate) const STATUSES: [(&str, &str); 4] = [
    ("pending", "Pending"),
    ("accepted", "Accepted"),
    ("rejected", "Rejected"),
    ("closed", "Closed"),
];

/// The same where any will do.
pub(crate) const ANY_STATUS: [(&str, &str); 5] = [
    ("", "Any"),
    ("pending", "Pending"),
    ("accepted", "Accepted"),
    ("rejected", "Rejected"),
    ("closed", "Closed"),
];
