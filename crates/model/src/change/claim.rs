//! A claim's change, line by line of the contract's table.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::value::to_raw_value;

use super::{ChangeError, Facts, REPEATED_BYTES, REPEATED_EVENTS, TooLarge};
use crate::claim::{Claim, ClaimStatus, Damage};
use crate::differences::Differences;
use crate::json::SharedJson;
use crate::subject::{Subject, SubjectKind};

/// A claim with what a label or damage event adds to it, last.
#[derive(Serialize)]
struct With<'a> {
    #[serde(flatten)]
    claim: &'a Claim,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    damage: Option<&'a Damage>,
}

/// Adds the facts of a claim made, deleted or changed.
pub(super) fn facts(
    facts: &mut Facts<'_>,
    before: Option<&Claim>,
    after: Option<&Claim>,
) -> Result<(), ChangeError> {
    let (r#ref, claim) = match (before, after) {
        (None, None) => return Ok(()),
        (None, Some(made)) => ("claims/created", made),
        (Some(last), None) => ("claims/deleted", last),
        (Some(before), Some(after)) => return changed(facts, before, after),
    };
    facts.add(r#ref, subject(claim), to_raw_value(claim)?.into(), None)?;
    Ok(())
}

/// What differs in what a claim says; its number and times do not count. Labels are a set: their order
/// does not count either.
fn differences(before: &Claim, after: &Claim) -> Result<Differences, serde_json::Error> {
    let mut differences = before.differences(after)?;
    let labels = |claim: &Claim| claim.labels.iter().cloned().collect::<BTreeSet<_>>();
    if labels(before) == labels(after) {
        differences.leave_out("labels");
    }
    Ok(differences)
}

fn changed(facts: &mut Facts<'_>, before: &Claim, after: &Claim) -> Result<(), ChangeError> {
    let differences = differences(before, after)?;
    if differences.is_empty() {
        return Ok(());
    }
    let details = differences.has_other_than(&["status", "assignee", "labels"]);
    let status = differences.has("status");
    let assignee = differences.has("assignee");
    let switched = differences.has("type");
    let became = |to: ClaimStatus| status && after.status == to;
    let mut tell = Telling {
        facts,
        after,
        data: to_raw_value(after)?.into(),
        changes: differences.into_json()?.into(),
    };
    let repeated = Repeated::of(before, after);
    repeated.check(tell.data.get().len() + tell.changes.get().len())?;
    tell.when(status || details, "claims/updated")?;
    tell.when(details, "claims/details_changed")?;
    tell.when(status, "claims/status_changed")?;
    tell.when(became(ClaimStatus::Accepted), "claims/approved")?;
    tell.when(became(ClaimStatus::Rejected), "claims/denied")?;
    tell.when(became(ClaimStatus::Closed), "claims/closed")?;
    tell.when(
        status && before.status == ClaimStatus::Closed,
        "claims/reopened",
    )?;
    tell.when(assignee && after.assignee.is_some(), "claims/assigned")?;
    tell.when(assignee && after.assignee.is_none(), "claims/unassigned")?;
    for label in repeated.labels_added {
        tell.with("claims/label_added", Some(label), None)?;
    }
    for label in repeated.labels_removed {
        tell.with("claims/label_removed", Some(label), None)?;
    }
    tell.when(switched, "claims/switched_type")?;
    for damage in repeated.damages_created {
        tell.with("claims/damage_created", None, Some(damage))?;
    }
    for damage in repeated.damages_deleted {
        tell.with("claims/damage_deleted", None, Some(damage))?;
    }
    Ok(())
}

/// What makes an event each.
struct Repeated<'a> {
    labels_added: Vec<&'a String>,
    labels_removed: Vec<&'a String>,
    damages_created: Vec<&'a Damage>,
    damages_deleted: Vec<&'a Damage>,
}

impl<'a> Repeated<'a> {
    fn of(before: &'a Claim, after: &'a Claim) -> Self {
        let id = |damage: &'a Damage| &damage.id;
        Self {
            labels_added: only_in(&after.labels, &before.labels, |label| label),
            labels_removed: only_in(&before.labels, &after.labels, |label| label),
            damages_created: only_in(&after.damages, &before.damages, id),
            damages_deleted: only_in(&before.damages, &after.damages, id),
        }
    }

    /// Whether so many events may be made, of so many bytes each.
    fn check(&self, each: usize) -> Result<(), ChangeError> {
        let labels = self.labels_added.len() + self.labels_removed.len();
        let damages = self.damages_created.len() + self.damages_deleted.len();
        let events = labels + damages;
        let bytes = events.saturating_mul(each);
        if events <= REPEATED_EVENTS && bytes <= REPEATED_BYTES {
            return Ok(());
        }
        Err(ChangeError::TooLarge(TooLarge {
            field: if labels >= damages {
                "/labels"
            } else {
                "/damages"
            },
            events,
            bytes,
        }))
    }
}

/// The facts of one change of a claim, which all have the same snapshot and differences.
struct Telling<'a, 'b> {
    facts: &'a mut Facts<'b>,
    after: &'a Claim,
    data: SharedJson,
    changes: SharedJson,
}

impl Telling<'_, '_> {
    fn when(&mut self, fires: bool, r#ref: &str) -> Result<(), serde_json::Error> {
        if fires {
            self.add(r#ref, self.data.clone())?;
        }
        Ok(())
    }

    fn with(
        &mut self,
        r#ref: &str,
        label: Option<&str>,
        damage: Option<&Damage>,
    ) -> Result<(), serde_json::Error> {
        self.add(
            r#ref,
            to_raw_value(&With {
                claim: self.after,
                label,
                damage,
            })?
            .into(),
        )
    }

    fn add(&mut self, r#ref: &str, data: SharedJson) -> Result<(), serde_json::Error> {
        self.facts
            .add(r#ref, subject(self.after), data, Some(self.changes.clone()))
    }
}

/// Those of `here` whose key is not `there`, each key once.
fn only_in<'a, T>(here: &'a [T], there: &'a [T], key: impl Fn(&'a T) -> &'a String) -> Vec<&'a T> {
    let mut only: Vec<&T> = Vec::new();
    for one in here {
        let is_it = |other: &'a T| key(other) == key(one);
        if !there.iter().any(is_it) && !only.iter().any(|other| is_it(other)) {
            only.push(one);
        }
    }
    only
}

fn subject(claim: &Claim) -> Subject {
    Subject {
        kind: SubjectKind::Claim,
        id: claim.id.to_string(),
    }
}
