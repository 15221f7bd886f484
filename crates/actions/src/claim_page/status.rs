//! A claim as its customer sees it by a link, and what they write about it.

use claimwire_model::SubjectKind;
use claimwire_model::claim::Claim;
use claimwire_model::message::{Author, Message, MessageDirection};
use claimwire_store::PageRequest;
use uuid::Uuid;

use super::{ClaimDesk, name, performed_by};
use crate::idempotency::IdempotencyKey;
use crate::kept::Kept;
use crate::messages::{self, MessageFields};
use crate::read;
use crate::refusal::Refusal;

/// Characters of a customer's message.
pub const MESSAGE_CHARS: usize = 4_000;
/// Messages that are shown, the newest.
const SHOWN: usize = 100;

impl ClaimDesk<'_> {
    /// A claim and its messages, the oldest first.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when the claim is gone.
    pub async fn claim(&self, id: &Uuid) -> Result<(Claim, Vec<Message>), Refusal> {
        let customer = self.customer(super::CUSTOMER).await?;
        let viewer = customer.on(self.ports).viewer();
        let claim: Kept<Claim> =
            read::one(viewer.call(), SubjectKind::Claim, &id.to_string()).await?;
        let page = messages::list(&viewer, id, PageRequest::first(SHOWN)).await?;
        let messages: Result<Vec<_>, _> = page.items.iter().rev().map(Kept::value).collect();
        Ok((claim.value()?, messages?))
    }

    /// Puts a message of the customer's on their claim, once for each key.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] when it is empty or too long; when the claim is gone, or the store cannot commit.
    pub async fn message(&self, claim: &Claim, body: &str, key: Uuid) -> Result<(), Refusal> {
        let body = body.trim();
        if body.chars().count() > MESSAGE_CHARS {
            let message = format!("is longer than {MESSAGE_CHARS} characters");
            return Err(Refusal::field("/body", message));
        }
        let customer = claim.customer.as_ref();
        let fields = MessageFields {
            direction: MessageDirection::Inbound,
            body: body.to_owned(),
            author: Some(Author {
                name: Some(name(customer)),
                email: customer.and_then(|customer| customer.email.clone()),
            }),
            performed_by: Some(performed_by(super::name(customer))),
        };
        let key = IdempotencyKey {
            key: format!("claim-page:{key}"),
            fingerprint: super::derived(
                &self.key,
                &[b"message\0", claim.id.as_bytes(), body.as_bytes()],
            ),
        };
        let keyed = key.answered(|message: &Kept<Message>| message.json().as_bytes().to_vec());
        let entered = self.customer(&name(customer)).await?;
        messages::create(&entered.on(self.ports), &claim.id, fields, Some(keyed)).await?;
        Ok(())
    }
}
