//! What every mail is sent with, and the sending.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use claimwire_store::Store;
use claimwire_store::outbox::MailId;
use lettre::transport::smtp;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::judge::Came;
use crate::settings::{Clock, Settings};

/// All of one mail, from the connection to the server's last word.
const MAIL_WITHIN: Duration = Duration::from_secs(60);

/// What mails are sent with.
pub(crate) struct Work {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Clock,
    pub(crate) settings: Settings,
    pub(crate) transport: AsyncSmtpTransport<Tokio1Executor>,
    /// Addresses that are done with of notices that are not: they are not written to again.
    pub(crate) told: BTreeMap<MailId, HashSet<Address>>,
}

impl Work {
    /// Sends a mail.
    pub(crate) async fn send(&self, mail: Message) -> Came {
        match tokio::time::timeout(MAIL_WITHIN, self.transport.send(mail)).await {
            Ok(Ok(_)) => Came::Sent,
            Ok(Err(error)) if error.is_permanent() => Came::Refused(why(&error)),
            Ok(Err(error)) => Came::Later(why(&error)),
            Err(_) => Came::Later("the mail server took too long".to_owned()),
        }
    }
}

/// Without the server's own words, which may repeat an address.
fn why(error: &smtp::Error) -> String {
    use std::error::Error as _;
    match (error.status(), error.source()) {
        (Some(code), _) => format!("the mail server answered {code}"),
        (None, Some(source)) => format!("no mail server: {source}"),
        (None, None) => format!("no mail server: {error}"),
    }
}
