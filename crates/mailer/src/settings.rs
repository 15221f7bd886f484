//! What the mailer is told when it starts.

use std::sync::Arc;

use claimwire_model::Timestamp;
use lettre::Address;
use lettre::message::Mailbox;

use crate::server::Server;

/// What time it is.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What the operator decides.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which mail server.
    pub server: Server,
    /// Who writes.
    pub from: Mailbox,
    /// Who is told of shops that named nobody.
    pub fallback: Vec<Address>,
    /// What links begin with, without a slash at its end.
    pub public_url: String,
}
