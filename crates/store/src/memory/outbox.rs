//! What is to be mailed.

use async_trait::async_trait;
use claimwire_model::id::first_number_at;
use claimwire_model::{EventNo, ShopNo, SubjectKind, Timestamp};

use super::MemoryStore;
use super::rows::{LetterRow, MailedRow, Tables};
use crate::error::StoreResult;
use crate::outbox::{MAIL_KEPT, Mail, MailContent, MailId, NewLetter, Outbox};

#[async_trait]
impl Outbox for MemoryStore {
    async fn take_mail(&self, now: Timestamp, until: Timestamp) -> StoreResult<Option<Mail>> {
        let mut tables = self.tables();
        let notice = tables.take_notice(now, until);
        Ok(notice.or_else(|| tables.take_letter(now, until)))
    }

    async fn mail_ended(&self, id: MailId) -> StoreResult<()> {
        let mut tables = self.tables();
        match id {
            MailId::Notice(event) => tables.mailed.entry(event).or_default().due = None,
            MailId::Letter(no) => {
                tables.letters.remove(&no);
            }
        }
        Ok(())
    }

    async fn mail_again(&self, id: MailId, at: Timestamp) -> StoreResult<()> {
        let mut tables = self.tables();
        match id {
            MailId::Notice(event) => tables.mailed.entry(event).or_default().due = Some(at),
            MailId::Letter(no) => {
                if let Some(row) = tables.letters.get_mut(&no) {
                    row.due = at;
                }
            }
        }
        Ok(())
    }
}

impl Tables {
    /// Keeps a letter; `shop`: none for the operators.
    pub(super) fn add_letter(&mut self, shop: Option<ShopNo>, letter: NewLetter) {
        let no = self.next_no();
        let row = LetterRow {
            shop,
            due: letter.at,
            letter,
            tries: 0,
        };
        self.letters.insert(no, row);
    }

    fn take_notice(&mut self, now: Timestamp, until: Timestamp) -> Option<Mail> {
        let oldest = EventNo(first_number_at(now.minus(MAIL_KEPT)));
        self.mailed = self.mailed.split_off(&oldest);
        let due = |no: &EventNo| {
            let row = self.mailed.get(no);
            row.is_none_or(|row| row.due.is_some_and(|due| due <= now))
        };
        let (no, shop, event) = self.events.range(oldest..).find_map(|(no, row)| {
            let fact = &row.event.fact;
            let kind = fact.subject.as_ref().map(|subject| subject.kind);
            let ours = kind == Some(SubjectKind::Webhook) && !fact.posted;
            let shop = self.shop(row.shop).ok()?.clone();
            (ours && due(no)).then(|| (*no, shop, row.event.clone()))
        })?;
        let row = self.mailed.entry(no).or_default();
        let tries = row.tries;
        *row = MailedRow {
            tries: tries + 1,
            due: Some(until),
        };
        Some(Mail {
            id: MailId::Notice(no),
            at: event.fact.triggered_at,
            content: MailContent::Notice(shop, event),
            tries,
        })
    }

    fn take_letter(&mut self, now: Timestamp, until: Timestamp) -> Option<Mail> {
        let due = self.letters.iter().filter(|(_, row)| row.due <= now);
        let (no, _) = due.min_by_key(|(no, row)| (row.due, **no))?;
        let no = *no;
        let row = self.letters.get_mut(&no)?;
        row.tries += 1;
        row.due = until;
        Some(Mail {
            id: MailId::Letter(no),
            at: row.letter.at,
            content: MailContent::Letter(row.letter.content.clone()),
            tries: row.tries - 1,
        })
    }
}
