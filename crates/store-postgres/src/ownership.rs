//! Whose the targets are: rows that heartbeats change, and nothing else does. Their time is the database's.
//!
//! Heartbeats go one after another, by a lock of their own. Whoever acts as an owner locks the partition's row
//! against them until its transaction ends, so that no partition changes hands in between.

use std::collections::{BTreeMap, BTreeSet};

use claimwire_model::lease::{Epoch, Lease, NodeId};
use claimwire_model::ownership::{Partition, Plan};
use claimwire_model::{TargetNo, Timestamp};
use claimwire_store::ownership::{Claim, OWNED_FOR, Owned};
use tokio_postgres::Row;

use crate::connection::Connection;
use crate::error::{Result, damaged};
use crate::pipeline::Pipeline;
use crate::rows::{milliseconds, time};
use crate::shared::Shared;
use crate::transaction::Transaction;

/// The advisory lock of heartbeats.
const LOCK: i64 = 0x636c_6169_6f77;

/// Who has a partition, or had it last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Owner {
    node: NodeId,
    epoch: Epoch,
    /// Given up, and not taken by another yet.
    free: bool,
}

type Owners = BTreeMap<Partition, Owner>;

/// Whether the last owner of a partition, of `owners o`, still owns it: it has not given it up, and its last heartbeat is
/// not too long ago by the database's clock. `node` is its number: `o.node`, or a parameter that was compared with that
/// and is then looked up once, whatever the number of partitions.
pub(crate) fn still_owns(node: &str) -> String {
    format!(
        "NOT o.free AND EXISTS (SELECT 1 FROM nodes n WHERE n.no = {node} AND n.until > clock_ms())"
    )
}

/// Whether a delivery, of `deliveries d`, is under a live lease of the owner of its target's partition, `node` in its
/// `epoch`, where the store's time is `clock`.
pub(crate) fn is_under_lease(clock: &str, node: &str, epoch: &str) -> String {
    format!(
        "coalesce(d.lease_until > {clock} AND d.lease_node = {node} AND d.lease_epoch = {epoch}, FALSE)"
    )
}

/// The number of a target's partition, as rows have it.
pub(crate) fn partition(target: TargetNo) -> i64 {
    i64::from(Partition::of(target).no())
}

/// See [`claimwire_store::Queue::claim`].
pub(crate) async fn claim(tx: &Transaction<'_>, claim: &Claim) -> Result<Owned> {
    let mut read = Pipeline::on(tx);
    read.query("SELECT pg_advisory_xact_lock($1)", vec![&LOCK])
        .await?;
    read.query("SELECT no, leaving, until > clock_ms() FROM nodes", vec![])
        .await?;
    read.query("SELECT partition, node, epoch, free FROM owners", vec![])
        .await?;
    let answers = read.run().await?;
    let [_, members, owners] = answers.as_slice() else {
        return Ok(Owned::default());
    };
    let mut alive = BTreeSet::new();
    let mut sharing = BTreeSet::new();
    let mut over = false;
    for row in members {
        let member = node(row.try_get(0)?);
        if row.try_get(2)? {
            alive.insert(member);
            if !row.try_get::<_, bool>(1)? {
                sharing.insert(member);
            }
        } else {
            over = true;
        }
    }
    let mut before = Owners::new();
    for row in owners {
        let owner = Owner {
            node: node(row.try_get(1)?),
            epoch: epoch(row.try_get(2)?),
            free: row.try_get(3)?,
        };
        before.insert(numbered(row.try_get(0)?)?, owner);
    }
    let us = tx.shared.node;
    if claim.leaving {
        sharing.remove(&us);
    } else {
        sharing.insert(us);
    }
    let (after, owned) = shared_out(us, claim, &before, &alive, &sharing);
    write(tx, &before, &after).await?;
    heartbeat(tx, claim.leaving, over).await?;
    Ok(owned)
}

/// What a heartbeat of `us` makes of the owners, where `alive` are those whose last one is not too long ago, and
/// `sharing` those that share.
fn shared_out(
    us: NodeId,
    claim: &Claim,
    before: &Owners,
    alive: &BTreeSet<NodeId>,
    sharing: &BTreeSet<NodeId>,
) -> (Owners, Owned) {
    let mut after = before.clone();
    for (partition, owner) in &mut after {
        let keeps = || claim.keep.binary_search(&(*partition, owner.epoch)).is_ok();
        let kept = owner.node != us || keeps();
        owner.free |= !kept || !alive.contains(&owner.node);
    }
    let sharing: Vec<NodeId> = sharing.iter().copied().collect();
    let plan = Plan::of(us, &sharing, |partition| {
        let owner = after.get(&partition).filter(|owner| !owner.free);
        owner.map(|owner| owner.node)
    });
    for partition in plan.take {
        let last = after.get(&partition).map_or(0, |owner| owner.epoch.0);
        let owner = Owner {
            node: us,
            epoch: Epoch(last + 1),
            free: false,
        };
        after.insert(partition, owner);
    }
    let own = after
        .iter()
        .filter(|(_, owner)| owner.node == us && !owner.free);
    let owned = Owned {
        partitions: own
            .map(|(partition, owner)| (*partition, owner.epoch))
            .collect(),
        surplus: plan.surplus,
    };
    (after, owned)
}

async fn write(tx: &Transaction<'_>, before: &Owners, after: &Owners) -> Result<()> {
    let mut columns: (Vec<i64>, Vec<i64>, Vec<i64>, Vec<bool>) = Default::default();
    for (partition, owner) in after {
        if before.get(partition) == Some(owner) {
            continue;
        }
        columns.0.push(i64::from(partition.no()));
        columns.1.push(owner.node.0.cast_signed());
        columns.2.push(owner.epoch.0.cast_signed());
        columns.3.push(owner.free);
    }
    if columns.0.is_empty() {
        return Ok(());
    }
    tx.execute(
        "INSERT INTO owners (partition, node, epoch, free)
         SELECT * FROM unnest($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::BOOLEAN[]) AS u (partition, node, epoch, free)
         ORDER BY partition
         ON CONFLICT (partition) DO UPDATE SET node = excluded.node, epoch = excluded.epoch, free = excluded.free",
        &[&columns.0, &columns.1, &columns.2, &columns.3],
    )
    .await?;
    Ok(())
}

async fn heartbeat(tx: &Transaction<'_>, leaving: bool, others_are_over: bool) -> Result<()> {
    let owned_for = milliseconds(OWNED_FOR);
    tx.execute(
        "INSERT INTO nodes (no, until, leaving) VALUES ($1, clock_ms() + $2, $3)
         ON CONFLICT (no) DO UPDATE SET until = excluded.until, leaving = excluded.leaving",
        &[&tx.shared.node(), &owned_for, &leaving],
    )
    .await?;
    if others_are_over {
        tx.execute("DELETE FROM nodes WHERE until <= clock_ms()", &[])
            .await?;
    }
    Ok(())
}

/// A node's hold of a partition until the transaction ends.
pub(crate) struct Hold {
    pub(crate) epoch: Epoch,
    /// The store's time.
    pub(crate) clock: Timestamp,
}

/// The hold of `node` on a target's partition; none: it does not own it.
pub(crate) async fn hold(
    conn: &Connection,
    shared: &Shared,
    node: NodeId,
    target: TargetNo,
    now: Timestamp,
) -> Result<Option<Hold>> {
    let sql = format!(
        "SELECT CASE WHEN $3::BIGINT IS NULL THEN o.epoch ELSE 0 END, coalesce($3, clock_ms()) FROM owners o
         WHERE o.partition = $1 AND ($3 IS NOT NULL OR o.node = $2 AND {})
         FOR SHARE OF o",
        still_owns("o.node"),
    );
    let found = conn
        .query_opt(
            &sql,
            &[
                &partition(target),
                &node.0.cast_signed(),
                &shared.clock(now),
            ],
        )
        .await?;
    found
        .map(|row| {
            Ok(Hold {
                epoch: epoch(row.try_get(0)?),
                clock: time(row.try_get(1)?),
            })
        })
        .transpose()
}

/// The last owners of partitions, locked against heartbeats.
pub(crate) struct Latest(BTreeMap<i64, (NodeId, Epoch)>);

/// Reads the last owners of partitions, `$1`, and locks them.
pub(crate) const LATEST: &str = "SELECT partition, node, epoch FROM owners WHERE partition = ANY($1) ORDER BY partition FOR SHARE";

/// The partitions of these targets, for [`LATEST`]; none where the node is alone.
pub(crate) fn partitions(shared: &Shared, targets: impl IntoIterator<Item = TargetNo>) -> Vec<i64> {
    let targets = targets.into_iter().filter(|_| !shared.is_alone());
    let partitions: BTreeSet<i64> = targets.map(partition).collect();
    Vec::from_iter(partitions)
}

impl Latest {
    /// From the rows of [`LATEST`].
    pub(crate) fn read(rows: &[Row]) -> Result<Self> {
        let read = |row: &Row| {
            let owner = (node(row.try_get(1)?), epoch(row.try_get(2)?));
            Ok((row.try_get(0)?, owner))
        };
        rows.iter().map(read).collect::<Result<_>>().map(Self)
    }

    /// Whether nobody else has owned the target since this lease began.
    pub(crate) fn is(&self, shared: &Shared, target: TargetNo, lease: Lease) -> bool {
        shared.is_alone() || self.0.get(&partition(target)) == Some(&(lease.node, lease.epoch))
    }
}

/// A node's number from its column.
pub(crate) fn node(no: i64) -> NodeId {
    NodeId(no.cast_unsigned())
}

/// An epoch from its column.
pub(crate) fn epoch(no: i64) -> Epoch {
    Epoch(no.cast_unsigned())
}

fn numbered(no: i64) -> Result<Partition> {
    let partition = u16::try_from(no).ok().and_then(Partition::numbered);
    Ok(partition.ok_or_else(|| damaged(format_args!("{no} is no partition")))?)
}
