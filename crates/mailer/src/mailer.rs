//! Takes notices and mails them, one after another, beside everything else.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use claimwire_model::change::WebhookNotice;
use claimwire_model::id::first_number_at;
use claimwire_model::{EventNo, Timestamp};
use claimwire_store::notices::{NOTICE_KEPT, Notice};
use claimwire_store::{Store, StoreResult};
use lettre::message::Mailbox;
use lettre::transport::smtp;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use metrics::counter;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::details::Details;
use crate::mail::Told;
use crate::server::Server;

/// How often we look for notices.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// All of one mail, from the connection to the server's last word.
const MAIL_WITHIN: Duration = Duration::from_secs(60);
/// How long a taken notice is ours: its mails, ten at most, and some more.
const LEASE: Duration = Duration::from_secs(15 * 60);
/// The wait after the first failure; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);
/// An address that the server refuses for good (5xx) is tried so often, should the refusal be our
/// operator's mistake; one that it puts off (4xx, or no answer), for as long as the notice is kept.
const REFUSED_TRIES: u32 = 12;

const MAILS: &str = "claimwire_mails_total";

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
        metrics::describe_counter!(MAILS, "Mails by result: sent, failed (and tried again).");
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

    /// Takes no more notices and lets the one under way end, at most for `deadline`. What did not end is
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

struct Work {
    store: Arc<dyn Store>,
    clock: Clock,
    settings: Settings,
    transport: AsyncSmtpTransport<Tokio1Executor>,
    /// Addresses that are done with of notices that are not: they are not written to again.
    told: BTreeMap<EventNo, HashSet<Address>>,
}

/// What became of one mail.
enum Came {
    Sent,
    /// Put off: later perhaps.
    Later(String),
    /// Refused for good.
    Refused(String),
}

impl Work {
    async fn run(mut self, mut stopped: watch::Receiver<bool>) {
        while !*stopped.borrow() {
            match self.step().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, "notices cannot be read or kept; trying again")
                }
            }
            tokio::select! {
                _ = stopped.changed() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// The next notice. False: there is none.
    async fn step(&mut self) -> StoreResult<bool> {
        let now = (self.clock)();
        let Some(notice) = self.store.take_notice(now, now.plus(LEASE)).await? else {
            return Ok(false);
        };
        let no = notice.event.no;
        let mut tell = self.recipients(&notice);
        let done = self.told.remove(&no).unwrap_or_default();
        tell.retain(|address| !done.contains(address));
        let left = self.tell(&notice, tell, done, now).await?;
        if left {
            let now = (self.clock)();
            self.store
                .notice_again(no, now.plus(wait(notice.tries)))
                .await?;
        } else {
            self.told.remove(&no);
            self.store.notice_ended(no).await?;
        }
        Ok(true)
    }

    fn recipients(&self, notice: &Notice) -> Vec<Address> {
        let named = notice.shop.notification_emails.iter();
        let named: Vec<Address> = named.filter_map(|email| email.parse().ok()).collect();
        if named.is_empty() {
            self.settings.fallback.clone()
        } else {
            named
        }
    }

    /// Writes to all of `recipients`. True: some are to be written to again.
    async fn tell(
        &mut self,
        notice: &Notice,
        recipients: Vec<Address>,
        mut done: HashSet<Address>,
        now: Timestamp,
    ) -> StoreResult<bool> {
        let (shop, event) = (&notice.shop, &notice.event);
        let parsed: Result<WebhookNotice, _> = serde_json::from_str(event.fact.event_data.get());
        let Ok(parsed) = parsed else {
            tracing::error!(event = %event.no, "a notice cannot be read; it is not mailed");
            return Ok(false);
        };
        let details = Details::read(&*self.store, shop, &parsed, now).await?;
        let told = Told {
            shop,
            event,
            notice: &parsed,
            details: &details,
            public_url: &self.settings.public_url,
        };
        let mut left = false;
        for address in recipients {
            let mail = told.mail(&self.settings.from, &address);
            let came = match mail {
                Ok(mail) => self.send(mail).await,
                Err(error) => Came::Refused(error.to_string()),
            };
            // Whom we write to is no business of the log.
            let (webhook, event) = (parsed.webhook_uuid, event.no);
            match came {
                Came::Sent => {
                    counter!(MAILS, "result" => "sent").increment(1);
                    tracing::info!(shop = shop.slug, %webhook, %event, "told by e-mail");
                    done.insert(address);
                }
                Came::Refused(why) if notice.tries.saturating_add(1) >= REFUSED_TRIES => {
                    counter!(MAILS, "result" => "failed").increment(1);
                    tracing::warn!(shop = shop.slug, %webhook, %event, why, "a mail was refused too often; given up");
                    done.insert(address);
                }
                Came::Refused(why) | Came::Later(why) => {
                    counter!(MAILS, "result" => "failed").increment(1);
                    tracing::warn!(shop = shop.slug, %webhook, %event, why, "not told by e-mail; tried again later");
                    left = true;
                }
            }
        }
        // What is older is not taken any more.
        let oldest = EventNo(first_number_at(now.minus(NOTICE_KEPT)));
        self.told = self.told.split_off(&oldest);
        self.told.insert(event.no, done);
        Ok(left)
    }

    async fn send(&self, mail: Message) -> Came {
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

/// How long to wait after the try that followed `tries` others.
fn wait(tries: u32) -> Duration {
    let doubled = 2_u32
        .checked_pow(tries)
        .and_then(|n| FIRST_WAIT.checked_mul(n));
    doubled.map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_an_hour() {
        let seconds: Vec<u64> = (0..10).map(|tries| wait(tries).as_secs()).collect();
        assert_eq!(seconds, [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560]);
        assert_eq!(wait(10), LONGEST_WAIT);
        assert_eq!(wait(u32::MAX), LONGEST_WAIT);
    }
}
