//! Whether an answer still says what it said: a later program may add fields, and time may pass.

use serde_json::{Map, Value};

/// What of a waiting delivery stays as it was once it goes on.
const OF_A_WAITING_DELIVERY: [&str; 5] = ["id", "event_id", "ref", "webhook_uuid", "created_at"];

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
