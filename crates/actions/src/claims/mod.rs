//! Claims: made, read, replaced, patched, deleted (contract section 4).

mod delete;
mod fields;
mod written;

use claimwire_model::claim::Claim;
use uuid::Uuid;

pub use delete::delete;
pub use fields::ClaimFields;

crate::actions!(Claim, ClaimFields, Uuid: create get list put patch);

#[cfg(test)]
mod tests;
