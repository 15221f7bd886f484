//! What an event carries along with its subject.

use claimwire_model::event::Fact;
use claimwire_model::json::RawJson;

use crate::fields::Fields;

const NONE: &str = r#"{"order":null,"customer":null,"shipments":[],"claims":[]}"#;

/// The context as JSON text; an empty one where the fact has none.
pub(crate) fn text(fact: &Fact) -> &str {
    fact.context
        .as_deref()
        .map_or(NONE, |context| context.get())
}

/// The claim that a message is on.
pub(crate) fn claim(fact: &Fact) -> Option<&serde_json::value::RawValue> {
    let context: &RawJson = fact.context.as_ref()?;
    Fields::of(context)?.list("claims").first().copied()
}
