//! What documents are found by: terms, made from a document's JSON, and from what a caller asks for. A
//! document is found when it has every term that is asked for. A store keeps the terms of each document
//! in an index, and needs to know no more of them than that they are text.
//!
//! A word is found by how it begins, so each has a term for each of its beginnings: looking one up is one
//! place in an index, however many words begin like it.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::SubjectKind;

/// Words of a document that it is found by: the first, in the order of [`texts`].
pub const WORDS: usize = 200;
/// Characters of a word that count; of longer ones the first.
pub const WORD_CHARS: usize = 24;

/// A field of claims that a list can be narrowed to one value of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// `status`.
    Status,
    /// `reason`.
    Reason,
    /// `order_number`.
    OrderNumber,
    /// `customer.email`, in small letters or capitals.
    CustomerEmail,
    /// `assignee`: by id, name or e-mail.
    Assignee,
    /// One of `labels`.
    Label,
}

/// The term of a field with this value.
#[must_use]
pub fn term(field: Field, value: &str) -> String {
    match field {
        Field::Status => format!("s{value}"),
        Field::Reason => format!("r{value}"),
        Field::OrderNumber => format!("o{value}"),
        Field::CustomerEmail => format!("e{}", value.to_lowercase()),
        Field::Assignee => format!("a{}", value.to_lowercase()),
        Field::Label => format!("l{value}"),
    }
}

/// The terms of a text to search for: one for each of its words. None: it has no letter and no digit.
#[must_use]
pub fn query(text: &str) -> Vec<String> {
    let terms: BTreeSet<_> = words(text).map(|word| format!("w{}", cut(&word))).collect();
    terms.into_iter().collect()
}

/// The terms of a document in the API's shape, each once, in order. Messages have none: they are found
/// by their claim.
#[must_use]
pub fn terms(kind: SubjectKind, json: &str) -> BTreeSet<String> {
    let mut terms = BTreeSet::new();
    if matches!(kind, SubjectKind::Message | SubjectKind::Webhook) {
        return terms;
    }
    let Ok(document) = serde_json::from_str::<Searched>(json) else {
        return terms;
    };
    if kind == SubjectKind::Claim {
        terms.extend(fields(&document));
    }
    let mut found = 0;
    for word in texts(kind, &document).iter().flat_map(|text| words(text)) {
        let word = cut(&word).to_owned();
        if terms.contains(&format!("w{word}")) {
            continue;
        }
        found += 1;
        if found > WORDS {
            break;
        }
        let ends = word.char_indices().map(|(at, c)| at + c.len_utf8());
        terms.extend(ends.filter_map(|end| Some(format!("w{}", word.get(..end)?))));
    }
    terms
}

/// Those of a document's terms that all others are beginnings of: what a store needs to keep to know them all.
pub fn longest(terms: &BTreeSet<String>) -> impl Iterator<Item = &str> {
    // What a term is a beginning of comes behind it.
    let next = terms.iter().skip(1).map(Some).chain([None]);
    let terms = terms.iter().zip(next).filter(|(term, next)| {
        let longer = next.is_some_and(|next| next.starts_with(term.as_str()));
        !(longer && term.starts_with('w'))
    });
    terms.map(|(term, _)| term.as_str())
}

/// A term, and if it is of a word those of the word's beginnings.
pub fn with_beginnings(term: &str) -> impl Iterator<Item = &str> {
    let from = if term.starts_with('w') { 1 } else { usize::MAX };
    let ends = term.char_indices().map(|(at, _)| at);
    let beginnings = ends.skip(1).filter(move |at| *at > from);
    beginnings.filter_map(|end| term.get(..end)).chain([term])
}

/// The parts of a document that it is found by; all others are passed over.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Searched {
    id: Option<serde_json::Value>,
    number: Option<u64>,
    status: Option<String>,
    title: Option<String>,
    r#type: Option<String>,
    reason: Option<String>,
    resolution_preference: Option<String>,
    description: Option<String>,
    labels: Vec<String>,
    assignee: Option<Person>,
    customer: Option<Person>,
    damages: Vec<Item>,
    selected_items: Vec<Item>,
    products: Vec<Item>,
    order_number: Option<String>,
    order_name: Option<String>,
    external_id: Option<String>,
    shipment_id: Option<String>,
    carrier_reference: Option<String>,
    tracking_number: Option<String>,
    phase: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    business_name: Option<String>,
    email: Option<String>,
    mobile_phone: Option<String>,
    home_phone: Option<String>,
    work_phone: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Person {
    user_id: Option<serde_json::Value>,
    name: Option<String>,
    external_id: Option<String>,
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Item {
    sku: Option<String>,
    title: Option<String>,
    product_id: Option<String>,
    damage_type: Option<String>,
    description: Option<String>,
}

fn fields(claim: &Searched) -> Vec<String> {
    let mut terms = Vec::new();
    let mut add = |field, value: Option<&str>| {
        terms.extend(value.map(|value| term(field, value)));
    };
    add(Field::Status, claim.status.as_deref());
    add(Field::Reason, claim.reason.as_deref());
    add(Field::OrderNumber, claim.order_number.as_deref());
    let customer = claim.customer.as_ref();
    add(
        Field::CustomerEmail,
        customer.and_then(|c| c.email.as_deref()),
    );
    if let Some(assignee) = &claim.assignee {
        add(
            Field::Assignee,
            text_of(assignee.user_id.as_ref()).as_deref(),
        );
        add(Field::Assignee, assignee.name.as_deref());
        add(Field::Assignee, assignee.email.as_deref());
    }
    for label in &claim.labels {
        add(Field::Label, Some(label));
    }
    terms
}

fn text_of(value: Option<&serde_json::Value>) -> Option<String> {
    match value? {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// What the words come from, what names the document first.
fn texts(kind: SubjectKind, document: &Searched) -> Vec<String> {
    let mut texts = Vec::new();
    if let Some(number) = document.number {
        texts.push(number.to_string());
        if kind == SubjectKind::Claim {
            texts.push(format!("CLM-{number:06}"));
        }
    }
    texts.extend(text_of(document.id.as_ref()));
    let person = |person: &Option<Person>| {
        person.as_ref().map_or_else(Vec::new, |p| {
            let (first, last) = (p.first_name.clone(), p.last_name.clone());
            vec![
                p.email.clone(),
                first,
                last,
                p.name.clone(),
                p.external_id.clone(),
            ]
        })
    };
    let d = document;
    let named = [
        &d.order_number,
        &d.order_name,
        &d.external_id,
        &d.email,
        &d.first_name,
    ];
    let named = named
        .into_iter()
        .chain([&d.last_name, &d.business_name, &d.tracking_number]);
    let named = named.chain([
        &d.carrier_reference,
        &d.shipment_id,
        &d.title,
        &d.reason,
        &d.r#type,
    ]);
    let named = named.chain([
        &d.resolution_preference,
        &d.status,
        &d.phase,
        &d.mobile_phone,
    ]);
    let named = named.chain([&d.home_phone, &d.work_phone]).cloned();
    texts.extend(person(&d.customer).into_iter().chain(named).flatten());
    texts.extend(person(&d.assignee).into_iter().flatten());
    texts.extend(d.labels.iter().cloned());
    for item in d.selected_items.iter().chain(&d.products).chain(&d.damages) {
        let Item {
            sku,
            title,
            product_id,
            damage_type,
            description,
        } = item;
        let parts = [sku, title, product_id, damage_type, description];
        texts.extend(parts.into_iter().flatten().cloned());
    }
    texts.extend(d.description.clone());
    texts
}

/// The words of a text: letters and digits in a row, in small letters.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

/// The characters of a word that count.
fn cut(word: &str) -> &str {
    let end = word.char_indices().nth(WORD_CHARS);
    end.and_then(|(end, _)| word.get(..end)).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAIM: &str = r#"{"id": "0f0a7c52-4a6f-4b0e-9d38-5f3cf3a6a001", "number": 123, "title": "Kaputte Tasse",
        "reason": "damage", "status": "pending", "description": "Der Henkel fehlt; er war SCHÖN.",
        "labels": ["vip"], "assignee": {"user_id": 42, "name": "Grace", "email": "Grace@shop.example"},
        "customer": {"email": "Ada@Mail.example", "first_name": "Ada"}, "order_number": "A-1001",
        "selected_items": [{"sku": "MUG", "title": "Blue mug", "quantity": 1}],
        "custom": {"secret": "never"}, "created_at": "2026-01-01T00:00:00Z"}"#;

    fn finds(asked: &str) -> bool {
        let terms = terms(SubjectKind::Claim, CLAIM);
        let asked = query(asked);
        !asked.is_empty() && asked.iter().all(|term| terms.contains(term))
    }

    #[test]
    fn every_word_is_found_by_how_it_begins() {
        for asked in [
            "123",
            "CLM-000123",
            "clm 000123",
            "tasse",
            "TAS",
            "kaputte tasse",
            "tasse kap",
            "schön",
            "SCHÖ",
            "ada@mail.example",
            "ada@mail",
            "A-1001",
            "1001",
            "mug",
            "blue",
            "henkel, fehlt!",
            "0f0a7c52",
            "grace",
        ] {
            assert!(finds(asked), "{asked}");
        }
        for asked in [
            "124",
            "assen",
            "tasse never",
            "secret",
            "2026",
            "",
            "!?",
            "kaputtes",
        ] {
            assert!(!finds(asked), "{asked}");
        }
    }

    #[test]
    fn fields_are_whole_values() {
        let terms = terms(SubjectKind::Claim, CLAIM);
        for (field, value, there) in [
            (Field::Status, "pending", true),
            (Field::Status, "pend", false),
            (Field::Reason, "damage", true),
            (Field::OrderNumber, "A-1001", true),
            (Field::OrderNumber, "a-1001", false),
            (Field::CustomerEmail, "ada@mail.EXAMPLE", true),
            (Field::Assignee, "42", true),
            (Field::Assignee, "grace@shop.example", true),
            (Field::Label, "vip", true),
            (Field::Label, "vi", false),
        ] {
            assert_eq!(
                terms.contains(&term(field, value)),
                there,
                "{field:?} {value}"
            );
        }
        let order = super::terms(SubjectKind::Order, CLAIM);
        assert!(!order.contains(&term(Field::Status, "pending")));
        assert!(super::terms(SubjectKind::Message, CLAIM).is_empty());
    }

    #[test]
    fn a_long_text_has_its_first_words_and_a_long_word_its_first_characters() {
        let text: Vec<_> = (0..1000).map(|n| format!("word{n:04}")).collect();
        let json = serde_json::json!({"number": 7, "description": text.join(" ")}).to_string();
        let terms = terms(SubjectKind::Claim, &json);
        assert!(
            terms.contains("w7") && terms.contains("wword0100") && !terms.contains("wword0900")
        );
        let long = "ü".repeat(40);
        let json = serde_json::json!({ "title": long }).to_string();
        let terms = super::terms(SubjectKind::Order, &json);
        assert_eq!(terms.len(), WORD_CHARS);
        assert!(query(&long).iter().all(|term| terms.contains(term)));
    }

    #[test]
    fn all_terms_follow_from_the_longest() {
        let long = r#"{"title": "schön schöner schönes schö", "status": "open", "labels": ["s", "so", "word"], "number": 1}"#;
        for json in [CLAIM, long, "{}"] {
            let terms = terms(SubjectKind::Claim, json);
            let longest: Vec<_> = longest(&terms).collect();
            assert!(longest.len() * 2 < terms.len() || terms.is_empty());
            let all: BTreeSet<_> = longest
                .iter()
                .flat_map(|term| with_beginnings(term))
                .collect();
            assert_eq!(all, terms.iter().map(String::as_str).collect());
        }
    }

    #[test]
    fn what_is_no_document_has_no_terms() {
        for json in ["", "[]", "7", r#"{"title": 5}"#] {
            assert!(super::terms(SubjectKind::Claim, json).is_empty(), "{json}");
        }
    }
}
