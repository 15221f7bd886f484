//! The HTTP API (contract sections 2 and 3).
//!
//! [`router()`] is the one page that names every route; [`openapi()`] is the document of the same
//! routes, made from the same list, so that neither can have one that the other lacks. A route
//! authorises ([`access`]), reads its body ([`body`]), calls `claimwire_actions` or the store once, and
//! answers ([`answer`]); whatever is not a success leaves as a [`problem::Problem`]. Nothing here knows
//! the engine or SQL.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod access;
pub mod answer;
pub mod auth;
pub mod body;
mod docs_page;
mod openapi;
pub mod page;
pub mod path;
pub mod problem;
pub mod query;
mod random;
mod router;
mod routes;
pub mod state;
mod watch;

pub use router::{openapi, router};
pub use state::ApiState;
