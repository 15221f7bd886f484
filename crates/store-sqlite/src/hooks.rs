//! All live webhooks of a shop, in memory, and which of them hear of what: found once for each kind of
//! event, so that a shop with thousands of webhooks costs an event no more than those that hear of it.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use claimwire_model::TargetNo;
use claimwire_model::event::Fact;
use claimwire_model::performed_by::Source;
use claimwire_model::webhook::Webhook;

/// With no more webhooks than this, asking each is as quick as looking it up.
const FEW: usize = 16;
/// Kinds of events that are remembered, at most.
const KINDS: usize = 512;

/// What decides who hears of an event: see [`claimwire_model::filter::Subscription::matches`].
type Kind = (String, Option<String>, bool);
/// Those that hear of something, by number.
pub(crate) type Hearing = Arc<[Arc<Webhook>]>;

/// The webhooks, by number.
pub(crate) struct Hooks {
    all: Hearing,
    by_kind: Mutex<HashMap<Kind, Hearing>>,
}

impl Hooks {
    /// `all` by number.
    pub(crate) fn new(all: impl IntoIterator<Item = Arc<Webhook>>) -> Self {
        Self {
            all: all.into_iter().collect(),
            by_kind: Mutex::default(),
        }
    }

    /// Those that hear of a fact.
    pub(crate) fn hearing(&self, fact: &Fact) -> Hearing {
        let ask = || -> Hearing {
            let hears = |w: &&Arc<Webhook>| w.subscription.matches(fact);
            self.all.iter().filter(hears).cloned().collect()
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
        if let Some(hearing) = by_kind.get(&kind) {
            return hearing.clone();
        }
        if by_kind.len() >= KINDS {
            by_kind.clear();
        }
        by_kind.entry(kind).or_insert_with(ask).clone()
    }

    /// The webhook of this number.
    pub(crate) fn get(&self, no: TargetNo) -> Option<&Arc<Webhook>> {
        let index = self.all.binary_search_by_key(&no, |w| w.no).ok()?;
        self.all.get(index)
    }

    /// The same with one that is new or changed.
    pub(crate) fn with(&self, webhook: &Arc<Webhook>) -> Self {
        let before = self.all.iter().filter(|w| w.no < webhook.no);
        let after = self.all.iter().filter(|w| w.no > webhook.no);
        Self::new(before.chain([webhook]).chain(after).cloned())
    }

    /// The same without one.
    pub(crate) fn without(&self, no: TargetNo) -> Self {
        Self::new(self.all.iter().filter(|w| w.no != no).cloned())
    }
}

impl Deref for Hooks {
    type Target = [Arc<Webhook>];

    fn deref(&self) -> &Self::Target {
        &self.all
    }
}
