//! Links of the claim page: one opens the form for an order, as if its number and ZIP had been typed; one shows a claim.
//! Both are signed, so that nobody makes one for another order or claim.

use std::time::Duration;

use claimwire_model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::seal::{Use, signed, verified};
use super::{ClaimDesk, key};
use crate::access::{As, Editor};
use crate::checks::Checks;
use crate::refusal::Refusal;

/// How long a link opens the form where the request does not say, in seconds: 30 days.
const EXPIRES_IN: u32 = 30 * 86_400;
/// The longest that it can, in seconds: a year.
const EXPIRES_IN_MOST: u32 = 366 * 86_400;

/// A new link into the claim page.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimLinkRequest {
    /// The order that the customer is taken to without being asked for it; it need not be known yet.
    #[schema(min_length = 1, max_length = 128)]
    pub order_number: String,
    /// How long the link works, in seconds.
    #[serde(default = "expires_in")]
    #[schema(minimum = 1, maximum = 31_622_400)]
    pub expires_in: u32,
}

fn expires_in() -> u32 {
    EXPIRES_IN
}

/// A link into the claim page.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClaimLink)]
pub struct ClaimLinkView {
    /// Whoever opens it can file a claim about the order: send it to its customer alone.
    #[schema(format = "uri")]
    pub url: String,
    /// It opens nothing from then on.
    pub expires_at: Timestamp,
}

/// Makes a link for an order. Nothing is kept: the same link opens the form as often as it is followed, once the order is
/// there and the page is on.
///
/// # Errors
/// A time that cannot be, or no order number.
pub fn create(
    editor: &As<'_, Editor>,
    admin_key_hash: &[u8; 32],
    request: ClaimLinkRequest,
) -> Result<ClaimLinkView, Refusal> {
    let call = editor.call();
    let ClaimLinkRequest {
        order_number,
        expires_in,
    } = request;
    let mut checks = Checks::default();
    checks.id("/order_number", &order_number);
    checks.that(
        (1..=EXPIRES_IN_MOST).contains(&expires_in),
        "/expires_in",
        "is not a whole number of seconds from 1 to 31622400, which is 366 days",
    );
    checks.done()?;
    let expires_at = call.now.plus(Duration::from_secs(u64::from(expires_in)));
    let body = [
        &expires_at.as_millis().to_be_bytes()[..],
        order_number.as_bytes(),
    ]
    .concat();
    let token = signed(&key(admin_key_hash, call.shop), Use::Order, &body);
    Ok(ClaimLinkView {
        url: format!(
            "{}/{}/claim?link={token}",
            call.ports.public_url, call.shop.slug
        ),
        expires_at,
    })
}

impl ClaimDesk<'_> {
    /// The number of the order that a link is for; none: it is forged or over.
    #[must_use]
    pub fn linked_order(&self, token: &str) -> Option<String> {
        let body = verified(&self.key, Use::Order, token)?;
        let (expires_at, number) = body.split_at_checked(8)?;
        let expires_at = i64::from_be_bytes(expires_at.try_into().ok()?);
        let good = self.ports.now() < Timestamp::from_millis(expires_at);
        good.then(|| String::from_utf8(number.to_vec()).ok())?
    }

    /// The token by which a customer sees a claim.
    #[must_use]
    pub fn claim_token(&self, claim: &Uuid) -> String {
        signed(&self.key, Use::Claim, claim.as_bytes())
    }

    /// Where a customer sees a claim.
    #[must_use]
    pub fn claim_url(&self, claim: &Uuid) -> String {
        let (base, slug) = (&self.ports.public_url, &self.shop.slug);
        format!("{base}/{slug}/claim/status/{}", self.claim_token(claim))
    }

    /// The claim that a token shows; none: it is forged.
    #[must_use]
    pub fn linked_claim(&self, token: &str) -> Option<Uuid> {
        let body = verified(&self.key, Use::Claim, token)?;
        Uuid::from_slice(&body).ok()
    }
}
