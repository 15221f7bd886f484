//! What people and keys did to a shop's settings.

use crate::performed_by::Source;
use crate::time::Timestamp;

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// By whom: the key's or the member's name.
    pub who: String,
    /// By which way.
    pub source: Source,
    /// What: `webhook.created`.
    pub did: String,
    /// On what, as people know it, and where it has one its id.
    pub on: String,
}
