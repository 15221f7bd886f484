//! Gathers commits into groups, so that those which come while one is under way share the next transaction. Of a
//! shop no two groups are under way at once: the second would wait for the first with a connection in its hand.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use claimwire_model::ShopNo;
use claimwire_store::{Commit, Committed, StoreError, StoreResult};
use deadpool_postgres::Pool;
use tokio::sync::oneshot;

use crate::effects::Effects;
use crate::error::Error;
use crate::group;
use crate::jobs::commit::Asked;
use crate::search;
use crate::shared::Shared;
use crate::transaction::{Ended, Mark, TRIES, back_off, too_often};

/// Groups under way at once, at most: each holds a connection.
const GROUPS: usize = 4;
/// Commits of one group, and bytes that they write, at most; one that is larger goes alone.
const COMMITS: usize = 128;
const BYTES: usize = 4 << 20;
/// Commits that wait, at most.
const WAITING: usize = 4_096;
/// How often it is looked for what became of a transaction.
const LOOKS: u32 = 4;

struct Waiting {
    asked: Asked,
    bytes: usize,
    answer: oneshot::Sender<StoreResult<Committed>>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    /// Shops that a group is under way of.
    shops: HashSet<ShopNo>,
    groups: usize,
}

/// Of one node.
#[derive(Clone)]
pub(crate) struct Committer {
    queue: Arc<Mutex<Queue>>,
    pool: Pool,
    shared: Arc<Shared>,
}

impl Committer {
    pub(crate) fn new(pool: Pool, shared: Arc<Shared>) -> Self {
        Self {
            queue: Arc::default(),
            pool,
            shared,
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// See [`claimwire_store::Subjects::commit`].
    pub(crate) async fn commit(&self, commit: Commit) -> StoreResult<Committed> {
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting {
            bytes: bytes(&commit),
            asked: Asked {
                terms: search::of_commit(&commit),
                commit,
            },
            answer,
        };
        {
            let mut queue = self.queue();
            if queue.waiting.len() >= WAITING {
                let why = "too many commits wait for PostgreSQL".to_owned();
                return Err(StoreError::Unavailable(why));
            }
            queue.waiting.push_back(waiting);
        }
        self.start();
        let silent = || StoreError::Unknown("the store ended before it answered".to_owned());
        answered.await.unwrap_or_else(|_| Err(silent()))
    }

    /// Starts groups for what waits and may go.
    fn start(&self) {
        while let Some(group) = self.queue().next() {
            let this = self.clone();
            tokio::spawn(async move {
                let shops: HashSet<ShopNo> =
                    group.iter().map(|one| one.asked.commit.shop.no).collect();
                this.run(group).await;
                {
                    let mut queue = this.queue();
                    queue.groups -= 1;
                    queue.shops.retain(|shop| !shops.contains(shop));
                }
                this.start();
            });
        }
    }

    async fn run(&self, group: Vec<Waiting>) {
        let (asked, answers): (Vec<_>, Vec<_>) =
            group.into_iter().map(|one| (one.asked, one.answer)).unzip();
        let results = match self.do_all(&asked).await {
            Ok(results) => results,
            // One of them may be at fault: each goes alone.
            Err(error) if asked.len() > 1 && !error.is_passing() => {
                let mut results = Vec::with_capacity(asked.len());
                for one in &asked {
                    let one = self.do_all(std::slice::from_ref(one)).await;
                    results.push(one.and_then(|mut one| one.pop().unwrap_or(Err(error.clone()))));
                }
                results
            }
            Err(error) => asked.iter().map(|_| Err(error.clone())).collect(),
        };
        for (answer, result) in answers.into_iter().zip(results) {
            // Who asked may have gone.
            let _ = answer.send(result);
        }
    }

    /// Does a group, again when it met another transaction or is known not to be there.
    async fn do_all(&self, asked: &[Asked]) -> StoreResult<group::Answers> {
        let mut tries = 1;
        loop {
            let error = match group::run(&self.pool, &self.shared, asked).await {
                Ok(done) => match done.ended {
                    Ended::Lost { why, effects } => {
                        if self.is_there(done.mark, &done.shops, &why, effects).await? {
                            return Ok(done.answers);
                        }
                        Error::Store(StoreError::Unavailable(why))
                    }
                    Ended::Failed(error) if error.is_conflict() => error,
                    Ended::Failed(error) => return Err(error.into()),
                    Ended::Committed => return Ok(done.answers),
                },
                Err(error) if error.is_conflict() => error,
                Err(error) => return Err(error.into()),
            };
            if tries == TRIES {
                return Err(too_often(error));
            }
            back_off(tries).await;
            tries += 1;
        }
    }

    /// Whether a group is there whose connection was lost; what follows from it does then, else it is undone.
    ///
    /// # Errors
    /// `Unknown` when that cannot be found out.
    async fn is_there(
        &self,
        mark: Mark,
        shops: &[i64],
        why: &str,
        effects: Effects,
    ) -> StoreResult<bool> {
        let intake = self.shared.intake();
        for look in 1..=LOOKS {
            match mark.is_there(&self.pool, shops).await {
                Ok(true) => {
                    effects.notify(&self.shared);
                    return Ok(true);
                }
                Ok(false) => {
                    effects.undo(intake.as_deref());
                    return Ok(false);
                }
                Err(error) => {
                    let error = StoreError::from(error);
                    tracing::warn!(%error, look, "cannot find out yet whether a lost transaction was committed");
                    back_off(8).await;
                }
            }
        }
        effects.undo(intake.as_deref());
        Err(StoreError::Unknown(why.to_owned()))
    }
}

impl Queue {
    /// The next group: what came first, and what may go with it.
    fn next(&mut self) -> Option<Vec<Waiting>> {
        if self.groups == GROUPS {
            return None;
        }
        let (mut group, mut bytes) = (Vec::new(), 0);
        let mut left = VecDeque::new();
        for one in self.waiting.drain(..) {
            let fits = group.is_empty() || group.len() < COMMITS && bytes + one.bytes <= BYTES;
            if fits && !self.shops.contains(&one.asked.commit.shop.no) {
                bytes += one.bytes;
                group.push(one);
            } else {
                left.push_back(one);
            }
        }
        self.waiting = left;
        if group.is_empty() {
            return None;
        }
        self.groups += 1;
        let shops = group.iter().map(|one| one.asked.commit.shop.no);
        self.shops.extend(shops);
        Some(group)
    }
}

fn bytes(commit: &Commit) -> usize {
    let documents = commit
        .writes
        .iter()
        .filter_map(|write| write.after.as_ref());
    let documents: usize = documents.map(|content| content.json.len()).sum();
    let facts = commit.facts.iter().map(|fact| {
        let context = fact.context.as_ref().map_or(0, |raw| raw.get().len());
        fact.event_data.get().len() + context
    });
    documents + facts.sum::<usize>()
}
