//! Event → ClaimPort's envelope.

use claimwire_model::event::Fact;
use claimwire_model::{Dialect, Event, Timestamp};
use serde_json::value::RawValue;

use crate::encoded::Encoded;
use crate::fact;
use crate::fields::Fields;
use crate::object::Object;

/// What the envelope adds to the data, generously.
const ENVELOPE: usize = 320;

pub(crate) fn encode(event: &Event) -> Option<Encoded> {
    let fact = &event.fact;
    let name = fact::name(Dialect::Claimport, fact)?;
    let event_id = event.id();
    let body = Object::body(fact.event_data.get().len() + ENVELOPE, |body| {
        if event_id.starts_with("evt_") {
            body.text("id", &event_id);
        } else {
            body.text("id", &format!("evt_{event_id}"));
        }
        body.text("type", &name);
        body.text("timestamp", &fact.triggered_at.to_zulu_seconds());
        body.object("data", |data| subject(data, fact));
    });
    Some(Encoded::json(event_id, body))
}

/// The event that checks an endpoint. Its body has no id, so there is nothing to dedupe it by.
pub(crate) fn test_event(event_id: String, now: Timestamp) -> Encoded {
    let body = Object::body(64, |body| {
        body.text("type", "webhook.test");
        body.text("timestamp", &now.to_zulu_seconds());
    });
    Encoded::json(event_id, body)
}

fn subject(data: &mut Object<'_>, fact: &Fact) {
    let kind = fact::kind(fact);
    if kind == "claim" {
        return claim(data, &fact.event_data, fact.posted);
    }
    data.raw(kind, Some(&fact.event_data));
    if let ("message", Some(on)) = (kind, fact::claim(fact)) {
        claim(data, on, fact.posted);
    }
}

/// Our fields, with ClaimPort's `id` and `status`; one that was posted goes out as it is.
fn claim(data: &mut Object<'_>, snapshot: &RawValue, posted: bool) {
    let fields = if posted { None } else { Fields::of(snapshot) };
    let Some(fields) = fields else {
        return data.raw("claim", Some(snapshot));
    };
    data.object("claim", |claim| {
        match fields.read::<u64>("number") {
            Some(number) => claim.text("id", &format!("CLM-{number:06}")),
            None => claim.raw("id", None),
        }
        claim.raw("claim_id", fields.get("id"));
        for (key, value) in fields.iter().filter(|(key, _)| *key != "id") {
            match (key, value.get()) {
                ("status", r#""accepted""#) => claim.text(key, "approved"),
                ("status", r#""rejected""#) => claim.text(key, "denied"),
                _ => claim.raw(key, Some(value)),
            }
        }
    });
}
