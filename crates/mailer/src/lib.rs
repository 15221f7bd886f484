//! Tells a shop by e-mail that one of its webhooks was warned or disabled (contract section 6, promise 6).
//!
//! What is to be told is the operational event that was committed with the disabling, so nothing is lost
//! between the two ([`claimwire_store::Notices`]). It is mailed at least once: tried again until the mail
//! server has taken it, for three days; after a crash at the worst moment it comes a second time, under the
//! same `Message-ID`. The engine never waits for it.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod details;
mod letters;
mod mail;
mod mailer;
mod server;

pub use letters::{Door, MailingSender, Own};
pub use mailer::{Clock, Mailer, Settings};
pub use server::{NoServer, Server};
