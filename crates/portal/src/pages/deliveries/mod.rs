//! What was sent to whom, and what came back.

pub(crate) mod advice;
pub(crate) mod again;
pub(crate) mod list;
pub(crate) mod live;
pub(crate) mod names;
pub(crate) mod next;
pub(crate) mod search;
pub(crate) mod show;
pub(crate) mod timing;

use claimwire_actions::deliveries::DeliveryView;
use claimwire_model::delivery::DeliveryStatus;
use claimwire_model::target::Kind;

/// Value and name of each status.
pub(crate) const STATUSES: [(&str, &str); 8] = [
    ("", "Any"),
    ("pending", "Pending"),
    ("delivering", "Delivering"),
    ("delivered", "Delivered"),
    ("failed", "Failed"),
    ("held", "Held"),
    ("cancelled", "Cancelled"),
    ("expired", "Expired"),
];

/// Lower-case name.
pub(crate) fn status_name(status: &DeliveryStatus) -> &'static str {
    match status {
        DeliveryStatus::Pending => "pending",
        DeliveryStatus::Delivering => "delivering",
        DeliveryStatus::Delivered => "delivered",
        DeliveryStatus::Failed => "failed",
        DeliveryStatus::Held => "held",
        DeliveryStatus::Cancelled => "cancelled",
        DeliveryStatus::Expired => "expired",
    }
}

/// What kind of target it goes to.
pub(crate) fn kind_of(delivery: &DeliveryView) -> Kind {
    match delivery.connector_id {
        Some(_) => Kind::Connector,
        None => Kind::Webhook,
    }
}
