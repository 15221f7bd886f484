use bytes::Bytes;
use claimwire_model::{DeliveryId, Event, EventNo, Headers, Target};
use claimwire_testkit::Reply;
use claimwire_testkit::marketing::{self as fakes, Schema};
use claimwire_wire::Bodies;
use claimwire_wire::driver::{BatchInput, BatchStep, Call, End, Input, Last, Part};
use claimwire_wire::send::Answer;
use serde_json::{Value, json};

use crate::testing::{Run, asked, changed, hours, lost, now, sample, shop, target};
use crate::vendor::Vendor;

const DELIVERED: &str = "shipments/delivered/SUCCESSFULLY_DELIVERED";

struct Tool {
    vendor: &'static dyn Vendor,
    target: Target,
}

fn tool(kind: &str, more: &Value) -> Tool {
    let mut settings = match kind {
        "hubspot" => json!({"portal_id": "123"}),
        _ => json!({}),
    };
    for (name, value) in more.as_object().unwrap() {
        settings[name] = value.clone();
    }
    let credentials = match kind {
        "hubspot" => json!({"access_token": "pat-test"}),
        "klaviyo" => json!({"api_key": "pk_test"}),
        _ => json!({"api_key": "xkeysib-test"}),
    };
    Tool {
        vendor: crate::vendor(kind).unwrap(),
        target: target(kind, &settings, &credentials),
    }
}

impl Tool {
    fn part(&self, event: &Event) -> Part {
        self.vendor.part(&Input {
            event,
            bodies: &Bodies::default(),
            shop: &shop(),
            target: &self.target,
            delivery: DeliveryId {
                event: event.no,
                target: self.target.no,
            },
            attempt: 1,
            now: now(),
            state: None,
            ticket: None,
            last: Last::Nothing,
            called: None,
            begins: true,
        })
    }

    fn parts(&self, events: &[Event]) -> Vec<Bytes> {
        let part = |event| match self.part(event) {
            Part::Joins(part) => part,
            other => panic!("{other:?}"),
        };
        events.iter().map(part).collect()
    }

    fn step(&self, parts: &[Bytes], last: Last<'_>) -> BatchStep {
        self.vendor.step_batch(&BatchInput {
            target: &self.target,
            shop: &shop(),
            now: now(),
            parts,
            last,
        })
    }

    fn call(&self, parts: &[Bytes]) -> Call {
        match self.step(parts, Last::Nothing) {
            BatchStep::Send(call) => call,
            other => panic!("{other:?}"),
        }
    }

    fn answered(&self, status: u16, headers: &[(&str, &str)]) -> BatchStep {
        let answer = Answer {
            status,
            headers: headers.iter().copied().collect::<Headers>(),
            body: Bytes::new(),
        };
        self.step(&[Bytes::new(), Bytes::new()], Last::Answer(&answer))
    }
}

fn events(count: i64) -> Vec<Event> {
    let event = |n: i64| {
        let email = format!("c{n}@example.com");
        let mut event = changed("claims/created", |data, _| {
            data["customer"]["email"] = json!(email);
        });
        event.no = EventNo((n + 2) << 20);
        event
    };
    (0..count).map(event).collect()
}

fn hubspot() -> fakes::HubSpot {
    let mut fake = fakes::HubSpot::default();
    Run::new(
        crate::vendor("hubspot").unwrap(),
        tool("hubspot", &json!({})).target,
        sample("claims/created"),
    )
    .deliver_to(&mut fake);
    fake.events.clear();
    fake
}

#[test]
fn together_they_are_what_each_is_alone() {
    let events = events(5);
    let klaviyo = tool("klaviyo", &json!({}));
    let (mut alone, mut together) = (fakes::Klaviyo::default(), fakes::Klaviyo::default());
    for event in &events {
        let mut run = Run::new(klaviyo.vendor, klaviyo.target.clone(), event.clone());
        assert_eq!(run.deliver_to(&mut alone), End::DELIVERED);
    }
    let call = klaviyo.call(&klaviyo.parts(&events));
    assert_eq!(call.name.as_deref(), Some("events (5)"));
    asked(&mut together, &call.request).unwrap();
    assert_eq!(together.events.len(), 5);
    assert_eq!(alone.events, together.events);

    let tool = tool("hubspot", &json!({}));
    let (mut alone, mut together) = (hubspot(), hubspot());
    for event in &events {
        let mut run = Run::new(tool.vendor, tool.target.clone(), event.clone());
        assert_eq!(run.deliver_to(&mut alone), End::DELIVERED);
    }
    asked(&mut together, &tool.call(&tool.parts(&events)).request).unwrap();
    assert_eq!(together.events.len(), 5);
    assert_eq!(alone.events, together.events);
}

#[test]
fn as_many_as_the_engine_may_join_are_no_more_than_the_vendor_takes() {
    for kind in ["klaviyo", "hubspot"] {
        let tool = tool(kind, &json!({"delivered_all_events": true}));
        let batch = tool.vendor.batch().unwrap();
        let most = i64::try_from(batch.deliveries).unwrap();
        let events: Vec<Event> = (0..most)
            .map(|n| {
                let mut event = sample(DELIVERED);
                event.no = EventNo((n + 1) << 20);
                event
            })
            .collect();
        let parts = tool.parts(&events);
        let bytes: usize = parts.iter().map(Bytes::len).sum();
        assert!(bytes < batch.bytes, "{kind}: {bytes}");
        let call = tool.call(&parts);
        let answer = match kind {
            "klaviyo" => {
                let mut fake = fakes::Klaviyo::default();
                let answer = asked(&mut fake, &call.request);
                assert_eq!(fake.events.len(), 2 * batch.deliveries);
                answer
            }
            _ => {
                let schema = Schema::new(include_str!(
                    "../../../../testkit/schemas/hubspot_send_batch.schema.json"
                ));
                let body = schema.read(&call.request.body).unwrap();
                assert_eq!(body["inputs"].as_array().unwrap().len(), 500);
                continue;
            }
        };
        assert_eq!(answer.unwrap().status, 202);
    }
}

#[test]
fn what_is_sent_again_is_recorded_once() {
    let tool = tool("hubspot", &json!({}));
    let call = tool.call(&tool.parts(&events(3)));
    let mut fake = hubspot();
    asked(&mut fake, &call.request).unwrap();
    asked(&mut fake, &call.request).unwrap();
    assert_eq!(fake.events.len(), 3);
}

#[test]
fn what_needs_no_call_ends_as_it_does_alone() {
    for kind in ["klaviyo", "hubspot"] {
        let tool = tool(kind, &json!({}));
        let nobody = changed("claims/created", |data, context| {
            data["customer"] = Value::Null;
            *context = Value::Null;
        });
        let old = changed(DELIVERED, |data, _| {
            let at = now().plus(hours(0)).as_millis() - 5 * 3_600_000;
            data["event_time"] = json!(claimwire_model::Timestamp::from_millis(at));
        });
        for (event, error) in [(nobody, "no_email"), (old, "stale")] {
            let mut run = Run::new(tool.vendor, tool.target.clone(), event.clone());
            let alone = run.deliver(|_| panic!("no call"));
            let Part::End(end) = tool.part(&event) else {
                panic!("{kind} {error}");
            };
            assert_eq!(end, alone);
            assert_eq!(end.failure.unwrap().error, error, "{kind}");
        }
    }
}

#[test]
fn an_answer_for_good_tells_them_apart_and_any_other_is_for_all() {
    for kind in ["klaviyo", "hubspot"] {
        let tool = tool(kind, &json!({}));
        for status in [200, 202, 204] {
            let BatchStep::End(ends) = tool.answered(status, &[]) else {
                panic!("{kind} {status}");
            };
            assert_eq!(ends, [End::DELIVERED, End::DELIVERED]);
        }
        for status in [207, 400, 401, 403, 404, 413, 422] {
            let BatchStep::Apart(failure) = tool.answered(status, &[]) else {
                panic!("{kind} {status}");
            };
            if status != 401 && status != 403 {
                assert_eq!(failure.error, format!("status_{status}"));
            }
        }
        for status in [408, 429, 500, 503] {
            let BatchStep::End(ends) = tool.answered(status, &[("Retry-After", "30")]) else {
                panic!("{kind} {status}");
            };
            assert!(ends.len() == 2 && ends.iter().all(|end| end.failure.is_some()));
        }
        let error = lost();
        let step = tool.step(&[Bytes::new()], Last::NoAnswer(&error));
        assert!(matches!(step, BatchStep::End(ends) if ends == [End::unanswered(&error)]));
    }
}

#[test]
fn a_tool_that_keeps_both_of_two_takes_one_at_a_time() {
    let tool = tool("brevo", &json!({}));
    assert_eq!(tool.vendor.batch(), None);
    assert!(matches!(tool.part(&sample("claims/created")), Part::Alone));
}

#[test]
fn the_checks_of_batches_can_fail() {
    let klaviyo = tool("klaviyo", &json!({}));
    let parts = klaviyo.parts(&events(2));
    let mut call = klaviyo.call(&parts);
    let body = String::from_utf8(call.request.body.to_vec()).unwrap();
    for bad in [
        body.replace("unique_id", "uniqueId"),
        body.replace("event-bulk-create-job", "event-job"),
        body.replace("\"metric\"", "\"metrics\""),
    ] {
        let mut fake = fakes::Klaviyo::default();
        call.request.body = bad.into();
        assert_eq!(asked(&mut fake, &call.request).unwrap().status, 400);
        assert!(fake.events.is_empty());
    }
    let twice = [parts[0].clone(), parts[0].clone()];
    let mut fake = fakes::Klaviyo::default();
    let answer = asked(&mut fake, &klaviyo.call(&twice).request);
    assert_eq!(answer.unwrap().status, 400, "an id is repeated");

    let tool = tool("hubspot", &json!({}));
    let parts = tool.parts(&events(2));
    let mut call = tool.call(&parts);
    let body = String::from_utf8(call.request.body.to_vec()).unwrap();
    for bad in [
        body.replace("inputs", "events"),
        body.replacen("\"email\"", "\"mail\"", 1),
        body.replacen("pe123_karla_claim_created", "pe123_other", 1),
    ] {
        let mut fake = hubspot();
        call.request.body = bad.into();
        assert_eq!(asked(&mut fake, &call.request).unwrap().status, 400);
        assert!(fake.events.is_empty(), "none of a bad batch is taken");
    }
    let mut fake = hubspot();
    fake.failures.push_back(Reply::status(500));
    let whole = tool.call(&parts);
    assert_eq!(asked(&mut fake, &whole.request).unwrap().status, 500);
}
