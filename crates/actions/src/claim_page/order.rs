//! An order with what is known around it, as its customer's claim needs it.

use std::time::Duration;

use claimwire_model::claim::{Claim, ClaimStatus};
use claimwire_model::order::{Order, Product};
use claimwire_model::shipment::{Direction, Shipment};
use claimwire_model::{ClaimPage, SubjectKind, Timestamp};
use claimwire_store::PageRequest;

use super::ClaimDesk;
use crate::claims;
use crate::kept::Kept;
use crate::read;
use crate::refusal::Refusal;

/// Shipments and claims of an order that are looked at.
const LOOKED_AT: usize = 50;
/// The time in which a customer's claims are counted.
const COUNTED: Duration = Duration::from_secs(90 * 86_400);
/// The phase of a parcel that came.
const DELIVERED: &str = "delivered";

/// An order and what is around it.
#[derive(Debug, Clone)]
pub struct Around {
    /// The order.
    pub order: Order,
    /// Its parcels to the customer, the first first.
    pub shipments: Vec<Shipment>,
    /// The claims about it, newest first.
    pub claims: Vec<Claim>,
    /// How many claims its customer made in 90 days, of all orders.
    pub claims_of_customer: usize,
}

/// Whether claims can still be filed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// They can.
    Open,
    /// They could until then.
    Over(Timestamp),
}

impl Around {
    /// The parcel of this id.
    #[must_use]
    pub fn shipment(&self, id: &str) -> Option<&Shipment> {
        self.shipments.iter().find(|shipment| shipment.id == id)
    }

    /// Whether claims about the order, or about one parcel of it, can still be filed.
    #[must_use]
    pub fn window(&self, page: &ClaimPage, shipment: Option<&str>, now: Timestamp) -> Window {
        let Some(days) = page.filing_days else {
            return Window::Open;
        };
        let one = shipment.and_then(|id| self.shipment(id));
        let parcels = self.shipments.iter().filter(|parcel| match one {
            Some(one) => parcel.id == one.id,
            None => true,
        });
        let delivered = parcels
            .flat_map(|parcel| &parcel.events)
            .filter(|event| event.phase == DELIVERED)
            .map(|event| event.event_time)
            .max();
        let placed = self.order.order_placed_at.unwrap_or(self.order.created_at);
        let from = delivered.unwrap_or(placed);
        let until = from.plus(Duration::from_secs(u64::from(days) * 86_400));
        if now < until {
            Window::Open
        } else {
            Window::Over(until)
        }
    }

    /// The earlier claims of which one is about this line of the order. Those that were refused count for nothing.
    pub fn claims_about<'a>(&'a self, product: &'a Product) -> impl Iterator<Item = &'a Claim> {
        let alive = self
            .claims
            .iter()
            .filter(|claim| claim.status != ClaimStatus::Rejected);
        alive.filter(move |claim| {
            claim.selected_items.iter().any(|item| match &product.sku {
                Some(sku) => item.sku.as_ref() == Some(sku),
                None => product.title.is_some() && item.title == product.title,
            })
        })
    }
}

/// The earlier claims that name one of these lines of the order, newest first.
#[must_use]
pub fn items_claimed<'a>(around: &'a Around, items: &[(usize, u32)]) -> Vec<&'a Claim> {
    let mut found: Vec<&Claim> = Vec::new();
    for (line, _) in items {
        let Some(product) = around.order.products.get(*line) else {
            continue;
        };
        for claim in around.claims_about(product) {
            if !found.iter().any(|known| known.id == claim.id) {
                found.push(claim);
            }
        }
    }
    found
}

impl ClaimDesk<'_> {
    /// The order of this number with what is around it; none: it is not there any more.
    ///
    /// # Errors
    /// Only the store's.
    pub async fn around(&self, order_number: &str) -> Result<Option<Around>, Refusal> {
        let customer = self.customer(super::CUSTOMER).await?;
        let asked = customer.on(self.ports);
        let call = asked.call();
        let order = call.find::<Order>(SubjectKind::Order, order_number).await?;
        let Some(order) = order.map(|found| found.value) else {
            return Ok(None);
        };
        let some = PageRequest::first(LOOKED_AT);
        let parent = Some(order_number);
        let shipments = read::list::<Shipment>(call, SubjectKind::Shipment, parent, some).await?;
        let claims = read::list::<Claim>(call, SubjectKind::Claim, parent, some).await?;
        let mut shipments = values(shipments.items)?;
        shipments.retain(|shipment| shipment.direction == Direction::MerchantCustomer);
        shipments.reverse();
        let email = order.customer.as_ref().and_then(|c| c.email.clone());
        let claims_of_customer = match email.filter(|email| !email.trim().is_empty()) {
            Some(email) => {
                let filter = claims::Filter {
                    customer_email: Some(email),
                    since: Some(call.now.minus(COUNTED)),
                    ..claims::Filter::default()
                };
                let most = PageRequest::first(100);
                claims::list(&asked.viewer(), &filter, most)
                    .await?
                    .items
                    .len()
            }
            None => claims.items.len(),
        };
        Ok(Some(Around {
            order,
            shipments,
            claims: values(claims.items)?,
            claims_of_customer,
        }))
    }
}

fn values<T: serde::de::DeserializeOwned>(kept: Vec<Kept<T>>) -> Result<Vec<T>, Refusal> {
    kept.iter().map(Kept::value).collect()
}
