//! One file per resource, one function per route. See [`shops`] for the shape of all of them: access,
//! body, one call, answer.

pub mod api_keys;
pub mod claims;
pub mod contacts;
pub mod docs;
pub mod events;
pub mod health;
pub mod messages;
pub mod orders;
pub mod shipments;
pub mod shops;
