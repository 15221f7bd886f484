//! Which deliveries of a target may go now; leased to this node by the statement that finds them.

pub(crate) mod ordered;

use std::sync::Arc;
use std::time::Duration;

use claimwire_model::delivery::SavedState;
use claimwire_model::lease::Lease;
use claimwire_model::target::{Kind, Ordering, Target, TargetStatus};
use claimwire_model::{DeliveryId, EventNo, Shop, TargetNo, Timestamp};
use claimwire_store::queue::Taken;
use claimwire_store::{Handed, StoreError, StoreResult};
use tokio_postgres::Row;

use crate::connection::{Connection, Param};
use crate::error::Result;
use crate::ownership;
use crate::pipeline::Pipeline;
use crate::rows::{count, event, shop, time, time_opt, webhook};
use crate::shared::Shared;
use crate::store::PostgresStore;
use crate::transaction::{Ended, Transaction};

/// A lease that a crash of the database takes is no loss to a webhook: what was sent under it is sent again, as what was
/// in flight may be. A connector is told that a delivery is in doubt, so its lease is on the disk before it is sent.
const UNFLUSHED: &str = "SET LOCAL synchronous_commit = off";
const FLUSHED: &str = "SET LOCAL synchronous_commit TO DEFAULT";

/// The place of what is due among the statements of [`Take::pick_due`].
const DUE: usize = 2;

/// A take at work.
#[derive(Clone)]
struct Take<'a> {
    shared: &'a Shared,
    webhook: Arc<Target>,
    shop: Arc<Shop>,
    /// How many may be taken: none while the target is paused.
    room: usize,
    now: Timestamp,
    lease_for: Duration,
    paused: Option<Timestamp>,
    next_due: Option<Timestamp>,
}

/// See [`claimwire_store::Queue::take`].
pub(crate) async fn take(
    store: &PostgresStore,
    target: TargetNo,
    limit: usize,
    now: Timestamp,
    lease_for: Duration,
) -> StoreResult<Taken> {
    let shared = &store.shared;
    let conn = store.connection().await?;
    let found = read(&conn, shared, target).await?;
    let Some((webhook, shop)) = found.filter(|(kept, _)| kept.status == TargetStatus::Active)
    else {
        return Ok(Taken::default());
    };
    let paused = webhook.health.paused_until.filter(|until| *until > now);
    let take = Take {
        shared,
        webhook,
        shop,
        room: if paused.is_some() { 0 } else { limit },
        now,
        lease_for,
        paused,
        next_due: None,
    };
    match take.webhook.ordering {
        Ordering::None => take.due(conn).await,
        Ordering::Subject | Ordering::Webhook => {
            drop(conn);
            ordered::take(store, take).await
        }
    }
}

/// A living target and its shop.
async fn read(
    conn: &Connection,
    shared: &Shared,
    target: TargetNo,
) -> Result<Option<(Arc<Target>, Arc<Shop>)>> {
    let sql = format!(
        "SELECT {}, {} FROM {} JOIN shops s ON s.no = w.shop
         WHERE w.no = $1 AND w.deleted_at IS NULL AND NOT s.deleted",
        webhook::COLUMNS,
        shop::COLUMNS,
        webhook::FROM,
    );
    let found = conn.query_opt(&sql, &[&target.0]).await?;
    found
        .map(|row| {
            let target = webhook::read(&shared.vault, &row)?;
            Ok((
                Arc::new(target),
                Arc::new(shop::read_at(&row, webhook::WIDTH)?),
            ))
        })
        .transpose()
}

/// What is read of a delivery that was leased, ahead of its event: its place in the answer and what
/// [`Take::handed`] needs.
const LEASED: &str = "l.attempt_count, l.failures, l.activation, l.manual, l.saved, l.lease_epoch, l.lease_until, l.in_doubt";

/// Finds what is due, by hand first and then by due time and event, leases it, and says when the first of the rest
/// may go. All parts see the rows as they were before; what another take has locked counts as due.
///
/// What is not leased ends the search for the next one: behind it nothing is due sooner.
pub(crate) fn due_sql() -> String {
    let live = "coalesce(d.lease_until > (SELECT clock FROM own) AND d.lease_node = $3
        AND d.lease_epoch = (SELECT epoch FROM own), FALSE)";
    let free_at = "$5 + d.lease_until - (SELECT clock FROM own)";
    format!(
        "WITH own AS MATERIALIZED (
           SELECT CASE WHEN $4::BIGINT IS NULL THEN o.epoch ELSE 0 END AS epoch, coalesce($4, clock_ms()) AS clock
           FROM owners o JOIN webhooks w ON w.no = $1
           WHERE o.partition = $2 AND w.status = 0 AND w.deleted_at IS NULL
             AND ($4 IS NOT NULL OR o.node = $3 AND NOT o.free
               AND EXISTS (SELECT 1 FROM nodes n WHERE n.no = o.node AND n.until > clock_ms()))
           FOR SHARE OF o
         ), by_hand AS MATERIALIZED (
           SELECT d.event, d.lease_until IS NOT NULL AS in_doubt FROM deliveries d
           WHERE (SELECT clock FROM own) IS NOT NULL AND d.target = $1 AND d.manual > 0 AND NOT {live}
           ORDER BY d.event LIMIT $7 FOR UPDATE OF d SKIP LOCKED
         ), due AS MATERIALIZED (
           SELECT d.event, d.due_at, d.lease_until IS NOT NULL AS in_doubt FROM deliveries d
           WHERE (SELECT clock FROM own) IS NOT NULL AND d.target = $1 AND d.due_at IS NOT NULL AND d.due_at <= $5
             AND d.manual = 0 AND NOT {live}
           ORDER BY d.due_at, d.event LIMIT $7 FOR UPDATE OF d SKIP LOCKED
         ), picked AS MATERIALIZED (
           SELECT event, in_doubt, row_number() OVER (ORDER BY kind, due_at, event) AS place
           FROM (SELECT event, in_doubt, 0 AS kind, 0::BIGINT AS due_at FROM by_hand
                 UNION ALL SELECT event, in_doubt, 1, due_at FROM due) AS ready
           ORDER BY place LIMIT $7
         ), leased AS (
           UPDATE deliveries d SET lease_node = $3, lease_epoch = own.epoch, lease_until = own.clock + $6
           FROM picked p, own WHERE d.event = p.event AND d.target = $1
           RETURNING p.place, d.event, d.attempt_count, d.failures, d.activation, d.manual, d.saved, d.lease_epoch,
             d.lease_until, p.in_doubt
         ), free AS MATERIALIZED (
           SELECT d.due_at AS at FROM deliveries d
           WHERE (SELECT clock FROM own) IS NOT NULL AND d.target = $1 AND d.due_at IS NOT NULL AND d.manual = 0
             AND NOT {live} AND NOT EXISTS (SELECT 1 FROM picked p WHERE p.event = d.event)
           ORDER BY d.due_at, d.event LIMIT 1
         ), rest AS (
           SELECT at FROM free
           UNION ALL
           SELECT greatest(d.due_at, {free_at}) FROM deliveries d
           WHERE (SELECT clock FROM own) IS NOT NULL AND d.target = $1 AND d.due_at IS NOT NULL AND d.manual = 0
             AND {live} AND d.due_at < coalesce((SELECT at FROM free), 9223372036854775807)
           UNION ALL
           SELECT CASE WHEN {live} THEN greatest($5, {free_at}) ELSE $5 END FROM deliveries d
           WHERE (SELECT clock FROM own) IS NOT NULL AND d.target = $1 AND d.manual > 0
             AND NOT EXISTS (SELECT 1 FROM picked p WHERE p.event = d.event)
         )
         SELECT {}, {LEASED}, (SELECT min(at) FROM rest), l.event IS NOT NULL
         FROM (SELECT 1) AS one LEFT JOIN leased l ON TRUE LEFT JOIN events e ON e.no = l.event
         ORDER BY l.place",
        event::COLUMNS,
    )
}

impl Take<'_> {
    async fn due(self, conn: Connection) -> StoreResult<Taken> {
        let tx = Transaction::on(conn, self.shared);
        let (found, answer) = match self.pick_due(&tx).await {
            Ok(found) => (found, Ok(())),
            Err(error) => (Vec::new(), Err(error)),
        };
        match tx.ended(answer) {
            Ended::Committed => Ok(self.taken(found.get(DUE).map_or(&[], Vec::as_slice))?),
            Ended::Failed(error) => Err(error.into()),
            Ended::Lost { why, .. } => Err(StoreError::Unknown(why)),
        }
    }

    /// In one round trip; the rows of its statements.
    async fn pick_due(&self, tx: &Transaction<'_>) -> Result<Vec<Vec<Row>>> {
        let (sql, target) = (due_sql(), self.webhook.no);
        let partition = ownership::partition(target);
        let (node, clock) = (self.shared.node(), self.shared.clock(self.now));
        let (now, lease) = (self.now.as_millis(), self.lease_ms());
        let room = limit(self.room);
        let mut pipeline = Pipeline::on(tx);
        pipeline.plain(tx.beginning_of_group());
        pipeline.plain(match self.webhook.kind() {
            Kind::Webhook => UNFLUSHED,
            Kind::Connector => FLUSHED,
        });
        let params: [Param<'_>; 7] = [&target.0, &partition, &node, &clock, &now, &lease, &room];
        pipeline.query(&sql, params.to_vec()).await?;
        pipeline.plain("COMMIT");
        pipeline.run().await
    }

    fn taken(mut self, rows: &[Row]) -> Result<Taken> {
        let next = event::WIDTH + 8;
        if let Some(row) = rows.first()
            && let Some(at) = time_opt(row, next)?
        {
            self.later(at);
        }
        let mut deliveries = Vec::with_capacity(rows.len());
        for row in rows {
            if row.try_get(next + 1)? {
                deliveries.push(self.handed(row)?);
            }
        }
        Ok(Taken {
            deliveries,
            next_due: self.next_due,
        })
    }

    /// Notes when to take again.
    fn later(&mut self, at: Timestamp) {
        let at = self.paused.map_or(at, |until| at.max(until));
        self.next_due = Some(self.next_due.map_or(at, |next| next.min(at)));
    }

    fn lease_ms(&self) -> i64 {
        i64::try_from(self.lease_for.as_millis()).unwrap_or(i64::MAX)
    }

    /// One that was leased, from an event's columns and [`LEASED`].
    fn handed(&self, row: &Row) -> Result<Handed> {
        let at = event::WIDTH;
        let event = Arc::new(event::read(row)?);
        let failed_in: u32 = count(row, at + 2)?;
        let failures: u32 = count(row, at + 1)?;
        let manual: i64 = row.try_get(at + 3)?;
        let saved: Option<Vec<u8>> = match self.webhook.kind() {
            Kind::Webhook => None,
            Kind::Connector => row.try_get(at + 4)?,
        };
        let same_life = failed_in == self.webhook.health.activation;
        Ok(Handed {
            id: DeliveryId {
                event: EventNo(event.no.0),
                target: self.webhook.no,
            },
            event,
            shop: Arc::clone(&self.shop),
            target: Arc::clone(&self.webhook),
            attempts: count(row, at)?,
            failures: if same_life { failures } else { 0 },
            manual: manual > 0,
            state: saved.map(|saved| SavedState(saved.into())),
            in_doubt: row.try_get(at + 7)?,
            lease: Lease {
                node: self.shared.node,
                epoch: ownership::epoch(row.try_get(at + 5)?),
                until: time(row.try_get(at + 6)?),
            },
            expires: self.now.plus(self.lease_for),
        })
    }
}

/// A limit as SQL takes it.
fn limit(room: usize) -> i64 {
    i64::try_from(room).unwrap_or(i64::MAX)
}
