//! The main job, whole.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    dead_code
)]

mod common;

use serde_json::Value;

#[test]
fn the_demo_arrives_in_every_dialect_and_verifies() {
    let (code, out, err) = common::run(common::claimwire().args(["demo", "--json"]));
    assert_eq!(code, Some(0), "{out}{err}");
    let rows: Value = serde_json::from_str(&out).unwrap();
    let Some((helpdesk, rows)) = rows.as_array().unwrap().split_last() else {
        panic!("{rows}")
    };
    let dialects: Vec<&str> = rows
        .iter()
        .map(|row| row["dialect"].as_str().unwrap())
        .collect();
    assert_eq!(
        dialects,
        ["karla", "claimport", "claimable", "standard", "cloudevents"]
    );
    for row in rows {
        assert_eq!(row["missing"], Value::Array(vec![]), "{row}");
        assert_eq!(row["not_verified"], Value::Array(vec![]), "{row}");
        assert!(row["arrived"].as_array().unwrap().len() >= 4, "{row}");
    }
    assert_eq!(helpdesk["ok"], true, "{helpdesk}");
    let tickets = helpdesk["tickets"].as_array().unwrap();
    assert_eq!(tickets.len(), 1, "one claim, one ticket: {helpdesk}");
    assert_eq!(tickets[0]["photos"], 2, "{helpdesk}");
}
