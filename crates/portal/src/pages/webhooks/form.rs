//! A webhook's settings as a form, there and back.

use claimwire_actions::webhooks::{WebhookFields, WebhookView};
use claimwire_actions::{Patch, Refusal};
use claimwire_model::dialect::Own;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::form::{Errors, Form, SEEN, pairs};
use crate::pages::targets::events::{self, FIELD, chosen};

/// Value and name of each dialect.
const DIALECTS: [(&str, &str); 5] = [
    ("karla", "Karla"),
    ("claimport", "ClaimPort"),
    ("claimable", "Claimable"),
    ("standard", "Standard Webhooks"),
    ("cloudevents", "CloudEvents"),
];
/// The same, with those of the server's own.
pub(crate) fn dialects() -> Vec<(&'static str, &'static str)> {
    let own = Own::all().iter();
    let own = own.map(|own| (own.name(), own.described().map_or("", |it| &it.title)));
    DIALECTS.into_iter().chain(own).collect()
}

pub(crate) const SOURCES: [(&str, &str); 2] = [
    ("all", "From everyone"),
    ("ui_only", "From people in the portal only"),
];
pub(crate) const ORDERINGS: [(&str, &str); 3] = [
    ("none", "None: the fastest"),
    ("subject", "Per claim, shipment, order or contact"),
    ("webhook", "Strictly one after another"),
];
pub(crate) const ACKS: [(&str, &str); 2] = [("2xx", "Any 2xx"), ("200", "Exactly 200")];
pub(crate) const SIGNINGS: [(&str, &str); 3] = [
    ("hmac", "With the secret (HMAC)"),
    ("ed25519", "With a key pair (Ed25519)"),
    ("both", "With both"),
];

/// The form's fields that an error can stand at.
pub(crate) const FIELDS: [&str; 14] = [
    "url",
    "description",
    "dialect",
    FIELD,
    "more_events",
    "source_filter",
    "secret",
    "headers",
    "timeout_seconds",
    "per_second",
    "max_in_flight",
    "ordering",
    "ack",
    "signing",
];

/// What a new webhook's form begins with.
pub(crate) fn blank() -> Form {
    let mut form = Form::default();
    for (name, value) in [
        ("dialect", "karla"),
        ("which", "all"),
        ("source_filter", "all"),
        ("ordering", "none"),
        ("ack", "2xx"),
        ("signing", "hmac"),
        ("max_in_flight", "32"),
    ] {
        form.put(name, value);
    }
    form
}

/// What a webhook's form begins with.
pub(crate) fn filled(webhook: &WebhookView) -> Form {
    let mut form = Form::default();
    form.put("url", webhook.url.clone());
    form.put(
        "description",
        webhook.description.clone().unwrap_or_default(),
    );
    form.put("dialect", webhook.dialect.as_str());
    events::fill(&mut form, &webhook.enabled_events, &["*"]);
    let headers = webhook.headers.iter();
    let headers: Vec<_> = headers
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    form.put("headers", headers.join("\n"));
    form.put("source_filter", word(&webhook.source_filter));
    form.put("ordering", word(&webhook.ordering));
    form.put("ack", word(&webhook.ack));
    form.put("signing", word(&webhook.signing));
    form.put("timeout_seconds", webhook.timeout_seconds.to_string());
    form.put("max_in_flight", webhook.max_in_flight.to_string());
    let rate = webhook.rate_limit.map(|limit| limit.per_second.to_string());
    form.put("per_second", rate.unwrap_or_default());
    for (name, on) in [("verify", webhook.verify), ("flatten", webhook.flatten)] {
        if on {
            form.put(name, "yes");
        }
    }
    form.put(SEEN, webhook.updated_at.to_string());
    form
}

/// An enum's name, as the API writes it.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(name)) => name,
        _ => String::new(),
    }
}

/// What a choice is called.
pub(crate) fn name_of<const N: usize>(
    choices: [(&str, &'static str); N],
    chosen: &impl Serialize,
) -> &'static str {
    let value = word(chosen);
    let found = choices.iter().find(|(known, _)| *known == value);
    found.map_or("", |(_, name)| name)
}

/// What the form says, as the action takes it for a new webhook or for the one that is changed; or what of it cannot be
/// read.
pub(crate) fn patch(
    form: &Form,
    before: Option<&WebhookView>,
) -> Result<Patch<WebhookFields>, Errors> {
    let new = before.is_none();
    let mut errors = Errors::default();
    let entries = chosen(form).unwrap_or_else(|| vec!["*".to_owned()]);
    if entries.is_empty() {
        errors.add(FIELD, "Choose at least one event, or all events.");
    }
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| drop(fields.insert(name.to_owned(), value));
    put("url", json!(form.text("url").trim()));
    put("description", json!(form.given("description")));
    put("enabled_events", json!(entries));
    for name in ["dialect", "source_filter", "ordering", "ack", "signing"] {
        put(name, json!(form.given(name)));
    }
    let mut headers = pairs(form, "headers", &mut errors);
    // A merge patch removes what it says is null, and keeps what it does not name.
    for name in before.iter().flat_map(|before| before.headers.keys()) {
        headers.entry(name.clone()).or_insert(Value::Null);
    }
    put("headers", Value::Object(headers));
    let timeout = form.read::<u8>(
        "timeout_seconds",
        "Enter the deadline as a whole number of seconds from 1 to 30.",
        &mut errors,
    );
    put("timeout_seconds", json!(timeout));
    let most = form.read::<u32>(
        "max_in_flight",
        "Enter how many requests at once as a whole number from 1 to 1000.",
        &mut errors,
    );
    put("max_in_flight", json!(most));
    let rate = form.read::<u32>(
        "per_second",
        "Enter how many requests a second as a whole number from 1, or leave it empty.",
        &mut errors,
    );
    put(
        "rate_limit",
        rate.map_or(Value::Null, |rate| json!({"per_second": rate})),
    );
    put("flatten", json!(form.ticked("flatten")));
    // A new webhook's dialect decides, unless the box says so.
    if form.ticked("verify") || !new {
        put("verify", json!(form.ticked("verify")));
    }
    if let (true, Some(secret)) = (new, form.given("secret")) {
        put("secret", json!(secret));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Patch::of(&fields).map_err(|refusal| Errors::one("", refusal.to_string()))
}

/// The action's refusal at the form's fields.
pub(crate) fn errors(form: &Form, mut refusal: Refusal) -> Result<Errors, Refusal> {
    if let Refusal::Invalid { errors, .. } = &mut refusal {
        events::at_fields(form, errors);
        for error in errors {
            if error.field.starts_with("/rate_limit") {
                error.field = "/per_second".to_owned();
            }
        }
    }
    Errors::of(refusal, &FIELDS, |_| None)
}
