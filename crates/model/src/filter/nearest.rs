//! What someone may have meant who wrote a name that there is not.

use crate::catalogue::{self, groups};
use crate::dialect::Dialect;

/// The name nearest to `text` among refs, their prefixes, groups and the dialect's own names; none
/// when more than a third of it would have to change.
pub(super) fn nearest(dialect: Dialect, text: &str) -> Option<String> {
    let limit = text.chars().count() / 3;
    candidates(dialect)
        .map(|name| (distance(text, &name), name))
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

/// How many characters must be put in, taken out or replaced; capitals count as their small ones.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.to_lowercase().chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (j, to) in b.iter().enumerate() {
            let above = row.get(j + 1).copied().unwrap_or_default();
            let best = (diagonal + usize::from(from != *to))
                .min(above + 1)
                .min(left + 1);
            if let Some(cell) = row.get_mut(j) {
                *cell = left;
            }
            diagonal = above;
            left = best;
        }
        if let Some(cell) = row.last_mut() {
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
}
