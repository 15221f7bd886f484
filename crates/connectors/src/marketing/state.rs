//! What is on record of a delivery between its calls. Never a credential.

use claimwire_model::delivery::SavedState;
use serde::{Deserialize, Serialize};

/// How far it got.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// Events that the vendor has taken.
    #[serde(default)]
    pub(crate) sent: usize,
    /// What the vendor must be told of before it takes the next: see [`super::Tool::prepare`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) prepared: Option<Prepared>,
}

/// What was done so that the vendor takes an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Prepared {
    /// These properties are still to be defined.
    Missing(Vec<String>),
    /// Definitions were made, which may take a moment to hold.
    Defined,
    /// There was nothing to define.
    Whole,
}

impl Progress {
    pub(crate) fn read(state: Option<&SavedState>) -> Self {
        state
            .and_then(|state| serde_json::from_slice(&state.0).ok())
            .unwrap_or_default()
    }

    pub(crate) fn saved(&self) -> SavedState {
        // Numbers and texts: always writable.
        SavedState(serde_json::to_vec(self).unwrap_or_default().into())
    }
}
