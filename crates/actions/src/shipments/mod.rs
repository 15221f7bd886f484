//! Shipments, and what carriers say about them (contract section 2).

mod add_event;
mod fields;
mod written;

use claimwire_model::shipment::Shipment;

use crate::call::{Call, Done};
use crate::refusal::Refusal;
use crate::write;

pub use add_event::{EVENTS_AT_MOST, ShipmentEventFields, add_event};
pub use fields::ShipmentFields;

/// Makes the shipment (201), or replaces it (200). The same shipment again changes nothing.
///
/// # Errors
/// When the body is not a shipment, or the store cannot commit.
pub async fn put(call: &Call<'_>, id: &str, body: &[u8]) -> Result<Done, Refusal> {
    write::put::<Shipment>(call, id, body).await
}

#[cfg(test)]
mod tests;
