//! The mail that tells a customer that their claim came: in the commit of the claim.

use claimwire_model::claim::Claim;
use claimwire_store::outbox::NewLetter;

use super::ClaimDesk;
use crate::mail::{self, MailText};
use crate::shops::is_email;

/// What a receipt says of a claim.
pub type Receipt<'a> = &'a (dyn Fn(&Claim) -> MailText + Send + Sync);

impl ClaimDesk<'_> {
    /// The claim's receipt; none: the customer has no address that can be written to.
    pub(super) fn receipt(&self, claim: &Claim, says: Receipt<'_>) -> Option<NewLetter> {
        let email = claim.customer.as_ref().and_then(|c| c.email.as_deref());
        let to = email.map(str::trim).filter(|email| is_email(email))?;
        let id = format!("receipt.{}", claim.id);
        mail::letter(self.ports, to, &id, says(claim), claim.created_at)
    }
}
