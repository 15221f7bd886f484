//! Messages on a claim (contract section 2).

use claimwire_model::change::Change;
use claimwire_model::claim::Claim;
use claimwire_model::fields::object;
use claimwire_model::message::{Author, Message, MessageDirection};
use claimwire_model::{PerformedBy, SubjectKind};
use claimwire_store::directory::Once;
use claimwire_store::{Page, PageRequest};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::access::{As, Editor, Viewer};
use crate::call::{contended, put_document, valued};
use crate::checks::{Checks, LONG_TEXT, SHORT_TEXT};
use crate::idempotency::{CREATED, Keyed};
use crate::kept::Kept;
use crate::limits::Limit;
use crate::read::{self, not_found};
use crate::refusal::Refusal;

/// A message as it is written.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageFields {
    /// From the customer or to them.
    pub direction: MessageDirection,
    /// The text.
    #[schema(min_length = 1, max_length = 65536)]
    pub body: String,
    /// Who wrote it.
    #[serde(default, deserialize_with = "object")]
    pub author: Option<Author>,
    /// Who makes the change; without it source `api` and the API key's name.
    #[serde(default, deserialize_with = "object")]
    #[schema(write_only)]
    pub performed_by: Option<PerformedBy>,
}

impl MessageFields {
    fn check(&self) -> Result<(), Refusal> {
        let mut checks = Checks::default();
        checks.that(!self.body.is_empty(), "/body", "is empty");
        checks.text("/body", &self.body, LONG_TEXT);
        if let Some(author) = &self.author {
            checks.optional("/author/name", author.name.as_deref(), SHORT_TEXT);
            checks.optional("/author/email", author.email.as_deref(), SHORT_TEXT);
        }
        checks.performed_by(self.performed_by.as_ref());
        checks.done()
    }
}

/// Puts a message on a claim.
///
/// # Errors
/// When the claim is not there, the fields are no message, or the store cannot commit.
pub async fn create(
    editor: &As<'_, Editor>,
    claim: &Uuid,
    fields: MessageFields,
    keyed: Option<Keyed<Kept<Message>>>,
) -> Result<Once<Kept<Message>>, Refusal> {
    let call = editor.call();
    fields.check()?;
    if let Some(answered) = call.earlier(keyed.as_ref()).await? {
        return Ok(Once::Before(answered));
    }
    let claim_id = claim.to_string();
    let found = call.find::<Claim>(SubjectKind::Claim, &claim_id).await?;
    let claim = found
        .ok_or_else(|| not_found(SubjectKind::Claim, &claim_id))?
        .value;
    call.room(Limit::Messages, 1).await?;
    let performed_by = call.performed_by(fields.performed_by);
    let message = Message {
        id: Uuid::new_v4(),
        direction: fields.direction,
        body: fields.body,
        author: fields.author,
        created_at: call.now,
    };
    let context = call.around_claim(&claim).await?;
    let change = Change::Message {
        message: &message,
        claim: &claim,
    };
    let facts = call.facts(&change, &context, &performed_by)?;
    let value = Kept::of(&message)?;
    let id = message.id.to_string();
    let write = put_document(SubjectKind::Message, &id, 0, Some(claim_id), value.json());
    let record = keyed.map(|keyed| keyed.record(CREATED, &value));
    let once = call.commit(vec![write], facts, Vec::new(), record).await?;
    once.map(|once| valued(once, value))
        .ok_or_else(|| contended(SubjectKind::Message, &id))
}

/// A page of the messages on a claim, newest first.
///
/// # Errors
/// [`Refusal::NotFound`] when the claim is not there.
pub async fn list(
    viewer: &As<'_, Viewer>,
    claim: &Uuid,
    page: PageRequest,
) -> Result<Page<Kept<Message>>, Refusal> {
    let claim = claim.to_string();
    read::one::<Claim>(viewer.call(), SubjectKind::Claim, &claim).await?;
    read::list(viewer.call(), SubjectKind::Message, Some(&claim), page).await
}

#[cfg(test)]
mod tests;
