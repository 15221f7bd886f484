//! What a claim, an order, a shipment, a contact and a message are; which events a change to one of
//! them makes; who is subscribed to what; when a failed delivery is tried again.
//!
//! Everything here is a value or a pure function. No socket, no database, no clock and no chance:
//! the time and the randomness come in as arguments, so that a simulator can hold them. Every other crate
//! stands on this one; it stands on none of them.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod audit;
pub mod by_number;
pub mod catalogue;
pub mod change;
pub mod claim;
pub mod claim_page;
pub mod connector;
pub mod contact;
pub mod delivery;
pub mod dialect;
mod differences;
pub mod event;
pub mod fields;
pub mod filter;
pub mod hash;
pub mod headers;
pub mod health;
pub mod id;
pub mod json;
pub mod lane;
pub mod lease;
pub mod member;
pub mod message;
pub mod order;
pub mod ownership;
pub mod performed_by;
pub mod replay;
pub mod retry;
pub mod search;
pub mod session;
pub mod shipment;
pub mod shop;
pub mod subject;
pub mod target;
pub mod time;
pub mod trace;
pub mod verdict;
pub mod webhook;

pub use claim_page::ClaimPage;
pub use dialect::Dialect;
pub use event::Event;
pub use headers::Headers;
pub use id::{DeliveryId, EventNo, ShopNo, TargetNo};
pub use lane::Lane;
pub use performed_by::{PerformedBy, Source};
pub use shop::{ApiDialect, Role, Shop};
pub use subject::SubjectKind;
pub use target::Target;
pub use time::Timestamp;
pub use trace::TraceContext;
pub use webhook::Webhook;
