//! The customers' form, filled in for a customer by someone of the shop. The draft carries their name, sealed as the rest
//! of it is: the claim says who filed it. Who has the address of such a draft can file its one claim while it lasts.

use claimwire_actions::claim_page::{ClaimDesk, Question};
use claimwire_actions::{Editor, Refusal};

use super::draft::{Draft, Place};
use crate::access::{Posted, Scope};
use crate::failure::{Failure, Reply, to};
use crate::state::Portal;

/// Whether the shop has such a form and knows this order.
pub(crate) async fn has_form(
    portal: &Portal,
    scope: &Scope<Editor>,
    order_number: &str,
) -> Result<bool, Refusal> {
    let slug = &scope.shop().slug;
    match ClaimDesk::open(&portal.ports, &portal.admin_key_hash, slug).await {
        Ok(desk) => Ok(desk.around(order_number).await?.is_some()),
        Err(Refusal::NotFound { .. }) => Ok(false),
        Err(refusal) => Err(refusal),
    }
}

/// Begins a draft about the order that the form names, and goes on to its first question.
pub(crate) async fn begin(portal: Portal, posted: Posted<Editor>) -> Reply {
    let Posted { scope, form } = posted;
    let number = form.given("order_number").unwrap_or_default().to_owned();
    if !has_form(&portal, &scope, &number).await? {
        return Err(Failure::NoSuchPage);
    }
    let (slug, now) = (&scope.shop().slug, portal.ports.now());
    let desk = ClaimDesk::open(&portal.ports, &portal.admin_key_hash, slug).await?;
    let mut draft = Draft::begun_by(number, &desk.page().language, scope.name(), now);
    let sealed = draft.sealed(&desk, now)?;
    // Where one parcel is all there is, that page sends on to the next.
    let first = Place::Question(Question::Shipment).path();
    Ok(to(&format!("/{slug}/claim/{first}?s={sealed}")))
}
