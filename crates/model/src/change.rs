//! Change → facts: what happened, from before and after (contract section 4). Pure; callers never name
//! the events.

use crate::claim::{Claim, Customer};
use crate::contact::Contact;
use crate::event::Fact;
use crate::message::Message;
use crate::order::Order;
use crate::performed_by::PerformedBy;
use crate::shipment::{Shipment, ShipmentEvent};
use crate::time::Timestamp;

/// The whole order, customer, shipments and claims that a subject belongs to, as they are with the
/// change applied. `null` and `[]` where there is none.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Context {
    /// The order.
    pub order: Option<Order>,
    /// The claim's customer, else the order's.
    pub customer: Option<Customer>,
    /// The order's shipments.
    pub shipments: Vec<Shipment>,
    /// The order's claims, or the one claim that has no order.
    pub claims: Vec<Claim>,
}

/// One write, before and after.
#[derive(Debug, Clone)]
pub enum Change<'a> {
    /// A claim made, changed or deleted.
    Claim {
        /// None: it is new.
        before: Option<&'a Claim>,
        /// None: it is deleted.
        after: Option<&'a Claim>,
    },
    /// A contact; only a new one makes an event.
    Contact {
        /// None: it is new.
        before: Option<&'a Contact>,
        /// As it is now.
        after: &'a Contact,
    },
    /// An order imported or updated.
    Order {
        /// None: it is new.
        before: Option<&'a Order>,
        /// As it is now.
        after: &'a Order,
    },
    /// A message on a claim.
    Message {
        /// The new message.
        message: &'a Message,
        /// The claim that it is on.
        claim: &'a Claim,
    },
    /// A carrier's event on a shipment.
    ShipmentEvent {
        /// The shipment with the event applied.
        shipment: &'a Shipment,
        /// The new event.
        event: &'a ShipmentEvent,
    },
}

/// The facts of one change, in the order of the contract's table; none for a write that changes
/// nothing (`updated_at` is not a change).
pub fn facts(
    _change: &Change<'_>,
    _context: &Context,
    _performed_by: &PerformedBy,
    _now: Timestamp,
) -> Result<Vec<Fact>, serde_json::Error> {
    Ok(Vec::new())
}
