//! Orders, as the shop system knows them (contract section 2).

mod fields;
mod written;

use claimwire_model::order::Order;

use crate::call::{Call, Done};
use crate::refusal::Refusal;
use crate::write;

pub use fields::OrderFields;

/// Makes the order (201), or replaces it (200). The same order again changes nothing.
///
/// # Errors
/// When the body is not an order, or the store cannot commit.
pub async fn put(call: &Call<'_>, order_number: &str, body: &[u8]) -> Result<Done, Refusal> {
    write::put::<Order>(call, order_number, body).await
}

#[cfg(test)]
mod tests;
