//! Sends what the server itself has to mail: that a webhook was warned or disabled (contract section 6, promise 6),
//! receipts of claims that customers filed, invitations.
//!
//! What is to be sent was committed with what it tells of, so nothing is lost between the two
//! ([`claimwire_store::Outbox`]). It is mailed at least once: tried again until the mail server has taken it, for three
//! days; after a crash at the worst moment it comes a second time, under the same `Message-ID`. Nobody waits for it.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod details;
mod judge;
mod letters;
mod mail;
mod mailer;
mod measures;
mod notices;
mod server;
mod settings;
mod work;

pub use letters::{AddressPolicy, MailingSender, Own};
pub use mailer::Mailer;
pub use server::{NoServer, Server};
pub use settings::{Clock, Settings};
