//! The carrier events that are known by name: one name, one phase; a name and a direction, at most one
//! group.
//!
//! Nine of the names are the platform's. The others are ours, for what carriers commonly report, so
//! that every group can be reached. Neither list is closed.

use super::{EventType, Origin};
use crate::subject::SubjectKind;

/// The stages of a parcel, in the order in which they come.
pub const PHASES: [&str; 12] = [
    "order_created",
    "order_processed",
    "in_transit",
    "in_delivery",
    "collect",
    "delivered",
    "delivery_failed",
    "return_created",
    "return_transit",
    "return_received",
    "return_failed",
    "returned",
];

/// The phase that an event name belongs to; none for a name that is not listed.
#[must_use]
pub fn phase_of(event_name: &str) -> Option<&'static str> {
    find(event_name)?.r#ref.split('/').nth(1)
}

/// The row of an event name. The end of a ref is compared first: taking all of them apart costs more
/// than the rest of what is done with a posted event.
pub(super) fn find(event_name: &str) -> Option<&'static EventType> {
    EVENTS
        .iter()
        .find(|row| row.r#ref.ends_with(event_name) && row.event_name() == event_name)
}

impl EventType {
    /// The last segment of the ref: `OUT_FOR_DELIVERY`.
    #[must_use]
    pub fn event_name(&self) -> &'static str {
        self.r#ref.rsplit('/').next().unwrap_or(self.r#ref)
    }
}

macro_rules! group {
    (-) => {
        None
    };
    ($group:ident) => {
        Some(concat!("shipment_", stringify!($group)))
    };
}

macro_rules! return_group {
    (-) => {
        None
    };
    ($group:ident) => {
        Some(concat!("return_shipment_", stringify!($group)))
    };
}

/// Phase, then its names: `NAME: group, group on the way back, description`. `-`: no group.
macro_rules! events {
    ($($phase:ident { $($origin:ident $name:ident: $group:tt, $back:tt, $description:literal;)* })*) => {
        &[$($(EventType {
            r#ref: concat!("shipments/", stringify!($phase), "/", stringify!($name)),
            description: $description,
            subject: SubjectKind::Shipment,
            event_group: group!($group),
            return_event_group: return_group!($back),
            origin: Origin::$origin,
            claimport: None,
            claimable: None,
            cloudevents: concat!("io.claimwire.shipment.", stringify!($phase), ".", stringify!($name)),
        }),*),*]
    };
}

/// In the order of the phases.
pub(super) const EVENTS: &[EventType] = events! {
    order_created {
        Platform ORDER_CREATED: pre_transit, pre_transit, "The order is known; nothing has been handed over.";
        Platform ORDER_CANCELLED: order_cancelled, -, "The order was cancelled before it was handed over.";
        Ours ORDER_CONFIRMED: pre_transit, pre_transit, "The shop confirmed the order.";
        Ours ORDER_ON_HOLD: -, -, "The order waits for something at the shop, such as a payment.";
    }
    order_processed {
        Platform ORDER_IN_PROCESSING: pre_transit, pre_transit, "The order is being picked and packed.";
        Ours ORDER_PACKED: pre_transit, pre_transit, "The parcel is packed.";
        Ours LABEL_CREATED: pre_transit, pre_transit, "The shipping label was made.";
        Ours LABEL_CANCELLED: -, -, "The shipping label was withdrawn.";
        Ours SHIPMENT_ANNOUNCED: pre_transit, pre_transit, "The carrier got the parcel's data but not the parcel.";
        Ours READY_FOR_CARRIER_PICKUP: pre_transit, pre_transit, "The parcel waits for the carrier.";
        Ours CARRIER_PICKUP_FAILED: carrier_delay, carrier_delay, "The carrier came for the parcel and left without it.";
        Ours INTERNAL_TRIGGER: internal_trigger, -, "The shop starts a message of its own; no carrier is involved.";
    }
    in_transit {
        Ours HANDED_OVER_TO_CARRIER: in_transit, in_transit, "The carrier has the parcel.";
        Ours DROPPED_OFF_AT_PARCEL_SHOP: in_transit, in_transit, "The sender left the parcel at a parcel shop.";
        Ours ARRIVAL_AT_TRANSPORT_HUB: in_transit, in_transit, "The parcel reached a hub.";
        Ours PROCESSED_AT_TRANSPORT_HUB: in_transit, in_transit, "The parcel was sorted at a hub.";
        Platform DEPARTURE_FROM_TRANSPORT_HUB: in_transit, in_transit, "The parcel left a hub.";
        Ours ARRIVAL_AT_DELIVERY_DEPOT: in_transit, in_transit, "The parcel reached the depot that delivers it.";
        Ours DEPARTURE_FROM_ORIGIN_COUNTRY: in_transit, in_transit, "The parcel left the country that it was sent from.";
        Ours ARRIVAL_IN_DESTINATION_COUNTRY: in_transit, in_transit, "The parcel reached the country that it goes to.";
        Ours CUSTOMS_CLEARANCE_STARTED: in_transit, in_transit, "Customs has the parcel.";
        Ours CUSTOMS_CLEARED: in_transit, in_transit, "Customs let the parcel go.";
        Ours CUSTOMS_HELD: carrier_delay, carrier_delay, "Customs keeps the parcel and needs something.";
        Platform DELAY_EXPECTED: carrier_delay, carrier_delay, "The carrier expects to be late.";
        Ours DELAYED_BY_WEATHER: carrier_delay, carrier_delay, "Weather or another force from outside delays the parcel.";
        Ours SHIPMENT_MISROUTED: carrier_delay, carrier_delay, "The parcel went the wrong way and is being sent on.";
        Platform SHIPMENT_DAMAGED: damaged, in_transit, "The parcel was damaged on its way.";
        Ours SHIPMENT_REPACKED: damaged, in_transit, "The carrier packed the parcel anew after damage.";
        Ours CARRIER_CHANGED: carrier_changed, in_transit, "Another carrier takes the parcel on.";
        Ours FORWARDED_TO_NEW_ADDRESS: in_transit, in_transit, "The parcel is sent on to another address.";
        Ours DELIVERY_RESCHEDULED_BY_CUSTOMER: delayed_due_to_customer_request, in_transit, "The customer chose another day or place.";
        Ours STORED_AT_CUSTOMER_REQUEST: delayed_due_to_customer_request, in_transit, "The carrier keeps the parcel while the customer is away.";
        Ours ESTIMATED_ARRIVAL_CHANGED: -, -, "The carrier moved the day of delivery.";
    }
    in_delivery {
        Platform OUT_FOR_DELIVERY: out_for_delivery, in_transit, "The parcel is on the van.";
        Ours DELIVERY_WINDOW_ANNOUNCED: -, -, "The carrier named the hour of delivery.";
        Platform DELIVERY_ATTEMPTED: delivery_failed, delivery_failed, "The carrier rang and could not hand the parcel over.";
        Ours RECIPIENT_NOT_HOME: delivery_failed, delivery_failed, "Nobody opened.";
        Ours BUSINESS_CLOSED: delivery_failed, delivery_failed, "The business at the address was closed.";
        Ours SECOND_DELIVERY_ATTEMPT: delivery_second_attempt, in_transit, "The carrier tries again.";
        Ours FORWARDED_TO_PARCEL_SHOP: delivery_failed_forwarded_to_parcel_shop, in_transit, "Nobody opened, so the parcel goes to a parcel shop.";
        Ours DELIVERY_NOT_MADE_TODAY: carrier_delay, carrier_delay, "The van did not get as far as this parcel.";
    }
    collect {
        Ours DELIVERED_TO_PARCEL_SHOP: delivered_to_parcel_shop, delivered, "The parcel waits at a parcel shop.";
        Ours DELIVERED_TO_POST_OFFICE: delivered_to_parcel_shop, delivered, "The parcel waits at a post office.";
        Ours DELIVERED_TO_PARCEL_LOCKER: delivered_to_parcel_locker, delivered, "The parcel waits in a locker.";
        Ours PARCEL_LOCKER_FULL: delivery_failed, delivery_failed, "The locker had no room.";
        Ours COLLECTION_REMINDER: -, -, "The carrier reminds the customer to collect the parcel.";
        Ours COLLECTION_PERIOD_EXTENDED: delayed_due_to_customer_request, -, "The parcel waits longer, as the customer asked.";
    }
    delivered {
        Platform SUCCESSFULLY_DELIVERED: delivered, delivered, "The parcel was handed over.";
        Ours DELIVERED_TO_NEIGHBOUR: delivered_to_neighbour, delivered, "A neighbour took the parcel.";
        Ours DELIVERED_TO_LETTERBOX: delivered_to_letterbox, delivered, "The parcel is in the letterbox.";
        Ours DELIVERED_TO_SAFE_PLACE: delivered, delivered, "The parcel was left where the customer had said.";
        Ours DELIVERED_TO_RECEPTION: delivered, delivered, "A reception or concierge took the parcel.";
        Ours PARTIALLY_DELIVERED: delivered, delivered, "Some parcels of several were handed over.";
        Ours PICKED_UP_BY_RECIPIENT: picked_up, delivered, "The customer collected the parcel.";
        Ours PICKED_UP_FROM_PARCEL_LOCKER: picked_up, delivered, "The customer took the parcel from the locker.";
    }
    delivery_failed {
        Ours DELIVERY_FAILED: delivery_failed, delivery_failed, "The parcel cannot be delivered.";
        Ours ADDRESS_INCORRECT: delivery_failed_address_issue, delivery_failed, "The address does not exist.";
        Ours ADDRESS_INCOMPLETE: delivery_failed_address_issue, delivery_failed, "Something is missing in the address.";
        Ours RECIPIENT_UNKNOWN: delivery_failed_address_issue, delivery_failed, "Nobody of that name is at the address.";
        Ours ACCESS_NOT_POSSIBLE: delivery_failed, delivery_failed, "The carrier could not get to the door.";
        Ours PAYMENT_NOT_COLLECTED: delivery_failed, delivery_failed, "What was due at the door was not paid.";
        Ours SHIPMENT_LOST: delivery_failed, delivery_failed, "The carrier cannot find the parcel.";
        Ours SHIPMENT_DESTROYED: delivery_failed, delivery_failed, "Nothing is left that could be delivered.";
    }
    return_created {
        Ours RETURN_LABEL_CREATED: -, pre_transit, "The label for the way back was made.";
        Ours RETURN_ANNOUNCED: -, pre_transit, "The carrier knows that a parcel will come back.";
        Ours DELIVERY_REFUSED: refused_then_returned, delivery_failed, "The customer did not take the parcel; it goes back.";
        Ours NOT_PICKED_UP: not_picked_up_then_returned, delivery_failed, "The parcel was not collected in time; it goes back.";
        Ours RETURN_TO_SENDER_STARTED: failed_returned, delivery_failed, "The parcel could not be delivered; it goes back.";
    }
    return_transit {
        Ours RETURN_HANDED_OVER_TO_CARRIER: -, in_transit, "The customer gave the parcel to the carrier.";
        Ours RETURN_IN_TRANSIT: failed_returned, in_transit, "The parcel is on its way back.";
        Ours RETURN_DELAYED: -, carrier_delay, "The way back takes longer.";
    }
    return_received {
        Ours RETURN_RECEIVED: -, delivered, "The merchant has the parcel back.";
    }
    return_failed {
        Ours RETURN_FAILED: -, delivery_failed, "The parcel cannot be brought back.";
        Ours RETURN_LOST: -, delivery_failed, "The carrier lost the parcel on its way back.";
    }
    returned {
        Ours RETURNED_TO_SENDER: failed_returned, delivered, "The sender has the parcel that could not be delivered.";
        Ours RETURN_COMPLETED: -, delivered, "The return has been checked and is settled.";
    }
};
