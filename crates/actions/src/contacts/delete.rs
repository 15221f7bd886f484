//! A contact deleted. No event tells of it.

use claimwire_model::SubjectKind;
use claimwire_model::contact::Contact;
use uuid::Uuid;

use crate::call::{Call, Plan, TRIES, contended, removal};
use crate::read::not_found;
use crate::refusal::Refusal;

/// Deletes the contact.
///
/// # Errors
/// When the contact is not there, or the store cannot commit.
pub async fn delete(call: &Call<'_>, id: Uuid) -> Result<(), Refusal> {
    let key = id.to_string();
    for _ in 0..TRIES {
        let found = call.find::<Contact>(SubjectKind::Contact, &key).await?;
        let before = found.ok_or_else(|| not_found(SubjectKind::Contact, &key))?;
        let writes = vec![removal(SubjectKind::Contact, &key, before.version)];
        let plan = Plan {
            writes,
            facts: Vec::new(),
            status: 204,
            body: String::new(),
        };
        if call.commit(plan).await?.is_some() {
            return Ok(());
        }
    }
    Err(contended(SubjectKind::Contact, &key))
}
