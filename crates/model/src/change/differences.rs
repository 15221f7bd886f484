//! What differs between a subject before and after a change, field by field.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::value::to_raw_value;

use crate::claim::Claim;
use crate::json::RawJson;
use crate::order::Order;

/// `{field: {"before": …, "after": …}}` in the making.
#[derive(Default)]
pub(crate) struct Differences(Vec<(&'static str, Sides)>);

#[derive(Serialize)]
struct Sides {
    before: RawJson,
    after: RawJson,
}

impl Differences {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn has(&self, field: &str) -> bool {
        self.0.iter().any(|(name, _)| *name == field)
    }

    /// Whether a field other than these differs.
    pub(super) fn has_other_than(&self, fields: &[&str]) -> bool {
        self.0.iter().any(|(name, _)| !fields.contains(name))
    }

    pub(super) fn into_json(self) -> Result<RawJson, serde_json::Error> {
        to_raw_value(&self)
    }

    /// Notes a field that differs. `field`: its name, as Rust writes it.
    pub(crate) fn compare<T: PartialEq + Serialize>(
        &mut self,
        field: &'static str,
        before: &T,
        after: &T,
    ) -> Result<(), serde_json::Error> {
        if before != after {
            self.0.push((
                field.trim_start_matches("r#"),
                Sides {
                    before: to_raw_value(before)?,
                    after: to_raw_value(after)?,
                },
            ));
        }
        Ok(())
    }
}

impl Serialize for Differences {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(field, sides)| (field, sides)))
    }
}

/// What differs in what a claim says; its number and times do not count. Labels are a set: their order
/// does not count either.
pub(super) fn claim(before: &Claim, after: &Claim) -> Result<Differences, serde_json::Error> {
    let mut differences = before.differences(after)?;
    let labels = |claim: &Claim| claim.labels.iter().cloned().collect::<BTreeSet<_>>();
    if labels(before) == labels(after) {
        differences.0.retain(|(name, _)| *name != "labels");
    }
    Ok(differences)
}

/// What differs in what an order says; its times do not count.
pub(super) fn order(before: &Order, after: &Order) -> Result<Differences, serde_json::Error> {
    before.differences(after)
}
