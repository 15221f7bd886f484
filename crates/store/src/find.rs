//! Which documents and events a list shows: those for which all that is given holds.

use claimwire_model::{Event, SubjectKind, Timestamp};

/// Which documents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentFilter {
    /// With all of these terms, of [`claimwire_model::search`].
    pub terms: Vec<String>,
    /// First written at or after.
    pub since: Option<Timestamp>,
    /// First written before.
    pub until: Option<Timestamp>,
}

/// Which events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// With this ref, or one below it: `claims` has `claims/created`.
    pub r#ref: Option<String>,
    /// About this.
    pub subject: Option<AboutSubject>,
    /// Committed at or after.
    pub since: Option<Timestamp>,
    /// Committed before.
    pub until: Option<Timestamp>,
}

/// Something that events are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AboutSubject {
    /// Of this kind; none: of any.
    pub kind: Option<SubjectKind>,
    /// With this id.
    pub id: String,
}

impl AboutSubject {
    /// Whether an event is about it.
    #[must_use]
    pub fn is_of(&self, event: &Event) -> bool {
        let is_it = |kind| self.kind.is_none_or(|asked| asked == kind);
        let subject = event.fact.subject.as_ref();
        subject.is_some_and(|subject| subject.id == self.id && is_it(subject.kind))
    }
}

/// Whether a ref is `prefix` or has all of its segments first.
#[must_use]
pub fn is_under(r#ref: &str, prefix: &str) -> bool {
    let rest = r#ref.strip_prefix(prefix);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl EventFilter {
    /// Whether the list shows an event, whenever it was committed.
    #[must_use]
    pub fn matches(&self, event: &Event) -> bool {
        let under = |prefix: &String| is_under(&event.fact.r#ref, prefix);
        self.r#ref.as_ref().is_none_or(under)
            && self
                .subject
                .as_ref()
                .is_none_or(|subject| subject.is_of(event))
    }
}
