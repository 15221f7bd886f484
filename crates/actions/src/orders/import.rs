//! Orders with their parcels, many at a time.

use claimwire_model::fields::Writable;
use claimwire_model::order::Order;
use claimwire_model::shipment::Shipment;

use super::OrderFields;
use crate::access::{As, Editor};
use crate::kept::{Kept, Saved};
use crate::merge::Patch;
use crate::refusal::Refusal;
use crate::shipments::ShipmentFields;
use crate::write::{self, Written};

/// An order with its parcels.
#[derive(Debug)]
pub struct Imported {
    /// Its key in the shop.
    pub order_number: String,
    /// What is named of it.
    pub order: Patch<OrderFields>,
    /// What is named of each parcel, by its id.
    pub shipments: Vec<(String, Patch<ShipmentFields>)>,
    /// JSON pointer to it in the request: `/3`, or nothing.
    pub at: String,
}

/// Makes the orders and their shipments or merges what is named into them, at every level. All are checked before the first is
/// written; parcels go before their order, so that its event tells of them. Each is a commit of its own: when the store fails
/// within, the same again writes the rest.
///
/// # Errors
/// When a field cannot be as it is, or the store cannot commit.
pub async fn import(
    editor: &As<'_, Editor>,
    orders: Vec<Imported>,
) -> Result<Vec<Saved<Kept<Order>>>, Refusal> {
    for one in &orders {
        checked::<Order>(&one.order, &one.order_number)
            .map_err(|refusal| refusal.below(&format!("{}/order", one.at)))?;
        for (i, (id, shipment)) in one.shipments.iter().enumerate() {
            checked::<Shipment>(shipment, id)
                .map_err(|refusal| refusal.below(&format!("{}/trackings/{i}", one.at)))?;
        }
    }
    let call = editor.call();
    let mut saved = Vec::with_capacity(orders.len());
    for one in orders {
        for (id, shipment) in &one.shipments {
            write::upsert::<Shipment>(call, id, shipment, Patch::applied).await?;
        }
        saved.push(
            write::upsert::<Order>(call, &one.order_number, &one.order, Patch::applied).await?,
        );
    }
    Ok(saved)
}

/// Whether what is named may be.
fn checked<T: Written<Id = str>>(named: &Patch<T::Fields>, id: &str) -> Result<(), Refusal>
where
    T::Fields: serde::Serialize,
{
    let fields = named.applied(&T::Fields::default(), <T as Writable>::ALSO)?;
    T::check(&fields, Some(id))
}
