//! Whether an answer still says what it said: a later program may add fields, and time may pass.

use data_encoding::BASE64;
use serde_json::{Map, Value};

use crate::common::Serve;
use crate::fixture::Fixture;

/// What of a waiting delivery stays as it was once it goes on.
const OF_A_WAITING_DELIVERY: [&str; 5] = ["id", "event_id", "ref", "webhook_uuid", "created_at"];

/// That a server answers everything as the release did.
pub fn check(fixture: &Fixture, serve: &Serve) {
    let mut wrong = Vec::new();
    for before in fixture.answers() {
        let path = before["path"].as_str().unwrap();
        if let Some(image) = before["base64"].as_str() {
            let mut answer = ureq::get(format!("{}{path}", serve.url)).call().unwrap();
            let bytes = answer.body_mut().read_to_vec().unwrap();
            assert_eq!(BASE64.encode(&bytes), image, "{path}");
            continue;
        }
        let (status, now) = serve.call("GET", path, None);
        let differs = difference(&before["answer"], &now);
        if before["status"] != status {
            wrong.push(format!(
                "{path}: {} became {status}: {now}",
                before["status"]
            ));
        } else if let Some(what) = differs {
            wrong.push(format!("{path}: answer{what}"));
        } else if path.contains("?dialect=") && status == 200 {
            // A receiver must get the same bytes on every attempt, also on one after the upgrade.
            assert_eq!(before["answer"].to_string(), now.to_string(), "{path}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where `now` does not say all that `before` said.
pub fn difference(before: &Value, now: &Value) -> Option<String> {
    match (before, now) {
        (Value::Object(before), Value::Object(now)) => {
            let before = lasting(before);
            before.iter().find_map(|(name, before)| {
                let missing = || Some(" is gone".to_owned());
                let now = now.get(name).map_or_else(missing, |now| {
                    let now = if name == "attempts" {
                        first(now, before)
                    } else {
                        now.clone()
                    };
                    difference(before, &now)
                });
                now.map(|what| format!(".{name}{what}"))
            })
        }
        (Value::Array(before), Value::Array(now)) if before.len() == now.len() => {
            let mut pairs = before.iter().zip(now).enumerate();
            pairs.find_map(|(at, (before, now))| {
                difference(before, now).map(|what| format!("[{at}]{what}"))
            })
        }
        _ => (before != now).then(|| format!(" was {before} and is {now}")),
    }
}

/// The fields that time does not change.
fn lasting(object: &Map<String, Value>) -> Map<String, Value> {
    let waits = object.contains_key("attempt_count") && object["status"] == "pending";
    let retried = object
        .get("description")
        .is_some_and(|name| name == "pending");
    object
        .iter()
        .filter(|(name, _)| match name.as_str() {
            // At most thirty days after the rotation.
            "previous_expires_at" => false,
            // Of a replay: events at first, deliveries since.
            "total" => false,
            "health" => !retried,
            "attempts" => true,
            name => !waits || OF_A_WAITING_DELIVERY.contains(&name),
        })
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// As many attempts as there were: a waiting delivery may have had one more.
fn first(now: &Value, before: &Value) -> Value {
    let count = before.as_array().map_or(0, Vec::len);
    let now = now.as_array().into_iter().flatten();
    Value::Array(now.take(count).cloned().collect())
}
