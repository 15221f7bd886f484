//! Orders, as the shop system knows them (contract section 2).

mod check;
mod written;

use claimwire_model::order::Order;

pub use claimwire_model::order::OrderFields;

crate::actions!(Order, OrderFields, str: get list put);

#[cfg(test)]
mod tests;
