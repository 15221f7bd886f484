//! The fakes' checks can fail: a bad request for each call that carries a body is refused, and makes nothing.

use claimwire_testkit::helpdesk::Fake;
use claimwire_testkit::{Received, Reply};
use serde_json::{Value, json};

use crate::claims::{claim, context, urls};
use crate::kinds::{KINDS, fake};
use crate::world::World;

/// Every request that a claim and its update take.
pub fn requests(kind: &'static str) -> Vec<Received> {
    let mut world = World::of(kind);
    let urls = urls(1);
    world.have_photos(&urls, 100);
    let claim = claim(&urls);
    let mut created = world.event("claims/created", &claim, &context(&claim), Value::Null);
    world.deliver(&mut created);
    let (after, changes) = crate::claims::accepted(&claim);
    let mut update = world.event("claims/updated", &after, &context(&after), changes);
    world.deliver(&mut update);
    world.tickets.clear();
    world.deliver(&mut update);
    world.requests()
}

fn status(fake: &Fake, received: &Received) -> u16 {
    match fake.answer(received) {
        Reply::Answer { status, .. } => status,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_bad_request_for_each_call_is_refused() {
    // What is wrong with a mail, a parser that is not ours says: see the mailer's tests.
    for kind in KINDS.into_iter().filter(|kind| *kind != "email") {
        let mut bad = 0;
        let requests = requests(kind);
        for n in 0..requests.len() {
            let received = &requests[n];
            let Ok(body @ Value::Object(_)) = serde_json::from_slice(&received.body) else {
                continue;
            };
            for body in misspelt(&body) {
                // The state that the call finds.
                let fake = fake(kind);
                for before in &requests[..n] {
                    fake.answer(before);
                }
                let there = fake.with(|desk| desk.tickets.clone());
                let wrong = Received {
                    body: body.to_string().into(),
                    ..received.clone()
                };
                let status = status(&fake, &wrong);
                assert!(
                    (400..500).contains(&status),
                    "{kind}: {status} for {} {body}",
                    received.path
                );
                assert_eq!(fake.with(|desk| desk.tickets.clone()), there, "{kind}");
                bad += 1;
            }
        }
        assert!(bad >= 4, "{kind}: {bad} bad requests");
    }
}

/// A misspelt field, a field too many below, and nothing at all.
pub fn misspelt(body: &Value) -> Vec<Value> {
    let mut worse = vec![with(body, "/", "subjekt", json!("x"))];
    for pointer in [
        "/ticket",
        "/ticket/comment",
        "/messages/0",
        "/message",
        "/query",
        "/data/attributes",
    ] {
        if body.pointer(pointer).is_some_and(Value::is_object) {
            worse.push(with(body, pointer, "boddy", json!("x")));
        }
    }
    worse.push(json!({}));
    worse
}

fn with(body: &Value, pointer: &str, name: &str, value: Value) -> Value {
    let mut body = body.clone();
    let place = match pointer {
        "/" => Some(&mut body),
        pointer => body.pointer_mut(pointer),
    };
    place.unwrap()[name] = value;
    body
}

#[test]
fn nobody_is_let_in_with_other_credentials() {
    for kind in KINDS {
        for received in requests(kind) {
            let mut stranger = received.clone();
            for (name, value) in &mut stranger.headers {
                if name.eq_ignore_ascii_case("authorization") {
                    *value = "Bearer someone".to_owned();
                }
            }
            let refused = if kind == "email" { 535 } else { 401 };
            assert_eq!(status(&fake(kind), &stranger), refused, "{kind}");
        }
    }
}
