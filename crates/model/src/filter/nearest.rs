//! What someone may have meant who wrote a name that there is not.

use strsim::levenshtein;

use crate::catalogue::{self, groups};
use crate::dialect::Dialect;

/// The name nearest to `text` among refs, their prefixes, groups and the dialect's own names; none
/// when more than a third of it would have to change. Whether letters are capitals does not count.
pub(super) fn nearest(dialect: Dialect, text: &str) -> Option<String> {
    let limit = text.chars().count() / 3;
    let text = text.to_lowercase();
    candidates(dialect)
        .map(|name| (levenshtein(&text, &name.to_lowercase()), name))
        .filter(|(edits, _)| *edits <= limit)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, name)| name)
}

fn candidates(dialect: Dialect) -> impl Iterator<Item = String> {
    let sources = [
        "claims",
        "contacts",
        "messages",
        "orders",
        "shipments",
        "webhooks",
    ]
    .map(str::to_owned);
    let phases = catalogue::PHASES.map(|phase| format!("shipments/{phase}"));
    let refs = catalogue::all().map(|row| row.r#ref.to_owned());
    let names = catalogue::all()
        .filter_map(move |row| catalogue::name_in(dialect, row.r#ref))
        .map(|n| n.into_owned());
    let groups = groups::FORWARD
        .into_iter()
        .chain(groups::RETURN)
        .map(|group| format!("group:{group}"));
    sources
        .into_iter()
        .chain(phases)
        .chain(refs.filter(move |r| catalogue::expresses_some(dialect, r)))
        .chain(names)
        .chain(groups)
}
