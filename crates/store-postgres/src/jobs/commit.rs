//! What a group of commits comes to: decided from what was read of the database under the locks of the shops, with
//! what the commits before have done. Nothing is asked and nothing is written here.

use std::collections::HashMap;
use std::sync::Arc;

use claimwire_model::event::Fact;
use claimwire_model::{Event, ShopNo, SubjectKind};
use claimwire_store::commit::{Write, claims_needed, claims_removed, is_repeated, last_write};
use claimwire_store::{Answered, Commit, Committed, StoreError, StoreResult};

use super::fan_out::FanOut;
use super::group::{Asked, Group, Kept, Recorded, Written, key};
use crate::outbox::sealed::Sealed;
use crate::rows;
use crate::shared::Shared;

impl Group {
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
