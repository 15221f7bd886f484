//! The whole order, customer, shipments and claims that a change is about (contract section 5), read
//! from the store, with the change itself put in. What a list is read for comes first in it, then the
//! newest: the first claim is the one that the change is about. How much of it goes out is decided in
//! [`Context`]; no more than that is read, and what is read is not taken apart.

use claimwire_model::SubjectKind;
use claimwire_model::change::{CONTEXT_BYTES, Context, Counts, Part, text};
use claimwire_model::claim::Claim;
use claimwire_model::json::SharedJson;
use claimwire_model::shipment::Shipment;
use claimwire_store::StoreError;
use claimwire_store::document::Document;
use claimwire_store::subjects::Bounds;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::call::Call;
use crate::kept::damaged;
use crate::refusal::Refusal;

/// What is read of shipments, and of claims, of one order: the newest. Where their bytes are reached a
/// context is too large, and carries none but the one that it is about.
const READ: Bounds = Bounds {
    documents: 100,
    bytes: CONTEXT_BYTES,
};

/// No document has this id.
const NONE: &str = "";

impl Call<'_> {
    /// What is known about an order, `None`: nothing.
    pub(crate) async fn around(&self, order_number: Option<&str>) -> Result<Context, Refusal> {
        self.beside(order_number, NONE, NONE).await
    }

    /// What is known about an order beside one shipment and one claim, which may be on it.
    async fn beside(
        &self,
        order_number: Option<&str>,
        shipment: &str,
        claim: &str,
    ) -> Result<Context, Refusal> {
        let Some(number) = order_number else {
            return Ok(Context::default());
        };
        let order = self.kept(SubjectKind::Order, number).await?;
        let order = order.map(json).transpose()?;
        let shipments = self.of_order(SubjectKind::Shipment, number, shipment);
        let (shipments, more_shipments) = shipments.await?;
        let claims = self.of_order(SubjectKind::Claim, number, claim);
        let (claims, more_claims) = claims.await?;
        Ok(Context {
            customer: order.as_deref().and_then(customer),
            order,
            shipments,
            claims,
            more: Counts {
                shipments: more_shipments,
                claims: more_claims,
            },
        })
    }

    /// What is known around a claim, with the claim as it is now.
    pub(crate) async fn around_claim(&self, claim: &Claim) -> Result<Context, Refusal> {
        let mut context = self.around_deleted(claim).await?;
        let part = written(Part::claim(claim))?;
        context.claims.insert(0, part);
        Ok(context)
    }

    /// What is known around a claim, without the claim.
    pub(crate) async fn around_deleted(&self, claim: &Claim) -> Result<Context, Refusal> {
        let order_number = claim.order_number.as_deref();
        let id = claim.id.to_string();
        let mut context = self.beside(order_number, NONE, &id).await?;
        if let Some(customer) = &claim.customer {
            context.customer = Some(in_context(customer)?);
        }
        if let Some(id) = &claim.shipment_id
            && !context.shipments.iter().any(|s| s.id == *id)
            && let Some(found) = self.kept(SubjectKind::Shipment, id).await?
        {
            let counted = found.parent == claim.order_number && order_number.is_some();
            context.more.shipments -= u64::from(counted && context.more.shipments > 0);
            context.shipments.push(part(found)?);
        }
        Ok(context)
    }

    /// What is known around a shipment, with the shipment as it is now.
    pub(crate) async fn around_shipment(&self, shipment: &Shipment) -> Result<Context, Refusal> {
        let order_number = shipment.order_number.as_deref();
        let mut context = self.beside(order_number, &shipment.id, NONE).await?;
        let part = written(Part::shipment(shipment))?;
        context.shipments.insert(0, part);
        Ok(context)
    }

    /// What hangs on an order beside one of them, and how many more there are.
    async fn of_order(
        &self,
        kind: SubjectKind,
        number: &str,
        except: &str,
    ) -> Result<(Vec<Part>, u64), Refusal> {
        let found = self
            .store
            .siblings(self.shop.no, kind, number, except, READ)
            .await?;
        let read = found.documents.into_iter().map(part);
        let read = read.collect::<Result<Vec<Part>, Refusal>>()?;
        let more = found
            .count
            .saturating_sub(u64::try_from(read.len()).unwrap_or(u64::MAX));
        Ok((read, more))
    }

    /// The document of this id, if it is there.
    async fn kept(&self, kind: SubjectKind, id: &str) -> Result<Option<Document>, Refusal> {
        match self.store.document(self.shop.no, kind, id).await {
            Ok(document) => Ok(Some(document)),
            Err(StoreError::NotFound) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// What a context holds of a value.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn in_context<T: Serialize>(value: &T) -> Result<SharedJson, Refusal> {
    written(text(value))
}

fn written<T>(written: Result<T, serde_json::Error>) -> Result<T, Refusal> {
    written.map_err(|error| {
        StoreError::Damaged(format!("a context could not be written: {error}")).into()
    })
}

fn part(document: Document) -> Result<Part, Refusal> {
    let id = document.id.clone();
    let json = json(document)?;
    Ok(Part { id, json })
}

fn json(document: Document) -> Result<SharedJson, Refusal> {
    let Document { kind, id, json, .. } = document;
    match RawValue::from_string(json) {
        Ok(json) => Ok(json.into()),
        Err(error) => Err(damaged(kind, &id, &error).into()),
    }
}

/// The customer of an order.
fn customer(order: &RawValue) -> Option<SharedJson> {
    #[derive(Deserialize)]
    struct Order<'a> {
        #[serde(borrow)]
        customer: Option<&'a RawValue>,
    }
    let order: Order<'_> = serde_json::from_str(order.get()).ok()?;
    order.customer.map(|customer| customer.to_owned().into())
}
