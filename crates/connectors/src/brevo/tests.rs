use claimwire_model::verdict::Ending;
use claimwire_testkit::Reply;
use claimwire_testkit::marketing::{self as fakes, Schema};
use claimwire_wire::driver::End;
use serde_json::{Value, json};

use super::{PROPERTIES_BYTES, properties};
use crate::testing::{Run, now, sample, target};

fn run(event: claimwire_model::Event) -> Run<'static> {
    let vendor = crate::vendor("brevo").unwrap();
    let target = target("brevo", &json!({}), &json!({"api_key": "xkeysib-test"}));
    Run::new(vendor, target, event)
}

#[test]
fn a_claim_becomes_an_event_with_karlas_name() {
    let mut brevo = fakes::Brevo::default();
    let mut run = run(sample("claims/created"));
    assert_eq!(run.deliver_to(&mut brevo), End::DELIVERED);
    let event = &brevo.events[0];
    assert_eq!(event["event_name"], "karla_claim_created");
    assert_eq!(
        event["identifiers"],
        json!({"email_id": "mia.berg@example.com"})
    );
    assert_eq!(
        event["event_properties"]["selected_items"][0]["quantity"],
        json!(1)
    );
    assert_eq!(run.calls[0].1.url, "https://api.brevo.com/v3/events");
}

#[test]
fn brevos_own_header_says_until_when_it_wants_quiet() {
    let mut brevo = fakes::Brevo::default();
    let busy = Reply::status(429).with_header("x-sib-ratelimit-reset", "42");
    brevo.failures.push_back(busy);
    let end = run(sample("claims/created")).deliver_to(&mut brevo);
    let until = now().plus(std::time::Duration::from_secs(42));
    assert_eq!(
        end.ending,
        Ending::Failed {
            throttled_until: Some(until)
        }
    );
}

#[test]
fn properties_are_as_brevo_takes_them() {
    let odd = json!({"a b.c": 1, "a_b_c": 2, "none": null, "ünï": [null]});
    let plain = properties(odd.as_object().unwrap());
    assert_eq!(Value::Object(plain), json!({"a_b_c": 1, "_n_": [null]}));
    let large =
        json!({"id": "x", "description": "é".repeat(40_000), "list": vec!["y".repeat(100); 1_000]});
    let bounded = properties(large.as_object().unwrap());
    assert_eq!(bounded.get("id"), Some(&json!("x")));
    assert!(bounded.contains_key("description") && !bounded.contains_key("list"));
    assert!(Value::Object(bounded).to_string().len() <= PROPERTIES_BYTES);
}

#[test]
fn the_check_of_requests_can_fail() {
    let schema = Schema::new(include_str!(
        "../../../testkit/schemas/brevo_create_event.schema.json"
    ));
    for body in [
        json!({"event_name": "claims/created", "identifiers": {"email_id": "a@b.de"}}),
        json!({"event_name": "karla_claim_created", "identifiers": {}}),
        json!({"event_name": "x", "identifiers": {"email_id": "a@b.de"}, "event_date": "yesterday"}),
    ] {
        assert!(schema.read(body.to_string().as_bytes()).is_err(), "{body}");
    }
}
