//! An event → the body of a request, by a template.

use claimwire_model::{Event, EventNo, Shop, Timestamp, catalogue};
use claimwire_wire::values;
use serde_json::{Map, Value};

use super::headers;
use super::preset::{ANY, Preset};
use crate::account::Account;
use claimwire_template::{Escape, Template};

/// What bodies are where no header says otherwise.
const JSON: &str = "application/json";

/// What a template can print.
pub(super) struct Values(Value);

impl Values {
    pub(super) fn of(event: &Event, shop: &Shop) -> Self {
        Self::told(values::of(event, shop))
    }

    /// Of a claim that was made, for a preview.
    pub(super) fn of_claim(claim: &Value, context: &Value, shop: &Shop) -> Self {
        Self::told(values::of_claim(claim, context, shop))
    }

    /// With the event in a few words, and in some lines.
    fn told(mut values: Map<String, Value>) -> Self {
        let of = |name: &str| values.get(name).unwrap_or(&Value::Null);
        let r#ref = of("event").get("ref").and_then(Value::as_str);
        let (claim, data) = (of("claim"), of("data"));
        let title = title(r#ref.unwrap_or_default(), claim, data, of("context"));
        let lines = lines(claim, of("customer"), data, of("changes"));
        values.insert("title".to_owned(), title.into());
        values.insert("lines".to_owned(), lines.into());
        Self(Value::Object(values))
    }

    /// The event in a few words.
    pub(super) fn title(&self) -> String {
        let title = self.0.get("title").and_then(Value::as_str);
        title.unwrap_or_default().to_owned()
    }

    /// The customer's address.
    pub(super) fn email(&self) -> Option<String> {
        let email = self.0.pointer("/customer/email")?.as_str()?;
        Some(email.to_owned())
    }
}

/// `Claim created: damage – order 10077`.
fn title(r#ref: &str, claim: &Value, data: &Value, context: &Value) -> String {
    let (source, rest) = r#ref.split_once('/').unwrap_or((r#ref, ""));
    let source = source.strip_suffix('s').unwrap_or(source);
    let what = match rest.rsplit('/').next().unwrap_or_default() {
        "" => source.to_owned(),
        action => format!("{source} {}", action.replace('_', " ").to_lowercase()),
    };
    let mut chars = what.chars();
    let what: String = chars
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(chars)
        .collect();
    let order = [
        claim.get("order_number"),
        context.pointer("/order/order_number"),
        data.get("order_number"),
    ];
    let order = order.into_iter().flatten().find_map(word);
    match (claim.get("reason").and_then(word), order) {
        (Some(reason), Some(order)) => format!("{what}: {reason} – order {order}"),
        (Some(reason), None) => format!("{what}: {reason}"),
        (None, Some(order)) => format!("{what} – order {order}"),
        (None, None) => what,
    }
}

/// What there is to know at a glance, a line each.
fn lines(claim: &Value, customer: &Value, data: &Value, changes: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            lines.push(format!("{name}: {value}"));
        }
    };
    let of = |from: &Value, field: &str| from.get(field).and_then(word);
    line("Status", of(claim, "status"));
    line("Preference", of(claim, "resolution_preference"));
    let names = [of(customer, "first_name"), of(customer, "last_name")];
    let name: Vec<String> = names.into_iter().flatten().collect();
    line(
        "Customer",
        Some(name.join(" ")).filter(|name| !name.is_empty()),
    );
    line("E-mail", of(customer, "email"));
    let items = claim.get("selected_items").and_then(Value::as_array);
    for item in items.into_iter().flatten().take(20) {
        let title = of(item, "title").or_else(|| of(item, "sku"));
        let count = of(item, "quantity").unwrap_or_else(|| "1".to_owned());
        line("Item", title.map(|title| format!("{count} × {title}")));
    }
    line("Tracking number", of(data, "tracking_number"));
    line("Description", of(claim, "description"));
    line("Message", of(data, "body"));
    let fields = changes.as_object().into_iter().flatten();
    for (field, change) in fields.filter(|(field, _)| *field != "updated_at").take(20) {
        let side = |name: &str| of(change, name).unwrap_or_else(|| "…".to_owned());
        line(
            "Changed",
            Some(format!("{field}: {} → {}", side("before"), side("after"))),
        );
    }
    lines
}

/// A text or number that says something.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// What the body is.
pub(super) fn content_type(account: &Account) -> String {
    let set = headers(account).find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    set.map_or(JSON, |(_, value)| value).to_owned()
}

/// The body.
///
/// # Errors
/// The template is none, fails on this event, or makes what is no JSON though it should.
pub(super) fn body(account: &Account, values: &Values) -> Result<String, String> {
    let content_type = content_type(account).to_ascii_lowercase();
    let escape = match &content_type {
        json if json.contains("json") => Escape::Json,
        markup if markup.contains("html") || markup.contains("xml") => Escape::Html,
        _ => Escape::None,
    };
    let own = account
        .settings
        .get("body_template")
        .and_then(Value::as_str);
    let preset = || Preset::of(account).map_or(ANY, |preset| preset.template);
    let text = own.filter(|text| !text.is_empty()).unwrap_or_else(preset);
    let body = Template::escaping(text, escape)?.render(&values.0)?;
    if escape == Escape::Json {
        let read: Result<serde::de::IgnoredAny, _> = serde_json::from_str(&body);
        read.map_err(|error| {
            format!(
                "what it makes is no JSON ({error}): values are printed without quotes around them"
            )
        })?;
    }
    Ok(body)
}

/// # Errors
/// No body can be made of the sample of an event: why.
pub(super) fn check(account: &Account) -> Result<(), String> {
    let now = Timestamp::from_secs(1_767_225_600);
    for r#ref in ["claims/created", "claims/updated"] {
        let Some(fact) = catalogue::sample(r#ref, now) else {
            continue;
        };
        let event = Event {
            no: EventNo(0),
            fact,
        };
        let shop = Shop {
            no: claimwire_model::ShopNo(0),
            id: uuid::Uuid::nil(),
            slug: "sample".to_owned(),
            name: "Sample".to_owned(),
            egress: None,
            notification_emails: Vec::new(),
            api_dialect: claimwire_model::ApiDialect::default(),
            claim_page: None,
            created_at: now,
            updated_at: now,
        };
        body(account, &Values::of(&event, &shop))?;
    }
    Ok(())
}
