//! A vendor's API as a destination: one kind of [`crate::target::Target`] (contract section 7).

use serde_json::value::RawValue;

/// What a connector has beside what every target has.
#[derive(Clone)]
pub struct Connector {
    /// Which vendor: `zendesk`, `klaviyo`, … Names the driver that makes its calls.
    pub vendor: String,
    /// What its owner set, as the vendor's driver understands it: a JSON object.
    pub settings: Box<RawValue>,
    /// What lets us in: a JSON object. Sealed at rest, never shown.
    pub credentials: Box<RawValue>,
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Connector({})", self.vendor)
    }
}
