//! Takes what is to be mailed and mails it, one after another, beside everything else.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use claimwire_model::Timestamp;
use claimwire_store::outbox::{Mail, MailContent, MailId};
use claimwire_store::{Store, StoreResult};
use claimwire_wire::letter::Letter;
use lettre::message::Mailbox;
use lettre::transport::smtp;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::judge::{Came, Next, is_over, judge};
use crate::letters::message::message;
use crate::server::Server;
use crate::{measures, notices};

/// How often we look for mails.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// All of one mail, from the connection to the server's last word.
const MAIL_WITHIN: Duration = Duration::from_secs(60);
/// How long a taken mail is ours: what it comes to, a notice's ten at most, and some more.
const LEASE: Duration = Duration::from_secs(15 * 60);

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

/// Mails in the background until it is stopped.
pub struct Mailer {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Mailer {
    /// Begins, within the runtime that this is called in.
    #[must_use]
    pub fn start(store: Arc<dyn Store>, clock: Clock, settings: Settings) -> Self {
        measures::describe();
        let (stop, stopped) = watch::channel(false);
        let work = Work {
            transport: settings.server.transport(&settings.from),
            store,
            clock,
            settings,
            told: BTreeMap::new(),
        };
        let task = tokio::spawn(work.run(stopped));
        Self { stop, task }
    }

    /// Takes no more mails and lets the one under way end, at most for `deadline`. What did not end is
    /// mailed after the next start.
    pub async fn stop(self, deadline: Duration) {
        // Nobody listens only when the task has ended.
        let _ = self.stop.send(true);
        let abort = self.task.abort_handle();
        if tokio::time::timeout(deadline, self.task).await.is_err() {
            abort.abort();
        }
    }
}

pub(crate) struct Work {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Clock,
    pub(crate) settings: Settings,
    transport: AsyncSmtpTransport<Tokio1Executor>,
    /// Addresses that are done with of notices that are not: they are not written to again.
    pub(crate) told: BTreeMap<MailId, HashSet<Address>>,
}

impl Work {
    async fn run(mut self, mut stopped: watch::Receiver<bool>) {
        while !*stopped.borrow() {
            match self.step().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, "mails cannot be read or kept; trying again")
                }
            }
            tokio::select! {
                _ = stopped.changed() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// The next mail. False: there is none.
    async fn step(&mut self) -> StoreResult<bool> {
        let now = (self.clock)();
        let Some(mail) = self.store.take_mail(now, now.plus(LEASE)).await? else {
            return Ok(false);
        };
        let next = match &mail.content {
            MailContent::Notice(shop, event) => {
                notices::tell(self, &mail, (shop, event), now).await?
            }
            MailContent::Letter(content) => self.letter(&mail, content, now).await,
        };
        match next {
            Next::Ended => self.store.mail_ended(mail.id).await?,
            Next::Again(at) => self.store.mail_again(mail.id, at).await?,
        }
        Ok(true)
    }

    /// Sends a letter. Neither what it says nor whom it is to is any business of the log.
    async fn letter(&self, mail: &Mail, content: &[u8], now: Timestamp) -> Next {
        let made = serde_json::from_slice(content).map_err(|_| "it cannot be read".to_owned());
        let made =
            made.and_then(|letter: Letter| message(&letter, &self.settings.from, Vec::new()));
        let came = match made {
            _ if is_over(mail.at, now) => Came::Never("its time is over".to_owned()),
            Ok(message) => self.send(message).await,
            Err(why) => Came::Never(why),
        };
        let (id, tries) = (mail.id, mail.tries);
        let next = judge(&came, mail, (self.clock)());
        measures::mailed(&came, next);
        match (&came, next) {
            (Came::Sent, _) => tracing::info!(mail = ?id, tries, "a mail was sent"),
            (came, Next::Ended) => {
                tracing::warn!(mail = ?id, tries, why = came.why(), "a mail was not sent; given up");
            }
            (came, Next::Again(_)) => {
                tracing::warn!(mail = ?id, tries, why = came.why(), "a mail was not sent; tried again later");
            }
        }
        next
    }

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
