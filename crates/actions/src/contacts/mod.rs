//! Contacts: made, read, replaced, patched, deleted (contract section 2).

mod check;
mod delete;
mod written;

use claimwire_model::contact::Contact;
use uuid::Uuid;

pub use claimwire_model::contact::ContactFields;
pub use delete::delete;

crate::actions!(Contact, ContactFields, Uuid: create get list put patch);

#[cfg(test)]
mod tests;
