//! What the model promises, line by line of the contract, seen from outside.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod catalogue;
mod change_properties;
mod claim_changes;
mod contexts;
mod filter_properties;
mod filters;
mod lanes;
mod other_changes;
mod ownership;
mod progress_properties;
mod samples;
mod scanner;
mod schema;
mod target_changes;
mod verdict_properties;
mod verdicts;

use claimwire_model::change::{Change, Context, facts};
use claimwire_model::event::Fact;
use claimwire_model::{PerformedBy, Source, Timestamp};

fn now() -> Timestamp {
    Timestamp::from_secs(1_769_698_127)
}

fn by(source: Source) -> PerformedBy {
    PerformedBy {
        source,
        user_id: Some(2642.into()),
        name: Some("Ana Ruiz".to_owned()),
        trace: None,
    }
}

/// The facts of a change that a person made just now.
fn made(change: &Change<'_>, context: &Context) -> Vec<Fact> {
    facts(change, context, &by(Source::Ui), now()).unwrap()
}

fn refs(facts: &[Fact]) -> Vec<&str> {
    facts.iter().map(|fact| fact.r#ref.as_str()).collect()
}

fn value(raw: &serde_json::value::RawValue) -> serde_json::Value {
    serde_json::from_str(raw.get()).unwrap()
}
