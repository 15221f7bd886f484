//! The catalogue as a tree of boxes.

use std::collections::BTreeSet;

use claimwire_actions::FieldError;
use claimwire_model::catalogue;

use crate::form::{Form, lines};

/// The entries that begin alike, which are chosen together or one by one.
#[derive(Debug)]
pub(crate) struct Branch {
    /// The entry for all of them: `claims`, `shipments/delivered`.
    pub all: String,
    pub ticked: bool,
    pub leaves: Vec<Leaf>,
    /// Whether one of its leaves is ticked: then it is shown open.
    pub open: bool,
}

/// One event.
#[derive(Debug)]
pub(crate) struct Leaf {
    pub entry: &'static str,
    pub description: &'static str,
    pub ticked: bool,
}

/// The form's field of ticked entries.
pub(crate) const FIELD: &str = "enabled_events";
/// Its field of typed ones.
const TYPED: &str = "more_events";

/// All events by what stands before their last segment, with what the form has ticked.
pub(crate) fn tree(form: &Form) -> Vec<Branch> {
    let ticked: BTreeSet<&str> = form.all(FIELD).collect();
    let mut branches: Vec<Branch> = Vec::new();
    for event in catalogue::all() {
        let (all, _) = event.r#ref.rsplit_once('/').unwrap_or((event.r#ref, ""));
        let leaf = Leaf {
            entry: event.r#ref,
            description: event.description,
            ticked: ticked.contains(event.r#ref),
        };
        let place = branches.iter().position(|branch| branch.all == all);
        let place = place.unwrap_or_else(|| {
            branches.push(Branch {
                all: all.to_owned(),
                ticked: ticked.contains(all),
                leaves: Vec::new(),
                open: false,
            });
            branches.len() - 1
        });
        if let Some(branch) = branches.get_mut(place) {
            branch.open |= leaf.ticked;
            branch.leaves.push(leaf);
        }
    }
    branches
}

/// The entries that the form chooses: those ticked, then those typed; none: what it hears of by itself.
pub(crate) fn chosen(form: &Form) -> Option<Vec<String>> {
    if form.text("which") != "some" {
        return None;
    }
    let ticked = form.all(FIELD).map(str::to_owned);
    Some(ticked.chain(lines(form.text(TYPED))).collect())
}

/// Puts these entries into a form, where `default` is what a target hears of by itself.
pub(crate) fn fill(form: &mut Form, entries: &[String], default: &[&str]) {
    let all = entries == default;
    form.put("which", if all { "all" } else { "some" });
    let (boxes, typed): (Vec<_>, Vec<_>) = entries
        .iter()
        .filter(|_| !all)
        .partition(|entry| has_box(entry));
    for entry in boxes {
        form.put(FIELD, entry);
    }
    let typed: Vec<&str> = typed.into_iter().map(String::as_str).collect();
    form.put(TYPED, typed.join("\n"));
}

/// Puts what is wrong with an entry at the field that it is from, with the entry.
pub(crate) fn at_fields(form: &Form, errors: &mut [FieldError]) {
    let entries = chosen(form).unwrap_or_default();
    let ticked = form.all(FIELD).count();
    for error in errors {
        let index = error.field.strip_prefix("/enabled_events/");
        let Some(index) = index.and_then(|index| index.parse::<usize>().ok()) else {
            continue;
        };
        let Some(entry) = entries.get(index) else {
            continue;
        };
        error.message = format!("“{entry}”: {}", error.message);
        if index >= ticked {
            error.field = format!("/{TYPED}");
        }
    }
}

/// Whether an entry has a box of its own.
pub(crate) fn has_box(entry: &str) -> bool {
    catalogue::all().any(|event| {
        let above = event.r#ref.rsplit_once('/').map(|(above, _)| above);
        event.r#ref == entry || above == Some(entry)
    })
}

/// The refs and what several of them begin with, for a field that takes either.
pub(crate) fn entries() -> Vec<String> {
    let refs = || catalogue::all().map(|event| event.r#ref);
    let above = refs().filter_map(|known| Some(known.rsplit_once('/')?.0));
    let all: BTreeSet<&str> = refs().chain(above).collect();
    all.into_iter().map(str::to_owned).collect()
}

/// The refs, for a choice of one.
pub(crate) fn refs() -> Vec<&'static str> {
    catalogue::all().map(|event| event.r#ref).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_its_box() {
        let form = Form::parse(b"enabled_events=claims&enabled_events=orders%2Fsynced");
        let tree = tree(&form);
        let leaves: usize = tree.iter().map(|branch| branch.leaves.len()).sum();
        assert_eq!(leaves, catalogue::all().count());
        let claims = tree.iter().find(|branch| branch.all == "claims").unwrap();
        assert!(claims.ticked && !claims.open);
        let orders = tree.iter().find(|branch| branch.all == "orders").unwrap();
        assert!(!orders.ticked && orders.open);
        assert!(has_box("claims") && has_box("claims/created") && has_box("shipments/delivered"));
        assert!(!has_box("*") && !has_box("claim.created") && !has_box("shipments"));
    }
}
