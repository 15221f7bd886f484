//! What the fields of a shipment may hold.

use claimwire_model::shipment::ShipmentFields;

use crate::checks::{CALLERS_ID, Checks, OPEN_ENUM};
use crate::refusal::Refusal;

/// Whether every field may be as it is. `id`: of the shipment in the path.
pub(super) fn check(fields: &ShipmentFields, id: &str) -> Result<(), Refusal> {
    let mut checks = Checks::default();
    match &fields.id {
        Some(given) if given != id => {
            checks.wrong("/id", "is another shipment's than the one in the path");
        }
        _ => checks.id("/id", id),
    }
    if let Some(number) = &fields.order_number {
        checks.id("/order_number", number);
    }
    checks.optional(
        "/carrier_reference",
        fields.carrier_reference.as_deref(),
        OPEN_ENUM,
    );
    checks.optional(
        "/tracking_number",
        fields.tracking_number.as_deref(),
        CALLERS_ID,
    );
    if let Some(url) = &fields.tracking_url {
        checks.url("/tracking_url", url);
    }
    checks.open("/custom", &fields.custom);
    checks.performed_by(fields.performed_by.as_ref());
    checks.done()
}
