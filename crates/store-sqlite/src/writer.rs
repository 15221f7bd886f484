//! The one thread that writes. It gathers what waits into a group, runs the group in one transaction,
//! makes it durable with one sync, and only then answers.
//!
//! Guarantees to every job: it sees all jobs before it; it is answered `Ok` only when it is durable;
//! when it fails, nothing of it remains. A job that fails for its own reason fails alone; when the
//! transaction fails, all of the group fail with `Unavailable`, and the next group tries anew.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use claimwire_store::{StoreError, StoreResult};
use tokio::sync::oneshot;

use crate::checkpoint::Wal;
use crate::deferred;
use crate::error::Result;
use crate::lock::DirectoryLock;
use crate::work::Work;
use crate::work::group::Group;

/// Jobs in one transaction at most.
const GROUP_JOBS: usize = 512;
/// Bytes in one transaction, about, at most.
const GROUP_BYTES: usize = 8 << 20;
/// How long a job that is not urgent waits for one that is, to share its sync.
const LINGER: Duration = Duration::from_millis(20);

/// Whether someone stands and waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// A request waits for it: begin a group at once.
    Urgent,
    /// It rides along with the next group, or goes alone after [`LINGER`].
    Lazy,
}

/// How the group fared, for those of its jobs that did not fail themselves.
type Outcome<'a> = std::result::Result<(), &'a StoreError>;
/// Answers the caller.
type Answer = Box<dyn FnOnce(Outcome<'_>) + Send>;
/// The job's result: the answer to give later, and the error if it failed.
type Ran = (Answer, Option<StoreError>);

/// The job itself. Given an error instead of its hands, it is answered with that.
type Run = Box<dyn FnOnce(StoreResult<&mut Work>) -> Ran + Send>;

struct Job {
    urgency: Urgency,
    bytes: usize,
    run: Run,
}

/// The way to the writer.
pub(crate) struct Writer {
    jobs: SyncSender<Job>,
    waiting: Arc<AtomicUsize>,
    groups: Arc<AtomicU64>,
}

impl Writer {
    /// Starts the thread. It ends when the `Writer` is dropped, after what was accepted is done.
    pub(crate) fn start(
        work: Work,
        wal: Arc<Wal>,
        lock: DirectoryLock,
    ) -> StoreResult<(Self, JoinHandle<()>)> {
        let (jobs, inbox) = sync_channel(work.shared.options.waiting_writes);
        let waiting = Arc::new(AtomicUsize::new(0));
        let groups = Arc::new(AtomicU64::new(0));
        let thread = Thread {
            group: Group { work },
            wal,
            _lock: lock,
            inbox,
            waiting: waiting.clone(),
            groups: groups.clone(),
            jobs: VecDeque::with_capacity(GROUP_JOBS),
            answers: Vec::with_capacity(GROUP_JOBS),
        };
        let handle = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || thread.run())
            .map_err(|e| StoreError::Unavailable(format!("cannot start the writer: {e}")))?;
        Ok((
            Self {
                jobs,
                waiting,
                groups,
            },
            handle,
        ))
    }

    /// Accepts `job` for one of the next groups; its answer comes when the group is durable. `bytes` is
    /// about what it writes.
    pub(crate) fn submit<T: Send + 'static>(
        &self,
        urgency: Urgency,
        bytes: usize,
        job: impl FnOnce(&mut Work) -> Result<T> + Send + 'static,
    ) -> StoreResult<oneshot::Receiver<StoreResult<T>>> {
        let (reply, answered) = oneshot::channel();
        let run = move |work: StoreResult<&mut Work>| -> Ran {
            let result = work.and_then(|work| job(work).map_err(StoreError::from));
            let failed = result.as_ref().err().cloned();
            let answer = move |outcome: Outcome<'_>| {
                let answer = match (result, outcome) {
                    (Ok(value), Ok(())) => Ok(value),
                    (Ok(_), Err(error)) => Err(error.clone()),
                    (Err(error), _) => Err(error),
                };
                // A caller that no longer listens has lost its answer, not its write.
                let _ = reply.send(answer);
            };
            (Box::new(answer), failed)
        };
        self.waiting.fetch_add(1, Ordering::Relaxed);
        self.jobs
            .try_send(Job {
                urgency,
                bytes,
                run: Box::new(run),
            })
            .map_err(|error| {
                self.waiting.fetch_sub(1, Ordering::Relaxed);
                StoreError::Unavailable(match error {
                    TrySendError::Full(_) => {
                        "too many writes wait; try again in a moment".to_owned()
                    }
                    TrySendError::Disconnected(_) => "the store is closed".to_owned(),
                })
            })?;
        Ok(answered)
    }

    /// How many transactions have been committed.
    pub(crate) fn groups(&self) -> u64 {
        self.groups.load(Ordering::Relaxed)
    }
}

struct Thread {
    group: Group,
    wal: Arc<Wal>,
    /// Let go of after the last write.
    _lock: DirectoryLock,
    inbox: Receiver<Job>,
    waiting: Arc<AtomicUsize>,
    groups: Arc<AtomicU64>,
    jobs: VecDeque<Job>,
    answers: Vec<Answer>,
}

impl Thread {
    fn run(mut self) {
        while self.gather() {
            self.run_group();
            self.wal.between_groups(&self.group.work.conn);
        }
        self.group.settle_at_end();
    }

    /// Waits until there is reason to begin a group. False: there will be no more.
    fn gather(&mut self) -> bool {
        let mut deadline = None;
        let mut bytes = self.jobs.iter().map(|job| job.bytes).sum::<usize>();
        let mut urgent = self.jobs.iter().any(|job| job.urgency == Urgency::Urgent);
        loop {
            while self.jobs.len() < GROUP_JOBS && bytes < GROUP_BYTES {
                let Ok(job) = self.inbox.try_recv() else {
                    break;
                };
                bytes += job.bytes;
                urgent |= job.urgency == Urgency::Urgent;
                self.jobs.push_back(job);
            }
            let full = self.jobs.len() >= GROUP_JOBS || bytes >= GROUP_BYTES;
            if urgent || full || !self.group.work.background.is_empty() {
                return true;
            }
            let received = if self.jobs.is_empty() && self.group.work.shared.deferred.is_empty() {
                self.inbox
                    .recv()
                    .map_err(|_| RecvTimeoutError::Disconnected)
            } else if self.jobs.is_empty() {
                self.inbox.recv_timeout(deferred::WAIT)
            } else {
                let deadline = *deadline.get_or_insert_with(|| Instant::now() + LINGER);
                self.inbox
                    .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            };
            match received {
                Ok(job) => {
                    bytes += job.bytes;
                    urgent |= job.urgency == Urgency::Urgent;
                    self.jobs.push_back(job);
                }
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return !self.jobs.is_empty(),
            }
        }
    }

    fn run_group(&mut self) {
        let begun = Instant::now();
        let size = self.jobs.len();
        let result = self.transaction();
        let ran = size - self.jobs.len();
        let waiting = self.waiting.fetch_sub(ran, Ordering::Relaxed) - ran;
        match result {
            Ok(()) => {
                self.group.publish();
                self.groups.fetch_add(1, Ordering::Relaxed);
                for answer in self.answers.drain(..) {
                    answer(Ok(()));
                }
                self.group.notify();
                metrics::counter!("claimwire_store_commits_total").increment(1);
                metrics::histogram!("claimwire_store_commit_jobs").record(ran as f64);
                metrics::histogram!("claimwire_store_commit_seconds").record(begun.elapsed());
            }
            Err(error) => {
                tracing::error!(%error, jobs = ran, "a group of writes failed; all of it was undone");
                self.group.roll_back();
                for answer in self.answers.drain(..) {
                    answer(Err(&error));
                }
                metrics::counter!("claimwire_store_commits_failed_total").increment(1);
            }
        }
        metrics::gauge!("claimwire_store_waiting_writes").set(waiting as f64);
    }

    /// Runs jobs until the group is full or must end. On an error all that ran is to be undone; a job
    /// that did not run stays for the next group, except when no transaction could begin at all.
    fn transaction(&mut self) -> StoreResult<()> {
        if let Err(error) = self.group.begin() {
            let error = unavailable(error.into());
            self.answers.extend(
                self.jobs
                    .drain(..)
                    .map(|job| (job.run)(Err(error.clone())).0),
            );
            return Err(error);
        }
        while let Some(job) = self.jobs.pop_front() {
            let changes = self.group.work.conn.total_changes();
            let (answer, failed) = (job.run)(Ok(&mut self.group.work));
            self.answers.push(answer);
            if let Some(error) = failed {
                let own = !matches!(error, StoreError::Unavailable(_));
                if !own
                    || self.group.work.conn.total_changes() != changes
                    || self.group.work.conn.is_autocommit()
                {
                    return Err(unavailable(error));
                }
            }
            if self.group.must_commit() {
                break;
            }
        }
        self.group
            .commit()
            .map_err(|error| unavailable(error.into()))
    }
}

/// What the others of a group are answered when it fails as a whole.
fn unavailable(error: StoreError) -> StoreError {
    match error {
        StoreError::Unavailable(_) => error,
        other => StoreError::Unavailable(other.to_string()),
    }
}
