//! What a URL says of which deliveries: the same for the list, its live view and what is sent once more.

use claimwire_actions::deliveries::Filter;
use claimwire_actions::{As, Refusal, Viewer, webhooks};
use claimwire_model::delivery::DeliveryStatus;
use claimwire_model::target::Kind;
use uuid::Uuid;

use crate::form::{Errors, Form};
use crate::pages::query::time;

/// The names of the filters, and what people call them.
pub(super) const FILTERS: [(&str, &str); 9] = [
    ("status", "Status"),
    ("claim", "Claim"),
    ("order_number", "Order number"),
    ("customer_email", "Customer's e-mail"),
    ("event", "Event"),
    ("webhook", "Webhook"),
    ("connector", "Connector"),
    ("since", "From"),
    ("until", "Until"),
];

/// Webhooks, and connectors, that can be chosen by name: the newest.
const CHOICES: usize = 100;

/// The filters that are given, in order: name, what people call it, and value.
pub(super) fn given(form: &Form) -> Vec<(&'static str, &'static str, &str)> {
    let named = FILTERS.into_iter();
    named
        .filter_map(|(name, words)| Some((name, words, form.given(name)?)))
        .collect()
}

/// The same as a query.
pub(super) fn query(form: &Form) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(given(form).iter().map(|(name, _, value)| (name, value)));
    query.finish()
}

/// What is asked for.
pub(super) fn filter(form: &Form, errors: &mut Errors) -> Filter {
    let uuid = "Enter an id as its page shows it.";
    let (claim, claim_number) = claim(form, errors);
    Filter {
        webhook: form.read("webhook", uuid, errors),
        connector: form.read("connector", uuid, errors),
        event: form.given("event").map(str::to_owned),
        claim,
        claim_number,
        customer_email: form.email("customer_email", errors).map(str::to_owned),
        order_number: form.given("order_number").map(str::to_owned),
        status: status(form, errors),
        since: time(form, "since", errors),
        until: time(form, "until", errors),
    }
}

/// A claim by its id, or by its number as people write it: `1132`, `#1132`, `CLM-001132`.
fn claim(form: &Form, errors: &mut Errors) -> (Option<Uuid>, Option<u64>) {
    let Some(text) = form.given("claim") else {
        return (None, None);
    };
    if let Ok(id) = text.parse() {
        return (Some(id), None);
    }
    let text = text.to_ascii_uppercase();
    let digits = text.trim_start_matches("CLM-").trim_start_matches('#');
    let number = digits.bytes().all(|b| b.is_ascii_digit());
    let number = digits.parse().ok().filter(|_| number);
    if number.is_none() {
        errors.add("claim", "Enter a claim's number, as in 1132, or its id.");
    }
    (None, number)
}

fn status(form: &Form, errors: &mut Errors) -> Option<DeliveryStatus> {
    let name = form.given("status")?;
    let status = serde_json::from_value(serde_json::Value::String(name.to_owned())).ok();
    if status.is_none() {
        errors.add("status", "Choose one of the statuses.");
    }
    status
}

/// The targets of a kind to choose from, by name; the one that is chosen is among them.
pub(super) async fn choices(
    viewer: &As<'_, Viewer>,
    kind: Kind,
    chosen: Option<Uuid>,
) -> Result<Vec<(String, String)>, Refusal> {
    let mut found = webhooks::labels(viewer, kind, CHOICES).await?;
    if let Some(uuid) = chosen
        && found.iter().all(|(known, _)| *known != uuid)
        && let Some(label) = webhooks::label(viewer, uuid).await?
    {
        found.push((uuid, label));
    }
    let any = (String::new(), "Any".to_owned());
    let found = found.into_iter();
    let named = found.map(|(uuid, label)| (uuid.to_string(), label));
    Ok(std::iter::once(any).chain(named).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_named_by_its_number_or_its_id() {
        let id = "2f9b8a52-6f0c-4f7e-9d5c-1b2a3c4d5e6f";
        for (typed, found) in [
            ("", Some((None, None))),
            ("1132", Some((None, Some(1132)))),
            (" #1132 ", Some((None, Some(1132)))),
            ("CLM-001132", Some((None, Some(1132)))),
            ("clm-7", Some((None, Some(7)))),
            (id, Some((Some(id.parse().unwrap()), None))),
            ("+7", None),
            ("mug", None),
            ("#", None),
            ("99999999999999999999", None),
        ] {
            let (mut form, mut errors) = (Form::default(), Errors::default());
            form.put("claim", typed);
            let read = claim(&form, &mut errors);
            let found = (errors.is_empty().then_some(read), found);
            assert_eq!(found.0, found.1, "{typed}");
        }
    }
}
