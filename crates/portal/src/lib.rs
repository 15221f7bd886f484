//! The merchant's portal: pages that a server renders, for people who do not want a terminal.
//!
//! A page calls the same actions as the API, with the same proof of its role (`claimwire_actions::As`), so that it can
//! do nothing that the API would refuse. What a person changes here carries the source `ui` and the name of their key.
//!
//! Three things hold for every page, and are kept in one place each: it has the headers of [`headers`]; nothing is
//! written without the session's own token ([`access::Posted`]) and from another origin never ([`origin`]); what people
//! wrote is text on it, since the templates escape it. Every page works without JavaScript.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod access;
mod assets;
mod claim_page;
mod cookie;
mod failure;
mod form;
mod frame;
mod headers;
mod origin;
mod pages;
mod password_queue;
mod router;
mod show;
mod state;
mod throttle;

pub use router::router;
pub use state::PortalState;
