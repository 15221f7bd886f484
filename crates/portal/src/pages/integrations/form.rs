//! A connector's settings as a form, there and back: its fields are those that its kind says it takes.

use claimwire_actions::connectors::{ConnectorFields, ConnectorView, KindField, KindView};
use claimwire_actions::{Patch, Refusal};
use serde_json::{Map, Value, json};

use crate::form::{Errors, Form, SEEN, pairs};
use crate::pages::targets::events::{self, FIELD, chosen};

/// What stands before the name of a setting's field.
const SETTING: &str = "s-";
/// What stands before the name of a credential's.
const CREDENTIAL: &str = "c-";
/// What stands before the name of the box that removes a credential.
const REMOVE: &str = "remove-";

/// One field of the form.
#[derive(Debug)]
pub(crate) struct Line {
    pub id: String,
    pub label: String,
    pub help: &'static str,
    pub takes: &'static str,
    pub choices: &'static [&'static str],
    pub required: bool,
    pub default: &'static str,
    /// A credential: it is not shown, and stays where nothing is typed.
    pub secret: bool,
    /// The box that removes what is kept.
    pub remove: Option<String>,
}

/// The fields of a kind. `kept`: of a connector that there is.
pub(crate) fn lines(kind: &KindView, kept: bool) -> Vec<Line> {
    let settings = kind.settings.iter().map(|field| line(field, SETTING));
    let credentials = kind.credentials.iter().map(|field| {
        let line = line(field, CREDENTIAL);
        Line {
            secret: true,
            remove: (kept && !field.required).then(|| format!("{REMOVE}{}", line.id)),
            ..line
        }
    });
    settings.chain(credentials).collect()
}

fn line(field: &KindField, before: &str) -> Line {
    Line {
        id: format!("{before}{}", field.name),
        label: label(field.name),
        help: field.help,
        takes: field.takes,
        choices: field.choices.unwrap_or_default(),
        required: field.required,
        default: field.default.unwrap_or_default(),
        secret: false,
        remove: None,
    }
}

/// `api_token` → `API token`.
pub(super) fn label(name: &str) -> String {
    let words = name.split('_').enumerate().map(|(i, word)| match word {
        "api" | "url" | "id" | "html" | "smtp" => word.to_uppercase(),
        "oauth2" => "OAuth2".to_owned(),
        "email" if i == 0 => "E-mail".to_owned(),
        "email" => "e-mail".to_owned(),
        word if i == 0 => {
            let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
            format!("{}{rest}", first.to_uppercase())
        }
        word => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// What a connector's form begins with.
pub(crate) fn filled(kind: &KindView, connector: &ConnectorView) -> Form {
    let mut form = Form::default();
    for field in &kind.settings {
        let text = match connector.settings.get(field.name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Object(texts)) => {
                let lines = texts.iter();
                let lines = lines.map(|(name, v)| format!("{name}: {}", v.as_str().unwrap_or("")));
                lines.collect::<Vec<_>>().join("\n")
            }
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        };
        form.put(&format!("{SETTING}{}", field.name), text);
    }
    let description = connector.description.clone();
    form.put("description", description.unwrap_or_default());
    events::fill(&mut form, &connector.enabled_events, kind.default_events);
    form.put("timeout_seconds", connector.timeout_seconds.to_string());
    form.put("max_in_flight", connector.max_in_flight.to_string());
    let rate = connector.rate_limit.map(|limit| limit.per_second);
    form.put(
        "per_second",
        rate.map(|rate| rate.to_string()).unwrap_or_default(),
    );
    form.put(SEEN, connector.updated_at.to_string());
    form
}

/// What the form says, as the action takes it for a new connector or for the one that is changed; or what of it cannot
/// be read.
pub(crate) fn patch(
    form: &Form,
    kind: &KindView,
    before: Option<&ConnectorView>,
) -> Result<Patch<ConnectorFields>, Errors> {
    let mut errors = Errors::default();
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| drop(fields.insert(name.to_owned(), value));
    put("kind", json!(kind.kind));
    put("description", json!(form.given("description")));
    let entries = chosen(form);
    if entries.as_ref().is_some_and(Vec::is_empty) {
        errors.add(
            FIELD,
            "Choose at least one event, or what it hears of by itself.",
        );
    }
    put("enabled_events", json!(entries));
    let number = |name: &str, expected: &str, errors: &mut Errors| {
        json!(form.read::<u32>(name, expected, errors))
    };
    let expected = "Enter the deadline as a whole number of seconds from 1 to 30.";
    put(
        "timeout_seconds",
        number("timeout_seconds", expected, &mut errors),
    );
    let expected = "Enter how many deliveries at once as a whole number from 1 to 1000.";
    put(
        "max_in_flight",
        number("max_in_flight", expected, &mut errors),
    );
    let expected = "Enter how many calls a second as a whole number from 1, or leave it empty.";
    let rate = form.read::<u32>("per_second", expected, &mut errors);
    put(
        "rate_limit",
        json!(rate.map(|rate| json!({ "per_second": rate }))),
    );

    let kept = before.map(|before| &before.settings);
    let mut settings = Map::new();
    for field in &kind.settings {
        let was = kept.and_then(|kept| kept.get(field.name));
        let value = value(form, field, SETTING, &mut errors);
        settings.insert(field.name.to_owned(), replacing(was, value));
    }
    put("settings", Value::Object(settings));
    let mut credentials = Map::new();
    for field in &kind.credentials {
        let removed = form.ticked(&format!("{REMOVE}{CREDENTIAL}{}", field.name));
        let value = value(form, field, CREDENTIAL, &mut errors);
        if removed || !value.is_null() {
            credentials.insert(field.name.to_owned(), value);
        }
    }
    put("credentials", Value::Object(credentials));
    if !errors.is_empty() {
        return Err(errors);
    }
    Patch::of(&fields).map_err(|refusal| Errors::one("", refusal.to_string()))
}

/// What is typed for a field; null: nothing.
fn value(form: &Form, field: &KindField, before: &str, errors: &mut Errors) -> Value {
    let name = format!("{before}{}", field.name);
    let Some(text) = form.given(&name) else {
        return Value::Null;
    };
    match field.takes {
        "number" => json!(form.read::<u64>(&name, "Enter a whole number, 0 or more.", errors)),
        "texts" => Value::Object(pairs(form, &name, errors)),
        "template" => json!(form.text(&name).replace("\r\n", "\n").trim_end()),
        _ => json!(text),
    }
}

/// A merge patch keeps what it does not name: what of an object is gone is named null.
fn replacing(was: Option<&Value>, value: Value) -> Value {
    match (was, value) {
        (Some(Value::Object(was)), Value::Object(mut value)) => {
            for name in was.keys() {
                value.entry(name.clone()).or_insert(Value::Null);
            }
            Value::Object(value)
        }
        (_, value) => value,
    }
}

/// The action's refusal at the form's fields.
pub(crate) fn errors(
    form: &Form,
    kind: &KindView,
    mut refusal: Refusal,
) -> Result<Errors, Refusal> {
    if let Refusal::Invalid { errors, .. } = &mut refusal {
        events::at_fields(form, errors);
        for error in errors {
            let place = |before: &str, path: &str| {
                let name = path.split('/').next().unwrap_or_default();
                format!("/{before}{name}")
            };
            if let Some(path) = error.field.strip_prefix("/settings/") {
                error.field = place(SETTING, path);
            } else if let Some(path) = error.field.strip_prefix("/credentials/") {
                error.field = place(CREDENTIAL, path);
            } else if error.field.starts_with("/rate_limit") {
                error.field = "/per_second".to_owned();
            } else if error.field == "/claim_id" {
                error.field = "/claim".to_owned();
            }
        }
    }
    let lines = lines(kind, false);
    let own = lines.iter().map(|line| line.id.as_str());
    let shared = [
        "description",
        FIELD,
        "more_events",
        "timeout_seconds",
        "per_second",
        "max_in_flight",
        "claim",
    ];
    let fields: Vec<&str> = own.chain(shared).collect();
    Errors::of(refusal, &fields, |_| None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_words() {
        for (name, words) in [
            ("api_token", "API token"),
            ("smtp_url", "SMTP URL"),
            ("fallback_email", "Fallback e-mail"),
            ("email", "E-mail"),
            ("base_url", "Base URL"),
            ("oauth2", "OAuth2"),
        ] {
            assert_eq!(label(name), words);
        }
    }
}
