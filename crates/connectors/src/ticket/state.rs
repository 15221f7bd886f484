//! What a run saves: of a delivery, and of a claim's ticket. Never a credential.

use claimwire_model::Timestamp;
use claimwire_model::delivery::SavedState;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::desk::Known;

/// How far a delivery got. What it says is done, is done; the call after that may have been made too.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// Nobody can have made the ticket before this delivery.
    #[serde(default)]
    pub(crate) first: bool,
    /// The delivery was attempted before, and what it saved then is gone: it is replayed.
    #[serde(default)]
    pub(crate) again: bool,
    #[serde(default, skip_serializing_if = "Known::is_empty")]
    pub(crate) known: Known,
    /// What became of the claim's photos, in their order.
    #[serde(default)]
    pub(crate) photos: Vec<Got>,
    /// When the first of them was uploaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) uploaded_at: Option<i64>,
    /// How many of [`Progress::photos`] were put on the ticket after it was made.
    #[serde(default)]
    pub(crate) attached: usize,
    /// The ticket does not say yet which photos are links.
    #[serde(default)]
    pub(crate) untold: bool,
    /// The ticket was given to whom the settings say.
    #[serde(default)]
    pub(crate) assigned: bool,
}

/// What became of a photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Got {
    /// The vendor has it, by this name, or fetches it from this URL.
    There(Value),
    /// It cannot be had, for this reason: it becomes a link.
    Link(String),
}

/// A claim's ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Made {
    /// The vendor's id.
    pub(crate) id: String,
    /// The delivery that made it, or found it in doubt.
    pub(crate) by: String,
    #[serde(default, skip_serializing_if = "Known::is_empty")]
    pub(crate) known: Known,
}

impl Progress {
    /// Whether the uploads made so far are of no use any more at `now`.
    pub(crate) fn is_stale(&self, lasts: std::time::Duration, now: Timestamp) -> bool {
        self.uploaded_at
            .is_some_and(|at| now.since(Timestamp::from_millis(at)) >= lasts)
    }

    /// Photos that became links, with the reasons.
    pub(crate) fn links<'a>(&'a self, urls: &'a [String]) -> Vec<String> {
        let link = |(got, url): (&'a Got, &'a String)| match got {
            Got::Link(reason) => Some(format!("{url} ({reason})")),
            Got::There(_) => None,
        };
        self.photos.iter().zip(urls).filter_map(link).collect()
    }

    /// What the vendor knows the others by.
    pub(crate) fn there(&self) -> Vec<Value> {
        let there = |got: &Got| match got {
            Got::There(name) => Some(name.clone()),
            Got::Link(_) => None,
        };
        self.photos.iter().filter_map(there).collect()
    }
}

/// For the record.
pub(crate) fn saved(state: &impl Serialize) -> SavedState {
    // Texts, numbers and maps with text keys: always writable.
    SavedState(serde_json::to_vec(state).unwrap_or_default().into())
}

/// From the record; none where there is nothing, or what this version cannot read.
pub(crate) fn read<T: serde::de::DeserializeOwned>(state: Option<&SavedState>) -> Option<T> {
    serde_json::from_slice(&state?.0).ok()
}
