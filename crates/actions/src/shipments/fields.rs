//! The fields of a shipment that a caller writes, and a shipment made from them.

use claimwire_model::json::OpenObject;
use claimwire_model::shipment::{Direction, ShipmentEvent, ShipmentState};
use claimwire_model::{PerformedBy, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::checks::{CALLERS_ID, Checks, OPEN_ENUM};
use crate::input::{ReadOnly, object};
use crate::refusal::Refusal;

/// A shipment as it is written, whole: what is absent is empty; its events stay. The read-only fields
/// that a GET answers are accepted and ignored, so that what was got can be put back.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ShipmentFields {
    /// The order that it belongs to; it need not be known yet.
    #[schema(max_length = 128)]
    pub order_number: Option<String>,
    /// Which way it goes.
    pub direction: Direction,
    /// `dhl`, `ups`, …; open.
    #[schema(max_length = 64)]
    pub carrier_reference: Option<String>,
    /// The carrier's number for it. Without one the shipment is a draft.
    #[schema(max_length = 128)]
    pub tracking_number: Option<String>,
    /// Where the customer can follow it.
    #[schema(max_length = 2048)]
    pub tracking_url: Option<String>,
    /// When it should arrive.
    pub estimated_arrival: Option<Timestamp>,
    /// The caller's own: any fields, kept as they are.
    #[schema(value_type = Object)]
    pub custom: OpenObject,
    /// Accepted as with every write; a shipment's own fields make no event.
    #[serde(deserialize_with = "object")]
    #[schema(write_only)]
    pub performed_by: Option<PerformedBy>,
    /// Read-only: it must be that of the path.
    #[schema(read_only)]
    pub id: Option<String>,
    /// Read-only; ignored.
    #[schema(read_only, value_type = Option<String>)]
    pub phase: Option<ReadOnly>,
    /// Read-only; ignored.
    #[schema(read_only, value_type = Option<ShipmentState>)]
    pub state: Option<ReadOnly>,
    /// Read-only; ignored.
    #[schema(read_only, value_type = Option<Vec<ShipmentEvent>>)]
    pub events: Option<ReadOnly>,
    /// Read-only; ignored.
    #[schema(read_only, value_type = Option<Timestamp>)]
    pub created_at: Option<ReadOnly>,
    /// Read-only; ignored.
    #[schema(read_only, value_type = Option<Timestamp>)]
    pub updated_at: Option<ReadOnly>,
}

impl ShipmentFields {
    /// Whether every field may be as it is. `id`: of the shipment in the path.
    pub(super) fn check(&self, id: &str) -> Result<(), Refusal> {
        let mut checks = Checks::default();
        match &self.id {
            Some(given) if given != id => {
                checks.wrong("/id", "is another shipment's than the one in the path");
            }
            _ => checks.id("/id", id),
        }
        if let Some(number) = &self.order_number {
            checks.id("/order_number", number);
        }
        checks.optional(
            "/carrier_reference",
            self.carrier_reference.as_deref(),
            OPEN_ENUM,
        );
        checks.optional(
            "/tracking_number",
            self.tracking_number.as_deref(),
            CALLERS_ID,
        );
        if let Some(url) = &self.tracking_url {
            checks.url("/tracking_url", url);
        }
        checks.open("/custom", &self.custom);
        checks.performed_by(self.performed_by.as_ref());
        checks.done()
    }
}
