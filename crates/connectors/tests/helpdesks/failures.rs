//! What each refusal means: try again, give up this delivery, or disable the connector, with a reason that
//! its owner understands.

use std::time::Duration;

use claimwire_model::verdict::Ending;
use claimwire_testkit::Reply;
use claimwire_testkit::helpdesk::Fault;
use claimwire_wire::driver::End;
use serde_json::{Value, json};

use crate::claims::{claim, context, urls};
use crate::kinds::{KINDS, failure, fallback, name, refusals, secret, troubles};
use crate::world::{Delivery, World};

/// A world where a claim with two photos was made.
fn created(kind: &'static str) -> (World, Delivery) {
    let mut world = World::of(kind);
    let urls = urls(2);
    world.have_photos(&urls, 1000);
    let claim = claim(&urls);
    let delivery = world.event("claims/created", &claim, &context(&claim), Value::Null);
    (world, delivery)
}

/// Every call that a claim with two photos takes, in order.
fn calls(kind: &'static str) -> Vec<&'static str> {
    let (mut world, mut delivery) = created(kind);
    world.deliver(&mut delivery);
    world.calls()
}

#[test]
fn any_call_may_fail_for_a_while() {
    for kind in KINDS {
        for (n, call) in calls(kind).into_iter().enumerate() {
            for reply in troubles(kind) {
                if call == "add_customer" && reply == Reply::status(409) {
                    // Means that the customer is there: see below.
                    continue;
                }
                let (mut world, mut delivery) = created(kind);
                // Those before it go well.
                let before = calls(kind)[..n]
                    .iter()
                    .filter(|there| **there == call)
                    .count();
                for _ in 0..before {
                    world.fake.fail(call, Fault::Pass);
                }
                world.fake.fail(call, Fault::Instead(reply.clone()));
                let end = world.run(&mut delivery);
                assert_eq!(
                    end.ending,
                    Ending::FAILED,
                    "{kind}, {call}, {reply:?}: {end:?}"
                );
                assert!(end.failure.is_some(), "{kind}, {call}");
                world.deliver(&mut delivery);
                assert_eq!(world.ticket().photos.len(), 2, "{kind}, {call}, {reply:?}");
                world.check();
            }
        }
    }
}

#[test]
fn a_customer_whom_somebody_else_adds_meanwhile_is_found() {
    let (mut world, mut delivery) = created("dixa");
    world
        .fake
        .fail("add_customer", Fault::After(Reply::status(409)));
    assert_eq!(world.run(&mut delivery), End::DELIVERED);
    assert_eq!(world.ticket().requester, "jo@customer.example");

    // It is not: that is for later, not for ever.
    let (mut world, mut delivery) = created("dixa");
    for _ in 0..2 {
        world
            .fake
            .fail("add_customer", Fault::Instead(Reply::status(409)));
    }
    assert_eq!(world.run(&mut delivery).ending, Ending::FAILED);
    world.deliver(&mut delivery);
    world.ticket();
}

#[test]
fn a_limit_is_kept_until_the_vendor_says() {
    for kind in KINDS {
        for left in 0..calls(kind).len() {
            let (mut world, mut delivery) = created(kind);
            world.fake.limit(Some(u32::try_from(left).unwrap()));
            let end = world.run(&mut delivery);
            let until = world.now.plus(Duration::from_secs(7));
            // A mail server does not say until when.
            let (until, status) = match kind {
                "email" => (None, 450),
                _ => (Some(until), 429),
            };
            let quiet = Ending::Failed {
                throttled_until: until,
            };
            assert_eq!(end.ending, quiet, "{kind} after {left} calls");
            assert_eq!(end.failure.unwrap().error, failure(kind, status), "{kind}");
            world.fake.limit(None);
            world.deliver(&mut delivery);
            assert_eq!(world.ticket().photos.len(), 2, "{kind} after {left} calls");
        }
    }
}

#[test]
fn credentials_that_are_revoked_midway_disable_with_the_vendors_reason() {
    for kind in KINDS {
        let forbidden = match kind {
            "email" => "credentials_refused",
            _ => "forbidden",
        };
        for (status, error) in [(401, "credentials_refused"), (403, forbidden)] {
            let (mut world, mut delivery) = created(kind);
            let all = u32::try_from(calls(kind).len()).unwrap();
            world.fake.limit(Some(1.min(all - 1)));
            world.run(&mut delivery);
            world.fake.limit(None);
            world.fake.refuse(Some(status));
            let end = world.run(&mut delivery);
            let Ending::Refused {
                disable: Some(reason),
            } = &end.ending
            else {
                panic!("{kind}: {end:?}");
            };
            assert!(reason.starts_with(name(kind)), "{reason}");
            assert!(reason.contains("activate the connector"), "{reason}");
            assert_eq!(end.failure.unwrap().error, error, "{kind}");

            world.fake.refuse(None);
            world.deliver(&mut delivery);
            assert_eq!(world.ticket().photos.len(), 2, "{kind}");
        }
    }
}

#[test]
fn wrong_credentials_are_no_secret_of_the_answer() {
    for kind in KINDS {
        let (mut world, mut delivery) = created(kind);
        let echo = format!(
            "{{\"error\": \"no user {0}\", \"message\": \"{0}\"}}",
            secret(kind)
        );
        for reply in [
            Reply::status(400).with_body(echo),
            Reply::status(400).with_body(format!("bad token {}", secret(kind))),
        ] {
            world.fake.fail("", Fault::Instead(reply));
            let end = world.run(&mut delivery);
            let text = format!("{end:?}");
            assert!(!text.contains(&secret(kind)), "{kind}: {text}");
        }
    }
}

#[test]
fn what_the_vendor_will_never_take_is_given_up_with_its_reason() {
    for kind in KINDS {
        for &status in refusals(kind) {
            let (mut world, mut delivery) = created(kind);
            let body = json!({
                "error": {"msg": "Bad shape", "message": "Bad shape"},
                "description": "Bad shape", "message": "Bad shape",
                "errors": [{"field": "x", "message": "Bad shape"}],
            });
            let reply = Reply::status(status).with_body(body.to_string());
            world.fake.fail("create", Fault::Instead(reply));
            let end = world.run(&mut delivery);
            assert_eq!(
                end.ending,
                Ending::Refused { disable: None },
                "{kind}, {status}"
            );
            let failure = end.failure.unwrap();
            assert_eq!(failure.error, super::kinds::failure(kind, status), "{kind}");
            assert!(
                failure.detail.contains("Bad shape"),
                "{kind}: {}",
                failure.detail
            );
            assert!(failure.detail.chars().count() <= 500, "{kind}");
        }
    }
}

#[test]
fn a_suspended_customer_is_named_as_the_cause() {
    for kind in ["zendesk", "freshdesk"] {
        let (mut world, mut delivery) = created(kind);
        world
            .fake
            .with(|desk| desk.suspended.insert("jo@customer.example".to_owned()));
        let end = world.run(&mut delivery);
        assert_eq!(end.ending, Ending::Refused { disable: None }, "{kind}");
        let failure = end.failure.unwrap();
        assert_eq!(failure.error, "requester_suspended", "{kind}");
    }
}

#[test]
fn a_limit_in_plain_text_keeps_its_words() {
    let (mut world, mut delivery) = created("zendesk");
    world.fake.limit(Some(0));
    let failure = world.run(&mut delivery).failure.unwrap();
    assert!(
        failure.detail.contains("Number of allowed API requests"),
        "{}",
        failure.detail
    );
}

#[test]
fn a_ticket_that_is_gone_there_ends_the_note() {
    // Nobody knows of a mail what became of it.
    for kind in KINDS.into_iter().filter(|kind| *kind != "email") {
        let (mut world, mut delivery) = created(kind);
        world.deliver(&mut delivery);
        world.fake.with(|desk| desk.tickets.clear());
        let claim = claim(&[]);
        let (after, changes) = crate::claims::accepted(&claim);
        let mut update = world.event("claims/updated", &after, &context(&after), changes);
        let end = world.run(&mut update);
        assert_eq!(end.ending, Ending::Refused { disable: None }, "{kind}");
        // RT says that it is not permitted.
        let status = if kind == "request_tracker" { 400 } else { 404 };
        let error = end.failure.unwrap().error;
        assert_eq!(error, format!("status_{status}"), "{kind}");
    }
}

#[test]
fn a_customer_without_an_address_is_filed_under_the_shops_user() {
    for kind in KINDS {
        for email in [
            json!(null),
            json!("not an address"),
            json!("jo@käse.example"),
        ] {
            let (mut world, _) = created(kind);
            let mut claim = claim(&[]);
            claim["customer"]["email"] = email.clone();
            let mut delivery = world.event("claims/created", &claim, &context(&claim), Value::Null);
            assert_eq!(world.run(&mut delivery), End::DELIVERED, "{kind}, {email}");
            let ticket = world.ticket();
            assert_eq!(ticket.requester, fallback(kind), "{kind}");
            if let Some(email) = email.as_str() {
                assert!(
                    ticket.text.contains(email),
                    "{kind}: what was given is shown"
                );
            }
        }
    }
    for kind in ["freshdesk", "intercom", "dixa"] {
        let (mut world, _) = created(kind);
        world.set("fallback_email", Value::Null);
        let mut claim = claim(&[]);
        claim["customer"] = Value::Null;
        let mut delivery = world.event("claims/created", &claim, &context(&claim), Value::Null);
        let end = world.run(&mut delivery);
        assert_eq!(end.ending, Ending::Refused { disable: None }, "{kind}");
        assert!(
            end.failure.unwrap().detail.contains("fallback_email"),
            "{kind}"
        );
    }
}

#[test]
fn a_test_shows_whether_the_connector_works_and_changes_nothing() {
    for kind in KINDS {
        let mut world = World::of(kind);
        assert_eq!(world.test(), End::DELIVERED, "{kind}");
        world.fake.refuse(Some(401));
        let end = world.test();
        assert_eq!(end.failure.unwrap().error, "credentials_refused", "{kind}");
        world.fake.refuse(None);
        if kind == "email" {
            // No page of HTML comes from a mail server.
            continue;
        }
        for elsewhere in [
            Reply::status(200).with_body("<html>Welcome</html>"),
            Reply::status(404).with_body("<html>Not here</html>"),
        ] {
            world.fake.fail("", Fault::Instead(elsewhere));
            let failure = world.test().failure.unwrap();
            assert!(
                !failure.detail.contains("<html>"),
                "{kind}: {}",
                failure.detail
            );
        }
        assert_eq!(world.fake.with(|desk| desk.tickets.len()), 0, "{kind}");
        world.check();
    }
}

#[test]
fn a_test_names_what_lets_us_in_but_cannot_work() {
    let mut world = World::of("zendesk");
    for (user, word) in [
        (
            json!({"user": {"id": null, "role": "end-user"}}),
            "knows no user",
        ),
        (
            json!({"user": {"id": 7, "role": "end-user"}}),
            "agent or administrator",
        ),
    ] {
        let reply = Reply::status(200).with_body(user.to_string());
        world.fake.fail("who", Fault::Instead(reply));
        let failure = world.test().failure.unwrap();
        assert_eq!(failure.error, "unwelcome");
        assert!(failure.detail.contains(word), "{}", failure.detail);
    }
    let mut world = World::of("dixa");
    world.set(
        "email_integration_id",
        json!("other@shop.email.dixa.example"),
    );
    let failure = world.test().failure.unwrap();
    assert!(
        failure.detail.contains("other@shop.email.dixa.example"),
        "{}",
        failure.detail
    );
}
