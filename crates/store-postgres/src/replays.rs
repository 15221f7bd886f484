//! Replays: made, read, and gone on with. A step is one transaction: whose turn it is, which of the replay's events
//! ask for a delivery, and what of that becomes due.

mod search;
mod send;

use claimwire_model::replay::{Replay, ReplayState};
use claimwire_model::{ShopNo, TargetNo, Timestamp};
use claimwire_store::codes::Code;
use claimwire_store::directory::Once;
use claimwire_store::queue::{REPLAYS_TRIED, Stepped};
use claimwire_store::replay_step::{Reached, Step};
use claimwire_store::{Idempotency, StoreError, StoreResult};
use uuid::Uuid;

use crate::error::{Result, damaged, not_found};
use crate::housekeeping::{self, Work};
use crate::jobs::verified::live;
use crate::locks::lock_shop;
use crate::rows::idempotency::Record;
use crate::rows::{replay, shop, webhook};
use crate::store::PostgresStore;
use crate::transaction::{Transaction, transact};

/// See [`claimwire_store::Log::create_replay`].
pub(crate) async fn create(
    store: &PostgresStore,
    shop: ShopNo,
    replay: Replay,
    idempotency: Option<Idempotency>,
) -> StoreResult<Once<Replay>> {
    let now = replay.created_at;
    let record = Record::new(Some(shop), idempotency);
    transact!(store, tx => async {
            if let Some(answered) = record.before(tx, now).await? {
                return Ok(Once::Before(answered));
            }
            lock_shop(tx, shop).await?;
            shop::need(tx, shop).await?;
            let mut replay = replay.clone();
            if webhook::target(tx, tx.shared, replay.target).await?.shop != shop {
                return not_found();
            }
            replay.state = first_state(tx, shop, replay.target).await?;
            insert(tx, shop, &replay).await?;
            record.keep(tx, now).await?;
            Ok(Once::Now(replay))
        }.await)
}

async fn insert(tx: &Transaction<'_>, shop: ShopNo, replay: &Replay) -> Result<()> {
    let enabled_events = replay
        .enabled_events
        .as_ref()
        .map(serde_json::to_string)
        .transpose()
        .map_err(damaged)?;
    tx.execute(
        "INSERT INTO replays (no, id, shop, target, since, until, status, enabled_events, state, total, done,
           created_at, seen)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, $10, 0)",
        &[
            &tx.shared.next_number(replay.created_at),
            &replay.id,
            &shop.0,
            &replay.target.0,
            &replay.since.as_millis(),
            &replay.until.as_millis(),
            &replay.status.code(),
            &enabled_events,
            &replay.state.code(),
            &replay.created_at.as_millis(),
        ],
    )
    .await?;
    Ok(())
}

/// How a new replay of a target begins, unless too many wait.
async fn first_state(tx: &Transaction<'_>, shop: ShopNo, target: TargetNo) -> Result<ReplayState> {
    let row = tx
        .query_one(
            "SELECT (SELECT id FROM replays WHERE state = 1 AND shop = $1 AND target = $2),
               (SELECT count(*) FROM replays WHERE state = 2 AND target = $2)",
            &[&shop.0, &target.0],
        )
        .await?;
    let Some(running): Option<Uuid> = row.try_get(0)? else {
        return Ok(ReplayState::Running);
    };
    let waiting: usize = crate::rows::count(&row, 1)?;
    Ok(Replay::first_state(1 + waiting).ok_or(StoreError::ReplayRunning(running))?)
}

/// See [`claimwire_store::Log::replay`].
pub(crate) async fn by_id(store: &PostgresStore, shop: ShopNo, id: Uuid) -> StoreResult<Replay> {
    let conn = store.connection().await?;
    shop::need(&conn, shop).await?;
    let sql = format!(
        "SELECT {} FROM replays r JOIN webhooks w ON w.no = r.target WHERE r.id = $1 AND r.shop = $2",
        replay::COLUMNS
    );
    let row = conn.query_one(&sql, &[&id, &shop.0]).await?;
    Ok(replay::read(&row)?)
}

/// What came of a turn.
enum Turn {
    Nothing,
    /// There is no room, and nothing to search.
    Full,
    /// Another node is at it.
    Elsewhere,
    Worked,
}

/// See [`claimwire_store::Queue::step_replays`].
pub(crate) async fn step(
    store: &PostgresStore,
    limit: usize,
    now: Timestamp,
) -> StoreResult<Stepped> {
    // Nearly always there is none: that costs one query.
    if !any_runs(store).await? {
        store.shared.replay_turns().end();
        return Ok(Stepped::Nothing);
    }
    for _ in 0..REPLAYS_TRIED {
        let turn = transact!(store, tx => turn(tx, limit, now).await)?;
        match turn {
            Turn::Nothing => return Ok(Stepped::Nothing),
            Turn::Worked => return Ok(Stepped::Worked),
            Turn::Elsewhere => return Ok(Stepped::Full),
            Turn::Full => {}
        }
    }
    Ok(Stepped::Full)
}

async fn any_runs(store: &PostgresStore) -> Result<bool> {
    let conn = store.connection().await?;
    let sql = "SELECT EXISTS (SELECT 1 FROM replays WHERE state = 1)";
    Ok(conn.query_one(sql, &[]).await?.try_get(0)?)
}

async fn turn(tx: &Transaction<'_>, limit: usize, now: Timestamp) -> Result<Turn> {
    let Some((shop, target)) = whose_turn(tx).await? else {
        tx.shared.replay_turns().end();
        return Ok(Turn::Nothing);
    };
    if !housekeeping::begin(tx, Work::Replays).await? {
        return Ok(Turn::Elsewhere);
    }
    housekeeping::hold_events(tx).await?;
    tx.shared.replay_turns().took(shop, target);
    let sql = format!(
        "SELECT {}, r.no, r.searched, r.seen FROM replays r JOIN webhooks w ON w.no = r.target
         WHERE r.state = 1 AND r.shop = $1 AND r.target = $2 FOR UPDATE OF r",
        replay::COLUMNS
    );
    let Some(row) = tx.query_opt(&sql, &[&shop.0, &target.0]).await? else {
        return Ok(Turn::Full);
    };
    let mut replay = replay::read(&row)?;
    let no: i64 = row.try_get(replay::WIDTH)?;
    let at = Reached {
        searched: row.try_get(replay::WIDTH + 1)?,
        seen: row.try_get(replay::WIDTH + 2)?,
    };
    let webhook = live(tx, target).await?;
    let step = match &webhook {
        Some(webhook) => search::step(tx, shop, &replay, webhook, at, limit, now).await?,
        None => Some(Step::end(at)),
    };
    let Some(step) = step else {
        return Ok(Turn::Full);
    };
    let made = match &webhook {
        Some(webhook) => send::again(tx, &step.due, replay.status, webhook, now).await?,
        None => 0,
    };
    if made > 0 {
        tx.wake(target);
    }
    replay.step(step.scanned, step.found, made, step.ended);
    write(tx, no, &replay, step.reached).await?;
    Ok(Turn::Worked)
}

/// How far a replay is; when it is done the next one of its target runs.
async fn write(tx: &Transaction<'_>, no: i64, replay: &Replay, reached: Reached) -> Result<()> {
    let counts = [replay.scanned, replay.total, replay.done];
    let [scanned, total, done] = counts.map(|count| i64::try_from(count).unwrap_or(i64::MAX));
    tx.execute(
        "UPDATE replays SET scanned = $2, total = $3, done = $4, state = $5, searched = $6, seen = $7 WHERE no = $1",
        &[
            &no,
            &scanned,
            &total,
            &done,
            &replay.state.code(),
            &reached.searched,
            &reached.seen,
        ],
    )
    .await?;
    if replay.state == ReplayState::Done {
        tx.execute(
            "UPDATE replays SET state = 1 WHERE no = (SELECT min(no) FROM replays WHERE state = 2 AND target = $1)",
            &[&replay.target.0],
        )
        .await?;
    }
    Ok(())
}

async fn whose_turn(tx: &Transaction<'_>) -> Result<Option<(ShopNo, TargetNo)>> {
    let last = tx.shared.replay_turns().last_shop();
    let last = last.map_or(-1, |shop| shop.0);
    let found = tx
        .query_opt(
            "SELECT shop FROM (
               (SELECT 0 AS turn, shop FROM replays WHERE state = 1 AND shop > $1 ORDER BY shop LIMIT 1)
               UNION ALL (SELECT 1, shop FROM replays WHERE state = 1 ORDER BY shop LIMIT 1)) AS next
             ORDER BY turn LIMIT 1",
            &[&last],
        )
        .await?;
    let Some(row) = found else { return Ok(None) };
    let shop = ShopNo(row.try_get(0)?);
    let last = tx.shared.replay_turns().last_target(shop);
    let last = last.map_or(-1, |target| target.0);
    let found = tx
        .query_opt(
            "SELECT target FROM (
               (SELECT 0 AS turn, target FROM replays WHERE state = 1 AND shop = $1 AND target > $2
                ORDER BY target LIMIT 1)
               UNION ALL (SELECT 1, target FROM replays WHERE state = 1 AND shop = $1 ORDER BY target LIMIT 1)) AS next
             ORDER BY turn LIMIT 1",
            &[&shop.0, &last],
        )
        .await?;
    let Some(row) = found else { return Ok(None) };
    Ok(Some((shop, TargetNo(row.try_get(0)?))))
}
