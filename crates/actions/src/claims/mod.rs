//! Claims: made, read, replaced, patched, deleted (contract section 4).

mod check;
mod delete;
mod given;
mod written;

use claimwire_model::claim::Claim;
use uuid::Uuid;

pub use claimwire_model::claim::ClaimFields;
pub use delete::delete;

crate::actions!(Claim, ClaimFields, Uuid: create get list put patch);

#[cfg(test)]
mod tests;
