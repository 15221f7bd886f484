//! Settings → Webhooks.

pub(crate) mod delete;
pub(crate) mod events;
pub(crate) mod form;
pub(crate) mod list;
pub(crate) mod replay;
pub(crate) mod secret;
pub(crate) mod show;
pub(crate) mod test;
pub(crate) mod write;

use claimwire_model::target::TargetStatus;
use uuid::Uuid;

use crate::failure::Failure;

/// Lower-case name.
pub(crate) fn status_name(status: &TargetStatus) -> &'static str {
    match status {
        TargetStatus::Active => "active",
        TargetStatus::Inactive => "paused",
        TargetStatus::Unverified => "unverified",
        TargetStatus::Disabled => "disabled",
    }
}

/// The webhook's id from the path: what can be none is not there.
pub(crate) fn id(text: &str) -> Result<Uuid, Failure> {
    text.parse().map_err(|_| Failure::NoSuchPage)
}
