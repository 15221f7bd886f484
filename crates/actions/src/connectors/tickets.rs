//! The tickets that a connector made of claims.

use std::collections::BTreeSet;

use claimwire_model::claim::Claim;
use claimwire_model::{SubjectKind, Timestamp};
use claimwire_store::log::DeliveryFilter;
use claimwire_store::{Page, PageRequest, StoreError};
use uuid::Uuid;

use super::view::{find, vendor};
use crate::access::{As, Viewer};
use crate::refusal::Refusal;

/// A claim, and its ticket at the vendor.
#[derive(Debug)]
pub struct TicketView {
    /// The claim's id.
    pub claim_id: Uuid,
    /// The claim's number and title; none: the claim is gone.
    pub claim: Option<(u64, Option<String>)>,
    /// What people at the vendor know the ticket by.
    pub ticket: String,
    /// When the connector heard of the claim last.
    pub heard_at: Timestamp,
}

/// Tickets of the claims that the connector heard of last, each claim once a page. Of a kind that makes none: none.
///
/// It looks through a page of the connector's deliveries, so a page may hold few tickets and still have a next.
///
/// # Errors
/// When the connector is not there.
pub async fn tickets(
    viewer: &As<'_, Viewer>,
    id: Uuid,
    page: PageRequest,
) -> Result<Page<TicketView>, Refusal> {
    let call = viewer.call();
    let (target, connector) = find(call, id).await?;
    let vendor = vendor(call, &connector)?;
    let mut found = Page {
        items: Vec::new(),
        next: None,
    };
    if !vendor.about().hears_back {
        return Ok(found);
    }
    let of = DeliveryFilter {
        target: Some(target.no),
        ..Default::default()
    };
    let deliveries = call
        .store
        .deliveries(call.shop.no, of, page, call.now)
        .await?;
    let mut seen = BTreeSet::new();
    for delivery in &deliveries.items {
        let event = match call.store.event(call.shop.no, &delivery.event_id).await {
            Ok(event) => event,
            Err(StoreError::NotFound) => continue,
            Err(error) => return Err(error.into()),
        };
        let subject = event.fact.subject.as_ref();
        let Some(subject) = subject.filter(|subject| subject.kind == SubjectKind::Claim) else {
            continue;
        };
        let Ok(claim_id) = subject.id.parse::<Uuid>() else {
            continue;
        };
        if !seen.insert(claim_id) {
            continue;
        }
        let kept = call.store.ticket(target.no, subject.id.clone()).await?;
        let Some(ticket) = kept.and_then(|kept| vendor.ticket(&kept)) else {
            continue;
        };
        let claim = call.find::<Claim>(SubjectKind::Claim, &subject.id).await?;
        found.items.push(TicketView {
            claim_id,
            claim: claim.map(|claim| (claim.value.number, claim.value.title)),
            ticket,
            heard_at: event.fact.triggered_at,
        });
    }
    found.next = deliveries.next;
    Ok(found)
}
