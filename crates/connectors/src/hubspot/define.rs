//! Definitions of events, made when they are missed.

use claimwire_model::verdict::Ending;
use claimwire_wire::driver::{End, Input, Last, Step};
use claimwire_wire::send::Answer;
use serde_json::{Value, json};

use super::{HubSpot, own_name, properties, property};
use crate::marketing::{Ask, Asked, Prepared, Progress, Tool, refused, send};

/// Looks the definition up.
const LOOK: &str = "definition";
/// Makes it.
const DEFINE: &str = "define";
/// Adds a property to it.
const ADD: &str = "define_property";

/// What the events that are sent most have: in every definition from the start, as one that lacks a property
/// has to be found out and mended.
const USUAL: [&str; 25] = [
    "claim_id",
    "event_name",
    "event_group",
    "created_at",
    "updated_at",
    "reason",
    "resolution_preference",
    "status",
    "description",
    "customer_signature_image_url",
    "selected_items",
    "selected_items_count",
    "image_urls",
    "image_urls_count",
    "optional_image_urls",
    "optional_image_urls_count",
    "event_id",
    "shipment_id",
    "phase",
    "direction",
    "carrier_reference",
    "tracking_number",
    "tracking_url",
    "location",
    "event_time",
];

/// The next step towards a definition that the event fits, if that is what is missing.
pub(super) fn step(
    hubspot: &HubSpot,
    asked: &Asked<'_>,
    progress: &Progress,
    input: &Input<'_>,
) -> Option<Step> {
    let name = hubspot.shown(asked.account, asked.name);
    let ask = |call: &'static str, ask: Ask| Some(send(hubspot, asked.account, input, call, ask));
    let save = |prepared: Prepared| {
        let progress = Progress {
            sent: progress.sent,
            prepared: Some(prepared),
        };
        Some(Step::Save(progress.saved()))
    };
    let answer = match input.last {
        Last::Answer(answer) => answer,
        Last::NoAnswer(_) => return None,
        _ => {
            let Some(Prepared::Missing(missing)) = &progress.prepared else {
                return None;
            };
            let Some(first) = missing.first() else {
                return save(Prepared::Defined);
            };
            let body = json!({"name": first, "label": label(first), "type": "string"});
            return ask(ADD, Ask::post(format!("{}/property", path(&name)), body));
        }
    };
    match (input.called?, answer.status) {
        (LOOK, 404) => ask(
            DEFINE,
            Ask::post("/events/v3/event-definitions", definition(asked)),
        ),
        (LOOK, _) if answer.is_success() => match missing(asked, answer) {
            Some(missing) if !missing.is_empty() => save(Prepared::Missing(missing)),
            _ => save(Prepared::Whole),
        },
        (DEFINE, status) if answer.is_success() || status == 409 => save(Prepared::Defined),
        (ADD, status) if answer.is_success() || status == 409 => {
            let Some(Prepared::Missing(missing)) = &progress.prepared else {
                return None;
            };
            match missing.get(1..) {
                None | Some([]) => save(Prepared::Defined),
                Some(rest) => save(Prepared::Missing(rest.to_vec())),
            }
        }
        ("event", 400 | 404) => match progress.prepared {
            None => ask(LOOK, Ask::get(path(&name))),
            // A definition that was made just now may not hold everywhere yet.
            Some(Prepared::Defined) => {
                let end = refused(hubspot, asked.account, "event", answer, input.now);
                Some(Step::End(End {
                    ending: Ending::FAILED,
                    ..end
                }))
            }
            _ => None,
        },
        _ => None,
    }
}

fn path(name: &str) -> String {
    format!("/events/v3/event-definitions/{name}")
}

fn definition(asked: &Asked<'_>) -> Value {
    let own = properties(asked.account, asked.news);
    let own = own.keys().filter(|name| !USUAL.contains(&name.as_str()));
    let names = USUAL.into_iter().chain(own.map(String::as_str));
    let properties: Vec<Value> = names
        .take(super::PROPERTIES)
        .filter(|name| property(name).is_some())
        .map(|name| json!({"name": name, "label": label(name), "type": "string"}))
        .collect();
    let name = own_name(asked.name);
    json!({
        "name": name,
        "label": label(&name),
        "description": "What happens to the customer's parcels and claims.",
        "primaryObject": "CONTACT",
        "propertyDefinitions": properties,
    })
}

/// Which of the event's properties the definition lacks; none: the answer is no definition.
fn missing(asked: &Asked<'_>, answer: &Answer) -> Option<Vec<String>> {
    let json: Value = serde_json::from_slice(&answer.body).ok()?;
    let defined = json
        .get("properties")
        .or_else(|| json.get("propertyDefinitions"))?;
    let defined: Vec<&str> = defined
        .as_array()?
        .iter()
        .filter_map(|one| one.get("name")?.as_str())
        .collect();
    let own = properties(asked.account, asked.news);
    let lacks = |name: &&String| !defined.contains(&name.as_str());
    Some(own.keys().filter(lacks).cloned().collect())
}

/// `shipment_id` → `Shipment id`.
fn label(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut chars = words.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => words,
    }
}
