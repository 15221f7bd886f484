//! `data`: the subject under its kind, what changed, what it belongs to, who did it.

use claimwire_model::event::Fact;

use crate::fact;
use crate::object::Object;

/// What `data` and an envelope add to subject, changes and context, generously.
const ENVELOPE: usize = 512;

/// How long the body may become.
pub(crate) fn capacity(fact: &Fact) -> usize {
    let changes = fact
        .changes
        .as_ref()
        .map_or(0, |changes| changes.get().len());
    fact.event_data.get().len() + changes + fact::context(fact).len() + ENVELOPE
}

/// All members are always there; `changes` is null where nothing is known to differ.
pub(crate) fn data(data: &mut Object<'_>, fact: &Fact) {
    data.raw(fact::kind(fact), Some(&fact.event_data));
    data.raw("changes", fact.changes.as_deref());
    data.json("context", fact::context(fact));
    data.value("performed_by", &fact.performed_by);
}
