//! The vendors that events go to natively (contract section 7): helpdesks, marketing tools, mail, any tool
//! with an HTTP API. A vendor is a folder and a line in [`VENDORS`].
//!
//! Pure: no socket, no clock. The engine makes the calls that a vendor's driver asks for.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod account;
#[cfg(test)]
mod acmedesk;
mod brevo;
mod dixa;
mod email;
mod freshdesk;
mod gorgias;
mod http;
mod hubspot;
mod intercom;
mod judge;
mod klaviyo;
mod marketing;
#[cfg(test)]
mod testing;
mod ticket;
mod vendor;
mod words;
mod zendesk;

use marketing::Marketing;
use ticket::Connector;

pub use vendor::{About, Field, FieldKind, Preview, Vendor};

/// All of them, in the order in which they are shown.
pub const VENDORS: &[&dyn Vendor] = &[
    &Connector(zendesk::Zendesk),
    &Connector(gorgias::Gorgias),
    &Connector(freshdesk::Freshdesk),
    &Connector(intercom::Intercom),
    &Connector(dixa::Dixa),
    &Marketing(klaviyo::Klaviyo),
    &Marketing(brevo::Brevo),
    &email::Email,
    &http::Http,
    &Marketing(hubspot::HubSpot),
];

/// The vendor of this kind.
#[must_use]
pub fn vendor(kind: &str) -> Option<&'static dyn Vendor> {
    VENDORS
        .iter()
        .copied()
        .find(|vendor| vendor.about().kind == kind)
}
