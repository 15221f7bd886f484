//! Outcomes: what attempts came to, and what follows from that for delivery and webhook. A group is one transaction
//! of two round trips, whatever its size: all that it needs is read and locked, and then all of it written.
//!
//! Locked are, in this order: the shops, where somebody may have to be told; the owners of the partitions, so that
//! none changes hands; the deliveries, by key; the healths, by target.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use claimwire_model::change::{target_disabled, target_warned};
use claimwire_model::delivery::{Attempt, Recorded};
use claimwire_model::health::Health;
use claimwire_model::target::{Target, TargetStatus, Tested};
use claimwire_model::verdict::{Next, Verdict};
use claimwire_model::{DeliveryId, ShopNo, TargetNo, Timestamp};
use claimwire_store::codes::Code;
use claimwire_store::queue::{Outcome, Verified};
use claimwire_store::stats::Counted;
use claimwire_store::{StoreError, StoreResult};

use crate::error::{Error, Result, damaged};
use crate::jobs::attempts;
use crate::jobs::webhook as webhook_job;
use crate::locks::{self, lock_shop};
use crate::ownership::{self, Latest};
use crate::rows::progress::{self, DeliveryRow, Written};
use crate::rows::{ms, webhook};
use crate::store::PostgresStore;
use crate::transaction::{Transaction, transact};
use crate::{group, timings};

/// See [`claimwire_store::Queue::record`].
pub(crate) async fn record(
    store: &PostgresStore,
    outcomes: &[Outcome],
    now: Timestamp,
) -> StoreResult<()> {
    if outcomes.is_empty() {
        return Ok(());
    }
    transact!(store, tx => async {
            let mut group = Group::read(tx, outcomes).await?;
            let mut told = Vec::new();
            for outcome in outcomes {
                told.extend(group.add(tx, outcome, now));
            }
            group.write(tx, now).await?;
            for follow_up in told {
                follow_up.make(tx, &group.healths, now).await?;
            }
            Ok(())
        }.await)
}

/// A target's health, and whether it is one that may be warned and disabled.
struct Kept {
    health: Health,
    active: bool,
    changed: bool,
}

type AttemptKey = (DeliveryId, i64, i64);

/// What an attempt of a delivery is known by.
fn key(id: DeliveryId, attempt: &Attempt) -> AttemptKey {
    (
        id,
        attempt.started_at.as_millis(),
        attempts::micros(attempt.duration),
    )
}

/// What is known of the deliveries and targets of a group of outcomes, and what becomes of them.
struct Group {
    latest: Latest,
    deliveries: HashMap<DeliveryId, DeliveryRow>,
    healths: BTreeMap<TargetNo, Kept>,
    /// Attempts that are on record, of deliveries with late outcomes.
    on_record: HashSet<AttemptKey>,
    attempts: Vec<(DeliveryId, u32, Arc<Attempt>)>,
    /// The last attempt of each delivery that changed.
    changed: BTreeMap<DeliveryId, Arc<Attempt>>,
    counted: BTreeMap<TargetNo, Vec<Counted>>,
}

/// What the shop is told of a target.
struct FollowUp {
    target: TargetNo,
    warned: Option<String>,
    disabled: Option<String>,
}

impl Group {
    /// Reads and locks all that the outcomes concern.
    async fn read(tx: &Transaction<'_>, outcomes: &[Outcome]) -> Result<Self> {
        let ids: BTreeSet<DeliveryId> = outcomes.iter().map(|outcome| outcome.id).collect();
        let targets: BTreeSet<TargetNo> = ids.iter().map(|id| id.target).collect();
        let telling = outcomes.iter().filter(|outcome| {
            let verdict = &outcome.verdict;
            verdict.warn.is_some() || verdict.disable.is_some()
        });
        lock_shops_of(tx, telling.map(|outcome| outcome.id.target).collect()).await?;
        let (latest, deliveries, healths) = tokio::try_join!(
            ownership::latest(tx, tx.shared, targets.iter().copied()),
            progress::lock(tx, ids.iter().copied()),
            healths(tx, &targets),
        )?;
        let mut group = Self {
            latest,
            deliveries: deliveries.into_iter().collect(),
            healths,
            on_record: HashSet::new(),
            attempts: Vec::new(),
            changed: BTreeMap::new(),
            counted: BTreeMap::new(),
        };
        let late = outcomes
            .iter()
            .filter(|outcome| !group.is_ours(tx, outcome));
        let late: BTreeSet<DeliveryId> = late.map(|outcome| outcome.id).collect();
        if !late.is_empty() {
            group.on_record = on_record(tx, late).await?;
        }
        Ok(group)
    }

    /// Whether an outcome's delivery is still under its lease.
    fn is_ours(&self, tx: &Transaction<'_>, outcome: &Outcome) -> bool {
        let row = self.deliveries.get(&outcome.id);
        row.is_some_and(|row| row.lease == Some(outcome.lease))
            && self.latest.is(tx.shared, outcome.id.target, outcome.lease)
    }

    /// An outcome; answers what is to be told of it.
    fn add(&mut self, tx: &Transaction<'_>, outcome: &Outcome, now: Timestamp) -> Option<FollowUp> {
        let attempt = &outcome.attempt;
        let recorded = Recorded {
            ours: self.is_ours(tx, outcome),
            manual: outcome.manual,
            ended: attempt.ended(),
            next: outcome.verdict.next,
            activation: outcome.verdict.activation,
        };
        let row = self.deliveries.get_mut(&outcome.id)?;
        let known = key(outcome.id, attempt);
        if !recorded.ours && self.on_record.contains(&known) {
            return None;
        }
        self.on_record.insert(known);
        row.progress.record(&recorded);
        if recorded.ours {
            row.lease = None;
        }
        let number = row.progress.attempts;
        if row.in_lane {
            tx.wake(outcome.id.target);
        }
        self.attempts
            .push((outcome.id, number, Arc::clone(attempt)));
        self.changed.insert(outcome.id, Arc::clone(attempt));
        let counted = self.counted.entry(outcome.id.target).or_default();
        counted.push(Counted {
            started_at: attempt.started_at,
            duration: attempt.duration,
            delivered: outcome.verdict.next == Next::Delivered,
        });
        if recorded.counts() {
            self.follow(outcome.id.target, &outcome.verdict, recorded.ended, now)
        } else {
            None
        }
    }

    /// What follows for the target; nothing for one that is gone.
    fn follow(
        &mut self,
        target: TargetNo,
        verdict: &Verdict,
        ended: Timestamp,
        now: Timestamp,
    ) -> Option<FollowUp> {
        let kept = self.healths.get_mut(&target)?;
        kept.changed = true;
        let effect = verdict.affect(&mut kept.health, kept.active, ended, now);
        if effect.disabled.is_some() {
            kept.active = false;
        }
        let (warned, disabled) = (effect.warned, effect.disabled);
        (warned.is_some() || disabled.is_some()).then(|| FollowUp {
            target,
            warned: warned.map(str::to_owned),
            disabled: disabled.map(str::to_owned),
        })
    }

    async fn write(&self, tx: &Transaction<'_>, now: Timestamp) -> Result<()> {
        tokio::try_join!(
            self.write_deliveries(tx),
            attempts::insert(tx, &self.attempts),
            self.write_healths(tx),
            timings::insert(tx, &self.counted, now),
        )?;
        Ok(())
    }

    async fn write_deliveries(&self, tx: &Transaction<'_>) -> Result<()> {
        let mut written = Written::default();
        let (mut statuses, mut errors) = (Vec::new(), Vec::new());
        let mut settled = Vec::new();
        for (id, attempt) in &self.changed {
            let Some(row) = self.deliveries.get(id) else {
                continue;
            };
            written.push(*id, &row.progress);
            statuses.push(attempt.status_code.map(i64::from));
            errors.push(attempt.error.as_deref());
            settled.push(row.lease.is_none());
        }
        if written.events.is_empty() {
            return Ok(());
        }
        tx.execute(
            "UPDATE deliveries d SET state = u.state, due_at = u.due_at, attempt_count = u.attempt_count,
               failures = u.failures, activation = u.activation, manual = u.manual, delivered_at = u.delivered_at,
               last_status = u.last_status, last_error = u.last_error,
               saved = CASE WHEN u.state = 1 THEN NULL ELSE d.saved END,
               lease_node = CASE WHEN u.settled THEN NULL ELSE d.lease_node END,
               lease_epoch = CASE WHEN u.settled THEN NULL ELSE d.lease_epoch END,
               lease_until = CASE WHEN u.settled THEN NULL ELSE d.lease_until END
             FROM unnest($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::BIGINT[], $5::BIGINT[], $6::BIGINT[],
               $7::BIGINT[], $8::BIGINT[], $9::BIGINT[], $10::BIGINT[], $11::TEXT[], $12::BOOLEAN[])
               AS u (event, target, state, due_at, attempt_count, failures, activation, manual, delivered_at,
                 last_status, last_error, settled)
             WHERE d.event = u.event AND d.target = u.target",
            &[
                &written.events,
                &written.targets,
                &written.states,
                &written.dues,
                &written.attempts,
                &written.failures,
                &written.activations,
                &written.manuals,
                &written.delivered_ats,
                &statuses,
                &errors,
                &settled,
            ],
        )
        .await?;
        Ok(())
    }

    async fn write_healths(&self, tx: &Transaction<'_>) -> Result<()> {
        let changed = self.healths.iter().filter(|(_, kept)| kept.changed);
        let changed: Vec<(i64, &Health)> = changed.map(|(no, kept)| (no.0, &kept.health)).collect();
        if changed.is_empty() {
            return Ok(());
        }
        let times = |of: fn(&Health) -> Option<Timestamp>| -> Vec<Option<i64>> {
            changed.iter().map(|(_, health)| ms(of(health))).collect()
        };
        let targets: Vec<i64> = changed.iter().map(|(no, _)| *no).collect();
        let failures: Vec<i64> = changed
            .iter()
            .map(|(_, health)| i64::from(health.consecutive_failures))
            .collect();
        let reasons: Vec<Option<&str>> = changed
            .iter()
            .map(|(_, health)| health.disabled_reason.as_deref())
            .collect();
        tx.execute(
            "UPDATE healths h SET consecutive_failures = u.consecutive_failures, failing_since = u.failing_since,
               last_success_at = u.last_success_at, last_failure_at = u.last_failure_at, warned_at = u.warned_at,
               disabled_at = u.disabled_at, disabled_reason = u.disabled_reason, paused_until = u.paused_until
             FROM unnest($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::BIGINT[], $5::BIGINT[], $6::BIGINT[],
               $7::BIGINT[], $8::TEXT[], $9::BIGINT[])
               AS u (target, consecutive_failures, failing_since, last_success_at, last_failure_at, warned_at,
                 disabled_at, disabled_reason, paused_until)
             WHERE h.target = u.target",
            &[
                &targets,
                &failures,
                &times(|health| health.failing_since),
                &times(|health| health.last_success_at),
                &times(|health| health.last_failure_at),
                &times(|health| health.warned_at),
                &times(|health| health.disabled_at),
                &reasons,
                &times(|health| health.paused_until),
            ],
        )
        .await?;
        Ok(())
    }
}

/// Of targets whose shop may have to be told of something: whoever adds to its log has it locked.
async fn lock_shops_of(tx: &Transaction<'_>, targets: BTreeSet<TargetNo>) -> Result<()> {
    if targets.is_empty() {
        return Ok(());
    }
    let targets: Vec<i64> = targets.iter().map(|target| target.0).collect();
    let rows = tx
        .query(
            "SELECT DISTINCT shop FROM webhooks WHERE no = ANY($1) ORDER BY shop",
            &[&targets],
        )
        .await?;
    let shops: Vec<i64> = crate::rows::column(&rows, 0)?;
    tx.query(locks::LOCK, &[&locks::SPACE, &shops]).await?;
    Ok(())
}

/// The healths of the targets that are there, locked in the order of their numbers.
async fn healths(
    tx: &Transaction<'_>,
    targets: &BTreeSet<TargetNo>,
) -> Result<BTreeMap<TargetNo, Kept>> {
    let targets: Vec<i64> = targets.iter().map(|target| target.0).collect();
    let sql = format!(
        "SELECT h.target, w.status, {} FROM healths h JOIN webhooks w ON w.no = h.target JOIN shops s ON s.no = w.shop
         WHERE h.target = ANY($1) AND w.deleted_at IS NULL AND NOT s.deleted ORDER BY h.target FOR UPDATE OF h",
        webhook::HEALTH
    );
    let rows = tx.query(&sql, &[&targets]).await?;
    let read = |row| {
        let kept = Kept {
            health: webhook::read_health(row, 2)?,
            active: TargetStatus::from_code(row.try_get(1)?)? == TargetStatus::Active,
            changed: false,
        };
        Ok((TargetNo(row.try_get(0)?), kept))
    };
    rows.iter().map(read).collect()
}

/// When the attempts of these deliveries that are on record started, and how long they took.
async fn on_record(
    tx: &Transaction<'_>,
    ids: impl IntoIterator<Item = DeliveryId>,
) -> Result<HashSet<AttemptKey>> {
    let (events, targets) = progress::columns(ids);
    let rows = tx
        .query(
            "SELECT a.event, a.target, a.started_at, a.duration_us
             FROM unnest($1::BIGINT[], $2::BIGINT[]) AS u (event, target)
             JOIN attempts a ON a.event = u.event AND a.target = u.target",
            &[&events, &targets],
        )
        .await?;
    let read = |row: &tokio_postgres::Row| {
        let id = DeliveryId {
            event: claimwire_model::EventNo(row.try_get(0)?),
            target: TargetNo(row.try_get(1)?),
        };
        Ok((id, row.try_get(2)?, row.try_get(3)?))
    };
    rows.iter().map(read).collect()
}

impl FollowUp {
    /// Disables the target and tells the shop.
    async fn make(
        &self,
        tx: &Transaction<'_>,
        healths: &BTreeMap<TargetNo, Kept>,
        now: Timestamp,
    ) -> Result<()> {
        let kept = webhook::target(tx, &tx.shared.vault, self.target).await?;
        let mut facts = Vec::new();
        if let Some(reason) = &self.warned {
            facts.push(target_warned(&kept, reason, now).map_err(damaged)?);
        }
        if let Some(reason) = &self.disabled {
            let health = healths.get(&self.target).map(|kept| kept.health.clone());
            let health = health.unwrap_or_else(|| kept.health.clone());
            webhook_job::keep(tx, kept.disabled(health, now), now).await?;
            facts.push(target_disabled(&kept, reason, now).map_err(damaged)?);
        }
        group::add_facts(tx, kept.shop, facts, now).await?;
        Ok(())
    }
}

/// See [`claimwire_store::Queue::verified`].
pub(crate) async fn verified(
    store: &PostgresStore,
    verified: &Verified,
    now: Timestamp,
) -> StoreResult<()> {
    transact!(store, tx => async {
            let Some(shop) = shop_of(tx, verified.target).await? else {
                return Ok(());
            };
            lock_shop(tx, shop).await?;
            // Outcomes change a health without its shop's lock.
            healths(tx, &BTreeSet::from([verified.target])).await?;
            let Some(kept) = live(tx, verified.target).await? else {
                return Ok(());
            };
            match kept.tested(verified.version, verified.passed, now) {
                Tested::Nothing => {}
                Tested::Settled(settled) => {
                    tx.execute(
                        "UPDATE webhooks SET verification_due = FALSE WHERE no = $1",
                        &[&settled.no.0],
                    )
                    .await?;
                    crate::rows::shop::touch(tx, shop).await?;
                }
                Tested::Activated(changed) => {
                    webhook_job::keep(tx, changed, now).await?;
                }
            }
            Ok(())
        }.await)
}

async fn shop_of(tx: &Transaction<'_>, target: TargetNo) -> Result<Option<ShopNo>> {
    let found = tx
        .query_opt("SELECT shop FROM webhooks WHERE no = $1", &[&target.0])
        .await?;
    Ok(found.map(|row| row.try_get(0).map(ShopNo)).transpose()?)
}

/// The target, unless it was deleted meanwhile.
pub(crate) async fn live(tx: &Transaction<'_>, target: TargetNo) -> Result<Option<Arc<Target>>> {
    match webhook::target(tx, &tx.shared.vault, target).await {
        Ok(target) => Ok(Some(target)),
        Err(Error::Store(StoreError::NotFound)) => Ok(None),
        Err(error) => Err(error),
    }
}
