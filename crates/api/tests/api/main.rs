//! The API as its callers see it: requests in, answers out, over the memory store.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod common;

mod auth;
mod bodies;
mod claim_page;
mod claims;
mod connectors;
mod deliveries;
mod document;
mod event_stream;
mod events;
mod examples;
mod fast_path;
mod idempotency;
mod images;
mod karla;
mod limits;
mod lists;
mod long_answers;
mod observed;
mod orders;
mod page;
mod portal_links;
mod rate;
mod roles;
mod search;
mod secrets;
mod shops;
mod store_down;
mod tenants;
mod webhook_actions;
mod webhooks;
