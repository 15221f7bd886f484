//! What a group of commits reads, all in one round trip with the beginning of its transaction and the locks of its
//! shops: those are statements of their own, so that what follows sees what was committed before them.
//!
//! Only the first shop's lock is waited for, while none is held. Of the others those are taken that are free: nodes that
//! write in the same shops would else wait for each other in a chain, each with locks that the next one needs.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use claimwire_model::id::first_number_at;
use claimwire_model::lease::Epoch;
use claimwire_model::ownership::Partition;
use claimwire_model::{ShopNo, SubjectKind, TargetNo, Timestamp};
use claimwire_store::codes::Code;
use claimwire_store::commit::{claims_needed, claims_removed};
use tokio_postgres::Row;

use crate::cache::{self, View};
use crate::connection::{Connection, Param};
use crate::error::{Result, damaged};
use crate::jobs::group::{Asked, DocumentKey, Group, Kept, Recorded, Slot, key, with_health};
use crate::locks;
use crate::ownership;
use crate::pipeline::Pipeline;
use crate::rows;
use crate::rows::idempotency::oldest_kept;
use crate::shared::Shared;
use crate::transaction::Transaction;

const SHOPS: &str = "SELECT no, version FROM shops WHERE no = ANY($1) AND NOT deleted";
/// The newest event that is no older than the number `$1`, of whatever shop: to look for each shop's own takes longer, and
/// all that counts is that new ones come behind it. Other days' tables are not looked at.
pub(crate) const NEWEST: &str = "SELECT coalesce(max(no), 0) FROM events WHERE no >= $1";
const DOCUMENTS: &str = "SELECT d.shop, d.kind, d.id, d.no, d.version
     FROM UNNEST($1::BIGINT[], $2::BIGINT[], $3::TEXT[]) AS wanted (shop, kind, id)
     JOIN documents d ON d.shop = wanted.shop AND d.kind = wanted.kind AND d.id = wanted.id";
const MESSAGES: &str = "SELECT d.shop, d.parent, d.id
     FROM UNNEST($1::BIGINT[], $2::TEXT[]) AS wanted (shop, claim)
     JOIN documents d ON d.shop = wanted.shop AND d.kind = $3 AND d.parent = wanted.claim";
const ANSWERS: &str = "SELECT i.shop, i.key, i.fingerprint, i.status, i.body
     FROM UNNEST($1::BIGINT[], $2::TEXT[], $3::BIGINT[]) AS wanted (shop, key, since)
     JOIN idempotency i ON i.shop = wanted.shop AND i.key = wanted.key AND i.no >= wanted.since";

/// Of targets whose partitions this node owns, with the epoch, their health; and the time.
fn healths() -> String {
    format!(
        "SELECT w.no, clock_ms(), (SELECT o.epoch FROM owners o WHERE o.partition = w.partition AND o.node = $2
           AND {}), {}
         FROM webhooks w JOIN healths h ON h.target = w.no WHERE w.no = ANY($1)",
        ownership::still_owns("$2"),
        rows::webhook::HEALTH
    )
}

fn given() -> String {
    format!(
        "SELECT {} FROM UNNEST($1::BIGINT[], $2::TEXT[]) AS wanted (shop, id)
         JOIN event_ids i ON i.shop = wanted.shop AND i.given_id = wanted.id JOIN events e ON e.no = i.event",
        rows::event::COLUMNS
    )
}

/// The shops whose locks a group has.
pub(super) type Locked = BTreeSet<ShopNo>;

/// Which rows these are, in the order of columns.
pub(super) struct Wanted {
    pub(super) now: Timestamp,
    /// No new event gets a number below it.
    least: i64,
    /// In the order in which the group names them.
    shops: Vec<i64>,
    views: BTreeMap<ShopNo, Arc<View>>,
    /// Shops that get events.
    told: Vec<i64>,
    documents: (Vec<i64>, Vec<i64>, Vec<String>),
    /// Claims that are to be removed.
    claims: (Vec<i64>, Vec<String>),
    given: (Vec<i64>, Vec<String>),
    answers: (Vec<i64>, Vec<String>, Vec<i64>),
    targets: Vec<i64>,
}

impl Wanted {
    pub(super) fn of(shared: &Shared, asked: &[&Asked]) -> Self {
        let mut wanted = Self {
            now: Timestamp::from_millis(0),
            least: i64::MAX,
            shops: Vec::new(),
            views: BTreeMap::new(),
            told: Vec::new(),
            documents: Default::default(),
            claims: Default::default(),
            given: Default::default(),
            answers: Default::default(),
            targets: Vec::new(),
        };
        let (mut told, mut targets) = (BTreeSet::new(), BTreeSet::new());
        let mut shops = HashSet::new();
        let mut documents: BTreeSet<DocumentKey> = BTreeSet::new();
        for Asked { commit, .. } in asked {
            let shop = commit.shop.no;
            wanted.now = wanted.now.max(commit.now);
            wanted.least = wanted.least.min(first_number_at(commit.now));
            if shops.insert(shop.0) {
                wanted.shops.push(shop.0);
                let known = shared.cache.get(shop);
                wanted.views.extend(known.map(|view| (shop, view)));
            }
            documents.extend(
                commit
                    .writes
                    .iter()
                    .map(|write| key(shop, write.kind, &write.id)),
            );
            documents.extend(
                claims_needed(&commit.writes).map(|claim| key(shop, SubjectKind::Claim, claim)),
            );
            for claim in claims_removed(&commit.writes) {
                wanted.claims.0.push(shop.0);
                wanted.claims.1.push(claim.to_owned());
            }
            if let Some(asked) = &commit.idempotency {
                wanted.answers.0.push(shop.0);
                wanted.answers.1.push(asked.key.clone());
                wanted.answers.2.push(oldest_kept(commit.now));
            }
            for fact in &commit.facts {
                told.insert(shop.0);
                if let Some(id) = &fact.given_id {
                    wanted.given.0.push(shop.0);
                    wanted.given.1.push(id.clone());
                }
                if let Some(view) = wanted.views.get(&shop) {
                    let subscribers = view.webhooks.subscribers(fact);
                    targets.extend(subscribers.iter().map(|webhook| webhook.no.0));
                }
            }
        }
        for (shop, kind, id) in documents {
            wanted.documents.0.push(shop);
            wanted.documents.1.push(kind);
            wanted.documents.2.push(id);
        }
        wanted.told = told.into_iter().collect();
        wanted.targets = targets.into_iter().collect();
        wanted
    }
}

/// The rows that were found, in the order of the statements below.
struct Found(std::vec::IntoIter<Vec<Row>>);

impl Found {
    /// Of the next statement, if it was sent.
    fn next(&mut self, sent: bool) -> Vec<Row> {
        if sent { self.0.next() } else { None }.unwrap_or_default()
    }
}

/// Begins the transaction, unless that was done, locks shops and reads. What is known of shops that could not be locked
/// is not to be gone by.
pub(super) async fn read(
    tx: &Transaction<'_>,
    begun: bool,
    wanted: &Wanted,
) -> Result<(Group, Locked)> {
    let shared = tx.shared;
    let (healths, given) = (healths(), given());
    let node = shared.node();
    let message = SubjectKind::Message.code();
    let mut pipeline = Pipeline::on(tx);
    if !begun {
        pipeline.plain(tx.beginning_of_group());
    }
    let (first, others) = wanted.shops.split_at(wanted.shops.len().min(1));
    let (first, others): ([Param<'_>; 2], [Param<'_>; 2]) =
        ([&locks::SPACE, &first], [&locks::SPACE, &others]);
    pipeline.query(locks::LOCK, first.to_vec()).await?;
    pipeline.query(locks::LOCK_FREE, others.to_vec()).await?;
    pipeline.query(SHOPS, vec![&wanted.shops]).await?;
    let sent = [
        !wanted.told.is_empty(),
        !wanted.documents.0.is_empty(),
        !wanted.claims.0.is_empty(),
        !wanted.given.0.is_empty(),
        !wanted.answers.0.is_empty(),
        !wanted.targets.is_empty(),
    ];
    if sent[0] {
        pipeline.query(NEWEST, vec![&wanted.least]).await?;
    }
    if sent[1] {
        let (shops, kinds, ids) = &wanted.documents;
        pipeline.query(DOCUMENTS, vec![shops, kinds, ids]).await?;
    }
    if sent[2] {
        let (shops, claims) = &wanted.claims;
        pipeline
            .query(MESSAGES, vec![shops, claims, &message])
            .await?;
    }
    if sent[3] {
        pipeline
            .query(&given, vec![&wanted.given.0, &wanted.given.1])
            .await?;
    }
    if sent[4] {
        let (shops, keys, since) = &wanted.answers;
        pipeline.query(ANSWERS, vec![shops, keys, since]).await?;
    }
    if sent[5] {
        pipeline
            .query(&healths, vec![&wanted.targets, &node])
            .await?;
    }
    let mut found = Found(pipeline.run().await?.into_iter());
    found.next(!begun);
    found.next(true);
    let mut locked: Locked = wanted.shops.iter().take(1).copied().map(ShopNo).collect();
    for row in found.next(true) {
        locked.insert(ShopNo(row.try_get(0)?));
    }
    let shops = found.next(true);

    let mut group = Group::at(wanted.now);
    for row in found.next(sent[0]) {
        group.newest = row.try_get(0)?;
    }
    for row in found.next(sent[1]) {
        let place: DocumentKey = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        group.documents.insert(place, slot(&row)?);
    }
    for row in found.next(sent[2]) {
        let claim = (ShopNo(row.try_get(0)?), row.try_get(1)?);
        group
            .messages
            .entry(claim)
            .or_default()
            .insert(row.try_get(2)?);
    }
    for row in found.next(sent[3]) {
        let event = rows::event::read(&row)?;
        let shop = ShopNo(row.try_get(12)?);
        let id = event.fact.given_id.clone().unwrap_or_default();
        group.given.insert((shop, id), Arc::new(event));
    }
    for row in found.next(sent[4]) {
        let place = (ShopNo(row.try_get(0)?), row.try_get(1)?);
        group.answers.insert(place, recorded(&row)?);
    }
    let healths = found.next(sent[5]);
    let changed = views(tx, wanted, &shops, &locked, &mut group).await?;
    targets(&mut group, &healths)?;
    if changed {
        let subscribed = subscribed(&group, wanted);
        read_owned(tx, shared, &mut group, &subscribed).await?;
    }
    Ok((group, locked))
}

fn slot(row: &Row) -> Result<Slot> {
    let no = row.try_get(3)?;
    Ok(Slot {
        row: Some(no),
        now: Some(Kept {
            no,
            version: rows::count(row, 4)?,
            content: None,
        }),
        written: false,
    })
}

fn recorded(row: &Row) -> Result<Recorded> {
    Ok(Recorded {
        fingerprint: row.try_get(2)?,
        status: rows::count(row, 3)?,
        body: row.try_get(4)?,
        no: None,
    })
}

/// Those of the locked shops that are there, as they are now. True: some were not in memory as they are.
async fn views(
    tx: &Transaction<'_>,
    wanted: &Wanted,
    shops: &[Row],
    locked: &Locked,
    group: &mut Group,
) -> Result<bool> {
    let mut changed = false;
    for row in shops {
        let (shop, version) = (ShopNo(row.try_get(0)?), row.try_get::<_, i64>(1)?);
        if !locked.contains(&shop) {
            continue;
        }
        let view = match wanted.views.get(&shop) {
            Some(view) if view.version == version => view.clone(),
            _ => {
                changed = true;
                let read = cache::read::read(tx, &tx.shared.vault, shop).await?;
                let read = read.ok_or_else(|| damaged("a shop is gone that was locked"))?;
                tx.shared.cache.put(&read);
                read
            }
        };
        group.views.insert(shop, view);
    }
    Ok(changed)
}

/// All webhooks of the group's shops: which of them are subscribed to what was asked anew is not worth finding out.
fn subscribed(group: &Group, wanted: &Wanted) -> BTreeSet<TargetNo> {
    let told: HashSet<i64> = wanted.told.iter().copied().collect();
    let views = group
        .views
        .values()
        .filter(|view| told.contains(&view.shop.no.0));
    views
        .flat_map(|view| view.webhooks.iter().map(|webhook| webhook.no))
        .collect()
}

/// Reads the health of targets and which of them this node owns.
pub(crate) async fn read_owned(
    conn: &Connection,
    shared: &Shared,
    group: &mut Group,
    wanted: &BTreeSet<TargetNo>,
) -> Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    let numbers: Vec<i64> = wanted.iter().map(|target| target.0).collect();
    let found = conn.query(&healths(), &[&numbers, &shared.node()]).await?;
    targets(group, &found)
}

fn targets(group: &mut Group, found: &[Row]) -> Result<()> {
    let mut healths = HashMap::new();
    for row in found {
        let no = TargetNo(row.try_get(0)?);
        group.clock = rows::time(row.try_get(1)?);
        if let Some(epoch) = row.try_get::<_, Option<i64>>(2)? {
            let epoch = Epoch(epoch.unsigned_abs());
            group.owned.insert(Partition::of(no), epoch);
        }
        healths.insert(no, rows::webhook::read_health(row, 3)?);
    }
    let views: Vec<Arc<View>> = group.views.values().cloned().collect();
    for (no, health) in healths {
        let known = views.iter().find_map(|view| view.webhooks.get(no));
        if let Some(target) = known {
            group.targets.insert(no, with_health(target, health));
        }
    }
    Ok(())
}
