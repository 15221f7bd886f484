//! A claim deleted, with its messages.

use claimwire_model::SubjectKind;
use claimwire_model::change::Change;
use claimwire_model::claim::Claim;
use claimwire_store::PageRequest;
use claimwire_store::commit::Write;
use uuid::Uuid;

use crate::access::{As, Editor};
use crate::call::{Call, TRIES, contended, removal};
use crate::images;
use crate::read::not_found;
use crate::refusal::Refusal;

/// Deletes the claim and the messages on it.
///
/// # Errors
/// When the claim is not there, or the store cannot commit.
pub async fn delete(editor: &As<'_, Editor>, id: &Uuid) -> Result<(), Refusal> {
    let call = editor.call();
    let key = id.to_string();
    for _ in 0..TRIES {
        let found = call.find::<Claim>(SubjectKind::Claim, &key).await?;
        let before = found.ok_or_else(|| not_found(SubjectKind::Claim, &key))?;
        let context = call.around_deleted(&before.value).await?;
        let change = Change::Claim {
            before: Some(&before.value),
            after: None,
        };
        let facts = call.facts(&change, &context, &call.performed_by(None))?;
        let mut writes = removals_of_messages(call, &key).await?;
        writes.push(removal(SubjectKind::Claim, &key, before.version));
        let images = images::ended(&images::names_of(&before.value));
        let done = call.commit(writes, facts, images, None).await?;
        if done.is_some() {
            return Ok(());
        }
    }
    Err(contended(SubjectKind::Claim, &key))
}

async fn removals_of_messages(call: &Call<'_>, claim: &str) -> Result<Vec<Write>, Refusal> {
    let mut writes = Vec::new();
    let mut after = None;
    loop {
        let page = PageRequest::after(100, after);
        let page = call
            .store
            .documents(call.shop.no, SubjectKind::Message, Some(claim), page)
            .await?;
        writes.extend(
            page.items
                .iter()
                .map(|m| removal(SubjectKind::Message, &m.id, m.version)),
        );
        after = page.next;
        if after.is_none() {
            return Ok(writes);
        }
    }
}
