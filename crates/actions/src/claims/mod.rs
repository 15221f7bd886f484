//! Claims: made, read, replaced, patched, deleted (contract section 4).

mod check;
mod delete;
mod given;
mod list;
mod written;

use claimwire_model::claim::Claim;
use uuid::Uuid;

pub use claimwire_model::claim::ClaimFields;
pub use delete::delete;
pub use list::{Filter, list};

crate::actions!(Claim, ClaimFields, Uuid: create get put patch);

#[cfg(test)]
mod tests;
