//! What a delivery's row says to whoever decides about it.

use claimwire_model::delivery::{Progress, Stage};
use claimwire_model::lease::Lease;
use claimwire_model::{DeliveryId, EventNo, TargetNo};
use claimwire_store::codes::Code;
use tokio_postgres::Row;

use crate::connection::Connection;
use crate::error::Result;
use crate::ownership::{epoch, node};
use crate::rows::{count, ms, time, time_opt};

/// A delivery's row without what only people want to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DeliveryRow {
    /// What the model decides by.
    pub(crate) progress: Progress,
    /// Its latest lease, unless that was given up.
    pub(crate) lease: Option<Lease>,
    /// It has a place in an order.
    pub(crate) in_lane: bool,
}

/// Of `deliveries d`.
const COLUMNS: &str = "d.event, d.target, d.state, d.due_at, d.attempt_count, d.failures, d.activation, d.manual, \
     d.delivered_at, d.lease_node, d.lease_epoch, d.lease_until, d.lane IS NOT NULL";

/// A delivery from a row of [`lock_sql`].
pub(crate) fn read(row: &Row) -> Result<(DeliveryId, DeliveryRow)> {
    let id = DeliveryId {
        event: EventNo(row.try_get(0)?),
        target: TargetNo(row.try_get(1)?),
    };
    let until: Option<i64> = row.try_get(11)?;
    let lease = until
        .map(|until| {
            Ok::<_, crate::error::Error>(Lease {
                node: node(row.try_get::<_, Option<i64>>(9)?.unwrap_or(0)),
                epoch: epoch(row.try_get::<_, Option<i64>>(10)?.unwrap_or(0)),
                until: time(until),
            })
        })
        .transpose()?;
    let progress = Progress {
        stage: Stage::from_code(row.try_get(2)?)?,
        due: time_opt(row, 3)?,
        attempts: count(row, 4)?,
        failures: count(row, 5)?,
        activation: count(row, 6)?,
        manual: count(row, 7)?,
        delivered_at: time_opt(row, 8)?,
    };
    let in_lane = row.try_get(12)?;
    Ok((
        id,
        DeliveryRow {
            progress,
            lease,
            in_lane,
        },
    ))
}

/// Deliveries as two columns, for `UNNEST`.
pub(crate) fn columns(ids: impl IntoIterator<Item = DeliveryId>) -> (Vec<i64>, Vec<i64>) {
    ids.into_iter().map(|id| (id.event.0, id.target.0)).unzip()
}

/// Reads where deliveries stand, events `$1` for targets `$2`, and locks them in the order of their keys. Those that
/// are not there are not named.
pub(crate) fn lock_sql() -> String {
    format!(
        "SELECT {COLUMNS} FROM unnest($1::BIGINT[], $2::BIGINT[]) AS u (event, target)
         JOIN deliveries d ON d.event = u.event AND d.target = u.target
         ORDER BY d.event, d.target FOR UPDATE OF d"
    )
}

/// Where these deliveries stand; locked until the transaction ends. See [`lock_sql`].
pub(crate) async fn lock(
    conn: &Connection,
    ids: impl IntoIterator<Item = DeliveryId>,
) -> Result<Vec<(DeliveryId, DeliveryRow)>> {
    let (events, targets) = columns(ids);
    let rows = conn.query(&lock_sql(), &[&events, &targets]).await?;
    rows.iter().map(read).collect()
}

/// Columns of deliveries as they are to be.
#[derive(Default)]
pub(crate) struct Written {
    pub(crate) events: Vec<i64>,
    pub(crate) targets: Vec<i64>,
    pub(crate) states: Vec<i64>,
    pub(crate) dues: Vec<Option<i64>>,
    pub(crate) attempts: Vec<i64>,
    pub(crate) failures: Vec<i64>,
    pub(crate) activations: Vec<i64>,
    pub(crate) manuals: Vec<i64>,
    pub(crate) delivered_ats: Vec<Option<i64>>,
}

impl Written {
    pub(crate) fn push(&mut self, id: DeliveryId, progress: &Progress) {
        self.events.push(id.event.0);
        self.targets.push(id.target.0);
        self.states.push(progress.stage.code());
        self.dues.push(ms(progress.due));
        self.attempts.push(i64::from(progress.attempts));
        self.failures.push(i64::from(progress.failures));
        self.activations.push(i64::from(progress.activation));
        self.manuals.push(i64::from(progress.manual));
        self.delivered_ats.push(ms(progress.delivered_at));
    }
}
