//! The tables and their rows, and the questions that many calls ask of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use claimwire_model::audit::Entry;
use claimwire_model::delivery::{Attempt, Delivery, DeliveryStatus, Progress, SavedState};
use claimwire_model::id::Numbers;
use claimwire_model::lease::Lease;
use claimwire_model::member::Member;
use claimwire_model::replay::Replay;
use claimwire_model::session::Session;
use claimwire_model::shop::ApiKey;
use claimwire_model::{
    DeliveryId, Event, EventNo, Shop, ShopNo, SubjectKind, Target, TargetNo, Timestamp,
};
use uuid::Uuid;

use super::Hinted;
use super::ownership::Ownership;
use crate::commit::Answered;
use crate::document::Document;
use crate::error::{StoreError, StoreResult};
use crate::outbox::NewLetter;
use crate::replay_turns::ReplayTurns;
use crate::sessions::{NewLink, SessionId};

/// All that is kept.
pub(super) struct Tables {
    /// Whose the targets are.
    pub ownership: Ownership,
    pub hinted: Hinted,
    /// Numbers of events.
    pub numbers: Numbers,
    /// The last number given to a shop, key, target, document or replay.
    pub last_no: i64,
    pub shops: BTreeMap<ShopNo, ShopRow>,
    /// By the key's hash.
    pub keys: BTreeMap<[u8; 32], KeyRow>,
    pub targets: BTreeMap<TargetNo, TargetRow>,
    pub documents: BTreeMap<(ShopNo, SubjectKind, String), DocumentRow>,
    pub events: BTreeMap<EventNo, EventRow>,
    /// Events by the id that their caller chose.
    pub given: BTreeMap<(ShopNo, String), EventNo>,
    pub deliveries: BTreeMap<DeliveryId, DeliveryRow>,
    pub replays: BTreeMap<Uuid, ReplayRow>,
    /// Whose turn it is among those that run.
    pub turns: ReplayTurns,
    pub answers: BTreeMap<(Option<ShopNo>, String), AnswerRow>,
    /// Photos by their names.
    pub images: BTreeMap<String, ImageRow>,
    /// By their ids.
    pub sessions: BTreeMap<SessionId, Session>,
    /// Links that were not followed yet, by their ids.
    pub links: BTreeMap<SessionId, NewLink>,
    /// By number.
    pub members: BTreeMap<i64, MemberRow>,
    /// By number.
    pub audit: BTreeMap<i64, (ShopNo, Entry)>,
    /// What is kept of claims at targets.
    pub tickets: BTreeMap<(TargetNo, String), TicketRow>,
    /// How far the mails of notices have come.
    pub mailed: BTreeMap<EventNo, MailedRow>,
    /// Letters that are to be mailed, by number.
    pub letters: BTreeMap<i64, LetterRow>,
}

pub(super) struct ShopRow {
    pub shop: Arc<Shop>,
    pub deleted: bool,
    /// The last claim or contact number given out.
    pub last_numbers: HashMap<SubjectKind, u64>,
}

pub(super) struct MemberRow {
    pub member: Member,
    pub link: Option<SessionId>,
}

pub(super) struct KeyRow {
    pub no: i64,
    pub key: ApiKey,
}

pub(super) struct TargetRow {
    pub kept: Arc<Target>,
    pub deleted: bool,
    /// Events whose delivery waits or is owed a manual attempt.
    pub open: BTreeSet<EventNo>,
}

pub(super) struct ImageRow {
    pub shop: ShopNo,
    pub bytes: u64,
    /// Claims that name it.
    pub uses: u64,
    /// None: in use.
    pub unused_since: Option<Timestamp>,
    pub gone: bool,
}

pub(super) struct DocumentRow {
    /// Its place among the documents: when it was first written.
    pub no: i64,
    /// When that was.
    pub at: Timestamp,
    pub document: Document,
}

pub(super) struct EventRow {
    pub shop: ShopNo,
    pub event: Arc<Event>,
    /// When it was committed.
    pub at: Timestamp,
}

pub(super) struct DeliveryRow {
    pub progress: Progress,
    /// Of the latest lease, unless it was given up.
    pub lease: Option<Lease>,
    /// What a run saved.
    pub saved: Option<SavedState>,
    pub attempts: Vec<AttemptRow>,
}

pub(super) struct AttemptRow {
    pub attempt: Attempt,
    /// Whether the run that it ended delivered; none: it was a step on the way.
    pub acknowledged: Option<bool>,
}

pub(super) struct ReplayRow {
    pub no: i64,
    pub shop: ShopNo,
    pub replay: Replay,
    /// Events up to this one have been looked at.
    pub searched: EventNo,
    /// What was found of events up to this one has been made due.
    pub seen: EventNo,
}

pub(super) struct TicketRow {
    pub shop: ShopNo,
    pub state: SavedState,
    /// When its claim was deleted.
    pub gone_at: Option<Timestamp>,
}

pub(super) struct AnswerRow {
    pub fingerprint: [u8; 32],
    pub answered: Answered,
    pub at: Timestamp,
}

#[derive(Default)]
pub(super) struct MailedRow {
    pub tries: u32,
    /// When it may be taken again; none: it has ended.
    pub due: Option<Timestamp>,
}

pub(super) struct LetterRow {
    /// None: of the operators.
    pub shop: Option<ShopNo>,
    pub letter: NewLetter,
    pub tries: u32,
    /// When it may be taken again.
    pub due: Timestamp,
}

impl Default for Tables {
    fn default() -> Self {
        Self {
            hinted: Hinted::default(),
            ownership: Ownership::default(),
            numbers: Numbers::after(0),
            last_no: 0,
            shops: BTreeMap::new(),
            keys: BTreeMap::new(),
            targets: BTreeMap::new(),
            documents: BTreeMap::new(),
            events: BTreeMap::new(),
            given: BTreeMap::new(),
            deliveries: BTreeMap::new(),
            replays: BTreeMap::new(),
            turns: ReplayTurns::default(),
            answers: BTreeMap::new(),
            images: BTreeMap::new(),
            sessions: BTreeMap::new(),
            links: BTreeMap::new(),
            members: BTreeMap::new(),
            audit: BTreeMap::new(),
            tickets: BTreeMap::new(),
            mailed: BTreeMap::new(),
            letters: BTreeMap::new(),
        }
    }
}

impl Tables {
    pub fn next_no(&mut self) -> i64 {
        self.last_no += 1;
        self.last_no
    }

    /// A shop that is there.
    pub fn shop(&self, no: ShopNo) -> StoreResult<&Arc<Shop>> {
        let row = self.shops.get(&no).filter(|row| !row.deleted);
        row.map(|row| &row.shop).ok_or(StoreError::NotFound)
    }

    /// A target that is there, in a shop that is there.
    pub fn target(&self, no: TargetNo) -> StoreResult<&TargetRow> {
        let row = self.targets.get(&no).filter(|row| !row.deleted);
        let row = row.ok_or(StoreError::NotFound)?;
        self.shop(row.kept.shop).map(|_| row)
    }

    /// A shop's target.
    pub fn target_of(&self, shop: ShopNo, uuid: Uuid) -> StoreResult<&Arc<Target>> {
        self.targets(shop)
            .find(|webhook| webhook.uuid == uuid)
            .ok_or(StoreError::NotFound)
    }

    /// A shop's targets, oldest first.
    pub fn targets(&self, shop: ShopNo) -> impl DoubleEndedIterator<Item = &Arc<Target>> {
        let there = self.shop(shop).is_ok();
        self.targets
            .values()
            .filter(move |row| there && !row.deleted && row.kept.shop == shop)
            .map(|row| &row.kept)
    }

    /// A shop's event by the id that people see.
    pub fn event(&self, shop: ShopNo, id: &str) -> Option<&EventRow> {
        self.shop(shop).ok()?;
        let given = self.given.get(&(shop, id.to_owned())).copied();
        let row = self.events.get(&given.or_else(|| id.parse().ok())?)?;
        (row.shop == shop && row.event.id() == id).then_some(row)
    }

    /// A shop's delivery, with its event and target.
    pub fn delivery(
        &self,
        shop: ShopNo,
        id: DeliveryId,
    ) -> StoreResult<(&DeliveryRow, &EventRow, &TargetRow)> {
        self.shop(shop)?;
        let found = || {
            let event = self.events.get(&id.event).filter(|e| e.shop == shop)?;
            Some((
                self.deliveries.get(&id)?,
                event,
                self.targets.get(&id.target)?,
            ))
        };
        found().ok_or(StoreError::NotFound)
    }

    /// A shop's delivery, as lists show it.
    pub fn shown(&self, shop: ShopNo, id: DeliveryId, now: Timestamp) -> StoreResult<Delivery> {
        let (row, event, target) = self.delivery(shop, id)?;
        let leased = row.leased(&self.ownership, id.target, now).is_some();
        Ok(row.shown(event, target, leased))
    }

    /// Changes a delivery, if it is there, and keeps its target's list of open ones true.
    pub fn change_delivery<T>(
        &mut self,
        id: DeliveryId,
        change: impl FnOnce(&mut DeliveryRow) -> T,
    ) -> Option<T> {
        let row = self.deliveries.get_mut(&id)?;
        let changed = change(row);
        if let Some(target) = self.targets.get_mut(&id.target) {
            if row.progress.is_open() {
                target.open.insert(id.event);
            } else {
                target.open.remove(&id.event);
            }
        }
        Some(changed)
    }
}

impl DeliveryRow {
    /// A new one, due at once.
    pub fn due(now: Timestamp) -> Self {
        Self {
            progress: Progress::new(now),
            lease: None,
            saved: None,
            attempts: Vec::new(),
        }
    }

    /// When its lease ends by the caller's clock, while one is alive.
    pub fn leased(
        &self,
        ownership: &Ownership,
        target: TargetNo,
        now: Timestamp,
    ) -> Option<Timestamp> {
        ownership.alive(target, self.lease?, now)
    }

    fn status(&self, target: &TargetRow, leased: bool) -> DeliveryStatus {
        let status = (!target.deleted).then_some(target.kept.status);
        self.progress.stage.status(status, || leased)
    }

    /// As lists show it.
    pub fn shown(&self, event: &EventRow, target: &TargetRow, leased: bool) -> Delivery {
        let status = self.status(target, leased);
        let last = self.attempts.last().map(|row| &row.attempt);
        Delivery {
            id: DeliveryId {
                event: event.event.no,
                target: target.kept.no,
            },
            event_id: event.event.id(),
            r#ref: event.event.fact.r#ref.clone(),
            kind: target.kept.kind(),
            target_uuid: target.kept.uuid,
            status,
            attempt_count: self.progress.attempts,
            created_at: event.at,
            next_attempt_at: self
                .progress
                .due
                .filter(|_| status == DeliveryStatus::Pending),
            delivered_at: self.progress.delivered_at,
            last_status_code: last.and_then(|attempt| attempt.status_code),
            last_error: last.and_then(|attempt| attempt.error.clone()),
        }
    }
}
