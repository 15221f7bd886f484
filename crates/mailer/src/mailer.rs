//! Takes what is to be mailed and mails it, one after another, beside everything else.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use claimwire_model::Timestamp;
use claimwire_store::outbox::{Mail, MailContent};
use claimwire_store::{Store, StoreResult};
use claimwire_wire::letter::Letter;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::judge::{Came, Next, is_over, judge};
use crate::letters::message::message;
use crate::settings::{Clock, Settings};
use crate::work::Work;
use crate::{measures, notices};

/// How often we look for mails.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long a taken mail is ours: what it comes to, a notice's ten at most, and some more.
const LEASE: Duration = Duration::from_secs(15 * 60);

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
        let task = tokio::spawn(run(work, stopped));
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

async fn run(mut work: Work, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        match step(&mut work).await {
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
async fn step(work: &mut Work) -> StoreResult<bool> {
    let now = (work.clock)();
    let Some(mail) = work.store.take_mail(now, now.plus(LEASE)).await? else {
        return Ok(false);
    };
    let next = match &mail.content {
        MailContent::Notice(shop, event) => notices::tell(work, &mail, (shop, event), now).await?,
        MailContent::Letter(content) => letter(work, &mail, content, now).await,
    };
    match next {
        Next::Ended => work.store.mail_ended(mail.id).await?,
        Next::Again(at) => work.store.mail_again(mail.id, at).await?,
    }
    Ok(true)
}

/// Sends a letter. Neither what it says nor whom it is to is any business of the log.
async fn letter(work: &Work, mail: &Mail, content: &[u8], now: Timestamp) -> Next {
    let made = serde_json::from_slice(content).map_err(|_| "it cannot be read".to_owned());
    let made = made.and_then(|letter: Letter| message(&letter, &work.settings.from, Vec::new()));
    let came = match made {
        _ if is_over(mail.at, now) => Came::Never("its time is over".to_owned()),
        Ok(message) => work.send(message).await,
        Err(why) => Came::Never(why),
    };
    let (id, tries) = (mail.id, mail.tries);
    let next = judge(&came, mail, (work.clock)());
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
