//! What every request of the API goes through, whichever route answers it (contract section 2).
//!
//! A route's arguments are read here: who asks ([`access`]), the body ([`body`]), the path and the query. So is what it
//! answers: a value as JSON ([`answer`]), a list ([`page`]), or a [`problem::Problem`]. Around all routes stands one
//! `Middleware`, and before the router, for events that are posted, the fast path ([`posted_events`]). What comes out is
//! [`Served`], which a listener serves.
//!
//! The routes themselves are `claimwire_api`'s. They are apart because this runs for each request of a busy server and
//! most of them do not: this crate is optimised in a release build, theirs is not, and is compiled in a quarter of the
//! time.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod access;
pub mod answer;
mod asked;
pub mod auth;
pub mod body;
pub mod feeds;
mod heavy;
pub mod karla;
mod middleware;
pub mod page;
pub mod path;
pub mod posted_events;
pub mod problem;
pub mod query;
mod rate;
mod request_id;
mod served;
pub mod state;
mod unread;
mod watch;

pub use answer::Answering;
pub use rate::RateLimit;
pub use request_id::current_request_id;
pub use served::Served;
pub use state::{ApiState, Render};
pub use watch::ACCESS_LOG;
