//! The one thread that writes. It gathers what waits into a group, runs the group in one transaction,
//! makes it durable with one sync, and only then answers. Shops take turns ([`queue`]), and a group is
//! bounded in rows and in time; a job that costs more than a group does goes alone. While an array of a shop is
//! written in parts ([`parts`](crate::parts)) the shop's other jobs wait.
//!
//! Guarantees to every job: it sees all jobs before it; it is answered `Ok` only when it is durable;
//! when it fails, nothing of it remains. A job that fails for its own reason, before it has written anything, fails
//! alone; else, and when the transaction fails, all of the group fail with `Unavailable`, and the next group tries anew.

mod queue;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use claimwire_model::ShopNo;
use claimwire_store::{StoreError, StoreResult};
use tokio::sync::oneshot;

use crate::checkpoint::Wal;
use crate::error::Result;
use crate::lock::DirectoryLock;
use crate::shared::DEFERRED;
use crate::work::Work;
use crate::work::group::Group;
use queue::FairQueue;

/// What one transaction costs at most, in rows, unless one job alone costs more.
const GROUP_COST: usize = 512;
/// For how long a group takes more jobs.
const GROUP_TIME: Duration = Duration::from_millis(2);
/// And where several shops write: none waits longer for what another one does.
const SHARED_TIME: Duration = Duration::from_micros(700);
/// So many bytes cost as much as a row.
const ROW_BYTES: usize = 4096;
/// How long a job that is not urgent waits for one that is, to share its sync.
const LINGER: Duration = Duration::from_millis(20);
/// For how long a shop that wrote is expected to write again.
const LATELY: Duration = Duration::from_secs(1);
/// Under which number jobs that are no shop's own wait.
const NO_SHOP: ShopNo = ShopNo(0);
/// After so long without a group the connection gives back the memory of its page cache.
const REST_AFTER: Duration = Duration::from_secs(3);

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
    shop: ShopNo,
    urgency: Urgency,
    run: Run,
}

/// What a group has taken so far.
#[derive(Default)]
struct Gathered {
    cost: usize,
    /// The shop of its first job that is a shop's own.
    shop: Option<ShopNo>,
    /// It has jobs of several.
    shared: bool,
    /// Somebody stands and waits for it.
    awaited: bool,
}

impl Gathered {
    fn add(&mut self, cost: usize, job: &Job) {
        self.cost += cost;
        self.awaited |= job.urgency == Urgency::Urgent;
        if job.shop != NO_SHOP {
            let first = *self.shop.get_or_insert(job.shop);
            self.shared |= first != job.shop;
        }
    }
}

/// Whose a job is, and what it writes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    /// None: no shop's own.
    pub(crate) shop: Option<ShopNo>,
    /// About so many.
    pub(crate) rows: usize,
    /// About so many.
    pub(crate) bytes: usize,
}

impl Load {
    /// Some rows for a shop.
    pub(crate) fn of(shop: ShopNo) -> Self {
        Self {
            shop: Some(shop),
            ..Self::rows(1)
        }
    }

    /// Rows that are no shop's own.
    pub(crate) fn rows(rows: usize) -> Self {
        Self {
            shop: None,
            rows,
            bytes: 0,
        }
    }

    fn cost(&self) -> usize {
        (self.rows + self.bytes / ROW_BYTES).max(1)
    }
}

/// What waits.
struct Waiting {
    jobs: FairQueue<Job>,
    urgent: usize,
    closed: bool,
    /// The writer sleeps, and nobody has woken it yet.
    asleep: bool,
    /// The last shop that wrote.
    last: ShopNo,
    /// When that came behind another.
    changed: Option<Instant>,
}

impl Waiting {
    fn note(&mut self, shop: ShopNo) {
        if shop == NO_SHOP || shop == self.last {
            return;
        }
        if self.last != NO_SHOP {
            self.changed = Some(Instant::now());
        }
        self.last = shop;
    }

    /// Whether a job of this urgency that has just come is reason to wake the writer: who sleeps is woken once, and
    /// not for what may ride along. Each wake-up costs a call of the system.
    fn wakes(&mut self, urgency: Urgency) -> bool {
        let reason =
            urgency == Urgency::Urgent || self.jobs.len() == 1 || self.jobs.cost() >= GROUP_COST;
        reason && std::mem::take(&mut self.asleep)
    }
}

struct Inbox {
    waiting: Mutex<Waiting>,
    changed: Condvar,
    most: usize,
}

impl Inbox {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The way to the writer.
pub(crate) struct Writer {
    inbox: Arc<Inbox>,
    groups: Arc<AtomicU64>,
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.inbox.waiting().closed = true;
        self.inbox.changed.notify_one();
    }
}

impl Writer {
    /// Starts the thread. It ends when the `Writer` is dropped, after what was accepted is done.
    pub(crate) fn start(
        mut work: Work,
        wal: Arc<Wal>,
        lock: DirectoryLock,
    ) -> StoreResult<(Self, JoinHandle<()>)> {
        let mut jobs = FairQueue::new();
        work.parts.shops().for_each(|shop| jobs.hold(shop));
        let inbox = Arc::new(Inbox {
            waiting: Mutex::new(Waiting {
                jobs,
                urgent: 0,
                closed: false,
                asleep: false,
                last: NO_SHOP,
                changed: None,
            }),
            changed: Condvar::new(),
            most: work.shared.options.waiting_writes,
        });
        let asked = inbox.clone();
        work.ask(Box::new(move |shop| {
            asked.waiting().jobs.has_other(shop, NO_SHOP)
        }));
        let groups = Arc::new(AtomicU64::new(0));
        let thread = Thread {
            group: Group::new(work),
            wal,
            _lock: lock,
            inbox: inbox.clone(),
            groups: groups.clone(),
            answers: Vec::new(),
            rested: true,
        };
        let handle = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || thread.run())
            .map_err(|e| StoreError::Unavailable(format!("cannot start the writer: {e}")))?;
        Ok((Self { inbox, groups }, handle))
    }

    /// Accepts `job` for one of the next groups; its answer comes when the group is durable.
    pub(crate) fn submit<T: Send + 'static>(
        &self,
        urgency: Urgency,
        load: Load,
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
        let shop = load.shop.unwrap_or(NO_SHOP);
        let job = Job {
            shop,
            urgency,
            run: Box::new(run),
        };
        let mut waiting = self.inbox.waiting();
        let pushed = waiting.jobs.push(shop, load.cost(), job, self.inbox.most);
        pushed.map_err(|_| {
            StoreError::Unavailable("too many writes wait; try again in a moment".to_owned())
        })?;
        waiting.note(shop);
        waiting.urgent += usize::from(urgency == Urgency::Urgent);
        let wakes = waiting.wakes(urgency);
        drop(waiting);
        if wakes {
            self.inbox.changed.notify_one();
        }
        Ok(answered)
    }

    /// Whether others than the shop have written lately.
    pub(crate) fn others_write(&self, shop: ShopNo) -> bool {
        let waiting = self.inbox.waiting();
        let lately = waiting.changed.is_some_and(|at| at.elapsed() < LATELY);
        lately || ![NO_SHOP, shop].contains(&waiting.last)
    }

    /// How many jobs wait for their turn.
    #[cfg(test)]
    pub(crate) fn queued(&self) -> usize {
        self.inbox.waiting().jobs.len()
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
    inbox: Arc<Inbox>,
    groups: Arc<AtomicU64>,
    answers: Vec<Answer>,
    /// The connection has given back its memory since the last group.
    rested: bool,
}

impl Thread {
    fn run(mut self) {
        while self.gather() {
            self.run_group();
            self.rested = false;
            self.wal.between_groups(&self.group.work.conn);
        }
        self.group.settle_at_end();
    }

    /// Waits until there is reason to begin a group. False: there will be no more.
    fn gather(&mut self) -> bool {
        let inbox = Arc::clone(&self.inbox);
        let mut deadline = None;
        let mut waiting = inbox.waiting();
        loop {
            waiting.asleep = false;
            let jobs = &waiting.jobs;
            let full = jobs.cost() >= GROUP_COST;
            if jobs.has_turn() && (waiting.urgent > 0 || full) {
                return true;
            }
            if waiting.closed && jobs.len() == 0 {
                return false;
            }
            let now = Instant::now();
            let parts = self.group.work.parts.due_in(now);
            if parts == Some(Duration::ZERO) || waiting.closed && jobs.has_turn() {
                return true;
            }
            if waiting.closed {
                // The rest of their shop's array cannot be written now; the next process does.
                let left = waiting.jobs.drain();
                let error = StoreError::Unavailable("the store is closed".to_owned());
                self.answers.extend(refused(left, &error));
                for answer in self.answers.drain(..) {
                    answer(Err(&error));
                }
                return false;
            }
            let wait = if jobs.has_turn() {
                let deadline = *deadline.get_or_insert(now + LINGER);
                Some(deadline.saturating_duration_since(now))
            } else if self.group.work.shared.deferred.is_empty() {
                None
            } else {
                Some(DEFERRED.wait)
            };
            let background = self.group.work.background.due_in(now);
            if background == Some(Duration::ZERO) {
                return true;
            }
            let wait = wait.into_iter().chain(background).chain(parts).min();
            let rest = (jobs.len() == 0 && !self.rested).then_some(REST_AFTER);
            let rest = rest.filter(|rest| wait.is_none_or(|wait| *rest < wait));
            waiting.asleep = true;
            let Some(wait) = rest.or(wait) else {
                let waited = inbox.changed.wait(waiting);
                waiting = waited.unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let waited = inbox.changed.wait_timeout(waiting, wait);
            let (again, result) = waited.unwrap_or_else(PoisonError::into_inner);
            waiting = again;
            if result.timed_out() && rest.is_none() {
                return true;
            }
            if result.timed_out() {
                drop(waiting);
                self.rest();
                waiting = inbox.waiting();
            }
        }
    }

    /// What the page cache took goes back: there is nothing to do, and a few reads fill it again.
    fn rest(&mut self) {
        self.rested = true;
        if let Err(error) = self.group.work.conn.release_memory() {
            tracing::debug!(%error, "the page cache keeps its memory");
        }
    }

    /// The job whose turn it is, if it may join a group that has gathered so much since then.
    fn next(&self, gathered: &Gathered, begun: Instant) -> Option<(usize, Job)> {
        let mut waiting = self.inbox.waiting();
        let time = if self.is_shared(gathered, &waiting) {
            SHARED_TIME
        } else {
            GROUP_TIME
        };
        let cost = gathered.cost;
        let next = waiting
            .jobs
            .pop_if(|own| cost == 0 || (cost + own <= GROUP_COST && begun.elapsed() < time));
        if next
            .as_ref()
            .is_some_and(|(_, job)| job.urgency == Urgency::Urgent)
        {
            waiting.urgent -= 1;
        }
        next
    }

    /// Whether several shops have something in the group, in the queue or in parts.
    fn is_shared(&self, gathered: &Gathered, waiting: &Waiting) -> bool {
        let Some(shop) = gathered.shop else {
            return false;
        };
        let mut parts = self.group.work.parts.shops();
        gathered.shared || waiting.jobs.has_other(shop, NO_SHOP) || parts.any(|other| other != shop)
    }

    fn run_group(&mut self) {
        let begun = Instant::now();
        let result = self.transaction(begun);
        let ran = self.answers.len();
        match result {
            Ok(()) => {
                let (held, let_go) = self.group.publish();
                if !held.is_empty() || !let_go.is_empty() {
                    let mut waiting = self.inbox.waiting();
                    held.into_iter().for_each(|shop| waiting.jobs.hold(shop));
                    let_go
                        .into_iter()
                        .for_each(|shop| waiting.jobs.let_go(shop));
                }
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
        let waiting = self.inbox.waiting().jobs.len();
        metrics::gauge!("claimwire_store_waiting_writes").set(waiting as f64);
    }

    /// Runs jobs until the group is full or must end. On an error all that ran is to be undone; a job
    /// that did not run stays for the next group, except when no transaction could begin at all.
    fn transaction(&mut self, begun: Instant) -> StoreResult<()> {
        if let Err(error) = self.group.begin() {
            let error = unavailable(error.into());
            let mut waiting = self.inbox.waiting();
            waiting.urgent = 0;
            let jobs = waiting.jobs.drain();
            drop(waiting);
            self.answers.extend(refused(jobs, &error));
            return Err(error);
        }
        let mut gathered = Gathered::default();
        while let Some((cost, job)) = self.next(&gathered, begun) {
            gathered.add(cost, &job);
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
            .commit(gathered.awaited)
            .map_err(|error| unavailable(error.into()))
    }
}

/// The answers of jobs that cannot run.
fn refused(jobs: Vec<Job>, error: &StoreError) -> impl Iterator<Item = Answer> {
    let error = error.clone();
    jobs.into_iter()
        .map(move |job| (job.run)(Err(error.clone())).0)
}

/// What the others of a group are answered when it fails as a whole.
fn unavailable(error: StoreError) -> StoreError {
    match error {
        StoreError::Unavailable(_) => error,
        other => StoreError::Unavailable(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(jobs: &[(ShopNo, Urgency)]) -> (bool, bool) {
        let mut gathered = Gathered::default();
        for (shop, urgency) in jobs {
            let run: Run = Box::new(|_| (Box::new(|_| {}), None));
            let job = Job {
                shop: *shop,
                urgency: *urgency,
                run,
            };
            gathered.add(1, &job);
        }
        (gathered.shared, gathered.awaited)
    }

    #[test]
    fn a_group_is_shared_by_shops_and_awaited_by_who_stands_and_waits() {
        use Urgency::{Lazy, Urgent};
        let (one, two) = (ShopNo(1), ShopNo(2));
        for (jobs, expected) in [
            (&[][..], (false, false)),
            (&[(NO_SHOP, Lazy), (one, Lazy)], (false, false)),
            (
                &[(NO_SHOP, Lazy), (one, Urgent), (one, Lazy)],
                (false, true),
            ),
            (&[(one, Lazy), (NO_SHOP, Urgent), (two, Lazy)], (true, true)),
        ] {
            assert_eq!(gathered(jobs), expected, "{jobs:?}");
        }
    }
}
