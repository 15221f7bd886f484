//! Notices to be mailed.

use async_trait::async_trait;
use claimwire_model::id::first_number_at;
use claimwire_model::{EventNo, SubjectKind, Timestamp};

use super::MemoryStore;
use super::rows::MailedRow;
use crate::error::StoreResult;
use crate::notices::{NOTICE_KEPT, Notice, Notices};

#[async_trait]
impl Notices for MemoryStore {
    async fn take_notice(&self, now: Timestamp, until: Timestamp) -> StoreResult<Option<Notice>> {
        let mut tables = self.tables();
        let oldest = EventNo(first_number_at(now.minus(NOTICE_KEPT)));
        tables.mailed = tables.mailed.split_off(&oldest);
        let due = |no: &EventNo| {
            let row = tables.mailed.get(no);
            row.is_none_or(|row| row.due.is_some_and(|due| due <= now))
        };
        let found = tables.events.range(oldest..).find_map(|(no, row)| {
            let fact = &row.event.fact;
            let kind = fact.subject.as_ref().map(|subject| subject.kind);
            let ours = kind == Some(SubjectKind::Webhook) && !fact.posted;
            let shop = tables.shop(row.shop).ok()?.clone();
            (ours && due(no)).then(|| (*no, shop, row.event.clone()))
        });
        let Some((no, shop, event)) = found else {
            return Ok(None);
        };
        let row = tables.mailed.entry(no).or_default();
        let tries = row.tries;
        *row = MailedRow {
            tries: tries + 1,
            due: Some(until),
        };
        Ok(Some(Notice { shop, event, tries }))
    }

    async fn notice_ended(&self, event: EventNo) -> StoreResult<()> {
        self.tables().mailed.entry(event).or_default().due = None;
        Ok(())
    }

    async fn notice_again(&self, event: EventNo, at: Timestamp) -> StoreResult<()> {
        self.tables().mailed.entry(event).or_default().due = Some(at);
        Ok(())
    }
}
