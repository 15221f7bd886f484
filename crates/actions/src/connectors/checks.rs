//! What a connector's settings and credentials may hold: what the vendor says of each field, for all kinds alike.

use claimwire_connectors::{Field, FieldKind, Vendor};
use claimwire_model::target::TargetStatus;
use claimwire_wire::send::Sender;
use serde_json::{Map, Value};

use super::fields::ConnectorFields;
use crate::checks::{Checks, ENTRIES, SHORT_TEXT, URL};
use crate::refusal::{FieldError, Refusal};
use crate::shops::is_email;
use crate::target_checks::{Sending, check_events};
use crate::webhooks::url_refused;
use crate::{hooks, input};

/// Characters of a text.
const TEXT: usize = 2_000;
/// Characters of a template.
const TEMPLATE: usize = 20_000;

/// What is the same for every kind. `was`: the status before, for an update.
pub(super) fn check(fields: &ConnectorFields, was: Option<TargetStatus>) -> Result<(), Refusal> {
    let mut checks = Checks::default();
    check_events(
        &mut checks,
        fields.enabled_events.as_deref().unwrap_or_default(),
    );
    checks.optional("/description", fields.description.as_deref(), SHORT_TEXT);
    let settable = matches!(
        fields.status,
        None | Some(TargetStatus::Active | TargetStatus::Inactive)
    );
    checks.that(
        settable || fields.status == was,
        "/status",
        "can be set to `active` or `inactive` only",
    );
    Sending {
        timeout_seconds: fields.timeout_seconds,
        retry: fields.retry.as_ref(),
        rate_limit: fields.rate_limit,
        without_rate: "the kind's",
        max_in_flight: fields.in_flight(),
        egress: fields.egress.as_deref(),
    }
    .check(&mut checks);
    checks.done()
}

/// Whether the vendor can work with what it is told.
pub(super) fn check_kind(
    vendor: &dyn Vendor,
    sender: &dyn Sender,
    fields: &ConnectorFields,
) -> Result<(), Refusal> {
    let about = vendor.about();
    let settings: Vec<_> = about.all_settings().collect();
    let credentials: Vec<_> = about.all_credentials().collect();
    let parts = [
        ("/settings", &settings, &fields.settings),
        ("/credentials", &credentials, &fields.credentials),
    ];
    let mut checks = Checks::default();
    for (at, taken, given) in parts {
        check_members(&mut checks, about.kind, at, taken, given);
    }
    if about.hears_back {
        hooks::check_status_map(&mut checks, &fields.settings);
    }
    checks.done()?;
    for (at, taken, given) in parts {
        check_urls(sender, at, taken, given)?;
    }
    let mut checks = Checks::default();
    for (path, message) in vendor.check(&fields.settings, &fields.credentials) {
        checks.wrong(format_args!("/{}", path.replace('.', "/")), message);
    }
    checks.done()
}

fn check_members(
    checks: &mut Checks,
    kind: &str,
    at: &str,
    taken: &[&Field],
    given: &Map<String, Value>,
) {
    let of_name = |name: &str| taken.iter().find(|field| field.name == name);
    for (name, value) in given {
        let place = format!("{at}/{}", input::escape(name));
        match of_name(name) {
            Some(field) => check_value(checks, &place, field.kind, value),
            None => {
                let names: Vec<_> = taken.iter().map(|field| field.name).collect();
                let names = names.join(", ");
                checks.wrong(
                    place,
                    format!("is nothing that `{kind}` takes; there are: {names}"),
                );
            }
        }
    }
    for field in taken.iter().filter(|field| field.required) {
        let there = given.get(field.name).is_some_and(|value| !is_empty(value));
        let help = field.help;
        let place = format_args!("{at}/{}", field.name);
        if !there && field.default.is_empty() {
            checks.wrong(place, format!("is needed: {help}"));
        }
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_str().is_some_and(str::is_empty)
}

fn check_value(checks: &mut Checks, at: &str, kind: FieldKind, value: &Value) {
    match (kind, value) {
        (FieldKind::Text, Value::String(text)) => checks.text(at, text, TEXT),
        (FieldKind::Template, Value::String(text)) => checks.text(at, text, TEMPLATE),
        (FieldKind::Url, Value::String(text)) => checks.text(at, text, URL),
        (FieldKind::Email, Value::String(text)) => checks.that(
            text.is_empty() || is_email(text),
            at,
            "is not an e-mail address of the form name@domain, in ASCII",
        ),
        (FieldKind::Choice(choices), Value::String(text)) => {
            if !choices.contains(&&**text) {
                checks.wrong(at, format!("is none of: {}", choices.join(", ")));
            }
        }
        (FieldKind::Number, Value::String(text)) if text.parse::<u64>().is_ok() => {}
        (FieldKind::Number, value) if value.as_u64().is_some() => {}
        (FieldKind::Texts, Value::Object(texts)) => {
            if texts.len() > ENTRIES {
                checks.wrong(at, format!("has more than {ENTRIES} entries"));
            }
            for (name, value) in texts.iter().take(ENTRIES) {
                let place = format!("{at}/{}", input::escape(name));
                checks.text(&place, name, SHORT_TEXT);
                match value {
                    Value::String(text) => checks.text(&place, text, TEXT),
                    _ => checks.wrong(&place, "is not text"),
                }
            }
        }
        (FieldKind::Number, _) => checks.wrong(at, "is not a whole number, 0 or more"),
        (FieldKind::Texts, _) => checks.wrong(at, "is not an object of texts"),
        _ => checks.wrong(at, "is not text"),
    }
}

/// A URL that templates make is checked when it is sent to.
fn check_urls(
    sender: &dyn Sender,
    at: &str,
    taken: &[&Field],
    given: &Map<String, Value>,
) -> Result<(), Refusal> {
    let urls = taken.iter().filter(|field| field.kind == FieldKind::Url);
    for field in urls {
        let Some(url) = given.get(field.name).and_then(Value::as_str) else {
            continue;
        };
        if url.is_empty() {
            continue;
        }
        sender.check_url(url).map_err(|error| Refusal::Invalid {
            key: url_refused(error.kind),
            errors: vec![FieldError {
                field: format!("{at}/{}", field.name),
                message: error.detail,
            }],
        })?;
    }
    Ok(())
}
