//! Contacts: made, read, replaced, patched, deleted (contract section 2).

mod delete;
mod fields;
mod written;

use claimwire_model::contact::Contact;
use uuid::Uuid;

pub use delete::delete;
pub use fields::ContactFields;

crate::actions!(Contact, ContactFields, Uuid: create get list put patch);

#[cfg(test)]
mod tests;
