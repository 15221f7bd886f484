//! Gathers commits into groups, so that those which come while one is under way share the next transaction. Of a
//! shop no two groups are under way at once: the second would wait for the first with a connection in its hand.

mod turns;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use claimwire_store::{Commit, Committed, StoreError, StoreResult};
use tokio::sync::oneshot;

use crate::connection::Pool;
use crate::effects::Effects;
use crate::error::Error;
use crate::group;
use crate::jobs::group::Asked;
use crate::search;
use crate::shared::Shared;
use crate::transaction::{Ended, Mark, TRIES, Transaction, back_off, too_often};
use turns::{Group, Start, Turns};

#[cfg(test)]
pub(crate) use turns::GROUPS;

/// How often it is looked for what became of a transaction.
const LOOKS: u32 = 4;

struct Waiting {
    asked: Asked,
    answer: oneshot::Sender<StoreResult<Committed>>,
}

/// Of one node.
#[derive(Clone)]
pub(crate) struct Committer {
    turns: Arc<Mutex<Turns<Waiting>>>,
    pool: Pool,
    shared: Arc<Shared>,
}

impl Committer {
    pub(crate) fn new(pool: Pool, shared: Arc<Shared>) -> Self {
        Self {
            turns: Arc::default(),
            pool,
            shared,
        }
    }

    fn turns(&self) -> MutexGuard<'_, Turns<Waiting>> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// See [`claimwire_store::Subjects::commit`].
    pub(crate) async fn commit(&self, commit: Commit) -> StoreResult<Committed> {
        let (answer, answered) = oneshot::channel();
        let (shop, bytes) = (commit.shop.no, bytes(&commit));
        let waiting = Waiting {
            asked: Asked {
                terms: search::of_commit(&commit),
                commit,
            },
            answer,
        };
        {
            let mut turns = self.turns();
            if turns.is_full() {
                let why = "too many commits wait for PostgreSQL".to_owned();
                return Err(StoreError::Unavailable(why));
            }
            turns.add(shop, bytes, waiting);
        }
        self.start();
        let silent = || StoreError::Unknown("the store ended before it answered".to_owned());
        answered.await.unwrap_or_else(|_| Err(silent()))
    }

    /// Starts groups for what waits and may go.
    fn start(&self) {
        loop {
            let mut turns = self.turns();
            let Some(start) = turns.begin() else { return };
            let group = (start == Start::AtOnce).then(|| turns.fill());
            drop(turns);
            let this = self.clone();
            tokio::spawn(async move {
                let (turn, group) = match group {
                    Some(group) => (None, group),
                    None => this.in_turn().await,
                };
                let undone = this.run(turn, group.commits).await;
                let again = undone.into_iter().map(|one| {
                    let commit = &one.asked.commit;
                    (commit.shop.no, bytes(commit), one)
                });
                this.turns().end(&group.shops, again.collect());
                this.start();
            });
        }
    }

    /// A group of what waits when it is this node's turn. Where that cannot be had it goes all the same: it does without the
    /// shops that others have.
    async fn in_turn(&self) -> (Option<Transaction<'_>>, Group<Waiting>) {
        let turn = group::turn(&self.pool, &self.shared).await;
        (turn.ok(), self.turns().fill())
    }

    /// Does a group; what could not be done yet comes back.
    async fn run(&self, turn: Option<Transaction<'_>>, group: Vec<Waiting>) -> Vec<Waiting> {
        let asked: Vec<&Asked> = group.iter().map(|one| &one.asked).collect();
        let results = match self.do_all(turn, &asked).await {
            Ok(results) => results,
            // One of them may be at fault: each goes alone.
            Err(error) if asked.len() > 1 && !error.is_passing() => {
                let mut results = Vec::with_capacity(asked.len());
                for one in &asked {
                    let one = self.do_all(None, &[one]).await;
                    results.push(one.map_or_else(|error| Some(Err(error)), |mut one| one.pop()?));
                }
                results
            }
            Err(error) => asked.iter().map(|_| Some(Err(error.clone()))).collect(),
        };
        let mut undone = Vec::new();
        for (one, result) in group.into_iter().zip(results) {
            match result {
                // Who asked may have gone.
                Some(result) => drop(one.answer.send(result)),
                None => undone.push(one),
            }
        }
        undone
    }

    /// Does a group, again when it met another transaction or is known not to be there.
    async fn do_all(
        &self,
        mut turn: Option<Transaction<'_>>,
        asked: &[&Asked],
    ) -> StoreResult<group::Answers> {
        let mut tries = 1;
        loop {
            let turn = turn.take();
            let error = match group::run(&self.pool, &self.shared, turn, asked).await {
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
