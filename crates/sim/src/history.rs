//! All that happened in a run, in the order in which it did. The checks read nothing else, but for what
//! the store holds at the end.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use claimwire_model::{Event, Target, TargetNo, Timestamp};
use claimwire_store::Handed;
use claimwire_store::queue::Outcome;

use crate::leases::{Leases, Passed};
use crate::process::ProcessNo;
use crate::time::Time;
use crate::trace::{RequestNo, TraceEvent};
use crate::vendor::steps_done;

/// When and what.
#[derive(Debug, Clone)]
pub struct Entry {
    /// True milliseconds since the run began.
    pub at: u64,
    /// What.
    pub event: TraceEvent,
}

/// All that happened.
#[derive(Debug)]
pub struct History {
    time: Arc<Time>,
    entries: Mutex<Vec<Entry>>,
}

impl History {
    /// Nothing yet.
    #[must_use]
    pub fn new(time: Arc<Time>) -> Arc<Self> {
        Arc::new(Self {
            time,
            entries: Mutex::default(),
        })
    }

    /// Something happens.
    pub fn note(&self, event: TraceEvent) {
        let at = self.time.now();
        self.lock().push(Entry { at, event });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Attempts at this webhook that were ordered by hand and are not on record yet.
    #[must_use]
    pub fn owed_by_hand(&self, target: TargetNo) -> usize {
        let mut leases = Leases::default();
        let mut owed = 0_usize;
        for entry in self.lock().iter() {
            let passed = leases.passed(&entry.event);
            match &entry.event {
                TraceEvent::Ordered(id) if id.target == target => owed += 1,
                TraceEvent::Recorded { outcome, .. }
                    if outcome.id.target == target
                        && outcome.manual
                        && passed == Passed::UnderLease =>
                {
                    owed = owed.saturating_sub(1);
                }
                _ => {}
            }
        }
        owed
    }

    /// Requests whose node processes and has no answer yet.
    #[must_use]
    pub fn under_way(&self) -> usize {
        let mut open: BTreeMap<RequestNo, ProcessNo> = BTreeMap::new();
        for entry in self.lock().iter() {
            match &entry.event {
                TraceEvent::Started {
                    request_no,
                    process,
                    ..
                } => {
                    open.insert(*request_no, *process);
                }
                TraceEvent::Ended { request_no, .. } | TraceEvent::CutOff(request_no) => {
                    open.remove(request_no);
                }
                TraceEvent::Crashed(process) => open.retain(|_, of| of != process),
                _ => {}
            }
        }
        open.len()
    }

    /// Everything, for good.
    #[must_use]
    pub fn take(&self) -> Vec<Entry> {
        std::mem::take(&mut *self.lock())
    }
}

/// One line about it.
impl fmt::Display for TraceEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kept(w) => {
                let Target {
                    no,
                    status,
                    ordering,
                    health,
                    version,
                    ..
                } = &**w;
                let paused = health.paused_until.map(Timestamp::as_millis);
                write!(
                    f,
                    "kept w{} v{version} {status:?} order {ordering:?} paused {paused:?}",
                    no.0
                )
            }
            Self::Deleted(target) => write!(f, "deleted w{}", target.0),
            Self::Committed {
                event,
                shop,
                matched,
                key,
            } => {
                let Event { no, fact } = &**event;
                let subject = fact.subject.as_ref().map(|s| &s.id);
                let matched: Vec<_> = matched.iter().map(|target| target.0).collect();
                write!(
                    f,
                    "committed {no} {} {subject:?} shop {} for {matched:?} {key}",
                    fact.r#ref, shop.0
                )
            }
            Self::Acknowledged(key) => write!(f, "acknowledged {key}"),
            Self::Granted {
                process,
                handed,
                told,
            } => {
                let Handed {
                    id,
                    attempts,
                    failures,
                    manual,
                    lease,
                    ..
                } = handed;
                let told = told.as_millis();
                let until = lease.until.as_millis();
                write!(
                    f,
                    "process {process} granted {id} w{} until {until} at {told}, {attempts} attempts, {failures} failures, manual {manual}",
                    id.target.0
                )
            }
            Self::Released { process, id, lease } => {
                write!(
                    f,
                    "process {process} released {id} w{} until {}",
                    id.target.0,
                    lease.until.as_millis()
                )
            }
            Self::Opened(process) => write!(f, "process {process} opened"),
            Self::Claimed { process, owned, .. } => {
                let mut hasher = DefaultHasher::new();
                owned.hash(&mut hasher);
                let count = owned.as_ref().map(Vec::len);
                write!(
                    f,
                    "process {process} owns {count:?} partitions {:x}",
                    hasher.finish()
                )
            }
            Self::Done(request_no) => write!(f, "request {request_no} was done by the vendor"),
            Self::CutOff(request_no) => write!(f, "request {request_no} was cut off"),
            Self::Frozen(process, until) => {
                write!(f, "process {process} stands still until {until}")
            }
            Self::Saved {
                process,
                saved,
                renewed,
                ..
            } => {
                let (id, done) = (saved.id, steps_done(saved.state.as_ref()));
                let until = renewed.until.as_millis();
                write!(
                    f,
                    "process {process} saved {id} w{} until {until}, {done} steps done",
                    id.target.0
                )
            }
            Self::Recorded { process, outcome } => {
                let Outcome {
                    id,
                    lease,
                    manual,
                    attempt,
                    verdict,
                } = &**outcome;
                let (until, at) = (lease.until.as_millis(), attempt.started_at.as_millis());
                write!(
                    f,
                    "process {process} recorded {id} w{} until {until} manual {manual}, started {at} for {:?}: {verdict:?}",
                    id.target.0, attempt.duration
                )
            }
            Self::Started {
                request_no,
                process,
                told,
                arrives,
                ends,
                request,
            } => {
                let mut hasher = DefaultHasher::new();
                hasher.write(&request.body);
                write!(
                    f,
                    "process {process} request {request_no} at {} arrives {arrives} ends {ends} {} body {:x}",
                    told.as_millis(),
                    request.url,
                    hasher.finish()
                )?;
                let ours = |name: &str| !name.starts_with("X-Of") && !name.starts_with("User");
                for (name, value) in request.headers.iter().filter(|(name, _)| ours(name)) {
                    write!(f, " {name}: {value}")?;
                }
                Ok(())
            }
            Self::Ended {
                request_no,
                status,
                quiet_until,
            } => {
                write!(
                    f,
                    "request {request_no} ended {status:?} quiet until {quiet_until:?}"
                )
            }
            Self::Born(process, node) => write!(f, "process {process} of node {node} begins"),
            Self::Crashed(process) => write!(f, "process {process} is over"),
            Self::Fault(kind, what) => write!(f, "fault: {kind} {what}"),
            Self::Ordered(id) => write!(f, "ordered {id} w{}", id.target.0),
            Self::Replayed(target) => write!(f, "replayed w{}", target.0),
            Self::Calm => f.write_str("calm"),
        }
    }
}

/// A number that two runs have in common only when everything happened alike.
#[must_use]
pub fn digest(entries: &[Entry]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for entry in entries {
        hasher.write_u64(entry.at);
        hasher.write(entry.event.to_string().as_bytes());
    }
    hasher.finish()
}
