//! What someone may have meant who wrote a name that there is not.

use strsim::levenshtein;

use crate::catalogue::{self, groups};
use crate::dialect::Dialect;

/// The name nearest to `text` among refs, their prefixes, groups and the dialect's own names; none
/// when more than a third of it would have to change. Whether letters are capitals does not count. What
/// stands for more events than `text` could is none: whoever takes a hint must not get more than they
/// asked for.
pub(super) fn nearest(dialect: Dialect, text: &str) -> Option<String> {
    let limit = text.chars().count() / 3;
    let text = text.to_lowercase();
    let groups = groups::FORWARD.into_iter().chain(groups::RETURN);
    let is_path = text.contains(['/', '.']);
    let groups = groups
        .filter(|group| !is_path && (*group != groups::ALL_DELIVERED || text.contains("all")));
    let prefix = if text.starts_with(GROUP) { GROUP } else { "" };
    names(dialect)
        .filter(|name| segments(name) >= segments(&text))
        .chain(groups.map(|group| format!("{prefix}{group}")))
        .map(|name| (levenshtein(&text, &name.to_lowercase()), name))
        .filter(|(edits, _)| *edits <= limit)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, name)| name)
}

/// What may stand before a group.
const GROUP: &str = "group:";

/// How narrow a name is: the more segments, the fewer events. What is written like a group is as narrow as
/// an event.
fn segments(name: &str) -> usize {
    let parts = name.split(['/', '.']).count();
    let is_group = name.starts_with(GROUP) || parts == 1 && name.contains('_');
    if is_group { 3 } else { parts }
}

fn names(dialect: Dialect) -> impl Iterator<Item = String> {
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
    sources
        .into_iter()
        .chain(phases)
        .chain(refs.filter(move |r| catalogue::expresses_some(dialect, r)))
        .chain(names)
}
