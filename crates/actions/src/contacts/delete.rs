//! A contact deleted. No event tells of it.

use claimwire_model::SubjectKind;
use claimwire_model::contact::Contact;
use uuid::Uuid;

use crate::access::{As, Editor};
use crate::call::{TRIES, contended, removal};
use crate::read::not_found;
use crate::refusal::Refusal;

/// Deletes the contact.
///
/// # Errors
/// When the contact is not there, or the store cannot commit.
pub async fn delete(editor: &As<'_, Editor>, id: &Uuid) -> Result<(), Refusal> {
    let call = editor.call();
    let key = id.to_string();
    for _ in 0..TRIES {
        let found = call.find::<Contact>(SubjectKind::Contact, &key).await?;
        let before = found.ok_or_else(|| not_found(SubjectKind::Contact, &key))?;
        let writes = vec![removal(SubjectKind::Contact, &key, before.version)];
        if call
            .commit(writes, Vec::new(), Vec::new(), None)
            .await?
            .is_some()
        {
            return Ok(());
        }
    }
    Err(contended(SubjectKind::Contact, &key))
}
