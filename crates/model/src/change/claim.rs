//! A claim's change, line by line of the contract's table.

use serde::Serialize;
use serde_json::value::to_raw_value;

use super::{Facts, differences};
use crate::claim::{Claim, ClaimStatus, Damage};
use crate::json::RawJson;
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
) -> Result<(), serde_json::Error> {
    match (before, after) {
        (None, None) => Ok(()),
        (None, Some(made)) => facts.add("claims/created", subject(made), to_raw_value(made)?, None),
        (Some(last), None) => facts.add("claims/deleted", subject(last), to_raw_value(last)?, None),
        (Some(before), Some(after)) => changed(facts, before, after),
    }
}

fn changed(facts: &mut Facts<'_>, before: &Claim, after: &Claim) -> Result<(), serde_json::Error> {
    let differences = differences::claim(before, after)?;
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
        data: to_raw_value(after)?,
        changes: differences.into_json()?,
    };
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
    for label in only_in(&after.labels, &before.labels, |label| label) {
        tell.with("claims/label_added", Some(label), None)?;
    }
    for label in only_in(&before.labels, &after.labels, |label| label) {
        tell.with("claims/label_removed", Some(label), None)?;
    }
    tell.when(switched, "claims/switched_type")?;
    for damage in only_in(&after.damages, &before.damages, |damage| &damage.id) {
        tell.with("claims/damage_created", None, Some(damage))?;
    }
    for damage in only_in(&before.damages, &after.damages, |damage| &damage.id) {
        tell.with("claims/damage_deleted", None, Some(damage))?;
    }
    Ok(())
}

/// The facts of one change of a claim, which all have the same snapshot and differences.
struct Telling<'a, 'b> {
    facts: &'a mut Facts<'b>,
    after: &'a Claim,
    data: RawJson,
    changes: RawJson,
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
            })?,
        )
    }

    fn add(&mut self, r#ref: &str, data: RawJson) -> Result<(), serde_json::Error> {
        self.facts
            .add(r#ref, subject(self.after), data, Some(self.changes.clone()))
    }
}

/// Those of `here` whose key is not `there`, each key once.
fn only_in<'a, T>(here: &'a [T], there: &'a [T], key: impl Fn(&T) -> &String) -> Vec<&'a T> {
    let mut only: Vec<&T> = Vec::new();
    for one in here {
        let is_it = |other: &T| key(other) == key(one);
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
