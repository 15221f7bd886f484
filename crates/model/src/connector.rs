//! A vendor's API as a destination: one kind of target (contract section 7).

use serde_json::value::RawValue;
use uuid::Uuid;

use crate::performed_by::{PerformedBy, Source};

/// What a connector has beside what every target has.
#[derive(Clone)]
pub struct Connector {
    /// Which vendor: `zendesk`, `klaviyo`, … Names the driver that makes its calls.
    pub vendor: String,
    /// What its owner set, as the vendor's driver understands it: a JSON object.
    pub settings: Box<RawValue>,
    /// What lets us in: a JSON object. Sealed at rest, never shown.
    pub credentials: Box<RawValue>,
    /// Whoever knows it may tell this connector what happened at the vendor. Sealed at rest.
    pub hook_token: String,
}

/// Who makes the changes that a connector brings back from its vendor.
#[must_use]
pub fn performer(id: Uuid, name: String) -> PerformedBy {
    PerformedBy {
        source: Source::Api,
        user_id: Some(user_id(id).into()),
        name: Some(name),
        trace: None,
    }
}

/// The `performed_by.user_id` of what the connector of this id brings back.
#[must_use]
pub(crate) fn user_id(id: Uuid) -> String {
    format!("connector:{id}")
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Connector({})", self.vendor)
    }
}
