//! The audit log: what people and keys did to a shop's settings.
//!
//! An entry is written just before its change, so that nothing is changed without one. Where the change then fails,
//! because two wrote at once or the store did not answer, the entry stays. What writes claims, orders, shipments,
//! contacts, messages and events has its history in the events themselves and costs no entry.

use claimwire_model::audit::Entry;
use claimwire_model::{Source, Target, Timestamp};
use claimwire_store::{Page, PageRequest, StoreError};

use crate::access::{Admin, As};
use crate::call::Call;
use crate::refusal::Refusal;

/// Bytes of what something was done on.
const ON: usize = 400;

/// One thing that was done.
#[derive(Debug)]
pub struct EntryView {
    /// When.
    pub at: Timestamp,
    /// By whom: the key's or the member's name.
    pub who: String,
    /// By which way.
    pub source: Source,
    /// What: `webhook.created`.
    pub did: String,
    /// On what.
    pub on: String,
}

impl From<Entry> for EntryView {
    fn from(entry: Entry) -> Self {
        let Entry {
            at,
            who,
            source,
            did,
            on,
        } = entry;
        Self {
            at,
            who,
            source,
            did,
            on,
        }
    }
}

/// A page of the shop's audit log, newest first.
///
/// # Errors
/// Only the store's.
pub async fn list(admin: &As<'_, Admin>, page: PageRequest) -> Result<Page<EntryView>, Refusal> {
    let call = admin.call();
    let found = call.store.entries(call.shop.no, page).await?;
    Ok(Page {
        items: found.items.into_iter().map(EntryView::from).collect(),
        next: found.next,
    })
}

impl Call<'_> {
    /// Keeps that something is about to be done.
    pub(crate) async fn note(&self, did: &str, on: impl Into<String>) -> Result<(), Refusal> {
        let mut on = on.into();
        on.truncate(on.floor_char_boundary(ON));
        let entry = Entry {
            at: self.now,
            who: self.caller.name().to_owned(),
            source: self.source,
            did: did.to_owned(),
            on,
        };
        match self.store.add_entry(self.shop.no, entry).await {
            // The change itself says so.
            Err(StoreError::NotFound) => Ok(()),
            done => Ok(done?),
        }
    }

    /// The same of a webhook or connector.
    pub(crate) async fn note_target(&self, did: &str, target: &Target) -> Result<(), Refusal> {
        let on = format!("{} {}", target.label(), target.uuid);
        self.note(did, on).await
    }
}
