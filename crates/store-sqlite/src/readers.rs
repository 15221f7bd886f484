//! Threads that read, each with a connection of its own, beside the writer and never waiting for it.
//!
//! Shops take turns: a shop whose reads are many, or slow, waits behind itself. It never has all threads at
//! once, so that another shop's read begins at once, or after one that is not that shop's.

use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use claimwire_model::ShopNo;
use claimwire_store::{StoreError, StoreResult};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::connection::{self, Role};
use crate::error::Result;

/// Reads that may wait for a thread; more are answered `Unavailable`.
const WAITING_READS: usize = 4096;
/// Of one shop.
const WAITING_READS_OF_SHOP: usize = 512;

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// Whose reads share one queue: a shop's, or those that are no shop's.
type Whose = Option<ShopNo>;

/// The way to the readers. They end when it is dropped, after what was accepted is done.
pub(crate) struct Readers(Arc<Shared>);

struct Shared {
    queue: Mutex<ReadQueue<Job>>,
    waiting: Condvar,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, ReadQueue<Job>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What waits, and whose turn it is.
struct ReadQueue<T> {
    queues: HashMap<Whose, VecDeque<T>>,
    /// Those with something that waits; the first has the next turn.
    order: VecDeque<Whose>,
    /// How many threads each has.
    busy: HashMap<Whose, usize>,
    /// How many threads one may have.
    most: usize,
    waiting: usize,
    closed: bool,
}

impl<T> ReadQueue<T> {
    fn new(threads: usize) -> Self {
        Self {
            queues: HashMap::new(),
            order: VecDeque::new(),
            busy: HashMap::new(),
            most: threads.saturating_sub(1).max(1),
            waiting: 0,
            closed: false,
        }
    }

    /// False: too many wait already.
    fn push(&mut self, whose: Whose, job: T) -> bool {
        let of_one = self.queues.entry(whose).or_default();
        let full = whose.is_some() && of_one.len() >= WAITING_READS_OF_SHOP;
        if full || self.waiting >= WAITING_READS {
            if of_one.is_empty() {
                self.queues.remove(&whose);
            }
            return false;
        }
        if of_one.is_empty() {
            self.order.push_back(whose);
        }
        of_one.push_back(job);
        self.waiting += 1;
        true
    }

    /// The next read of the first whose turn it is and who may have another thread.
    fn take(&mut self) -> Option<(Whose, T)> {
        let may = |whose: &Whose| self.busy.get(whose).is_none_or(|busy| *busy < self.most);
        let place = self.order.iter().position(may)?;
        let whose = self.order.remove(place)?;
        let of_one = self.queues.get_mut(&whose)?;
        let job = of_one.pop_front()?;
        if of_one.is_empty() {
            self.queues.remove(&whose);
        } else {
            self.order.push_back(whose);
        }
        self.waiting -= 1;
        *self.busy.entry(whose).or_default() += 1;
        Some((whose, job))
    }

    /// A thread is free again. True: another may take what this one kept its thread from.
    fn done(&mut self, whose: Whose) -> bool {
        if let Some(busy) = self.busy.get_mut(&whose) {
            *busy -= 1;
            if *busy == 0 {
                self.busy.remove(&whose);
            }
        }
        self.waiting > 0
    }
}

impl Readers {
    /// Starts `count` threads.
    pub(crate) fn start(
        path: &Path,
        name: &str,
        count: usize,
    ) -> StoreResult<(Self, Vec<JoinHandle<()>>)> {
        let shared = Arc::new(Shared {
            queue: Mutex::new(ReadQueue::new(count)),
            waiting: Condvar::new(),
        });
        // Dropped when a thread cannot be started, which ends those that were.
        let readers = Self(shared);
        let mut handles = Vec::with_capacity(count);
        for _ in 0..count {
            let conn = connection::open(path, Role::Reader).map_err(StoreError::from)?;
            let shared = readers.0.clone();
            let handle = std::thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || serve(&conn, &shared))
                .map_err(|e| StoreError::Unavailable(format!("cannot start a reader: {e}")))?;
            handles.push(handle);
        }
        Ok((readers, handles))
    }

    /// Accepts `read` for one of the threads. All its statements see the same state of the database.
    pub(crate) fn submit<T: Send + 'static>(
        &self,
        whose: Whose,
        read: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> StoreResult<oneshot::Receiver<StoreResult<T>>> {
        let (reply, answered) = oneshot::channel();
        let job = move |conn: &Connection| {
            // A caller that no longer listens needs no answer, nor the work for it.
            if !reply.is_closed() {
                let answer = in_snapshot(conn, read).map_err(StoreError::from);
                let _ = reply.send(answer);
            }
        };
        if !self.0.queue().push(whose, Box::new(job)) {
            let error = "too many reads wait; try again in a moment".to_owned();
            return Err(StoreError::Unavailable(error));
        }
        self.0.waiting.notify_one();
        Ok(answered)
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.0.queue().closed = true;
        self.0.waiting.notify_all();
    }
}

fn in_snapshot<T>(conn: &Connection, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    conn.prepare_cached("BEGIN")?.execute([])?;
    let answer = read(conn);
    conn.prepare_cached("COMMIT")?.execute([])?;
    answer
}

fn serve(conn: &Connection, shared: &Shared) {
    let mut queue = shared.queue();
    loop {
        if let Some((whose, job)) = queue.take() {
            drop(queue);
            job(conn);
            queue = shared.queue();
            if queue.done(whose) {
                shared.waiting.notify_one();
            }
        } else if queue.closed && queue.waiting == 0 {
            // Those that wait for what one of them kept back.
            shared.waiting.notify_all();
            return;
        } else {
            let woken = shared.waiting.wait(queue);
            queue = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Whose = Some(ShopNo(1));
    const TWO: Whose = Some(ShopNo(2));

    fn taken(queue: &mut ReadQueue<u32>) -> Vec<(Whose, u32)> {
        std::iter::from_fn(|| queue.take()).collect()
    }

    #[test]
    fn shops_take_turns() {
        let mut queue = ReadQueue::new(8);
        for (whose, job) in [(ONE, 1), (ONE, 2), (ONE, 3), (TWO, 4), (None, 5)] {
            assert!(queue.push(whose, job));
        }
        let order = [(ONE, 1), (TWO, 4), (None, 5), (ONE, 2), (ONE, 3)];
        assert_eq!(taken(&mut queue), order);
    }

    #[test]
    fn no_shop_has_all_threads() {
        let mut queue = ReadQueue::new(3);
        for job in 0..5 {
            assert!(queue.push(ONE, job));
        }
        assert_eq!(taken(&mut queue), [(ONE, 0), (ONE, 1)]);
        assert!(queue.push(TWO, 9));
        assert_eq!(taken(&mut queue), [(TWO, 9)]);
        assert!(queue.done(ONE), "what it kept back may be taken");
        assert_eq!(taken(&mut queue), [(ONE, 2)]);
    }

    #[test]
    fn a_shop_is_refused_when_too_many_of_its_own_wait() {
        let mut queue = ReadQueue::new(2);
        for job in 0..600 {
            assert_eq!(queue.push(ONE, job), job < 512);
        }
        assert!(queue.push(TWO, 0));
        assert!(queue.push(None, 0));
    }

    #[test]
    fn one_thread_serves_everybody() {
        let mut queue = ReadQueue::new(1);
        assert!(queue.push(ONE, 1) && queue.push(ONE, 2));
        let (whose, first) = queue.take().unwrap();
        assert_eq!((first, queue.take()), (1, None));
        assert!(queue.done(whose));
        assert_eq!(queue.take(), Some((ONE, 2)));
    }
}
