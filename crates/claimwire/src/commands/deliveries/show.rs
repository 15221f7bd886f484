//! One delivery in full: what it is, what was sent, what each attempt was answered.

use bytes::Bytes;
use claimwire_model::Dialect;
use serde::Deserialize as _;
use serde_json::{Map, Value};

use super::Endpoints;
use crate::client::{Client, segment, with_query};
use crate::output::{self, Style};
use crate::server_args::ServerArgs;

/// Prints it; for programs with `request_body` beside what the API answers.
pub fn show(server: &ServerArgs, client: &Client, mut delivery: Value) -> anyhow::Result<()> {
    let body = sent(client, &delivery)?;
    if let Some(delivery) = delivery.as_object_mut() {
        delivery.insert("request_body".to_owned(), body.clone().into());
    }
    if output::for_programs(server, &delivery)? {
        return Ok(());
    }
    Endpoints::new(client).name(&mut delivery)?;
    let mut head = delivery.as_object().cloned().unwrap_or_default();
    head.shift_remove("request_body");
    let attempts = head.shift_remove("attempts").unwrap_or_default();
    output::fields(&Value::Object(head))?;
    if let Some(body) = &body {
        section("request body", body)?;
    }
    for attempt in attempts.as_array().into_iter().flatten() {
        show_attempt(attempt)?;
    }
    Ok(())
}

/// The body that its webhook's dialect sends of its event. None for a connector, whose calls are its attempts, and when
/// webhook or event are gone.
fn sent(client: &Client, delivery: &Value) -> anyhow::Result<Option<String>> {
    let text = |name: &str| delivery.get(name).and_then(Value::as_str);
    let (Some(webhook), Some(event)) = (text("webhook_uuid"), text("event_id")) else {
        return Ok(None);
    };
    let webhook = client.in_shop(&format!("/webhooks/{}", segment(webhook)))?;
    let Some(webhook) = client.find(&webhook)? else {
        return Ok(None);
    };
    let dialect = webhook.get("dialect").and_then(Value::as_str);
    let event = client.in_shop(&format!("/events/{}", segment(event)))?;
    if client.find(&event)?.is_none() {
        return Ok(None);
    }
    let path = with_query(&event, [("dialect", dialect.map(str::to_owned))]);
    let body = client.get_text(&path)?;
    Ok(Some(for_webhook(&webhook, body)))
}

/// The body as this webhook gets it. What a later program than this calls a dialect is left as it is.
fn for_webhook(webhook: &Value, body: String) -> String {
    let flat = webhook.get("flatten").and_then(Value::as_bool) == Some(true);
    let dialect = webhook.get("dialect").filter(|_| flat);
    let Some(dialect) = dialect.and_then(|name| Dialect::deserialize(name).ok()) else {
        return body;
    };
    let body = claimwire_wire::flattened(dialect, &Bytes::from(body));
    String::from_utf8_lossy(&body).into_owned()
}

fn show_attempt(attempt: &Value) -> anyhow::Result<()> {
    let text = |name: &str| match attempt.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    let said = |words: &str, name: &str| match text(name) {
        empty if empty.is_empty() => empty,
        value => format!("  {words}{value}"),
    };
    let title = format!(
        "attempt {}{}  {}  {} ms{}{}{}",
        text("number"),
        said("", "step"),
        text("started_at"),
        text("duration_ms"),
        said("answered ", "status_code"),
        said("", "error"),
        said("", "error_detail"),
    );
    output::line(&format!("\n{}", Style::of_stdout().heading(&title)))?;
    if let Some(timing) = attempt.get("timing").and_then(timing) {
        output::line(&timing)?;
    }
    for (sign, name) in [('>', "request_headers"), ('<', "response_headers")] {
        let headers = attempt.get(name).and_then(Value::as_object);
        for (header, value) in headers.into_iter().flat_map(Map::iter) {
            let value = value.as_str().unwrap_or_default();
            output::line(&format!("{sign} {header}: {value}"))?;
        }
    }
    match text("response_body") {
        empty if empty.is_empty() => Ok(()),
        body => output::line(&format!("\n{}", readable(&body))),
    }
}

/// Where an attempt's time went, in a line; none: there is nothing to tell.
fn timing(timing: &Value) -> Option<String> {
    let stages = [
        ("DNS", "dns_ms"),
        ("connect", "connect_ms"),
        ("TLS", "tls_ms"),
        ("first byte", "first_byte_ms"),
        ("rest", "rest_ms"),
    ];
    let took = stages.iter().filter_map(|(words, name)| {
        let ms = timing.get(name)?.as_f64()?;
        Some(format!("{words} {ms} ms"))
    });
    let took: Vec<_> = took.collect();
    (!took.is_empty()).then(|| took.join(", "))
}

fn section(title: &str, body: &str) -> anyhow::Result<()> {
    let title = Style::of_stdout().heading(title);
    output::line(&format!("\n{title}\n{}", readable(body)))
}

/// JSON is indented, what a terminal would obey is not passed on.
fn readable(body: &str) -> String {
    let json = serde_json::from_str::<Value>(body).ok();
    let text = json.and_then(|value| serde_json::to_string_pretty(&value).ok());
    let text = text.unwrap_or_else(|| body.to_owned());
    let harmless = |c: char| c == '\n' || c == '\t' || !c.is_control();
    text.chars().filter(|c| harmless(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timing_names_what_was_gone_through() {
        let fresh = serde_json::json!({
            "dns_ms": 1.5, "connect_ms": 12.0, "tls_ms": null, "first_byte_ms": 80.25, "rest_ms": 0.1,
        });
        let told = "DNS 1.5 ms, connect 12 ms, first byte 80.25 ms, rest 0.1 ms";
        assert_eq!(timing(&fresh).as_deref(), Some(told));
        assert_eq!(timing(&Value::Null), None);
    }

    #[test]
    fn a_flat_webhook_s_body_is_shown_flat() {
        let body = r#"{"ref":"claims/created","event_data":{"claim_id":"c-1"}}"#;
        let shown = |webhook| for_webhook(&webhook, body.to_owned());
        let flat = shown(serde_json::json!({"dialect": "karla", "flatten": true}));
        assert_eq!(flat, r#"{"ref":"claims/created","claim_id":"c-1"}"#);
        for nested in [
            serde_json::json!({"dialect": "karla", "flatten": false}),
            serde_json::json!({"dialect": "karla"}),
            serde_json::json!({"dialect": "not-yet-known", "flatten": true}),
        ] {
            assert_eq!(shown(nested), body);
        }
    }

    #[test]
    fn a_body_is_shown_readably_and_without_what_a_terminal_obeys() {
        assert_eq!(readable(r#"{"a":1}"#), "{\n  \"a\": 1\n}");
        assert_eq!(readable("no\u{1b}[2J\u{7}\r\njson\t"), "no[2J\njson\t");
    }
}
