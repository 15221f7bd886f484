//! Hints between nodes: that something waits for targets of other nodes, or which new deliveries do, and that shops or
//! keys have changed.
//!
//! They go over `LISTEN` and `NOTIFY`, on a connection of their own, after the commit that they tell of. Nothing is
//! true because of a hint, and nothing depends on one: what waits is found by [`claimwire_store::Queue::scan`], and
//! what is remembered of shops and keys is soon read again ([`recent`](crate::recent)). So a hint that is lost is not
//! looked for, and where no connection hears any, as behind a pooler in transaction mode, there are none.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use claimwire_model::ownership::Partition;
use claimwire_model::{DeliveryId, EventNo, TargetNo};
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_postgres::{AsyncMessage, Client, Config, Notification};

use crate::error::text;
use crate::reconnect::some_of;
use crate::shared::Shared;
use crate::tls::Tls;

/// Targets that are to be told of, and hints heard and not acted on yet, at most; what is beyond is found by a scan.
const PENDING: usize = 4_096;
const HEARD: usize = 256;
/// Targets and deliveries of one notification: it has room for 8,000 bytes.
const TARGETS: usize = 350;
const OFFERED: usize = 180;
/// What a crash of the database takes of hints nobody misses.
const UNFLUSHED: &str = "SET synchronous_commit = off";
/// Each notification wakes every node, so between two of one node lies so much, for more to come together.
const GATHER: Duration = Duration::from_millis(3);
/// How long a connection waits for its own echo.
const ECHO: Duration = Duration::from_secs(5);
/// Between connections; and after one that heard nothing.
const PAUSE: Duration = Duration::from_secs(1);
const LONG_PAUSE: Duration = Duration::from_secs(600);

/// One hint, as its payload has it.
#[derive(Debug, PartialEq, Eq)]
enum Hint {
    /// Something waits for these targets.
    Waiting(Vec<TargetNo>),
    /// These are new, and may be fetched by name.
    Offered(Vec<DeliveryId>),
    /// A shop or a key has changed.
    Directory,
    /// A node tries whether it hears itself.
    Echo(u64),
}

impl Hint {
    /// Words and numbers alone: it may stand in a statement as it is.
    fn payload(&self) -> String {
        match self {
            Self::Waiting(targets) => targets.iter().fold("waiting".to_owned(), |mut all, no| {
                // Writing to a string does not fail.
                let _ = write!(all, " {}", no.0);
                all
            }),
            Self::Offered(ids) => {
                let of_targets = ids.chunk_by(|one, next| one.target == next.target);
                of_targets.fold("offered".to_owned(), |mut all, ids| {
                    for (place, id) in ids.iter().enumerate() {
                        let _ = match place {
                            0 => write!(all, " {}:{}", id.target.0, id.event.0),
                            _ => write!(all, ",{}", id.event.0),
                        };
                    }
                    all
                })
            }
            Self::Directory => "directory".to_owned(),
            Self::Echo(node) => format!("echo {node}"),
        }
    }

    /// None: a newer program's, or a stranger's.
    fn read(payload: &str) -> Option<Self> {
        let mut words = payload.split(' ');
        match words.next()? {
            "waiting" => {
                let targets = words.map(|word| word.parse().map(TargetNo));
                targets.collect::<Result<_, _>>().ok().map(Self::Waiting)
            }
            "offered" => {
                let mut ids = Vec::new();
                for word in words {
                    let (target, events) = word.split_once(':')?;
                    let target = TargetNo(target.parse().ok()?);
                    for event in events.split(',') {
                        let event = EventNo(event.parse().ok()?);
                        ids.push(DeliveryId { event, target });
                    }
                }
                Some(Self::Offered(ids))
            }
            "directory" => Some(Self::Directory),
            "echo" => words.next()?.parse().ok().map(Self::Echo),
            _ => None,
        }
    }
}

#[derive(Default)]
struct Pending {
    /// Somebody may hear it.
    open: bool,
    waiting: BTreeSet<TargetNo>,
    offered: Vec<DeliveryId>,
    directory: bool,
    /// What this node owns needs no hint.
    owned: HashSet<Partition>,
}

/// What is to be told, and what this node owns.
#[derive(Default)]
pub(crate) struct Hints {
    pending: Mutex<Pending>,
    more: Notify,
    stopped: AtomicBool,
}

impl Hints {
    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What this node owns from now on.
    pub(crate) fn owns(&self, partitions: impl Iterator<Item = Partition>) {
        self.pending().owned = partitions.collect();
    }

    /// Something waits for these: tells the nodes that own them.
    pub(crate) fn waiting(&self, targets: impl IntoIterator<Item = TargetNo>) {
        let mut pending = self.pending();
        if !pending.open {
            return;
        }
        let before = pending.waiting.len();
        for target in targets {
            if pending.waiting.len() == PENDING {
                break;
            }
            if !pending.owned.contains(&Partition::of(target)) {
                pending.waiting.insert(target);
            }
        }
        if pending.waiting.len() > before {
            self.more.notify_one();
        }
    }

    /// These were committed for targets that are not this node's: tells the nodes that own them. Answers those that are
    /// this node's after all.
    pub(crate) fn offer(&self, deliveries: Vec<DeliveryId>) -> Vec<DeliveryId> {
        let mut pending = self.pending();
        let (ours, mut others): (Vec<_>, Vec<_>) = deliveries
            .into_iter()
            .partition(|id| pending.owned.contains(&Partition::of(id.target)));
        // What is beyond is found by a scan.
        others.truncate(PENDING.saturating_sub(pending.offered.len()));
        if pending.open && !others.is_empty() {
            pending.offered.extend(others);
            self.more.notify_one();
        }
        ours
    }

    /// A shop or a key has changed.
    pub(crate) fn directory(&self) {
        let mut pending = self.pending();
        if pending.open {
            pending.directory = true;
            self.more.notify_one();
        }
    }

    /// The store is closed.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.more.notify_one();
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    fn open(&self, open: bool) {
        let mut pending = self.pending();
        pending.open = open;
        pending.waiting.clear();
        pending.offered.clear();
        pending.directory = false;
    }

    fn take(&self) -> Vec<Hint> {
        let mut pending = self.pending();
        let targets = Vec::from_iter(std::mem::take(&mut pending.waiting));
        let waiting = targets.chunks(TARGETS);
        let mut hints: Vec<Hint> = waiting.map(|part| Hint::Waiting(part.to_vec())).collect();
        let mut offered = std::mem::take(&mut pending.offered);
        offered.sort_unstable_by_key(|id| (id.target, id.event));
        let offered = offered.chunks(OFFERED);
        hints.extend(offered.map(|part| Hint::Offered(part.to_vec())));
        if std::mem::take(&mut pending.directory) {
            hints.push(Hint::Directory);
        }
        hints
    }

    /// Those of these targets that this node owns, each once.
    fn ours(&self, targets: Vec<TargetNo>) -> Vec<TargetNo> {
        let mut ours = self.of_ours(targets, |target| *target);
        ours.sort_unstable();
        ours.dedup();
        ours
    }

    /// Those of these whose targets this node owns.
    fn of_ours<T>(&self, mut all: Vec<T>, target: impl Fn(&T) -> TargetNo) -> Vec<T> {
        let pending = self.pending();
        all.retain(|one| pending.owned.contains(&Partition::of(target(one))));
        all
    }
}

/// Why a connection is no longer of use.
enum End {
    Stopped,
    Lost(String),
    /// It is there, and hears nothing.
    Deaf,
}

/// Tells and hears hints, until the store is closed.
pub(crate) fn begin(shared: Arc<Shared>, mut config: Config, tls: Tls) {
    let name = config.get_application_name().unwrap_or("claimwire");
    let name = format!("{name} hints");
    config.application_name(name);
    tokio::spawn(async move {
        loop {
            let end = connected(&shared, &config, &tls).await;
            shared.hints.open(false);
            let pause = match end {
                End::Stopped => return,
                End::Lost(why) => {
                    tracing::debug!(why, "no hints from other nodes for a moment");
                    some_of(PAUSE)
                }
                End::Deaf => {
                    tracing::info!(
                        "notifications do not come through to this node, as behind a pooler in transaction mode: what other \
                         nodes commit for it is found by looking, every few seconds"
                    );
                    LONG_PAUSE
                }
            };
            tokio::select! {
                () = sleep(pause) => {}
                () = stopped(&shared.hints) => return,
            }
        }
    });
}

async fn stopped(hints: &Hints) {
    while !hints.is_stopped() {
        hints.more.notified().await;
    }
}

async fn connected(shared: &Shared, config: &Config, tls: &Tls) -> End {
    let lost = |error: tokio_postgres::Error| End::Lost(text(&error));
    let connecting = timeout(shared.options.patience * 2, config.connect(tls.clone()));
    let (client, mut connection) = match connecting.await {
        Ok(Ok(connected)) => connected,
        Ok(Err(error)) => return lost(error),
        Err(_) => return End::Lost("the server does not answer".to_owned()),
    };
    let (hear, mut heard) = mpsc::channel(HEARD);
    // It ends with the client.
    tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|cx| connection.poll_message(cx)).await {
            if let AsyncMessage::Notification(notification) = message {
                // With no room it is lost, as hints may be.
                let _ = hear.try_send(notification);
            }
        }
    });
    let us = match listen(shared, &client, &mut heard).await {
        Ok(Some(us)) => us,
        Ok(None) => return End::Deaf,
        Err(error) => return lost(error),
    };
    shared.hints.open(true);
    // What was told while nobody listened here.
    shared.recent.clear();
    let (mut next, mut wanted) = (Instant::now(), false);
    loop {
        tokio::select! {
            () = shared.hints.more.notified(), if !wanted => {
                if shared.hints.is_stopped() {
                    return End::Stopped;
                }
                wanted = true;
            }
            () = sleep_until(next), if wanted => {
                (next, wanted) = (Instant::now() + GATHER, false);
                match timeout(shared.options.silence, tell(&client, &shared.hints.take())).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => return lost(error),
                    Err(_) => return End::Lost("the server does not answer".to_owned()),
                }
            }
            notification = heard.recv() => match notification {
                None => return End::Lost("the connection ended".to_owned()),
                Some(notification) if notification.process_id() == us => {}
                Some(notification) => act(shared, notification.payload()),
            }
        }
    }
}

/// Listens, and finds out whether it hears: by which process its own notifications come. None: it does not.
async fn listen(
    shared: &Shared,
    client: &Client,
    heard: &mut mpsc::Receiver<Notification>,
) -> Result<Option<i32>, tokio_postgres::Error> {
    client.batch_execute(UNFLUSHED).await?;
    client.batch_execute("LISTEN claimwire").await?;
    let echo = Hint::Echo(shared.node.0);
    tell(client, std::slice::from_ref(&echo)).await?;
    let own = async {
        while let Some(notification) = heard.recv().await {
            if Hint::read(notification.payload()).as_ref() == Some(&echo) {
                return Some(notification.process_id());
            }
        }
        None
    };
    let found = timeout(ECHO, own).await;
    if found.is_err() {
        client.batch_execute("UNLISTEN *").await?;
    }
    Ok(found.unwrap_or_default())
}

async fn tell(client: &Client, hints: &[Hint]) -> Result<(), tokio_postgres::Error> {
    if hints.is_empty() {
        return Ok(());
    }
    let notify = hints
        .iter()
        .map(|hint| format!("NOTIFY claimwire, '{}';", hint.payload()));
    client.batch_execute(&notify.collect::<String>()).await
}

fn act(shared: &Shared, payload: &str) {
    match Hint::read(payload) {
        Some(Hint::Waiting(targets)) => {
            let ours = shared.hints.ours(targets);
            if let Some(intake) = shared.intake().filter(|_| !ours.is_empty()) {
                intake.wake(&ours);
            }
        }
        Some(Hint::Offered(ids)) => {
            let ours = shared.hints.of_ours(ids, |id| id.target);
            if let Some(intake) = shared.intake().filter(|_| !ours.is_empty()) {
                intake.offer(&ours);
            }
        }
        Some(Hint::Directory) => shared.recent.clear(),
        Some(Hint::Echo(_)) | None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_read_as_it_was_written() {
        let waiting = Hint::Waiting(vec![TargetNo(3), TargetNo(i64::MAX)]);
        let id = |event, target| DeliveryId {
            event: EventNo(event),
            target: TargetNo(target),
        };
        let offered = Hint::Offered(vec![id(1, 3), id(i64::MAX, 3), id(2, 4)]);
        assert_eq!(offered.payload(), format!("offered 3:1,{} 4:2", i64::MAX));
        for hint in [waiting, offered, Hint::Directory, Hint::Echo(7)] {
            assert_eq!(Hint::read(&hint.payload()), Some(hint));
        }
        for strange in [
            "",
            "waiting x",
            "offered 1",
            "offered 1:x",
            "offered 1:2,",
            "look",
            "echo",
        ] {
            assert_eq!(Hint::read(strange), None, "{strange}");
        }
    }

    #[test]
    fn only_what_others_own_is_told_and_no_notification_is_too_long() {
        let hints = Hints::default();
        hints.waiting([TargetNo(1)]);
        assert_eq!(hints.take(), [], "nobody listens");

        hints.open(true);
        let own = TargetNo(1);
        hints.owns([Partition::of(own)].into_iter());
        hints.waiting(
            (1..)
                .map(|n| TargetNo(i64::MAX - n))
                .chain([own])
                .take(2 * PENDING),
        );
        hints.waiting([own]);
        let told = hints.take();
        let mut count = 0;
        for hint in &told {
            assert!(hint.payload().len() < 8_000);
            let Hint::Waiting(targets) = hint else {
                panic!("{hint:?}")
            };
            assert!(
                targets
                    .iter()
                    .all(|no| Partition::of(*no) != Partition::of(own))
            );
            count += targets.len();
        }
        assert_eq!(count, PENDING);
        assert_eq!(hints.ours(vec![own, own]), [own]);
    }
}
