//! What a group of commits comes to: decided from what was read of the database under the locks of the shops, with
//! what the commits before have done. Nothing is asked and nothing is written here.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use claimwire_model::event::Fact;
use claimwire_model::health::Health;
use claimwire_model::lease::{Epoch, Lease};
use claimwire_model::ownership::Partition;
use claimwire_model::target::Target;
use claimwire_model::{DeliveryId, Event, EventNo, Lane, ShopNo, SubjectKind, TargetNo, Timestamp};
use claimwire_store::codes::Code;
use claimwire_store::commit::{Write, claims_needed, claims_removed, is_repeated, last_write};
use claimwire_store::images::ImageUse;
use claimwire_store::{Answered, Commit, Committed, StoreError, StoreResult};

use super::fan_out::FanOut;
use crate::cache::View;
use crate::effects::Effects;
use crate::outbox::Sealed;
use crate::rows;
use crate::shared::Shared;

/// Shop, kind and id.
pub(crate) type DocumentKey = (i64, i64, String);

/// A commit, and the hashes of the terms of what it writes.
pub(crate) struct Asked {
    pub(crate) commit: Commit,
    pub(crate) terms: Vec<Option<Vec<i64>>>,
}

/// A document in the group.
#[derive(Default)]
pub(crate) struct Slot {
    /// Of the row that the database has.
    pub(crate) row: Option<i64>,
    /// As the group leaves it.
    pub(crate) now: Option<Kept>,
    /// Whether it differs from the row.
    pub(crate) written: bool,
}

/// What is kept of a document.
pub(crate) struct Kept {
    pub(crate) no: i64,
    pub(crate) version: u64,
    /// None: as the row has it.
    pub(crate) content: Option<Written>,
}

/// What a document holds anew.
pub(crate) struct Written {
    pub(crate) parent: Option<String>,
    pub(crate) json: String,
    pub(crate) terms: Option<Vec<i64>>,
}

/// A recorded answer.
pub(crate) struct Recorded {
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) status: u16,
    /// Sealed.
    pub(crate) body: Vec<u8>,
    /// To be written, under this number.
    pub(crate) no: Option<i64>,
}

/// An event to be written.
pub(crate) struct NewEvent {
    pub(crate) shop: ShopNo,
    pub(crate) event: Arc<Event>,
    /// Whose row holds its context, if another's does.
    pub(crate) context_of: Option<EventNo>,
}

/// A delivery to be written.
pub(crate) struct NewDelivery {
    pub(crate) id: DeliveryId,
    pub(crate) due: Timestamp,
    pub(crate) lane: Option<Lane>,
    pub(crate) lease: Option<Lease>,
}

/// Deliveries to be made later: of each event for each target.
pub(crate) struct NewFanOut {
    pub(crate) no: i64,
    pub(crate) shop: ShopNo,
    pub(crate) events: Vec<i64>,
    pub(crate) targets: Vec<i64>,
}

/// What is known of the database, and what the group makes of it.
pub(crate) struct Group {
    /// Of living shops.
    pub(crate) views: HashMap<ShopNo, Arc<View>>,
    /// New events get greater numbers.
    pub(crate) newest: i64,
    pub(crate) documents: HashMap<DocumentKey, Slot>,
    /// The messages on claims that are to be removed.
    pub(crate) messages: HashMap<(ShopNo, String), HashSet<String>>,
    /// By the ids that callers chose.
    pub(crate) given: HashMap<(ShopNo, String), Arc<Event>>,
    pub(crate) answers: HashMap<(ShopNo, String), Recorded>,
    /// Of those that are subscribed to something in the group.
    pub(crate) targets: HashMap<TargetNo, Arc<Target>>,
    /// What this node owns.
    pub(crate) owned: HashMap<Partition, Epoch>,
    /// The store's time.
    pub(crate) clock: Timestamp,

    pub(crate) events: Vec<NewEvent>,
    pub(crate) deliveries: Vec<NewDelivery>,
    pub(crate) fan_outs: Vec<NewFanOut>,
    pub(crate) images: Vec<(ShopNo, ImageUse, Timestamp)>,
    /// Claims that were deleted, by shop, and when.
    pub(crate) claims_gone: Vec<(ShopNo, String, Timestamp)>,
    pub(crate) letters: Vec<Sealed>,
    pub(crate) effects: Effects,
}

impl Group {
    /// Of which nothing is known yet.
    pub(crate) fn at(clock: Timestamp) -> Self {
        Self {
            views: HashMap::new(),
            newest: 0,
            documents: HashMap::new(),
            messages: HashMap::new(),
            given: HashMap::new(),
            answers: HashMap::new(),
            targets: HashMap::new(),
            owned: HashMap::new(),
            clock,
            events: Vec::new(),
            deliveries: Vec::new(),
            fan_outs: Vec::new(),
            images: Vec::new(),
            claims_gone: Vec::new(),
            letters: Vec::new(),
            effects: Effects::default(),
        }
    }

    /// Whether there is anything to be written.
    pub(crate) fn writes(&self) -> bool {
        let documents = || self.documents.values().any(|slot| slot.written);
        let answers = || self.answers.values().any(|recorded| recorded.no.is_some());
        let letters = !self.letters.is_empty();
        !self.events.is_empty() || !self.images.is_empty() || letters || documents() || answers()
    }

    /// Does one commit: all of it, or nothing.
    pub(crate) fn commit(&mut self, shared: &Shared, asked: &Asked) -> StoreResult<Committed> {
        let commit = &asked.commit;
        let view = self.views.get(&commit.shop.no).cloned();
        let view = view.ok_or(StoreError::NotFound)?;
        if let Some(answered) = self.before(shared, commit)? {
            return Ok(Committed::Before(answered));
        }
        self.check_versions(commit)?;
        self.check_messages(commit)?;
        self.check_facts(commit)?;

        self.write_documents(shared, commit, &asked.terms);
        let uses = commit.images.iter().cloned();
        self.images
            .extend(uses.map(|change| (view.shop.no, change, commit.now)));
        for letter in &commit.letters {
            let shop = Some(view.shop.no);
            self.letters.push(Sealed::of(shared, shop, letter)?);
        }
        let events = FanOut::new(&view, commit.now).events(self, shared, &commit.facts);
        self.keep_answer(shared, commit, &events)?;
        Ok(Committed::Now(events))
    }

    fn before(&self, shared: &Shared, commit: &Commit) -> StoreResult<Option<Answered>> {
        let Some(asked) = &commit.idempotency else {
            return Ok(None);
        };
        let shop = commit.shop.no;
        let Some(recorded) = self.answers.get(&(shop, asked.key.clone())) else {
            return Ok(None);
        };
        if recorded.fingerprint != asked.fingerprint {
            return Err(StoreError::Conflict);
        }
        let vault = &shared.vault;
        let body = vault.open_answer(Some(shop), &asked.key, &recorded.body)?;
        let status = recorded.status;
        Ok(Some(Answered { status, body }))
    }

    fn keep_answer(
        &mut self,
        shared: &Shared,
        commit: &Commit,
        events: &[Arc<Event>],
    ) -> StoreResult<()> {
        let Some(asked) = &commit.idempotency else {
            return Ok(());
        };
        let shop = commit.shop.no;
        let body = (asked.body)(events);
        let recorded = Recorded {
            fingerprint: asked.fingerprint.to_vec(),
            status: asked.status,
            body: shared.vault.seal_answer(Some(shop), &asked.key, &body)?,
            no: Some(shared.next_number(commit.now)),
        };
        self.answers.insert((shop, asked.key.clone()), recorded);
        Ok(())
    }

    /// Refuses a commit whose documents are not as they were when it was made. A second write of one
    /// document in the same commit expects what the first leaves.
    fn check_versions(&self, commit: &Commit) -> StoreResult<()> {
        let mut versions: HashMap<(SubjectKind, &str), u64> = HashMap::new();
        for write in &commit.writes {
            let version = versions.entry((write.kind, &write.id)).or_insert_with(|| {
                let slot = self
                    .documents
                    .get(&key(commit.shop.no, write.kind, &write.id));
                let kept = slot.and_then(|slot| slot.now.as_ref());
                kept.map_or(0, |kept| kept.version)
            });
            if *version != write.expected_version {
                return Err(StoreError::Stale);
            }
            *version = write.after.as_ref().map_or(0, |_| *version + 1);
        }
        Ok(())
    }

    /// Refuses a commit that would leave a message without its claim.
    fn check_messages(&self, commit: &Commit) -> StoreResult<()> {
        let (shop, writes) = (commit.shop.no, &commit.writes);
        let is_there = |claim: &str| match last_write(writes, SubjectKind::Claim, claim) {
            Some(write) => write.after.is_some(),
            None => {
                let slot = self.documents.get(&key(shop, SubjectKind::Claim, claim));
                slot.is_some_and(|slot| slot.now.is_some())
            }
        };
        let stays = |id: &String| {
            let write = last_write(writes, SubjectKind::Message, id);
            write.is_none_or(|write| write.after.is_some())
        };
        let left = claims_removed(writes).any(|claim| {
            let messages = self.messages.get(&(shop, claim.to_owned()));
            messages.is_some_and(|messages| messages.iter().any(stays))
        });
        if left || !claims_needed(writes).all(is_there) {
            return Err(StoreError::Stale);
        }
        Ok(())
    }

    fn check_facts(&self, commit: &Commit) -> StoreResult<()> {
        let mut firsts: HashMap<&str, &Fact> = HashMap::new();
        for fact in &commit.facts {
            let Some(id) = fact.given_id.as_deref() else {
                continue;
            };
            let known = self.given.get(&(commit.shop.no, id.to_owned()));
            let first = firsts
                .entry(id)
                .or_insert_with(|| known.map_or(fact, |event| &event.fact));
            if !is_repeated(first, fact) {
                return Err(StoreError::Conflict);
            }
        }
        Ok(())
    }

    fn write_documents(&mut self, shared: &Shared, commit: &Commit, terms: &[Option<Vec<i64>>]) {
        let shop = commit.shop.no;
        for (place, write) in commit.writes.iter().enumerate() {
            let Write {
                kind,
                id,
                expected_version,
                after,
            } = write;
            self.write_message(shop, write);
            let slot = self.documents.entry(key(shop, *kind, id)).or_default();
            slot.written = true;
            let Some(content) = after else {
                slot.now = None;
                if *kind == SubjectKind::Claim {
                    self.claims_gone.push((shop, id.clone(), commit.now));
                }
                continue;
            };
            let no = slot.now.as_ref().map(|kept| kept.no);
            slot.now = Some(Kept {
                no: no.unwrap_or_else(|| shared.next_number(commit.now)),
                version: expected_version + 1,
                content: Some(Written {
                    parent: content.parent.as_deref().map(rows::document::parent),
                    json: content.json.clone(),
                    terms: terms.get(place).cloned().flatten(),
                }),
            });
        }
    }

    /// Messages stay on their claim.
    fn write_message(&mut self, shop: ShopNo, write: &Write) {
        if write.kind != SubjectKind::Message {
            return;
        }
        match &write.after {
            Some(content) => {
                if let Some(claim) = &content.parent {
                    let messages = self.messages.entry((shop, claim.clone())).or_default();
                    messages.insert(write.id.clone());
                }
            }
            None => {
                for ((of, _), messages) in &mut self.messages {
                    if *of == shop {
                        messages.remove(&write.id);
                    }
                }
            }
        }
    }
}

/// The place of a document.
pub(crate) fn key(shop: ShopNo, kind: SubjectKind, id: &str) -> DocumentKey {
    (shop.0, kind.code(), id.to_owned())
}

/// The same target with this health.
pub(crate) fn with_health(target: &Arc<Target>, health: Health) -> Arc<Target> {
    if target.health == health {
        return target.clone();
    }
    Arc::new(Target {
        health,
        ..Target::clone(target)
    })
}
