//! Dialects that an operator describes in files (contract section 5, "Your own").
//!
//! They are set once, at the start, before anything is read that names one. What the wire form is, is wire's; what
//! filters, settings and retries ask is here. Stores keep a dialect by its name. A name that no file describes any
//! more stays what it is: its webhooks' deliveries wait until a file does again.

use std::hash::{Hash, Hasher};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::Dialect;
use crate::catalogue;
use crate::retry::RetryPolicy;
use crate::webhook::Ack;

/// Dialects of one server's files.
pub const OWN_AT_MOST: usize = 64;

static SET: OnceLock<Vec<Own>> = OnceLock::new();
/// Names that were kept and are described no more, each made once.
static GONE: Mutex<Vec<&'static Own>> = Mutex::new(Vec::new());

/// A dialect of an operator's own.
#[derive(Debug)]
pub struct Own {
    name: String,
    place: usize,
    described: Option<Described>,
}

/// What a file says of it that is not its wire form.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// For people.
    pub title: String,
    /// What it calls events: a ref, or the first segments of one, and the name. What none of them fits is not sent.
    pub names: Vec<(String, String)>,
    /// When a failed delivery is tried again.
    pub retry: RetryPolicy,
    /// Deadline of one attempt: 1 to 30.
    pub timeout_seconds: u8,
    /// Which answers count as delivered.
    pub ack: Ack,
}

/// There are dialects already: they are set once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the dialects were set already")]
pub struct AlreadySet;

impl Own {
    /// Sets them, with their names, for as long as the process lives.
    ///
    /// # Errors
    /// They were set before.
    pub fn set(all: Vec<(String, Described)>) -> Result<(), AlreadySet> {
        let own = all.into_iter().enumerate();
        let own = own.map(|(place, (name, described))| Self {
            name,
            place,
            described: Some(described),
        });
        SET.set(own.collect()).map_err(|_| AlreadySet)
    }

    /// All that are described.
    pub fn all() -> &'static [Self] {
        SET.get().map_or(&[], Vec::as_slice)
    }

    /// The one of this name, described or not, if it was ever kept under it.
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        let described = Self::all().iter().find(|own| own.name == name);
        described.or_else(|| {
            let gone = GONE.lock().unwrap_or_else(PoisonError::into_inner);
            gone.iter().copied().find(|own| own.name == name)
        })
    }

    /// The one that was kept by this name.
    pub(super) fn kept(name: &str) -> &'static Self {
        if let Some(found) = Self::find(name) {
            return found;
        }
        let made: &'static Self = Box::leak(Box::new(Self {
            name: name.to_owned(),
            place: usize::MAX,
            described: None,
        }));
        GONE.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(made);
        made
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which of [`Own::all`] it is; beyond them, if no file describes it.
    #[must_use]
    pub fn place(&self) -> usize {
        self.place
    }

    /// What its file says; none: there is none.
    #[must_use]
    pub fn described(&self) -> Option<&Described> {
        self.described.as_ref()
    }

    /// What it calls an event: the entry that fits most of the ref decides. Allocates nothing.
    #[must_use]
    pub fn name_of(&self, r#ref: &str) -> Option<&str> {
        let names = self.described.iter().flat_map(|it| &it.names);
        names
            .filter(|(prefix, _)| catalogue::is_under(r#ref, prefix))
            .max_by_key(|(prefix, _)| prefix.len())
            .map(|(_, name)| &**name)
    }

    /// Whether it calls some event so.
    pub(crate) fn calls_some(&self, name: &str) -> bool {
        let mut names = self.described.iter().flat_map(|it| &it.names);
        names.any(|(_, there)| there == name)
    }

    /// Whether it may have a name for some event under a ref prefix.
    pub(crate) fn expresses_some(&self, prefix: &str) -> bool {
        let Some(described) = &self.described else {
            return true;
        };
        let mut names = described.names.iter();
        names.any(|(there, _)| {
            catalogue::is_under(there, prefix) || catalogue::is_under(prefix, there)
        })
    }
}

impl From<&'static Own> for Dialect {
    fn from(own: &'static Own) -> Self {
        Self::Own(own)
    }
}

impl PartialEq for Own {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Own {}

impl Hash for Own {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}
