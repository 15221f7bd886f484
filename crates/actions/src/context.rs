//! The whole order, customer, shipments and claims that a change is about (contract section 5), read
//! from the store, with the change itself put in. What a list is read for comes first in it, then the
//! newest: the first claim is the one that the change is about.

use claimwire_model::SubjectKind;
use claimwire_model::change::Context;
use claimwire_model::claim::Claim;
use claimwire_model::order::Order;
use claimwire_model::shipment::Shipment;
use claimwire_store::PageRequest;
use claimwire_store::commit::Document;
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::kept::decode;
use crate::refusal::Refusal;

/// Shipments, and claims, of one order that a context carries: the newest.
pub const CONTEXT_AT_MOST: usize = 100;

/// Bytes of them, shipments and claims each: an order with huge ones must not make every event huge.
pub const CONTEXT_BYTES: usize = 1024 * 1024;

impl Call<'_> {
    /// What is known about an order, `None`: nothing.
    pub(crate) async fn around(&self, order_number: Option<&str>) -> Result<Context, Refusal> {
        let Some(number) = order_number else {
            return Ok(Context::default());
        };
        let order = self
            .find::<Order>(SubjectKind::Order, number)
            .await?
            .map(|found| found.value);
        Ok(Context {
            customer: order.as_ref().and_then(|order| order.customer.clone()),
            order,
            shipments: self.of_order(SubjectKind::Shipment, number).await?,
            claims: self.of_order(SubjectKind::Claim, number).await?,
        })
    }

    /// What is known around a claim, with the claim as it is now.
    pub(crate) async fn around_claim(&self, claim: &Claim) -> Result<Context, Refusal> {
        let mut context = self.around(claim.order_number.as_deref()).await?;
        put_in(&mut context.claims, claim, |c| c.id == claim.id);
        if let Some(customer) = &claim.customer {
            context.customer = Some(customer.clone());
        }
        if let Some(id) = &claim.shipment_id
            && !context.shipments.iter().any(|s| s.id == *id)
            && let Some(found) = self.find::<Shipment>(SubjectKind::Shipment, id).await?
        {
            context.shipments.push(found.value);
        }
        Ok(context)
    }

    /// What is known around a shipment, with the shipment as it is now.
    pub(crate) async fn around_shipment(&self, shipment: &Shipment) -> Result<Context, Refusal> {
        let mut context = self.around(shipment.order_number.as_deref()).await?;
        put_in(&mut context.shipments, shipment, |s| s.id == shipment.id);
        Ok(context)
    }

    async fn of_order<T: DeserializeOwned>(
        &self,
        kind: SubjectKind,
        number: &str,
    ) -> Result<Vec<T>, Refusal> {
        let page = PageRequest::first(CONTEXT_AT_MOST);
        let page = self
            .store
            .documents(self.shop.no, kind, Some(number), page)
            .await?;
        let mut bytes = 0;
        let fits = |document: &&Document| {
            bytes += document.json.len();
            bytes <= CONTEXT_BYTES
        };
        page.items
            .iter()
            .take_while(fits)
            .map(|document| decode(kind, &document.id, &document.json))
            .collect()
    }
}

/// Puts the changed one in front, instead of its former self.
fn put_in<T: Clone>(list: &mut Vec<T>, changed: &T, is_it: impl Fn(&T) -> bool) {
    list.retain(|one| !is_it(one));
    list.insert(0, changed.clone());
}
