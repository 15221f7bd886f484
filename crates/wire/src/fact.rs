//! What every dialect asks of a fact.

use std::borrow::Cow;

use claimwire_model::event::Fact;
use claimwire_model::{Dialect, catalogue};
use serde_json::value::RawValue;

use crate::fields::Fields;

const NO_CONTEXT: &str = r#"{"order":null,"customer":null,"shipments":[],"claims":[]}"#;

/// The name that the dialect has for it, if it has one.
pub(crate) fn name(dialect: Dialect, fact: &Fact) -> Option<Cow<'_, str>> {
    catalogue::expresses(dialect, fact)
        .then(|| catalogue::name_in(dialect, &fact.r#ref))
        .flatten()
}

/// The key that its data goes under: `claim`, `shipment`, `message`, …
pub(crate) fn kind(fact: &Fact) -> &'static str {
    catalogue::parse_ref(&fact.r#ref).map_or("event", |parsed| parsed.subject().as_str())
}

/// Its notification bucket: its own, else the catalogue's for its ref.
pub(crate) fn group(fact: &Fact) -> Option<&str> {
    fact.event_group
        .as_deref()
        .or_else(|| catalogue::find(&fact.r#ref)?.event_group)
}

/// What it belongs to, as JSON text; an empty context where it has none.
pub(crate) fn context(fact: &Fact) -> &str {
    fact.context.as_deref().map_or(NO_CONTEXT, RawValue::get)
}

/// The first claim of its context: of a message's, the claim that the message is on.
pub(crate) fn claim(fact: &Fact) -> Option<&RawValue> {
    Fields::of(fact.context.as_deref()?)?
        .list("claims")
        .first()
        .copied()
}
