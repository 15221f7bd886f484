//! All live webhooks of a shop, in memory, and which of them subscribe to what: found once for each kind of
//! event, so that an event of a shop with thousands of webhooks costs no more than its subscribers.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use claimwire_model::TargetNo;
use claimwire_model::event::Fact;
use claimwire_model::performed_by::Source;
use claimwire_model::target::Target;

/// With no more webhooks than this, asking each is as quick as looking it up.
const FEW: usize = 16;
/// Kinds of events that are remembered, at most.
const KINDS: usize = 512;

/// What decides who subscribes to an event: see [`claimwire_model::filter::Subscription::matches`].
type Kind = (String, Option<String>, bool);
/// The webhooks that subscribe to something, by number.
pub type Subscribers = Arc<[Arc<Target>]>;

/// The webhooks, by number.
pub struct Subscriptions {
    all: Subscribers,
    /// Of all, in the same order: to be searched without a look at each of thousands of webhooks.
    numbers: Box<[TargetNo]>,
    by_kind: Mutex<HashMap<Kind, Subscribers>>,
}

impl Subscriptions {
    /// `all` by number.
    pub fn new(all: impl IntoIterator<Item = Arc<Target>>) -> Self {
        let all: Subscribers = all.into_iter().collect();
        Self {
            numbers: all.iter().map(|webhook| webhook.no).collect(),
            all,
            by_kind: Mutex::default(),
        }
    }

    /// The webhooks that subscribe to a fact.
    #[must_use]
    pub fn subscribers(&self, fact: &Fact) -> Subscribers {
        let matches = |webhook: &Arc<Target>| webhook.subscription.matches(fact);
        let ask = || -> Subscribers {
            if self.all.iter().all(matches) {
                return self.all.clone();
            }
            let all = self.all.iter();
            all.filter(|webhook| matches(webhook)).cloned().collect()
        };
        if self.all.len() <= FEW {
            return ask();
        }
        let kind = (
            fact.r#ref.clone(),
            fact.event_group.clone(),
            fact.source() == Source::Api,
        );
        let mut by_kind = self.by_kind.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(subscribers) = by_kind.get(&kind) {
            return subscribers.clone();
        }
        if by_kind.len() >= KINDS {
            by_kind.clear();
        }
        by_kind.entry(kind).or_insert_with(ask).clone()
    }

    /// The webhook of this number.
    #[must_use]
    pub fn get(&self, no: TargetNo) -> Option<&Arc<Target>> {
        let index = self.numbers.binary_search(&no).ok()?;
        self.all.get(index)
    }

    /// The same with one that is new or changed.
    #[must_use]
    pub fn with(&self, webhook: &Arc<Target>) -> Self {
        let before = self.all.iter().filter(|w| w.no < webhook.no);
        let after = self.all.iter().filter(|w| w.no > webhook.no);
        Self::new(before.chain([webhook]).chain(after).cloned())
    }

    /// The same without one.
    #[must_use]
    pub fn without(&self, no: TargetNo) -> Self {
        Self::new(self.all.iter().filter(|w| w.no != no).cloned())
    }
}

impl Deref for Subscriptions {
    type Target = [Arc<Target>];

    fn deref(&self) -> &Self::Target {
        &self.all
    }
}
