//! What is to be mailed, until it was or never will be.
//!
//! A mail is one of two: a **notice**, which is the operational event of a webhook that was warned or disabled and is
//! there exactly when that was committed; or a **letter**, written when something happened and kept with it in one
//! commit. A letter may hold a link that opens something: it is sealed where the store seals.
//!
//! Whoever mails takes one at a time, for a while. Of several that ask, each gets another.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use claimwire_model::{Event, EventNo, Shop, Timestamp};

use crate::error::StoreResult;

/// What was not mailed for so long is not mailed any more.
pub const MAIL_KEPT: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// A letter about to be kept.
#[derive(Clone, PartialEq, Eq)]
pub struct NewLetter {
    /// When what it tells happened; it is due from then on.
    pub at: Timestamp,
    /// The letter, as those who write and send it agreed. The store does not look into it.
    pub content: Vec<u8>,
}

/// Nothing of what it says.
impl fmt::Debug for NewLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewLetter({} bytes)", self.content.len())
    }
}

/// Which mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MailId {
    /// The notice of this event.
    Notice(EventNo),
    /// The letter of this number.
    Letter(i64),
}

/// What a mail says.
#[derive(Clone)]
pub enum MailContent {
    /// What happened, and to whom: `webhooks/warned` or `webhooks/disabled`, as we made it.
    Notice(Arc<Shop>, Arc<Event>),
    /// See [`NewLetter::content`].
    Letter(Vec<u8>),
}

/// Nothing of a letter.
impl fmt::Debug for MailContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Notice(shop, event) => write!(f, "Notice({}, {})", shop.slug, event.no),
            Self::Letter(content) => write!(f, "Letter({} bytes)", content.len()),
        }
    }
}

/// A mail to be sent.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Which.
    pub id: MailId,
    /// When what it tells happened.
    pub at: Timestamp,
    /// What it says.
    pub content: MailContent,
    /// How often it was taken before.
    pub tries: u32,
}

/// Mails, each taken until it has ended.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// A mail that is due, if any, the earliest notice first; until `until` it is not given to anyone else. It is due
    /// from its commit on, and again when `until` has passed without [`Outbox::mail_ended`] or [`Outbox::mail_again`].
    /// Not: notices older than [`MAIL_KEPT`], events that were posted, and what belongs to deleted shops.
    async fn take_mail(&self, now: Timestamp, until: Timestamp) -> StoreResult<Option<Mail>>;
    /// It was sent, or never will be. Nothing is kept of a letter.
    async fn mail_ended(&self, id: MailId) -> StoreResult<()>;
    /// It is due again at `at`.
    async fn mail_again(&self, id: MailId, at: Timestamp) -> StoreResult<()>;
}
