//! A vendor's API as a destination: one kind of [`crate::target::Target`] (contract section 7).

use serde_json::value::RawValue;
use uuid::Uuid;

use crate::performed_by::{PerformedBy, Source};
use crate::target::{Kind, Target};

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
    }
}

/// Whether a target made this change itself: it is not told of it, or the two would go on for ever.
#[must_use]
pub fn is_echo(target: &Target, by: &PerformedBy) -> bool {
    target.kind() == Kind::Connector
        && by
            .user_id
            .as_ref()
            .is_some_and(|by| *by == user_id(target.uuid))
}

fn user_id(id: Uuid) -> String {
    format!("connector:{id}")
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Connector({})", self.vendor)
    }
}
