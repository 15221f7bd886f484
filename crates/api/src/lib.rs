//! The HTTP API (contract sections 2 and 3).
//!
//! `router.rs` is the one page that names every route, and [`served()`] what serves them; [`openapi()`] is the document of the same
//! routes, made from the same list, so that neither can have one that the other lacks. A route is a
//! shell around one action of `claimwire_actions`: who asks ([`access`]), the body read into what the
//! action takes ([`body`]), the call, and what it came to as JSON ([`answer`]); whatever is not a
//! success leaves as a [`problem::Problem`]. Nothing here knows the engine or SQL.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod access;
pub mod answer;
mod aside;
mod asked;
pub mod auth;
pub mod body;
mod docs_page;
mod feeds;
mod heavy;
pub mod karla;
mod middleware;
mod openapi;
pub mod page;
pub mod path;
pub mod problem;
pub mod query;
mod rate;
mod request_id;
mod router;
mod routes;
mod served;
pub mod state;
mod unread;
mod watch;

pub use claimwire_actions::{Limit, LimitSetting, Limits, Ports, system_random};
pub use rate::RateLimit;
pub use request_id::current_request_id;
pub use router::{openapi, served, served_without_api};
pub use routes::health::metrics_router;
pub use served::{Answering, Served};
pub use state::{ApiState, Render};
pub use watch::ACCESS_LOG;
