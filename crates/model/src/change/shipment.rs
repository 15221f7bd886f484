//! What a shipment event says.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::shipment::{Direction, Shipment, ShipmentEvent};
use crate::time::Timestamp;

/// The `event_data` of a shipment event: what the carrier said, and of which parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShipmentEventData<'a> {
    /// The caller's id for the event.
    #[serde(borrow)]
    pub event_id: Cow<'a, str>,
    /// Which parcel.
    pub shipment_id: Cow<'a, str>,
    /// `OUT_FOR_DELIVERY`; open.
    pub event_name: Cow<'a, str>,
    /// The notification bucket, if there is one.
    pub event_group: Option<Cow<'a, str>>,
    /// The stage that the parcel is in.
    pub phase: Cow<'a, str>,
    /// Which way it goes.
    pub direction: Direction,
    /// `dhl`, `ups`, …; open.
    pub carrier_reference: Option<Cow<'a, str>>,
    /// The carrier's number for it.
    pub tracking_number: Option<Cow<'a, str>>,
    /// Where the customer can follow it.
    pub tracking_url: Option<Cow<'a, str>>,
    /// Where it happened.
    pub location: Option<Cow<'a, str>>,
    /// When the carrier says that it happened.
    pub event_time: Timestamp,
    /// When the shipment last changed: with this event.
    pub updated_at: Timestamp,
}

impl<'a> ShipmentEventData<'a> {
    /// Of one event of one shipment.
    #[must_use]
    pub fn of(shipment: &'a Shipment, event: &'a ShipmentEvent) -> Self {
        Self {
            event_id: Cow::Borrowed(&event.external_id),
            shipment_id: Cow::Borrowed(&shipment.id),
            event_name: Cow::Borrowed(&event.event_name),
            event_group: event.event_group.as_deref().map(Cow::Borrowed),
            phase: Cow::Borrowed(&event.phase),
            direction: shipment.direction,
            carrier_reference: shipment.carrier_reference.as_deref().map(Cow::Borrowed),
            tracking_number: shipment.tracking_number.as_deref().map(Cow::Borrowed),
            tracking_url: shipment.tracking_url.as_deref().map(Cow::Borrowed),
            location: event.location.as_deref().map(Cow::Borrowed),
            event_time: event.event_time,
            updated_at: shipment.updated_at,
        }
    }
}
