//! One file per resource, one function per route. See [`shops`] for the shape of all of them: access,
//! body, one call, answer.

pub mod api_keys;
pub mod claim_links;
pub mod claims;
pub mod connectors;
pub mod contacts;
pub mod deliveries;
pub mod docs;
pub mod event_stream;
pub mod event_types;
pub mod events;
pub mod fallbacks;
pub mod health;
pub mod hooks;
pub mod images;
pub mod karla_orders;
pub mod messages;
pub mod orders;
pub mod portal_links;
pub mod replays;
pub mod shipments;
pub mod shops;
pub mod webhook_secret;
pub mod webhook_stats;
pub mod webhook_test;
pub mod webhooks;
