use claimwire_testkit::marketing::{self as fakes, Schema, Vendor as _};
use serde_json::{Value, json};

use super::{REVISION, bounded, properties};
use crate::testing::{Run, asked, changed, json as body, sample, target};
use claimwire_wire::driver::End;

fn run(event: claimwire_model::Event) -> Run<'static> {
    let vendor = crate::vendor("klaviyo").unwrap();
    let target = target("klaviyo", &json!({}), &json!({"api_key": "pk_test"}));
    Run::new(vendor, target, event)
}

#[test]
fn a_claim_becomes_an_event_of_its_group_with_the_events_id() {
    let mut klaviyo = fakes::Klaviyo::default();
    let mut run = run(sample("claims/created"));
    assert_eq!(run.deliver_to(&mut klaviyo), End::DELIVERED);
    let event = &klaviyo.events[0];
    assert_eq!(
        event["metric"]["data"]["attributes"]["name"],
        "claim_created"
    );
    assert_eq!(
        event["profile"]["data"]["attributes"],
        json!({"email": "mia.berg@example.com"})
    );
    assert_eq!(event["unique_id"], json!(run.event.id()));
    assert_eq!(event["properties"]["selected_items"][0]["sku"], "MUG-2");
    assert_eq!(event["properties"]["reason"], "partial_damage");
    assert_eq!(run.calls[0].1.url, "https://a.klaviyo.com/api/events");

    assert_eq!(run.deliver_to(&mut klaviyo), End::DELIVERED);
    assert_eq!(
        klaviyo.events.len(),
        1,
        "what is sent again is recorded once"
    );
}

#[test]
fn an_event_outside_karlas_names_is_named_by_its_ref() {
    let mut klaviyo = fakes::Klaviyo::default();
    let mut run = run(sample("claims/status_changed"));
    assert_eq!(run.deliver_to(&mut klaviyo), End::DELIVERED);
    assert_eq!(
        klaviyo.events[0]["metric"]["data"]["attributes"]["name"],
        "claim_status_changed"
    );
}

#[test]
fn the_revision_is_one_that_klaviyo_knows() {
    let run = &mut run(sample("claims/created"));
    run.deliver_to(&mut fakes::Klaviyo::default());
    let (_, request) = &run.calls[0];
    assert_eq!(request.headers.get("revision"), Some(REVISION));
    assert_eq!(REVISION.len(), "2026-07-15".len());
}

#[test]
fn what_is_too_much_for_klaviyo_is_cut() {
    let many: serde_json::Map<String, Value> =
        (0..500).map(|n| (format!("p{n}"), json!(n))).collect();
    assert_eq!(properties(&many).as_object().unwrap().len(), 299);
    let own = json!({"$value": 1, "value": 2});
    assert_eq!(properties(own.as_object().unwrap()), json!({"value": 2}));
    let mut deep = json!("end");
    for _ in 0..20 {
        deep = json!([deep]);
    }
    let mut levels = 1;
    let mut at = &bounded(&deep, 2);
    while let Some(inner) = at.get(0) {
        (levels, at) = (levels + 1, inner);
    }
    assert!(
        levels <= 10 && at.as_str().unwrap().contains("end"),
        "{levels}: {at}"
    );
    let text = bounded(&json!("é".repeat(100_000)), 2);
    assert!(text.as_str().unwrap().len() <= 100 * 1000);
    assert_eq!(
        bounded(&json!(vec![1; 5_000]), 2).as_array().unwrap().len(),
        4_000
    );
}

#[test]
fn words_of_klaviyo_are_passed_on() {
    let mut klaviyo = fakes::Klaviyo::default();
    let mut run = run(changed("claims/created", |data, _| {
        data["customer"] = json!({"email": "a@example.com"});
    }));
    let end = run.deliver(|request| {
        let mut broken = request.clone();
        let mut event = body(request);
        event["data"]["attributes"]
            .as_object_mut()
            .unwrap()
            .remove("metric");
        broken.body = event.to_string().into();
        asked(&mut klaviyo, &broken)
    });
    let failure = end.failure.unwrap();
    assert_eq!(failure.error, "status_400");
    assert!(
        failure.detail.contains("\"metric\" is a required property"),
        "{}",
        failure.detail
    );
    assert!(klaviyo.events.is_empty());
}

#[test]
fn the_check_of_requests_can_fail() {
    let schema = Schema::new(include_str!(
        "../../../testkit/schemas/klaviyo_create_event.schema.json"
    ));
    let bad = [
        json!({}),
        json!({"data": {"type": "event", "attributes": {"properties": {}, "metric": {"data": {"type": "metric",
            "attributes": {"name": ""}}}, "profile": {"data": {"type": "profile", "attributes": {}}}}}}),
    ];
    for body in bad {
        assert!(schema.read(body.to_string().as_bytes()).is_err(), "{body}");
    }
    let mut klaviyo = fakes::Klaviyo::default();
    let reply = klaviyo.answer(fakes::Asked {
        method: "POST",
        path: "/api/events",
        headers: &[],
        body: b"{}",
    });
    assert_ne!(reply, claimwire_testkit::Reply::status(202));
}
