//! A second judge: Prism, with the vendors' OpenAPI documents where they publish one, and with ours of their
//! public documentation where they do not (`tests/prism`). Every call that a connector makes is answered without a
//! violation, and for every one of them there is a request that is refused: the check
//! can fail.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use claimwire_testkit::helpdesk::Fault;
use claimwire_testkit::{Received, Reply};
use claimwire_wire::driver::End;
use serde_json::Value;

use crate::claims::{accepted, claim, context};
use crate::kinds::KINDS;
use crate::marketing::sample;
use crate::schemas::{misspelt, requests};
use crate::tools::{Account, TOOLS};
use crate::world::World;

/// One process, a port for each document.
struct Prism {
    process: Child,
    at: BTreeMap<String, String>,
}

impl Prism {
    fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/prism/serve.mjs");
        let mut process = Command::new("node")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        let at = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("Prism did not start: `scripts/install-tools` installs it"));
        Self { process, at }
    }

    /// What it answers, and what it finds wrong.
    fn judge(&self, kind: &str, received: &Received) -> (u16, String) {
        let url = format!("{}{}", self.at[kind], received.path);
        let agent = ureq::Agent::config_builder().http_status_as_error(false);
        let mut request = ureq::http::Request::builder()
            .method(&*received.method)
            .uri(url);
        for (name, value) in &received.headers {
            request = request.header(name, value);
        }
        let request = request.body(received.body.to_vec()).unwrap();
        let answer = ureq::Agent::from(agent.build()).run(request).unwrap();
        let wrong = answer.headers().get("sl-violations");
        let wrong = wrong.map_or("", |wrong| wrong.to_str().unwrap());
        (answer.status().as_u16(), wrong.to_owned())
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        // It ends with its input.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// The call that a request is: its method, and its path without what is not fixed.
fn call(received: &Received) -> String {
    let path = received.path.split('?').next().unwrap();
    let fixed = path.split('/').map(|part| match part.parse::<u64>() {
        Ok(_) => "*",
        Err(_) => part,
    });
    let of = received.header("content-type").unwrap_or_default();
    let of = of.split(';').next().unwrap();
    let path = fixed.collect::<Vec<_>>().join("/");
    format!("{} {path} {of}", received.method)
}

/// The same request, worse in one way each.
fn worse(received: &Received) -> Vec<Received> {
    let changed = |body: Value| Received {
        body: body.to_string().into(),
        ..received.clone()
    };
    if let Ok(body @ Value::Object(_)) = serde_json::from_slice(&received.body) {
        return misspelt(&body).into_iter().map(changed).collect();
    }
    let multipart = received.header("content-type").unwrap_or_default();
    if multipart.starts_with("multipart/") {
        // No part at all.
        let boundary = multipart.split_once("boundary=").unwrap().1;
        let empty = format!("--{}--\r\n", boundary.trim_matches('"'));
        let mut bare = received.clone();
        bare.body = empty.into();
        return vec![bare];
    }
    let mut worse = Vec::new();
    if !received.body.is_empty() {
        // A file of no name.
        let mut unnamed = received.clone();
        unnamed.path = received.path.split('?').next().unwrap().to_owned();
        worse.push(unnamed);
    }
    let mut nobody = received.clone();
    let named = ["authorization", "api-key"];
    nobody
        .headers
        .retain(|(name, _)| !named.iter().any(|secret| name.eq_ignore_ascii_case(secret)));
    worse.push(nobody);
    worse
}

/// Every request of a helpdesk's connector, in doubt too, and of its test.
fn of_helpdesk(kind: &'static str) -> Vec<Received> {
    let mut all = requests(kind);
    let mut world = World::of(kind);
    let claim = claim(&[]);
    let mut created = world.event("claims/created", &claim, &context(&claim), Value::Null);
    world.deliver(&mut created);
    let (after, changes) = accepted(&claim);
    let mut update = world.event("claims/updated", &after, &context(&after), changes);
    world.fake.fail("note", Fault::After(Reply::Close));
    world.deliver(&mut update);
    assert_eq!(world.test(), End::DELIVERED, "{kind}");
    all.extend(world.requests());
    all
}

fn of_tool(kind: &'static str) -> Vec<Received> {
    let (mut account, mut tool) = Account::of(kind);
    if let Account::HubSpot(fake) = &mut account {
        // Defined, but not with all that the connector sends.
        let known = vec!["claim_id".to_owned()];
        fake.definitions
            .insert("pe123_karla_claim_updated".to_owned(), known);
    }
    tool.test(|asked| account.answer(asked));
    for event in [
        "shipments/delivered/SUCCESSFULLY_DELIVERED",
        "claims/created",
        "claims/updated",
    ] {
        tool.forget();
        let end = tool.deliver(&sample(event), |asked| account.answer(asked));
        assert_eq!(end, End::DELIVERED, "{kind}, {event}");
    }
    tool.sent
}

#[test]
#[ignore = "needs Node and what scripts/install-tools installs: `make prism`"]
fn prism_finds_nothing_wrong_with_any_call_and_can_find_something_with_each() {
    let prism = Prism::start();
    // Of these there is no such document.
    let without = ["request_tracker", "email"];
    let desks = KINDS.into_iter().filter(|kind| !without.contains(kind));
    let desks = desks.map(|kind| (kind, of_helpdesk(kind)));
    let tools = TOOLS.into_iter().map(|kind| (kind, of_tool(kind)));
    for (kind, requests) in desks.chain(tools) {
        let mut calls = BTreeSet::new();
        for received in &requests {
            let call = call(received);
            let (status, wrong) = prism.judge(kind, received);
            let body = String::from_utf8_lossy(&received.body);
            assert!(
                (200..300).contains(&status) && wrong.is_empty(),
                "{kind}, {call}: {status} {wrong}\n{body}"
            );
            if !calls.insert(call.clone()) {
                continue;
            }
            for bad in worse(received) {
                let (status, wrong) = prism.judge(kind, &bad);
                let body = String::from_utf8_lossy(&bad.body);
                // Not 404, which is a call that the document does not have.
                assert!(
                    matches!(status, 400 | 401 | 415 | 422),
                    "{kind}, {call} is taken whatever it says: {status} {wrong}\n{body}"
                );
            }
        }
        assert!(calls.len() >= 2, "{kind}: {calls:?}");
    }
}
