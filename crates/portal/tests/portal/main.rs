//! The portal as a browser without JavaScript sees it: requests in, pages out, over the memory store.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod common;

mod analytics;
mod claim_page;
mod claims;
mod deliveries;
mod events;
mod every_form;
mod forms;
mod integrations;
mod keys;
mod members;
mod operator;
mod roles;
mod sign_in;
mod text;
mod traces;
mod webhooks;
