//! Events made elsewhere, posted to be delivered here (contract section 2), and events as the API
//! shows them.
//!
//! Posting is the hot path of the whole server: the body is scanned once, each event's data is copied
//! once, as the text that it came as, and not taken apart.

mod follow;
mod hints;
mod post;
mod posted;
mod scan;
mod view;

pub use claimwire_store::{AboutSubject, EventFilter};
pub use follow::{Followed, follow, followed, place};
pub use post::{Posted, post};
pub use posted::{EVENT_BYTES, EVENTS_AT_MOST, PostedEvent};
pub use view::{get, list, sent, types};

#[cfg(test)]
mod tests;
