//! The work of each event once, however often it comes.

use std::collections::{HashMap, HashSet, VecDeque};
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::receiver::Received;

/// Which events were done. For several processes, or across restarts, make one over your database, best in the same
/// transaction as the work.
pub trait Memory {
    /// Was it done?
    ///
    /// # Errors
    ///
    /// It cannot be told: the work is not done, and the event comes again.
    fn has(&self, event_id: &str) -> Result<bool, MemoryFailed>;

    /// It is done now.
    ///
    /// # Errors
    ///
    /// It cannot be kept: the event comes again.
    fn add(&self, event_id: &str) -> Result<(), MemoryFailed>;
}

/// Why a memory cannot tell or keep.
pub type MemoryFailed = Box<dyn Error + Send + Sync>;

/// Remembers the newest event ids, in this process.
#[derive(Debug)]
pub struct Seen {
    limit: usize,
    newest: Mutex<Newest>,
}

#[derive(Debug, Default)]
struct Newest {
    ids: HashSet<String>,
    in_turn: VecDeque<String>,
}

impl Default for Seen {
    /// A hundred thousand of them.
    fn default() -> Self {
        Self::new(100_000)
    }
}

impl Seen {
    /// At most so many.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            newest: Mutex::default(),
        }
    }
}

impl Memory for Seen {
    fn has(&self, event_id: &str) -> Result<bool, MemoryFailed> {
        Ok(locked(&self.newest).ids.contains(event_id))
    }

    fn add(&self, event_id: &str) -> Result<(), MemoryFailed> {
        let mut newest = locked(&self.newest);
        if newest.ids.insert(event_id.to_owned()) {
            newest.in_turn.push_back(event_id.to_owned());
        }
        while newest.in_turn.len() > self.limit {
            if let Some(oldest) = newest.in_turn.pop_front() {
                newest.ids.remove(&oldest);
            }
        }
        Ok(())
    }
}

/// Why the work of an event is not done.
#[derive(Debug, thiserror::Error)]
pub enum OnceError<E> {
    /// The work's own.
    #[error(transparent)]
    Work(E),
    /// What was done is not known.
    #[error("which events were done is not known: {0}")]
    Memory(MemoryFailed),
}

/// Does the work of each event once: what comes again after it was done is let by, what comes again while it is being
/// done waits for that, and what failed may be done again.
#[derive(Debug, Default)]
pub struct Once<M> {
    memory: M,
    turns: Turns<Mutex<()>>,
}

impl<M: Memory> Once<M> {
    /// With this memory of what was done.
    pub fn new(memory: M) -> Self {
        Self {
            memory,
            turns: Turns::default(),
        }
    }

    /// Does `work`, unless it was done for this event.
    ///
    /// # Errors
    ///
    /// The work's own, and the memory's; answer with 500, and the event comes again.
    pub fn run<E>(
        &self,
        received: &Received,
        work: impl FnOnce(&Received) -> Result<(), E>,
    ) -> Result<(), OnceError<E>> {
        let id = &received.event_id;
        if id.is_empty() {
            return work(received).map_err(OnceError::Work);
        }
        let turn = self.turns.of(id);
        let _held = locked(&turn.lock);
        if self.memory.has(id).map_err(OnceError::Memory)? {
            return Ok(());
        }
        work(received).map_err(OnceError::Work)?;
        self.memory.add(id).map_err(OnceError::Memory)
    }
}

/// A lock for each event that is being worked on, and none for others.
#[derive(Debug)]
pub(crate) struct Turns<L> {
    under_way: Mutex<HashMap<String, (usize, Arc<L>)>>,
}

impl<L> Default for Turns<L> {
    fn default() -> Self {
        Self {
            under_way: Mutex::default(),
        }
    }
}

/// One who works on an event, or waits to.
pub(crate) struct Turn<'t, L> {
    turns: &'t Turns<L>,
    id: &'t str,
    pub(crate) lock: Arc<L>,
}

impl<L: Default> Turns<L> {
    pub(crate) fn of<'t>(&'t self, id: &'t str) -> Turn<'t, L> {
        let mut under_way = locked(&self.under_way);
        let (wanted, lock) = under_way.entry(id.to_owned()).or_default();
        *wanted += 1;
        Turn {
            turns: self,
            id,
            lock: Arc::clone(lock),
        }
    }
}

impl<L> Drop for Turn<'_, L> {
    fn drop(&mut self) {
        let mut under_way = locked(&self.turns.under_way);
        if let Some((wanted, _)) = under_way.get_mut(self.id) {
            *wanted -= 1;
            if *wanted == 0 {
                under_way.remove(self.id);
            }
        }
    }
}

/// What is guarded stays whole where a thread panics: each change of it is one step.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
