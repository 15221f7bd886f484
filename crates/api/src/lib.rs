//! The HTTP API (contract sections 2 and 3).
//!
//! `router.rs` is the one page that names every route, and [`served()`] what serves them; [`openapi()`] is the document of the same
//! routes, made from the same list, so that neither can have one that the other lacks. A route is a
//! shell around one action of `claimwire_actions`: who asks, the body read into what the
//! action takes, the call, and what it came to as JSON; whatever is not a success leaves as a problem. What all routes
//! share of that is [`claimwire_http`]'s. Nothing here knows the engine or SQL.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod aside;
mod docs_page;
mod openapi;
mod router;
mod routes;

pub use router::{openapi, served, served_without_api};
pub use routes::health::metrics_router;
