//! What the events are about whose deliveries are asked for: found in the documents, so that the log needs to know of a
//! subject's kind and id alone.

use std::collections::BTreeSet;

use claimwire_model::SubjectKind;
use claimwire_model::search::{self, Field, term};
use claimwire_store::document::Document;
use claimwire_store::{AboutSubject, DocumentFilter, PageRequest};
use serde::Deserialize;

use super::Filter;
use crate::call::Call;
use crate::refusal::Refusal;

/// Pages of documents of each kind that are looked through: the newest.
const PAGES: usize = 10;
/// Documents of a page.
const OF_A_PAGE: usize = 100;
/// Orders of a customer whose shipments and claims are looked for: the newest.
const ORDERS: usize = 50;

/// The subjects for which all that the filter says of them holds; none: it says nothing of them.
pub(super) async fn subjects(
    call: &Call<'_>,
    filter: &Filter,
) -> Result<Option<Vec<AboutSubject>>, Refusal> {
    let mut asked = Vec::new();
    if let Some(claim) = filter.claim {
        asked.push(vec![of(SubjectKind::Claim, claim.to_string())]);
    }
    if let Some(number) = filter.claim_number {
        asked.push(of_claim_number(call, number).await?);
    }
    if let Some(number) = &filter.order_number {
        asked.push(of_order(call, number).await?);
    }
    if let Some(email) = &filter.customer_email {
        asked.push(of_customer(call, email).await?);
    }
    let mut asked = asked.into_iter();
    let Some(mut about) = asked.next() else {
        return Ok(None);
    };
    for other in asked {
        about.retain(|subject| other.contains(subject));
    }
    // A claim is found by its customer and by their order.
    let mut seen = BTreeSet::new();
    about
        .retain(|subject| seen.insert((subject.kind.map(SubjectKind::as_str), subject.id.clone())));
    Ok(Some(about))
}

fn of(kind: SubjectKind, id: String) -> AboutSubject {
    AboutSubject {
        kind: Some(kind),
        id,
    }
}

/// An order, its shipments and claims.
async fn of_order(call: &Call<'_>, number: &str) -> Result<Vec<AboutSubject>, Refusal> {
    let mut about = vec![of(SubjectKind::Order, number.to_owned())];
    for kind in [SubjectKind::Shipment, SubjectKind::Claim] {
        let mut request = PageRequest::first(OF_A_PAGE);
        for _ in 0..PAGES {
            let page = call
                .store
                .documents(call.shop.no, kind, Some(number), request)
                .await?;
            about.extend(page.items.into_iter().map(|document| of(kind, document.id)));
            request.after = page.next;
            if request.after.is_none() {
                break;
            }
        }
    }
    Ok(about)
}

/// The claim with a number. It is looked for by the form that has all its digits, which few others begin with.
async fn of_claim_number(call: &Call<'_>, number: u64) -> Result<Vec<AboutSubject>, Refusal> {
    let terms = search::query(&format!("CLM-{number:06}"));
    let is_it = |known: &Known| known.number == Some(number);
    found(call, SubjectKind::Claim, terms, is_it).await
}

/// A customer as a contact, the claims, orders and shipments that name their address, and what hangs on those orders.
async fn of_customer(call: &Call<'_>, email: &str) -> Result<Vec<AboutSubject>, Refusal> {
    let email = email.trim().to_lowercase();
    let is_theirs = |known: &Known| {
        let customer = known.customer.as_ref();
        let named = [&known.email, &customer.and_then(|c| c.email.clone())];
        named
            .into_iter()
            .flatten()
            .any(|named| named.to_lowercase() == email)
    };
    let claims = vec![term(Field::CustomerEmail, &email)];
    let mut about = found(call, SubjectKind::Claim, claims, is_theirs).await?;
    let words = search::query(&email);
    if words.is_empty() {
        return Ok(about);
    }
    for kind in [SubjectKind::Shipment, SubjectKind::Contact] {
        about.extend(found(call, kind, words.clone(), is_theirs).await?);
    }
    let orders = found(call, SubjectKind::Order, words, is_theirs).await?;
    for order in orders.iter().take(ORDERS) {
        about.extend(of_order(call, &order.id).await?);
    }
    about.extend(orders);
    Ok(about)
}

/// What is looked at in a document.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Known {
    number: Option<u64>,
    email: Option<String>,
    customer: Option<Customer>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Customer {
    email: Option<String>,
}

/// The documents of a kind that have all these terms and are those that are meant.
async fn found(
    call: &Call<'_>,
    kind: SubjectKind,
    terms: Vec<String>,
    is_meant: impl Fn(&Known) -> bool,
) -> Result<Vec<AboutSubject>, Refusal> {
    let filter = DocumentFilter {
        terms,
        ..DocumentFilter::default()
    };
    let meant = |document: &Document| {
        let known: Option<Known> = serde_json::from_str(&document.json).ok();
        known.is_some_and(|known| is_meant(&known))
    };
    let (mut about, mut request) = (Vec::new(), PageRequest::first(OF_A_PAGE));
    for _ in 0..PAGES {
        let page = call
            .store
            .find_documents(call.shop.no, kind, filter.clone(), request)
            .await?;
        let documents = page.items.into_iter().filter(|document| meant(document));
        about.extend(documents.map(|document| of(kind, document.id)));
        request.after = page.next;
        if request.after.is_none() {
            break;
        }
    }
    Ok(about)
}
