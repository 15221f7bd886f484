//! How many events a shop had lately, by what decides who hears of them: for those who choose a filter.

use claimwire_model::event::Traits;
use claimwire_model::filter::Subscription;
use claimwire_model::{Source, Timestamp};

/// Events that had these traits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// See [`Traits::ref`].
    pub r#ref: String,
    /// See [`Traits::event_group`].
    pub event_group: Option<String>,
    /// See [`Traits::source`].
    pub source: Source,
    /// How many.
    pub count: u64,
}

/// The newest of a shop's events, counted by their traits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tallies {
    /// In no order; each traits once.
    pub tallies: Vec<Tally>,
    /// When the oldest that was counted came; none: none was.
    pub oldest: Option<Timestamp>,
}

impl Tallies {
    /// Counts so many more, the oldest of which came then.
    pub fn add(&mut self, traits: Traits<'_>, count: u64, oldest: Timestamp) {
        self.oldest = Some(self.oldest.map_or(oldest, |known| known.min(oldest)));
        let same = |tally: &&mut Tally| tally.traits() == traits;
        match self.tallies.iter_mut().find(same) {
            Some(tally) => tally.count += count,
            None => self.tallies.push(Tally {
                r#ref: traits.r#ref.to_owned(),
                event_group: traits.event_group.map(str::to_owned),
                source: traits.source,
                count,
            }),
        }
    }

    /// All that were counted.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.tallies.iter().map(|tally| tally.count).sum()
    }

    /// Those of them that a filter matches, by its own rules.
    #[must_use]
    pub fn matched(&self, by: &Subscription) -> u64 {
        let matched = self.tallies.iter();
        let matched = matched.filter(|tally| by.matches_traits(tally.traits()));
        matched.map(|tally| tally.count).sum()
    }
}

impl Tally {
    fn traits(&self) -> Traits<'_> {
        Traits {
            r#ref: &self.r#ref,
            event_group: self.event_group.as_deref(),
            source: self.source,
        }
    }
}
