//! Who is subscribed to what (contract section 3, filters).

mod entry;
mod nearest;
mod source;

pub use source::SourceFilter;

use crate::catalogue;
use crate::dialect::Dialect;
use crate::event::{Fact, Traits};
use crate::performed_by::Source;

use entry::Entry;

/// Entries of one target: about twice as many as there are names.
pub const ENTRIES_AT_MOST: usize = 500;
/// Unknown entries of one list that are told what they may have been meant to be; looking takes time.
const SUGGESTIONS_AT_MOST: usize = 10;

/// A target's filter, checked and ready to match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Events that this dialect has no name for never match.
    pub dialect: Dialect,
    /// Whose changes.
    pub source_filter: SourceFilter,
    /// As the caller wrote them.
    pub enabled_events: Vec<String>,
    entries: Vec<Entry>,
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
    /// To every event that is not operational, whoever made it.
    #[must_use]
    pub fn everything(dialect: Dialect) -> Self {
        Self {
            dialect,
            source_filter: SourceFilter::All,
            enabled_events: vec!["*".to_owned()],
            entries: vec![Entry::All],
        }
    }

    /// Checks and compiles; every entry that cannot be is named. Of an empty list that is entry 0, of
    /// a list longer than [`ENTRIES_AT_MOST`] the first one too many.
    pub fn new(
        dialect: Dialect,
        source_filter: SourceFilter,
        enabled_events: Vec<String>,
    ) -> Result<Self, Vec<UnknownEntry>> {
        if enabled_events.is_empty() {
            let message = "there must be at least one entry; `*` stands for every event".to_owned();
            return Err(vec![UnknownEntry { index: 0, message }]);
        }
        if enabled_events.len() > ENTRIES_AT_MOST {
            let message = format!(
                "there may be {ENTRIES_AT_MOST} entries; a prefix such as `claims` stands for many"
            );
            return Err(vec![UnknownEntry {
                index: ENTRIES_AT_MOST,
                message,
            }]);
        }
        let mut entries = Vec::with_capacity(enabled_events.len());
        let mut unknown = Vec::new();
        for (index, text) in enabled_events.iter().enumerate() {
            match Entry::compile(dialect, text, unknown.len() < SUGGESTIONS_AT_MOST) {
                Ok(entry) => entries.push(entry),
                Err(message) => unknown.push(UnknownEntry { index, message }),
            }
        }
        if !unknown.is_empty() {
            return Err(unknown);
        }
        Ok(Self {
            dialect,
            source_filter,
            enabled_events,
            entries,
        })
    }

    /// The same as a store kept it. What a dialect of the operator's own has no word for any more, since its file was
    /// changed, selects nothing.
    ///
    /// # Errors
    /// As [`Subscription::new`], where the dialect is built in.
    pub fn kept(
        dialect: Dialect,
        source_filter: SourceFilter,
        enabled_events: Vec<String>,
    ) -> Result<Self, Vec<UnknownEntry>> {
        if !matches!(dialect, Dialect::Own(_)) {
            return Self::new(dialect, source_filter, enabled_events);
        }
        let entries = enabled_events.iter();
        let entries = entries.filter_map(|text| Entry::compile(dialect, text, false).ok());
        Ok(Self {
            dialect,
            source_filter,
            entries: entries.collect(),
            enabled_events,
        })
    }

    /// Whether the target hears of this fact. Cheap: called for every target of the shop at each
    /// commit; allocates nothing. Several entries that match are one match.
    #[must_use]
    pub fn matches(&self, fact: &Fact) -> bool {
        self.matches_traits(fact.traits())
    }

    /// The same of an event of which no more is known.
    #[must_use]
    pub fn matches_traits(&self, event: Traits<'_>) -> bool {
        let operational = event.r#ref.starts_with("webhooks/");
        if self.source_filter == SourceFilter::UiOnly && event.source == Source::Api && !operational
        {
            return false;
        }
        self.entries
            .iter()
            .any(|entry| entry.matches(event, operational))
            && catalogue::expresses_traits(self.dialect, event)
    }
}
