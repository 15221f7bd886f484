//! The main job, whole.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    dead_code
)]

mod common;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::Value;

#[test]
fn a_demo_that_stays_has_a_month_behind_it_and_a_link_into_its_portal() {
    let port = common::free_port();
    let mut command = common::claimwire();
    let command = command.args(["demo", "--stay", "--with-history", "--port", &port]);
    let mut demo = command.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(demo.stdout.take().unwrap()).lines();
    let link = lines.map_while(Result::ok).find_map(|line| {
        let (_, rest) = line.split_once("Its portal: ")?;
        rest.split(' ').next().map(str::to_owned)
    });
    let link = link.expect("the demo says where its portal is");
    let get = |url: &str| {
        let key = "Bearer cw_admin_demo_on_this_machine_only";
        let asked = ureq::get(url).header("Authorization", key).call();
        asked.unwrap().body_mut().read_to_string().unwrap()
    };
    assert!(get(&link).contains("Open the portal"), "{link}");
    let list = |path: &str| -> Vec<Value> {
        let text = get(&format!("http://127.0.0.1:{port}/v1/shops/demo-shop{path}"));
        let list: Value = serde_json::from_str(&text).unwrap();
        list["data"].as_array().unwrap().clone()
    };
    let claims = list("/claims?limit=100");
    assert!(claims.len() > 50, "{} claims", claims.len());
    let days: BTreeSet<&str> = claims
        .iter()
        .map(|claim| {
            claim["created_at"]
                .as_str()
                .unwrap()
                .split('T')
                .next()
                .unwrap()
        })
        .collect();
    assert!(days.len() > 15, "{days:?}");
    for status in ["delivered", "failed", "pending"] {
        assert!(
            !list(&format!("/deliveries?status={status}")).is_empty(),
            "{status}"
        );
    }
    let _ = demo.kill();
    let _ = demo.wait();
}

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
