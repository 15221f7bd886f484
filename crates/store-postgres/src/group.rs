//! A group of commits in one transaction, in two round trips: what they need to know is read under the locks of their
//! shops, and what they come to is written.

mod known;
mod write;

use std::collections::BTreeSet;
use std::sync::Arc;

use claimwire_model::event::Fact;
use claimwire_model::id::first_number_at;
use claimwire_model::{Event, ShopNo, TargetNo, Timestamp};
use claimwire_store::{Committed, StoreResult};

use crate::cache;
use crate::connection::{Connection, Pool};
use crate::error::Result;
use crate::jobs::group::{Asked, Group};
use crate::locks;
use crate::pipeline::Pipeline;
use crate::shared::Shared;
use crate::transaction::{Ended, Mark, Transaction};
use known::Wanted;
use write::Columns;

pub(crate) use known::read_owned;

/// What each commit of a group came to; none where its shop's lock was another's, so that it is to be asked for again.
/// That is never all of them.
pub(crate) type Answers = Vec<Option<StoreResult<Committed>>>;

/// What a group came to, with what finds it again if its end is not known.
pub(crate) struct Done {
    pub(crate) answers: Answers,
    pub(crate) ended: Ended,
    pub(crate) mark: Mark,
    /// Which it had locked, in rising order.
    pub(crate) shops: Vec<i64>,
}

/// Waits for this node's turn among those that write in the same shops: a transaction that has it until it ends.
pub(crate) async fn turn<'a>(pool: &Pool, shared: &'a Shared) -> Result<Transaction<'a>> {
    let transaction = Transaction::on(Connection::from(pool).await?, shared);
    let mut pipeline = Pipeline::on(&transaction);
    pipeline.plain(transaction.beginning_of_group());
    pipeline.query(locks::TURN, vec![&locks::TURN_KEY]).await?;
    pipeline.run().await?;
    Ok(transaction)
}

/// Does a group of commits, in a transaction that has this node's turn or in one of its own.
pub(crate) async fn run(
    pool: &Pool,
    shared: &Shared,
    turn: Option<Transaction<'_>>,
    asked: &[&Asked],
) -> Result<Done> {
    let begun = turn.is_some();
    let transaction = match turn {
        Some(turn) => turn,
        None => Transaction::on(Connection::from(pool).await?, shared),
    };
    warm(&transaction, shared, asked).await?;
    let wanted = Wanted::of(shared, asked);
    let (mut group, locked) = known::read(&transaction, begun, &wanted).await?;
    let mut commit = |one: &Asked| {
        let locked = locked.contains(&one.commit.shop.no);
        locked.then(|| group.commit(shared, one))
    };
    let answers: Answers = asked.iter().map(|one| commit(one)).collect();
    transaction.gather(std::mem::take(&mut group.effects));
    let mark = Mark::of(&group, shared, wanted.now);
    let columns = Columns::of(&group, mark)?;
    let mut pipeline = Pipeline::on(&transaction);
    columns.add_to(&mut pipeline).await?;
    pipeline.plain("COMMIT");
    let written = pipeline.run().await.map(drop);
    let ended = transaction.ended(written);
    let grown = shared
        .growth
        .add(group.deliveries.len(), columns.new_documents());
    if grown || !group.fan_outs.is_empty() {
        shared.left_for_later.notify_one();
    }
    Ok(Done {
        answers,
        ended,
        mark,
        shops: locked.into_iter().map(|shop| shop.0).collect(),
    })
}

/// Reads shops that this node has not seen yet, so that most commits find theirs in memory.
async fn warm(conn: &Connection, shared: &Shared, asked: &[&Asked]) -> Result<()> {
    let shops: BTreeSet<ShopNo> = asked.iter().map(|one| one.commit.shop.no).collect();
    for shop in shops {
        if shared.cache.get(shop).is_none()
            && let Some(view) = cache::read::read(conn, &shared.vault, shop).await?
        {
            shared.cache.put(&view);
        }
    }
    Ok(())
}

/// Adds what happened in a shop by itself to a transaction that is under way and holds the shop's lock: the events,
/// with their deliveries.
pub(crate) async fn add_facts(
    tx: &Transaction<'_>,
    shop: ShopNo,
    facts: Vec<Fact>,
    now: Timestamp,
) -> Result<Vec<Arc<Event>>> {
    let shared = tx.shared;
    let Some(view) = cache::read::read(tx, &shared.vault, shop).await? else {
        return Ok(Vec::new());
    };
    let least = first_number_at(now);
    let newest = tx.query_one(known::NEWEST, &[&least]).await?;
    let mut group = Group::at(now);
    group.newest = newest.try_get(0)?;
    let subscribed = facts.iter().map(|fact| view.webhooks.subscribers(fact));
    let targets: BTreeSet<TargetNo> = subscribed
        .flat_map(|found| found.iter().map(|webhook| webhook.no).collect::<Vec<_>>())
        .collect();
    read_owned(tx, shared, &mut group, &targets).await?;
    let events = group.add_facts(shared, &view, &facts, now);
    tx.gather(std::mem::take(&mut group.effects));
    let columns = Columns::of(&group, Mark::None)?;
    let mut pipeline = Pipeline::on(tx);
    columns.add_to(&mut pipeline).await?;
    pipeline.run().await?;
    Ok(events)
}
