//! Which deliveries of a target may go now; leased to this node by the statement that finds them.

pub(crate) mod named;
mod one;
pub(crate) mod ordered;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use claimwire_model::target::{Kind, Target};
use claimwire_model::{Shop, ShopNo, TargetNo, Timestamp};
use claimwire_store::queue::{self, Taken};
use claimwire_store::{StoreError, StoreResult};
use tokio_postgres::Row;

use crate::connection::{Connection, Param, Params};
use crate::error::{Error, Result};
use crate::jobs::group::with_health;
use crate::ownership;
use crate::pipeline::Pipeline;
use crate::rows::{event, milliseconds, progress, shop, webhook};
use crate::shared::Shared;
use crate::store::PostgresStore;
use crate::transaction::{Ended, Transaction};
use one::{LEASED, TARGET, Take, limit};

/// See [`claimwire_store::Queue::take_all`].
pub(crate) async fn take_all<'a>(
    store: &'a PostgresStore,
    asked: &'a [queue::Take],
    now: Timestamp,
    lease_for: Duration,
) -> StoreResult<Vec<StoreResult<Taken>>> {
    let shared = &*store.shared;
    let conn = store.connection().await?;
    let targets: Vec<i64> = asked.iter().map(|asked| asked.target.0).collect();
    let active = conn.query(&active_sql(), &[&targets]).await?;
    let (mut found, unknown) = known(shared, &active)?;
    found.extend(read_rows(&conn, shared, &unknown).await?);
    let mut take = |asked: &'a queue::Take| -> Result<Option<Take<'a>>> {
        let Some(known) = found.remove(&asked.target) else {
            return Ok(None);
        };
        let (webhook, shop) = known?;
        let paused = webhook.health.paused_until.filter(|until| *until > now);
        Ok(Some(Take {
            shared,
            webhook,
            shop,
            room: if paused.is_some() { 0 } else { asked.limit },
            in_hand: &asked.in_hand,
            now,
            lease_for,
            paused,
            next_due: None,
        }))
    };
    let takes: Vec<_> = asked.iter().map(&mut take).collect();
    let there = || takes.iter().flatten().flatten();
    let unordered: Vec<_> = there().filter(|take| !take.is_ordered()).collect();
    let ordered: Vec<_> = there().filter(|take| take.is_ordered()).collect();
    // Each of these is a transaction of several round trips.
    let some = |first| {
        let takes = ordered.iter().copied();
        one_by_one(store, takes.skip(first).step_by(ORDERED_AT_ONCE))
    };
    let (mut due, a, b, c, d) =
        tokio::join!(due(conn, &unordered), some(0), some(1), some(2), some(3));
    let mut taken: HashMap<_, _> = [a, b, c, d].into_iter().flatten().collect();
    let answers = takes.into_iter().map(|take| {
        let Some(take) = take? else {
            return Ok(Taken::default());
        };
        let target = take.webhook.no;
        match taken.remove(&target) {
            Some(taken) => taken,
            None => {
                let due = due.as_mut().map_err(|error| error.clone())?;
                Ok(take.taken(&due.remove(&target).unwrap_or_default())?)
            }
        }
    });
    Ok(answers.collect())
}

/// Takes of ordered targets at once.
const ORDERED_AT_ONCE: usize = 4;

async fn one_by_one<'a>(
    store: &PostgresStore,
    takes: impl Iterator<Item = &'a Take<'a>>,
) -> Vec<(TargetNo, StoreResult<Taken>)> {
    let mut taken = Vec::new();
    for take in takes {
        taken.push((take.webhook.no, ordered::take(store, take.clone()).await));
    }
    taken
}

/// Targets with their shops, or why they cannot be read.
type Known = HashMap<TargetNo, Result<(Arc<Target>, Arc<Shop>)>>;

/// Says of those of the targets `$1` that are there and active how they are, for [`known`].
fn active_sql() -> String {
    format!(
        "SELECT w.no, s.no, s.version, {} FROM webhooks w JOIN healths h ON h.target = w.no JOIN shops s ON s.no = w.shop
         WHERE w.no = ANY($1) AND w.status = 0 AND w.deleted_at IS NULL AND NOT s.deleted",
        webhook::HEALTH,
    )
}

/// The targets of rows of [`active_sql`], with their shops, that are in memory with their shop as it is; and the others.
fn known(shared: &Shared, rows: &[Row]) -> Result<(Known, Vec<i64>)> {
    let (mut found, mut unknown) = (HashMap::new(), Vec::new());
    for row in rows {
        let (no, shop) = (TargetNo(row.try_get(0)?), ShopNo(row.try_get(1)?));
        let version: i64 = row.try_get(2)?;
        let view = shared
            .cache
            .get(shop)
            .filter(|view| view.version == version);
        let kept = view.and_then(|view| Some((view.webhooks.get(no)?.clone(), view.shop.clone())));
        match kept {
            Some((target, shop)) => {
                let health = webhook::read_health(row, 3)?;
                found.insert(no, Ok((with_health(&target, health), shop)));
            }
            None => unknown.push(no.0),
        }
    }
    Ok((found, unknown))
}

/// The same of those that are not in memory, from their rows. One that cannot be read holds up no other.
async fn read_rows(conn: &Connection, shared: &Shared, targets: &[i64]) -> Result<Known> {
    if targets.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT {}, {} FROM {} JOIN shops s ON s.no = w.shop
         WHERE w.no = ANY($1) AND w.status = 0 AND w.deleted_at IS NULL AND NOT s.deleted",
        webhook::COLUMNS,
        shop::COLUMNS,
        webhook::FROM,
    );
    let rows = conn.query(&sql, &[&targets]).await?;
    let known = |row: &Row| -> Result<_> {
        let target = webhook::read(&shared.vault, row)?;
        let shop = shop::read_at(row, webhook::WIDTH)?;
        Ok((Arc::new(target), Arc::new(shop)))
    };
    rows.iter()
        .map(|row| Ok((TargetNo(row.try_get(0)?), known(row))))
        .collect()
}

/// Finds what is due for each target, by hand first and then by due time and event, leases it, and says when the first
/// of the rest may go: those that are leased are the first of their order, but for what another take has locked, which
/// counts as ready. What the caller has in hand, events `$8` for targets `$9`, is left out, but that one ordered by hand
/// of it counts as ready. All parts see the rows as they were before.
pub(crate) fn due_sql() -> String {
    let (still_owned, live) = (
        ownership::still_owns("o.node"),
        ownership::is_under_lease("a.clock", "$4", "a.epoch"),
    );
    let in_hand = "(d.event, d.target) IN (SELECT h.event, h.target FROM UNNEST($8::BIGINT[], $9::BIGINT[]) AS h (event, target))";
    let free_at = "$6 + d.lease_until - a.clock";
    format!(
        "WITH asked AS MATERIALIZED (
           SELECT t.target, t.room, CASE WHEN $5::BIGINT IS NULL THEN o.epoch ELSE 0 END AS epoch,
             coalesce($5, clock_ms()) AS clock
           FROM UNNEST($1::BIGINT[], $2::BIGINT[], $3::BIGINT[]) AS t (target, partition, room)
           JOIN owners o ON o.partition = t.partition
           WHERE (SELECT w.status = 0 AND w.deleted_at IS NULL FROM webhooks w WHERE w.no = t.target)
             AND ($5 IS NOT NULL OR o.node = $4 AND {still_owned})
           FOR SHARE OF o
         ), by_hand AS MATERIALIZED (
           SELECT a.target, r.event, r.in_doubt FROM asked a CROSS JOIN LATERAL (
             SELECT d.event, d.lease_until IS NOT NULL AS in_doubt FROM deliveries d
             WHERE d.target = a.target AND d.manual > 0 AND NOT {live} AND NOT {in_hand}
             ORDER BY d.event LIMIT a.room FOR UPDATE OF d SKIP LOCKED) AS r
         ), due AS MATERIALIZED (
           SELECT a.target, r.event, r.due_at, r.in_doubt FROM asked a CROSS JOIN LATERAL (
             SELECT d.event, d.due_at, d.lease_until IS NOT NULL AS in_doubt FROM deliveries d
             WHERE d.target = a.target AND d.due_at IS NOT NULL AND d.due_at <= $6 AND d.manual = 0 AND NOT {live}
               AND NOT {in_hand}
             ORDER BY d.due_at, d.event LIMIT a.room FOR UPDATE OF d SKIP LOCKED) AS r
         ), ready AS (
           SELECT target, event, in_doubt, by_hand,
             row_number() OVER (PARTITION BY target ORDER BY by_hand DESC, due_at, event) AS place
           FROM (SELECT target, event, in_doubt, TRUE AS by_hand, 0::BIGINT AS due_at FROM by_hand
                 UNION ALL SELECT target, event, in_doubt, FALSE, due_at FROM due) AS of_both
         ), picked AS MATERIALIZED (
           SELECT r.target, r.event, r.in_doubt, r.by_hand, r.place, a.epoch, a.clock
           FROM ready r JOIN asked a ON a.target = r.target WHERE r.place <= a.room
         ), leased AS (
           UPDATE deliveries d SET lease_node = $4, lease_epoch = p.epoch, lease_until = p.clock + $7
           FROM picked p WHERE d.event = p.event AND d.target = p.target
           RETURNING p.target, p.place, d.event, d.attempt_count, d.failures, d.activation, d.manual, d.saved,
             d.lease_epoch, d.lease_until, p.in_doubt
         ), counted AS MATERIALIZED (
           SELECT target, count(*) FILTER (WHERE by_hand) AS by_hand, count(*) FILTER (WHERE NOT by_hand) AS due
           FROM picked GROUP BY target
         ), next AS MATERIALIZED (
           SELECT a.target, least(
             f.at,
             (SELECT min(greatest(d.due_at, {free_at})) FROM deliveries d
              WHERE d.target = a.target AND d.due_at IS NOT NULL AND d.due_at < coalesce(f.at, 9223372036854775807)
                AND d.manual = 0 AND {live}),
             CASE WHEN coalesce(c.by_hand, 0) < (SELECT count(*) FROM (
                 SELECT 1 FROM deliveries d WHERE d.target = a.target AND d.manual > 0 AND NOT {live}
                 LIMIT a.room + 1) AS ready) THEN $6
               ELSE (SELECT min(greatest($6, {free_at})) FROM deliveries d
                     WHERE d.target = a.target AND d.manual > 0 AND {live}) END) AS at
           FROM asked a LEFT JOIN counted c ON c.target = a.target LEFT JOIN LATERAL (
             SELECT d.due_at AS at FROM deliveries d
             WHERE d.target = a.target AND d.due_at IS NOT NULL AND d.manual = 0 AND NOT {live}
               AND NOT {in_hand}
             ORDER BY d.due_at, d.event OFFSET coalesce(c.due, 0) LIMIT 1) AS f ON TRUE
         )
         SELECT {}, {LEASED}, n.at, l.event IS NOT NULL, n.target
         FROM next n LEFT JOIN leased l ON l.target = n.target LEFT JOIN events e ON e.no = l.event
         ORDER BY n.target, l.place",
        event::COLUMNS,
    )
}

/// A lease that a crash of the database takes is no loss to a webhook: what was sent under it is sent again, as what was
/// in flight may be. A connector is told that a delivery is in doubt, so its lease is on the disk before it is sent.
const UNFLUSHED: &str = "SET LOCAL synchronous_commit = off";

/// The rows of [`due_sql`], by target; in one round trip.
async fn due(conn: Connection, takes: &[&Take<'_>]) -> StoreResult<HashMap<TargetNo, Vec<Row>>> {
    let Some(first) = takes.first() else {
        return Ok(HashMap::new());
    };
    let (mut targets, mut partitions, mut rooms) = (Vec::new(), Vec::new(), Vec::new());
    let in_hand = takes.iter().flat_map(|take| take.in_hand());
    let (events_in_hand, targets_in_hand) = progress::columns(in_hand);
    for take in takes {
        targets.push(take.webhook.no.0);
        partitions.push(ownership::partition(take.webhook.no));
        rooms.push(limit(take.room));
    }
    let shared = first.shared;
    let (node, clock) = (shared.node(), shared.clock(first.now));
    let (now, lease) = (first.now.as_millis(), milliseconds(first.lease_for));
    let params: [Param<'_>; 9] = [
        &targets,
        &partitions,
        &rooms,
        &node,
        &clock,
        &now,
        &lease,
        &events_in_hand,
        &targets_in_hand,
    ];
    let mut kinds = takes.iter().map(|take| take.webhook.kind());
    let flushed = kinds.any(|kind| kind != Kind::Webhook);
    let [rows] = in_one_trip(conn, shared, [(&due_sql(), &params)], flushed).await?;
    let mut of_targets: HashMap<_, Vec<Row>> = HashMap::new();
    for row in rows {
        let target: i64 = row.try_get(TARGET).map_err(Error::from)?;
        of_targets.entry(TargetNo(target)).or_default().push(row);
    }
    Ok(of_targets)
}

/// The rows of statements, in a transaction of their own and one round trip, by plans that are made once. `flushed`: what
/// they lease is to be on the disk, see [`UNFLUSHED`].
async fn in_one_trip<const N: usize>(
    conn: Connection,
    shared: &Shared,
    statements: [(&str, Params<'_>); N],
    flushed: bool,
) -> StoreResult<[Vec<Row>; N]> {
    let tx = Transaction::on(conn, shared);
    let sent = async {
        let mut pipeline = Pipeline::on(&tx);
        pipeline.plain(tx.beginning_of_group());
        if !flushed {
            pipeline.plain(UNFLUSHED);
        }
        for (sql, params) in statements {
            pipeline.query(sql, params.to_vec()).await?;
        }
        pipeline.plain("COMMIT");
        let mut answers = pipeline.run().await?.into_iter().rev();
        // The last one is the end's.
        answers.next();
        let mut rows = std::array::from_fn(|_| answers.next().unwrap_or_default());
        rows.reverse();
        Ok(rows)
    };
    let (rows, answer) = match sent.await {
        Ok(rows) => (rows, Ok(())),
        Err(error) => (std::array::from_fn(|_| Vec::new()), Err(error)),
    };
    match tx.ended(answer) {
        Ended::Committed => Ok(rows),
        Ended::Failed(error) => Err(error.into()),
        Ended::Lost { why, .. } => Err(StoreError::Unknown(why)),
    }
}
