//! Shipments, and what carriers say about them (contract section 2).

mod add_event;
mod check;
mod written;

use claimwire_model::shipment::Shipment;

pub use add_event::{EVENTS_AT_MOST, ShipmentEventFields, add_event};
pub use claimwire_model::shipment::ShipmentFields;

crate::actions!(Shipment, ShipmentFields, str: get list put);

#[cfg(test)]
mod tests;
