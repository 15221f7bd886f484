//! A claim's change, line by line of the contract's table.

use serde::Serialize;
use serde_json::value::to_raw_value;

use super::{Facts, differences};
use crate::claim::{Claim, ClaimStatus, Damage};
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
    let status = differences.has("status");
    let details = differences.has_other_than(&["status", "assignee", "labels"]);
    let assignee = differences.has("assignee");
    let r#type = differences.has("type");
    let changes = differences.into_json()?;
    let data = to_raw_value(after)?;
    let mut add = |fires: bool, r#ref: &str| match fires {
        true => facts.add(r#ref, subject(after), data.clone(), Some(changes.clone())),
        false => Ok(()),
    };
    add(status || details, "claims/updated")?;
    add(details, "claims/details_changed")?;
    add(status, "claims/status_changed")?;
    add(
        status && after.status == ClaimStatus::Accepted,
        "claims/approved",
    )?;
    add(
        status && after.status == ClaimStatus::Rejected,
        "claims/denied",
    )?;
    add(
        status && after.status == ClaimStatus::Closed,
        "claims/closed",
    )?;
    add(
        status && before.status == ClaimStatus::Closed,
        "claims/reopened",
    )?;
    add(assignee && after.assignee.is_some(), "claims/assigned")?;
    add(assignee && after.assignee.is_none(), "claims/unassigned")?;

    let mut add_with = |r#ref: &str, label: Option<&str>, damage: Option<&Damage>| {
        let data = to_raw_value(&With {
            claim: after,
            label,
            damage,
        })?;
        facts.add(r#ref, subject(after), data, Some(changes.clone()))
    };
    for label in only_in(&after.labels, &before.labels, |label| label) {
        add_with("claims/label_added", Some(label), None)?;
    }
    for label in only_in(&before.labels, &after.labels, |label| label) {
        add_with("claims/label_removed", Some(label), None)?;
    }
    if r#type {
        facts.add(
            "claims/switched_type",
            subject(after),
            data,
            Some(changes.clone()),
        )?;
    }
    let mut add_with = |r#ref: &str, damage: &Damage| {
        let data = to_raw_value(&With {
            claim: after,
            label: None,
            damage: Some(damage),
        })?;
        facts.add(r#ref, subject(after), data, Some(changes.clone()))
    };
    for damage in only_in(&after.damages, &before.damages, |damage| &damage.id) {
        add_with("claims/damage_created", damage)?;
    }
    for damage in only_in(&before.damages, &after.damages, |damage| &damage.id) {
        add_with("claims/damage_deleted", damage)?;
    }
    Ok(())
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
