//! Who is subscribed to what (contract section 3, filters).

use crate::dialect::Dialect;
use crate::event::Fact;
use crate::webhook::SourceFilter;

/// A webhook's filter, checked and ready to match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Events that this dialect has no name for never match.
    pub dialect: Dialect,
    /// Whose changes.
    pub source_filter: SourceFilter,
    /// As the caller wrote them.
    pub enabled_events: Vec<String>,
}

/// An entry of `enabled_events` that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct UnknownEntry {
    /// Which entry, from 0.
    pub index: usize,
    /// What is wrong with it and what would be right.
    pub message: String,
}

impl Subscription {
    /// Checks and compiles; every entry that cannot be is named.
    pub fn new(
        dialect: Dialect,
        source_filter: SourceFilter,
        enabled_events: Vec<String>,
    ) -> Result<Self, Vec<UnknownEntry>> {
        Ok(Self { dialect, source_filter, enabled_events })
    }

    /// Whether the webhook hears of this fact. Cheap: called for every webhook of the shop at each commit.
    #[must_use]
    pub fn matches(&self, _fact: &Fact) -> bool {
        true
    }
}
