//! Contacts: made, replaced, patched, deleted (contract section 2).

mod delete;
mod fields;
mod written;

use claimwire_model::contact::Contact;
use uuid::Uuid;

use crate::call::{Call, Done};
use crate::refusal::Refusal;
use crate::write;

pub use delete::delete;
pub use fields::ContactFields;

/// Makes a contact with an id of ours. 201.
///
/// # Errors
/// When the body is not a contact, or the store cannot commit.
pub async fn create(call: &Call<'_>, body: &[u8]) -> Result<Done, Refusal> {
    write::create::<Contact>(call, body).await
}

/// Makes the contact (201), or replaces it (200). The same snapshot again changes nothing.
///
/// # Errors
/// When the body is not a contact, or the store cannot commit.
pub async fn put(call: &Call<'_>, id: Uuid, body: &[u8]) -> Result<Done, Refusal> {
    write::put::<Contact>(call, &id, body).await
}

/// Changes what the JSON Merge Patch names. 200.
///
/// # Errors
/// When the contact is not there, the result would be no contact, or the store cannot commit.
pub async fn patch(call: &Call<'_>, id: Uuid, body: &[u8]) -> Result<Done, Refusal> {
    write::patch::<Contact>(call, &id, body).await
}

#[cfg(test)]
mod tests;
