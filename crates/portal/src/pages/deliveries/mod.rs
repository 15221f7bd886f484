//! What was sent to whom, and what came back.

pub(crate) mod advice;
pub(crate) mod list;
pub(crate) mod live;
pub(crate) mod names;
pub(crate) mod show;

use claimwire_model::delivery::DeliveryStatus;

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
