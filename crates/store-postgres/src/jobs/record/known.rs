//! A group of outcomes at work: what is known of its deliveries and targets, and what becomes of them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use claimwire_model::change::{target_disabled, target_warned};
use claimwire_model::delivery::{Attempt, Recorded};
use claimwire_model::health::Health;
use claimwire_model::target::TargetStatus;
use claimwire_model::verdict::{Next, Verdict};
use claimwire_model::{DeliveryId, EventNo, TargetNo, Timestamp};
use claimwire_store::StoreError;
use claimwire_store::codes::Code;
use claimwire_store::queue::Outcome;
use claimwire_store::stats::Counted;
use tokio_postgres::Row;

use crate::deferred;
use crate::effects::Deferred;
use crate::error::{Result, damaged};
use crate::jobs::attempts;
use crate::jobs::webhook as webhook_job;
use crate::ownership::{self, Latest};
use crate::pipeline::Pipeline;
use crate::rows::progress::{self, DeliveryRow};
use crate::rows::webhook;
use crate::transaction::Transaction;
use crate::{group, locks};

/// A target's health, and whether it is one that may be warned and disabled.
pub(super) struct Kept {
    pub(super) health: Health,
    /// As the group found it.
    before: Health,
    active: bool,
}

impl Kept {
    /// Whether it did nothing but succeed, if anything: that may be written later.
    pub(super) fn is_quiet(&self) -> bool {
        self.health.only_succeeded_since(&self.before)
    }

    /// Its last success, if that may be written later.
    fn quiet_success(&self) -> Option<Timestamp> {
        let last = self.health.last_success_at;
        last.filter(|_| self.is_quiet() && last != self.before.last_success_at)
    }
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
pub(super) struct Group {
    latest: Latest,
    pub(super) deliveries: HashMap<DeliveryId, DeliveryRow>,
    pub(super) healths: BTreeMap<TargetNo, Kept>,
    /// Attempts that are on record, of deliveries with late outcomes.
    on_record: HashSet<AttemptKey>,
    pub(super) attempts: Vec<(DeliveryId, u32, Arc<Attempt>)>,
    /// Attempts that are written with their delivery.
    pub(super) firsts: HashMap<DeliveryId, Arc<Attempt>>,
    /// The last attempt of each delivery that changed.
    pub(super) changed: BTreeMap<DeliveryId, Arc<Attempt>>,
    pub(super) counted: BTreeMap<TargetNo, Vec<Counted>>,
}

/// What the shop is told of a target.
pub(super) struct FollowUp {
    target: TargetNo,
    warned: Option<String>,
    disabled: Option<String>,
}

impl Group {
    /// Reads and locks all that the outcomes concern.
    pub(super) async fn read(tx: &Transaction<'_>, outcomes: &[Outcome]) -> Result<Self> {
        let ids: BTreeSet<DeliveryId> = outcomes.iter().map(|outcome| outcome.id).collect();
        let targets: BTreeSet<TargetNo> = ids.iter().map(|id| id.target).collect();
        let telling = outcomes.iter().filter(|outcome| {
            let verdict = &outcome.verdict;
            verdict.warn.is_some() || verdict.disable.is_some()
        });
        let telling: BTreeSet<i64> = telling.map(|outcome| outcome.id.target.0).collect();
        let telling = Vec::from_iter(telling);
        let partitions = ownership::partitions(tx.shared, targets.iter().copied());
        let of_targets: Vec<i64> = targets.iter().map(|target| target.0).collect();
        let (events_of, targets_of) = progress::columns(ids.iter().copied());
        let mut read = Pipeline::on(tx);
        read.plain(tx.beginning_of_group());
        read.query(LOCK_SHOPS, vec![&locks::SPACE, &telling])
            .await?;
        read.query(ownership::LATEST, vec![&partitions]).await?;
        read.query(&healths_sql(), vec![&of_targets]).await?;
        read.query(&progress::lock_sql(), vec![&events_of, &targets_of])
            .await?;
        let answers = read.run().await?;
        let [_, _, latest, healths, deliveries] = answers.as_slice() else {
            return Err(StoreError::Unavailable("PostgreSQL did not answer".to_owned()).into());
        };
        let mut group = Self {
            latest: Latest::read(latest)?,
            deliveries: deliveries
                .iter()
                .map(progress::read)
                .collect::<Result<_>>()?,
            healths: healths
                .iter()
                .map(|row| read_health(tx, row))
                .collect::<Result<_>>()?,
            on_record: HashSet::new(),
            attempts: Vec::new(),
            firsts: HashMap::new(),
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
        row.is_some_and(|row| outcome.lease.covers(row.lease, row.progress.attempts))
            && self.latest.is(tx.shared, outcome.id.target, outcome.lease)
    }

    /// An outcome; answers what is to be told of it.
    pub(super) fn add(
        &mut self,
        tx: &Transaction<'_>,
        outcome: &Outcome,
        now: Timestamp,
    ) -> Option<FollowUp> {
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
        let delivered = outcome.verdict.next == Next::Delivered;
        if attempts::is_with_delivery(attempt, number, delivered) {
            self.firsts.insert(outcome.id, Arc::clone(attempt));
        } else {
            let made = (outcome.id, number, Arc::clone(attempt));
            self.attempts.push(made);
        }
        self.changed.insert(outcome.id, Arc::clone(attempt));
        let counted = self.counted.entry(outcome.id.target).or_default();
        counted.push(Counted {
            started_at: attempt.started_at,
            duration: attempt.duration,
            delivered,
        });
        if recorded.counts() {
            self.follow(outcome.id.target, &outcome.verdict, recorded.ended, now)
        } else {
            None
        }
    }

    /// Has the transaction make the writes that were deferred of the group's targets long enough, and defers with its
    /// commit what may be written later of this group. Answers what is deferred no longer.
    pub(super) fn defer(&mut self, tx: &Transaction<'_>, now: Timestamp) -> deferred::Columns {
        let due = tx.shared.deferred.due_of(self.healths.keys().copied());
        let mut carried = deferred::Columns::default();
        for (target, write) in due.writes() {
            let Some(kept) = self.healths.get_mut(&target) else {
                continue;
            };
            let last = &mut kept.health.last_success_at;
            *last = (*last).max(write.last_success_at);
            let last = write.last_success_at.and(*last);
            carried.push(target, write, last.filter(|_| kept.is_quiet()));
        }
        tx.carry(due);
        let no = tx.shared.next_number(now);
        let quiet = self.healths.iter();
        let quiet = quiet.filter_map(|(target, kept)| Some((*target, kept.quiet_success()?)));
        let mut successes: BTreeMap<TargetNo, Timestamp> = quiet.collect();
        let counted = std::mem::take(&mut self.counted).into_iter();
        let later = counted.map(|(target, counted)| Deferred {
            target,
            no,
            counted,
            last_success_at: successes.remove(&target),
        });
        let loud = self.healths.iter().filter(|(_, kept)| !kept.is_quiet());
        let loud = loud.map(|(target, kept)| (*target, kept.health.last_success_at));
        tx.defer(later.collect(), loud.collect());
        carried
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
}

/// Locks the shops of targets, `$2`, whose shop may have to be told of something: whoever adds to its log has it locked.
const LOCK_SHOPS: &str = "SELECT pg_advisory_xact_lock($1::BIGINT + shop)
     FROM (SELECT DISTINCT shop FROM webhooks WHERE no = ANY($2) ORDER BY shop) AS of_them";

/// Reads the healths of the targets that are there, of those in `$1`, and locks them in the order of their numbers.
fn healths_sql() -> String {
    format!(
        "SELECT h.target, w.status, {} FROM healths h JOIN webhooks w ON w.no = h.target JOIN shops s ON s.no = w.shop
         WHERE h.target = ANY($1) AND w.deleted_at IS NULL AND NOT s.deleted ORDER BY h.target FOR UPDATE OF h",
        webhook::HEALTH
    )
}

fn read_health(tx: &Transaction<'_>, row: &Row) -> Result<(TargetNo, Kept)> {
    let target = TargetNo(row.try_get(0)?);
    let mut health = webhook::read_health(row, 2)?;
    tx.shared.deferred.raise(target, &mut health);
    let kept = Kept {
        before: health.clone(),
        health,
        active: TargetStatus::from_code(row.try_get(1)?)? == TargetStatus::Active,
    };
    Ok((target, kept))
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
             JOIN attempts a ON a.event = u.event AND a.target = u.target
             UNION ALL SELECT d.event, d.target, d.first_started_at, d.first_duration_us
             FROM unnest($1::BIGINT[], $2::BIGINT[]) AS u (event, target)
             JOIN deliveries d ON d.event = u.event AND d.target = u.target WHERE d.first_started_at IS NOT NULL",
            &[&events, &targets],
        )
        .await?;
    let read = |row: &Row| {
        let id = DeliveryId {
            event: EventNo(row.try_get(0)?),
            target: TargetNo(row.try_get(1)?),
        };
        Ok((id, row.try_get(2)?, row.try_get(3)?))
    };
    rows.iter().map(read).collect()
}

impl FollowUp {
    /// Disables the target and tells the shop.
    pub(super) async fn make(
        &self,
        tx: &Transaction<'_>,
        healths: &BTreeMap<TargetNo, Kept>,
        now: Timestamp,
    ) -> Result<()> {
        let kept = webhook::target(tx, tx.shared, self.target).await?;
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
