//! One suite for all that make tickets, by API and by mail: a claim becomes one ticket with its photos, whatever breaks off (contract
//! section 7). The drivers are the real ones; the vendors are the fakes of the testkit, which check what they
//! are sent by the vendors' schemas; the runner stands in for the engine.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod claims;
mod content;
mod failures;
mod kinds;
mod marketing;
mod once;
mod photos;
mod prism;
mod schemas;
mod socket;
mod templates;
mod tools;
mod world;
