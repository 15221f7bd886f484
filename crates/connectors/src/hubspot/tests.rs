use claimwire_model::verdict::Ending;
use claimwire_testkit::Reply;
use claimwire_testkit::marketing::{self as fakes, Schema};
use claimwire_wire::driver::End;
use serde_json::json;

use super::property;
use crate::testing::{Run, changed, lost, now, sample, target};

fn run(event: claimwire_model::Event) -> Run<'static> {
    let vendor = crate::vendor("hubspot").unwrap();
    let settings = json!({"portal_id": "123"});
    let target = target("hubspot", &settings, &json!({"access_token": "pat-test"}));
    Run::new(vendor, target, event)
}

#[test]
fn an_event_that_is_not_defined_is_defined_and_sent() {
    let mut hubspot = fakes::HubSpot::default();
    let mut first = run(sample("claims/created"));
    assert_eq!(first.deliver_to(&mut hubspot), End::DELIVERED);
    assert_eq!(first.names(), ["event", "definition", "define", "event"]);
    let event = &hubspot.events[0];
    assert_eq!(event["eventName"], "pe123_karla_claim_created");
    assert_eq!(event["email"], "mia.berg@example.com");
    assert_eq!(event["uuid"], json!(first.event.id()));
    assert_eq!(event["properties"]["image_urls_count"], "2");
    assert!(
        event["properties"]["selected_items"]
            .as_str()
            .unwrap()
            .starts_with("[{")
    );

    let mut again = run(sample("claims/created"));
    assert_eq!(again.deliver_to(&mut hubspot), End::DELIVERED);
    assert_eq!(again.names(), ["event"]);
    assert_eq!(
        hubspot.events.len(),
        1,
        "what is sent again is recorded once"
    );
}

#[test]
fn a_definition_that_lacks_properties_gets_them() {
    let mut hubspot = fakes::HubSpot::default();
    let name = "pe123_karla_claim_created".to_owned();
    hubspot
        .definitions
        .insert(name.clone(), vec!["reason".to_owned()]);
    let mut run = run(sample("claims/created"));
    let mut calls = 0;
    let end = run.deliver(|request| {
        calls += 1;
        match calls {
            5 => Err(lost()),
            _ => crate::testing::asked(&mut hubspot, request),
        }
    });
    assert_eq!(end.ending, Ending::FAILED);
    assert_eq!(run.deliver_to(&mut hubspot), End::DELIVERED);
    let mut properties = hubspot.definitions[&name].clone();
    let all = properties.len();
    properties.sort();
    properties.dedup();
    assert_eq!(properties.len(), all, "none is added twice");
    assert_eq!(hubspot.events.len(), 1);
}

#[test]
fn an_event_that_hubspot_does_not_take_ends_with_its_words() {
    let mut hubspot = fakes::HubSpot::default();
    let mut made = run(sample("claims/created"));
    made.deliver_to(&mut hubspot);
    let bad = || Reply::status(400).with_body(r#"{"message": "Email address is invalid."}"#);
    let mut run = run(sample("claims/created"));
    let end = run.deliver(|request| match request.url.ends_with("/send") {
        true => crate::testing::asked(&mut One(bad()), request),
        false => crate::testing::asked(&mut hubspot, request),
    });
    assert_eq!(run.names(), ["event", "definition", "event"]);
    assert_eq!(end.ending, Ending::Refused { disable: None });
    assert!(
        end.failure
            .unwrap()
            .detail
            .contains("Email address is invalid")
    );
}

struct One(Reply);

impl fakes::Vendor for One {
    fn answer(&mut self, _: fakes::Asked<'_>) -> Reply {
        self.0.clone()
    }
}

#[test]
fn a_definition_that_does_not_hold_yet_is_waited_for() {
    let mut run = run(sample("claims/created"));
    let missing = || Reply::status(400).with_body(r#"{"message": "not defined"}"#);
    let end = run.deliver(|request| match (request.method.as_str(), &request.url) {
        ("POST", url) if url.ends_with("/send") => {
            crate::testing::asked(&mut One(missing()), request)
        }
        ("POST", _) => crate::testing::answer(201, "{}"),
        _ => crate::testing::answer(404, "{}"),
    });
    assert_eq!(end.ending, Ending::FAILED, "it is tried again");
}

#[test]
fn an_account_without_custom_events_is_told_what_it_takes() {
    let mut hubspot = fakes::HubSpot::default();
    hubspot.enterprise = false;
    let end = run(sample("claims/created")).deliver_to(&mut hubspot);
    assert!(
        matches!(end.ending, Ending::Refused { disable: Some(ref why) } if why.contains("Enterprise"))
    );
    assert!(end.failure.unwrap().detail.contains("Enterprise"));
}

#[test]
fn the_days_limit_is_not_tried_every_minute() {
    let mut hubspot = fakes::HubSpot::default();
    let body = r#"{"status": "error", "errorType": "RATE_LIMIT", "policyName": "DAILY"}"#;
    hubspot
        .failures
        .push_back(Reply::status(429).with_body(body));
    let end = run(sample("claims/created")).deliver_to(&mut hubspot);
    let until = now().plus(crate::testing::hours(1));
    assert_eq!(
        end.ending,
        Ending::Failed {
            throttled_until: Some(until)
        }
    );
}

#[test]
fn properties_have_names_that_hubspot_takes() {
    assert_eq!(property("Net Price"), Some("net_price".to_owned()));
    assert_eq!(property("1st"), Some("x_1st".to_owned()));
    assert_eq!(property("_x"), Some("x__x".to_owned()));
    assert_eq!(property("hs_object_id"), None);
    assert_eq!(property(&"a".repeat(90)).unwrap().len(), 50);
    assert_eq!(property("é"), Some("x__".to_owned()));
    let mut hubspot = fakes::HubSpot::default();
    let mut run = run(changed("claims/created", |data, _| {
        data["description"] = json!("x".repeat(5_000));
    }));
    assert_eq!(run.deliver_to(&mut hubspot), End::DELIVERED);
    let description = hubspot.events[0]["properties"]["description"].clone();
    assert_eq!(description.as_str().unwrap().len(), 1024);
}

#[test]
fn the_portal_is_a_number() {
    let vendor = crate::vendor("hubspot").unwrap();
    let check = |id: &str| {
        let settings = json!({"portal_id": id});
        vendor.check(settings.as_object().unwrap(), &serde_json::Map::new())
    };
    assert_eq!(check("123"), []);
    assert_eq!(check("pe123")[0].0, "settings.portal_id");
}

#[test]
fn the_checks_of_requests_can_fail() {
    let event = Schema::new(include_str!(
        "../../../testkit/schemas/hubspot_send_event.schema.json"
    ));
    for body in [
        json!({"eventName": "pe1_a", "properties": {}}),
        json!({"eventName": "claims/created", "email": "a@b.de", "properties": {}}),
        json!({"eventName": "pe1_a", "email": "a@b.de", "properties": {"n": 1}}),
        json!({"eventName": "pe1_a", "email": "a@b.de", "properties": {"Name": "x"}}),
    ] {
        assert!(event.read(body.to_string().as_bytes()).is_err(), "{body}");
    }
    let definition = Schema::new(include_str!(
        "../../../testkit/schemas/hubspot_create_definition.schema.json"
    ));
    let bad = json!({"label": "x", "propertyDefinitions": [{"name": "hs_x", "label": "x", "type": "string"}]});
    assert!(definition.read(bad.to_string().as_bytes()).is_err());
    let property = Schema::new(include_str!(
        "../../../testkit/schemas/hubspot_create_property.schema.json"
    ));
    assert!(
        property
            .read(br#"{"name": "x", "type": "string"}"#)
            .is_err()
    );
}
