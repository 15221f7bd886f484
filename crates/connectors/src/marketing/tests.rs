//! What holds for all marketing tools.

use claimwire_model::Timestamp;
use claimwire_model::verdict::Ending;
use claimwire_testkit::Reply;
use claimwire_testkit::marketing as fakes;
use claimwire_wire::driver::End;
use serde_json::{Map, Value, json};

use super::flat_texts;
use crate::testing::{Run, answer, changed, hours, lost, now, sample, shop, target};
use crate::vendor::Vendor;

/// A tool with settings, credentials and its fake.
type Tool = (&'static dyn Vendor, Value, Value, Box<dyn fakes::Vendor>);

fn tools() -> Vec<Tool> {
    let mut hubspot = fakes::HubSpot::default();
    for name in [
        "claim_created",
        "shipment_delivered",
        "shipment_delivered_all_events",
    ] {
        hubspot
            .definitions
            .insert(format!("pe123_karla_{name}"), all_properties());
    }
    vec![
        (
            crate::vendor("klaviyo").unwrap(),
            json!({}),
            json!({"api_key": "pk_test"}),
            Box::new(fakes::Klaviyo::default()),
        ),
        (
            crate::vendor("brevo").unwrap(),
            json!({}),
            json!({"api_key": "xkeysib-test"}),
            Box::new(fakes::Brevo::default()),
        ),
        (
            crate::vendor("hubspot").unwrap(),
            json!({"portal_id": "123"}),
            json!({"access_token": "pat-test"}),
            Box::new(hubspot),
        ),
    ]
}

fn all_properties() -> Vec<String> {
    let mut names = Vec::new();
    for r#ref in [
        "claims/created",
        "shipments/delivered/SUCCESSFULLY_DELIVERED",
    ] {
        let mut run = Run::new(
            crate::vendor("hubspot").unwrap(),
            target("hubspot", &json!({"portal_id": "123"}), &json!({})),
            sample(r#ref),
        );
        run.deliver(|_| answer(204, ""));
        let body = crate::testing::json(&run.calls[0].1);
        names.extend(body["properties"].as_object().unwrap().keys().cloned());
    }
    names
}

const DELIVERED: &str = "shipments/delivered/SUCCESSFULLY_DELIVERED";

#[test]
fn a_claim_and_a_parcel_are_told_once_each() {
    for (vendor, settings, credentials, mut fake) in tools() {
        let kind = vendor.about().kind;
        for r#ref in ["claims/created", DELIVERED] {
            let target = target(kind, &settings, &credentials);
            let mut run = Run::new(vendor, target, sample(r#ref));
            assert_eq!(
                run.deliver_to(&mut *fake),
                End::DELIVERED,
                "{kind} {ref}",
                r#ref = r#ref
            );
            assert_eq!(run.names(), ["event"], "{kind}");
        }
    }
}

#[test]
fn a_vendor_is_tested_without_a_change() {
    for (vendor, settings, credentials, mut fake) in tools() {
        let kind = vendor.about().kind;
        let mut run = Run::new(
            vendor,
            target(kind, &settings, &credentials),
            sample("claims/created"),
        );
        let end = run.test(|request| crate::testing::asked(&mut *fake, request));
        assert_eq!(end, End::DELIVERED, "{kind}");
        assert_eq!(run.calls[0].1.method.as_str(), "GET");
        let mut run = Run::new(
            vendor,
            target(kind, &settings, &json!({})),
            sample("claims/created"),
        );
        let end = run.test(|request| crate::testing::asked(&mut *fake, request));
        assert!(
            matches!(end.ending, Ending::Refused { disable: Some(_) }),
            "{kind}"
        );
        assert_eq!(end.failure.unwrap().error, "credentials_refused");
    }
}

#[test]
fn an_event_that_nobody_is_told_of_makes_no_call() {
    let no_customer = |data: &mut Value, context: &mut Value| {
        for value in [data, context] {
            if let Some(object) = value.as_object_mut() {
                object.remove("customer");
                object.remove("order");
            }
        }
    };
    for (vendor, settings, credentials, _) in tools() {
        let kind = vendor.about().kind;
        let ends = |event, at: Timestamp, settings: &Value| {
            let mut run = Run::new(vendor, target(kind, settings, &credentials), event);
            run.now = at;
            let end = run.deliver(|_| answer(200, "{}"));
            let made = run.calls.len();
            let refused = matches!(end.ending, Ending::Refused { disable: None });
            let error = end.failure.map(|failure| failure.error.into_owned());
            assert_eq!(refused, error.as_deref() == Some("no_email"), "{error:?}");
            (error, made)
        };
        let refused = |error: &str| (Some(error.to_owned()), 0);
        let late = now().plus(hours(4));
        assert_eq!(ends(sample(DELIVERED), late, &settings), refused("stale"));
        let just = now().plus(hours(4)).minus(hours(1) / 6);
        assert_eq!(ends(sample(DELIVERED), just, &settings), (None, 1));
        assert_eq!(
            ends(sample("claims/created"), now().plus(hours(900)), &settings),
            (None, 1)
        );
        let mut patient = settings.clone();
        patient["stale_after_hours"] = json!(0);
        assert_eq!(
            ends(sample(DELIVERED), now().plus(hours(900)), &patient),
            (None, 1)
        );
        let nobody = changed("claims/created", no_customer);
        assert_eq!(ends(nobody, now(), &settings), refused("no_email"));
        let odd = changed("claims/created", |data, context| {
            no_customer(data, context);
            data["customer"] = json!({"email": "not an address"});
        });
        assert_eq!(ends(odd, now(), &settings), refused("no_email"));
        let silent = sample("shipments/collect/COLLECTION_REMINDER");
        assert_eq!(ends(silent, now(), &settings), refused("no_event_group"));
    }
}

#[test]
fn every_way_of_being_delivered_is_told_by_one_name_too_where_that_is_set() {
    for (vendor, mut settings, credentials, mut fake) in tools() {
        let kind = vendor.about().kind;
        settings["delivered_all_events"] = json!("true");
        let mut run = Run::new(
            vendor,
            target(kind, &settings, &credentials),
            sample(DELIVERED),
        );
        let mut lose_second = 0;
        let end = run.deliver(|request| {
            lose_second += 1;
            match lose_second {
                2 => Err(lost()),
                _ => crate::testing::asked(&mut *fake, request),
            }
        });
        assert_eq!(end.ending, Ending::FAILED, "{kind}");
        assert_eq!(run.deliver_to(&mut *fake), End::DELIVERED, "{kind}");
        let names: Vec<bool> = run
            .calls
            .iter()
            .map(|(_, request)| {
                String::from_utf8_lossy(&request.body).contains("shipment_delivered_all_events")
            })
            .collect();
        assert_eq!(
            names,
            [false, true, true],
            "{kind}: the first is not told again"
        );
        let mut run = Run::new(
            vendor,
            target(kind, &settings, &credentials),
            sample("claims/created"),
        );
        assert_eq!(run.deliver_to(&mut *fake), End::DELIVERED);
        assert_eq!(run.calls.len(), 1);
    }
}

#[test]
fn answers_mean_what_they_say() {
    let quiet = |seconds| Ending::Failed {
        throttled_until: Some(now().plus(std::time::Duration::from_secs(seconds))),
    };
    let refused = Ending::Refused { disable: None };
    for (vendor, settings, credentials, _) in tools() {
        let kind = vendor.about().kind;
        let ending = |reply: Reply| {
            let mut run = Run::new(
                vendor,
                target(kind, &settings, &credentials),
                sample("claims/created"),
            );
            let mut fake = Once(Some(reply));
            run.deliver_to(&mut fake).ending
        };
        let busy = |status| Reply::status(status).with_header("Retry-After", "7");
        assert_eq!(ending(busy(429)), quiet(7), "{kind}");
        assert_eq!(ending(busy(503)), quiet(7), "{kind}");
        assert_eq!(ending(busy(500)), Ending::FAILED, "{kind}");
        for status in [301, 408, 409, 429, 500, 502] {
            assert_eq!(
                ending(Reply::status(status)),
                Ending::FAILED,
                "{kind} {status}"
            );
        }
        for status in [413, 415, 422] {
            assert_eq!(ending(Reply::status(status)), refused, "{kind} {status}");
        }
        for status in [401, 403] {
            let end = ending(Reply::status(status));
            assert!(
                matches!(end, Ending::Refused { disable: Some(_) }),
                "{kind} {status}"
            );
        }
        assert_eq!(ending(Reply::Hang), Ending::FAILED, "{kind}");
    }
}

struct Once(Option<Reply>);

impl fakes::Vendor for Once {
    fn answer(&mut self, _: fakes::Asked<'_>) -> Reply {
        self.0.take().unwrap_or_else(|| Reply::status(404))
    }
}

#[test]
fn no_secret_is_shown() {
    for (vendor, settings, credentials, mut fake) in tools() {
        let target = target(vendor.about().kind, &settings, &credentials);
        let mut run = Run::new(vendor, target, sample("claims/created"));
        run.deliver_to(&mut *fake);
        let secret = credentials.as_object().unwrap().values().next().unwrap();
        let secret = secret.as_str().unwrap();
        let (_, request) = &run.calls[0];
        let mut hidden = 0;
        for (name, value) in &request.headers {
            if value.contains(secret) {
                assert!(vendor.hides(&run.target, name), "{name}");
                hidden += 1;
            }
        }
        assert_eq!(hidden, 1);
        assert!(!request.url.contains(secret));
        assert!(!String::from_utf8_lossy(&request.body).contains(secret));
        let echo = json!({"message": format!("no {secret}"), "errors": [{"detail": format!("no {secret}")}]});
        let echo = Reply::status(422).with_body(echo.to_string());
        run.state = None;
        let end = run.deliver_to(&mut Once(Some(echo)));
        let told = end.failure.unwrap().detail;
        assert!(told.contains("no ***") && !told.contains(secret), "{told}");
    }
}

#[test]
fn a_preview_shows_what_would_be_sent() {
    let event = sample("claims/created");
    let claim: Value = serde_json::from_str(event.fact.event_data.get()).unwrap();
    let context: Value = serde_json::from_str(event.fact.context.as_ref().unwrap().get()).unwrap();
    for (vendor, settings, credentials, mut fake) in tools() {
        let kind = vendor.about().kind;
        let target = target(kind, &settings, &credentials);
        let preview = vendor.preview(&shop(), &target, &claim, &context).unwrap();
        assert!(preview.subject.ends_with("claim_created"), "{kind}");
        assert_eq!(preview.requester.as_deref(), Some("mia.berg@example.com"));
        let mut run = Run::new(vendor, target, sample("claims/created"));
        run.deliver_to(&mut *fake);
        let (mut sent, mut shown) = (
            crate::testing::json(&run.calls[0].1),
            serde_json::from_str::<Value>(&preview.request).unwrap(),
        );
        for body in [&mut sent, &mut shown] {
            if let Some(attributes) = body.pointer_mut("/data/attributes") {
                attributes["unique_id"] = Value::Null;
            }
            if body.get("uuid").is_some() {
                body["uuid"] = Value::Null;
            }
        }
        assert_eq!(sent, shown, "{kind}");
    }
}

#[test]
fn flat_texts_follow_the_rules_of_flattening() {
    let data: Map<String, Value> = serde_json::from_str(
        r#"{"a": "x", "n": 1.10, "b": true, "none": null, "list": [1, {"k": 2}], "list_count": 9,
            "o": {"k": [1]}, "A": "clash", "other": [], "long": "éééééé"}"#,
    )
    .unwrap();
    let lower = |name: &str| Some(name.to_ascii_lowercase()).filter(|name| name != "o");
    let flat = flat_texts(&data, lower, 50, 12);
    let expected = json!({"a": "x", "n": "1.10", "b": "true", "list": "[1,{\"k\":2}]", "list_count": "9",
        "other": "[]", "other_count": "0", "long": "éééééé"});
    assert_eq!(Value::Object(flat), expected);
    let two = flat_texts(&data, lower, 2, 3);
    assert_eq!(Value::Object(two), json!({"a": "x", "n": "1.1"}));
}
