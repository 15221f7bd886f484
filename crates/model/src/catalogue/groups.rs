//! Event groups: the notification buckets that marketing tools and filters go by.

use super::{name_in, shipments, subjects};
use crate::dialect::Dialect;
use crate::shipment::Direction;

/// Every group of the forward way, and the two of claims, as the platform writes them.
pub(crate) const FORWARD: [&str; 25] = [
    "claim_created",
    "claim_updated",
    "shipment_pre_transit",
    "shipment_in_transit",
    "shipment_damaged",
    "shipment_carrier_delay",
    "shipment_out_for_delivery",
    "shipment_delivery_failed",
    "shipment_delivery_failed_forwarded_to_parcel_shop",
    "shipment_delivery_failed_address_issue",
    "shipment_delivery_second_attempt",
    "shipment_delivered",
    "shipment_delivered_to_neighbour",
    "shipment_delivered_to_letterbox",
    "shipment_delivered_to_parcel_shop",
    "shipment_delivered_to_parcel_locker",
    "shipment_picked_up",
    "shipment_failed_returned",
    "shipment_refused_then_returned",
    "shipment_not_picked_up_then_returned",
    "shipment_delayed_due_to_customer_request",
    ALL_DELIVERED,
    "shipment_internal_trigger",
    "shipment_carrier_changed",
    "shipment_order_cancelled",
];

/// The groups of the way back. The platform's own names are not public, so others of this form are
/// accepted too.
pub(crate) const RETURN: [&str; 5] = [
    "return_shipment_pre_transit",
    "return_shipment_in_transit",
    "return_shipment_delivered",
    "return_shipment_delivery_failed",
    "return_shipment_carrier_delay",
];

/// Stands for every way of being delivered to the customer.
pub(crate) const ALL_DELIVERED: &str = "shipment_delivered_all_events";
/// What every group of that kind begins with.
pub(crate) const DELIVERED: &str = "shipment_delivered";

/// The group of an event by default: of a full ref (`claims/created`), or of a shipment's event name
/// and the parcel's direction. None: it has no group.
#[must_use]
pub fn group(ref_or_event_name: &str, direction: Direction) -> Option<&'static str> {
    let name = match ref_or_event_name.strip_prefix("shipments/") {
        Some(rest) => rest.split_once('/')?.1,
        None => ref_or_event_name,
    };
    if let Some(row) = shipments::find(name) {
        return match direction {
            Direction::MerchantCustomer => row.event_group,
            Direction::CustomerMerchant => row.return_event_group,
        };
    }
    subjects::EVENTS
        .iter()
        .find(|row| row.r#ref == name)?
        .event_group
}

/// The platform's spelling of a group that was written loosely: in capitals, without `shipment_`, with
/// `parcelshop` for `parcel_shop`, `neighbor` for `neighbour`, or without `then` before `returned`.
/// `None`: no such group.
#[must_use]
pub fn known_group(text: &str) -> Option<String> {
    let plain = text.to_ascii_lowercase();
    if FORWARD.contains(&plain.as_str())
        || plain
            .strip_prefix("return_shipment_")
            .is_some_and(is_group_tail)
    {
        return Some(plain);
    }
    let key = loose(&plain);
    FORWARD
        .iter()
        .find(|group| loose(group) == key)
        .map(|group| (*group).to_owned())
}

fn is_group_tail(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn loose(group: &str) -> String {
    let group = group.strip_prefix("shipment_").unwrap_or(group);
    group
        .replace("neighbor", "neighbour")
        .replace("_then", "")
        .replace("cancelled", "canceled")
        .replace('_', "")
}

/// Whether the dialect can send events of a known group at all.
pub(crate) fn expressed(dialect: Dialect, group: &str) -> bool {
    if group.contains("shipment_") {
        if let Dialect::Own(own) = dialect {
            return own.expresses_some("shipments");
        }
        return matches!(
            dialect,
            Dialect::Karla | Dialect::Standard | Dialect::Cloudevents
        );
    }
    dialect.gone().is_some()
        || subjects::EVENTS
            .iter()
            .any(|row| row.event_group == Some(group) && name_in(dialect, row.r#ref).is_some())
}
