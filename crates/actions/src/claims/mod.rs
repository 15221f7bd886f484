//! Claims: made, replaced, patched, deleted (contract section 4).

mod delete;
mod fields;
mod written;

use claimwire_model::claim::Claim;
use uuid::Uuid;

use crate::call::{Call, Done};
use crate::refusal::Refusal;
use crate::write;

pub use delete::delete;
pub use fields::ClaimFields;

/// Makes a claim with an id of ours. 201.
///
/// # Errors
/// When the body is not a claim, or the store cannot commit.
pub async fn create(call: &Call<'_>, body: &[u8]) -> Result<Done, Refusal> {
    write::create::<Claim>(call, body).await
}

/// Makes the claim (201), or replaces it (200). The same snapshot again changes nothing.
///
/// # Errors
/// When the body is not a claim, or the store cannot commit.
pub async fn put(call: &Call<'_>, id: Uuid, body: &[u8]) -> Result<Done, Refusal> {
    write::put::<Claim>(call, &id, body).await
}

/// Changes what the JSON Merge Patch names. 200.
///
/// # Errors
/// When the claim is not there, the result would be no claim, or the store cannot commit.
pub async fn patch(call: &Call<'_>, id: Uuid, body: &[u8]) -> Result<Done, Refusal> {
    write::patch::<Claim>(call, &id, body).await
}

#[cfg(test)]
mod tests;
