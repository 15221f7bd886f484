//! Orders, as the shop system knows them (contract section 2).

mod check;
mod import;
mod written;

use claimwire_model::order::Order;

pub use claimwire_model::order::OrderFields;
pub use claimwire_model::shipment::ShipmentFields;
pub use import::{Imported, import};

crate::actions!(Order, OrderFields, str: get list put);

#[cfg(test)]
mod tests;
