//! The commit: everything is checked before anything is written.

use std::collections::BTreeMap;

use claimwire_model::event::Fact;
use claimwire_model::{ShopNo, SubjectKind, Timestamp};

use super::Notifications;
use super::rows::{DocumentRow, Tables};
use crate::commit::{
    Commit, Committed, Write, claims_needed, claims_removed, is_repeated, last_write,
};
use crate::document::Document;
use crate::error::{StoreError, StoreResult};

impl Tables {
    pub fn commit(
        &mut self,
        commit: Commit,
        notifications: &mut Notifications,
    ) -> StoreResult<Committed> {
        let Commit {
            shop,
            now,
            writes,
            facts,
            images,
            letters,
            idempotency,
        } = commit;
        let shop = self.shop(shop.no)?.no;
        if let Some(answered) = self.before(Some(shop), idempotency.as_ref(), now)? {
            return Ok(Committed::Before(answered));
        }
        self.check_writes(shop, &writes)?;
        self.check_facts(shop, &facts)?;

        for write in writes {
            self.write_document(shop, write, now);
        }
        self.change_image_uses(shop, images, now);
        for letter in letters {
            self.add_letter(Some(shop), letter);
        }
        let mut events = Vec::with_capacity(facts.len());
        for fact in facts {
            let known = fact.given_id.as_deref().and_then(|id| self.event(shop, id));
            let known = known.map(|row| row.event.clone());
            events.push(known.unwrap_or_else(|| self.add_event(shop, fact, now, notifications)));
        }
        self.remember(Some(shop), idempotency, &events, now);
        Ok(Committed::Now(events))
    }

    fn check_writes(&self, shop: ShopNo, writes: &[Write]) -> StoreResult<()> {
        let mut versions: BTreeMap<(SubjectKind, &str), u64> = BTreeMap::new();
        for write in writes {
            let version = versions.entry((write.kind, &write.id)).or_insert_with(|| {
                let row = self.documents.get(&(shop, write.kind, write.id.clone()));
                row.map_or(0, |row| row.document.version)
            });
            if *version != write.expected_version {
                return Err(StoreError::Stale);
            }
            *version = write.after.as_ref().map_or(0, |_| *version + 1);
        }
        self.check_messages(shop, writes)
    }

    /// No message is without its claim.
    fn check_messages(&self, shop: ShopNo, writes: &[Write]) -> StoreResult<()> {
        let claim = |id: &str| (shop, SubjectKind::Claim, id.to_owned());
        let is_there = |id: &str| match last_write(writes, SubjectKind::Claim, id) {
            Some(write) => write.after.is_some(),
            None => self.documents.contains_key(&claim(id)),
        };
        let stays = |row: &DocumentRow, parent: &str| {
            let document = &row.document;
            let write = last_write(writes, document.kind, &document.id);
            document.parent.as_deref() == Some(parent) && write.is_none_or(|w| w.after.is_some())
        };
        let messages = || {
            let ours = |(place, row)| {
                let (s, kind, _): &(ShopNo, SubjectKind, String) = place;
                (*s == shop && *kind == SubjectKind::Message).then_some(row)
            };
            self.documents.iter().filter_map(ours)
        };
        let left = claims_removed(writes).any(|id| messages().any(|row| stays(row, id)));
        if left || !claims_needed(writes).all(is_there) {
            return Err(StoreError::Stale);
        }
        Ok(())
    }

    fn check_facts(&self, shop: ShopNo, facts: &[Fact]) -> StoreResult<()> {
        let mut firsts: BTreeMap<&str, &Fact> = BTreeMap::new();
        for fact in facts {
            let Some(id) = fact.given_id.as_deref() else {
                continue;
            };
            let kept = self.event(shop, id).map(|row| &row.event.fact);
            let first = *firsts.entry(id).or_insert(kept.unwrap_or(fact));
            if !is_repeated(first, fact) {
                return Err(StoreError::Conflict);
            }
        }
        Ok(())
    }

    fn write_document(&mut self, shop: ShopNo, write: Write, now: Timestamp) {
        let place = (shop, write.kind, write.id.clone());
        let Some(content) = write.after else {
            self.documents.remove(&place);
            if write.kind == SubjectKind::Claim {
                self.claim_gone(shop, &write.id, now);
            }
            return;
        };
        let first = self.documents.get(&place).map(|row| (row.no, row.at));
        let (no, at) = first.unwrap_or_else(|| (self.next_no(), now));
        let document = Document {
            kind: write.kind,
            id: write.id,
            parent: content.parent,
            version: write.expected_version + 1,
            json: content.json,
        };
        self.documents
            .insert(place, DocumentRow { no, at, document });
    }
}
