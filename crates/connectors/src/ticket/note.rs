//! What happened to a claim, as a note on its ticket: before → after, in plain words.

use claimwire_model::{Event, Shop};
use serde_json::Value;

use super::compose::{array, damage, item, one_line, texts};
use super::occasion::{Matter, Occasion};
use super::text::Text;

/// Characters of a long text that a note quotes.
const QUOTED: usize = 1_000;
/// Fields, items and photos of a note.
const LISTED: usize = 50;
/// What stands for nothing.
const NONE: &str = "none";

/// The note that an event makes. It ends with the event's id, by which it is found again.
pub(crate) fn note(matter: &Matter<'_>, shop: &Shop) -> Text {
    let mut text = Text::default();
    let name = &*matter.event.fact.r#ref;
    match name {
        "messages/received" | "messages/sent" => message(matter, name, &mut text),
        "claims/label_added" => text.heading(&label(matter, "Label added")),
        "claims/label_removed" => text.heading(&label(matter, "Label removed")),
        "claims/assigned" | "claims/unassigned" => {
            text.heading(title(name));
            changes(&matter.changes, |field| field == "assignee", &mut text);
        }
        "claims/damage_created" | "claims/damage_deleted" => {
            let damages = matter.data.get("damage").map(damage);
            text.list(title(name), damages.into_iter().collect());
        }
        _ if matter.occasion == Occasion::Deleted => {
            text.paragraph(&format!("The claim was deleted in {}.", shop.name));
        }
        _ => {
            text.heading(title(name));
            changes(&matter.changes, |field| !is_always(field), &mut text);
        }
    }
    text.paragraph(&format!("{} – {}", by(matter), mark(matter.event)));
    text
}

/// By which what an event put on a ticket is found again: a helpdesk keeps its characters as they are.
pub(crate) fn mark(event: &Event) -> String {
    event.no.to_string()
}

fn title(name: &str) -> &'static str {
    match name {
        "claims/status_changed" => "Status changed",
        "claims/approved" => "Claim approved",
        "claims/denied" => "Claim denied",
        "claims/closed" => "Claim closed",
        "claims/reopened" => "Claim reopened",
        "claims/assigned" => "Claim assigned",
        "claims/unassigned" => "Claim unassigned",
        "claims/switched_type" => "Claim's type switched",
        "claims/damage_created" => "Damage added",
        "claims/damage_deleted" => "Damage removed",
        _ => "Claim changed",
    }
}

fn label(matter: &Matter<'_>, title: &str) -> String {
    let label = matter.data.get("label").and_then(one_line);
    format!("{title}: {}", label.as_deref().unwrap_or(NONE))
}

fn message(matter: &Matter<'_>, name: &str, text: &mut Text) {
    let author = |field: &str| one_line(matter.data.get("author")?.get(field)?);
    let author = match (author("name"), author("email")) {
        (Some(name), Some(email)) => Some(format!("{name} ({email})")),
        (name, email) => name.or(email),
    };
    let from = match (name, author) {
        ("messages/received", Some(author)) => format!("Message from the customer, {author}"),
        ("messages/received", None) => "Message from the customer".to_owned(),
        (_, Some(author)) => format!("Message to the customer, by {author}"),
        (_, None) => "Message to the customer".to_owned(),
    };
    text.fields(vec![("Event".to_owned(), from)]);
    let body = matter.data.get("body").and_then(Value::as_str);
    text.quote(body.unwrap_or_default());
}

/// `By Jo, through the API, 2026-01-29T14:48:47Z`.
fn by(matter: &Matter<'_>) -> String {
    let fact = &matter.event.fact;
    let through = match fact.source() {
        claimwire_model::Source::Ui => "through the user interface",
        claimwire_model::Source::Api => "through the API",
    };
    let at = fact.triggered_at.to_zulu_seconds();
    let name = fact.performed_by.name.clone().map(Value::String);
    match name.as_ref().and_then(one_line) {
        Some(name) => format!("By {name}, {through}, {at}"),
        None => format!("{through}, {at}").replacen("through", "Through", 1),
    }
}

fn is_always(field: &str) -> bool {
    matches!(field, "updated_at" | "closed_at")
}

/// A line for each field that differs.
fn changes(changes: &Value, of: impl Fn(&str) -> bool, text: &mut Text) {
    let fields = changes.as_object().into_iter().flatten();
    let mut lines = Vec::new();
    let mut long = Vec::new();
    let mut added = Vec::new();
    for (field, change) in fields.filter(|(field, _)| of(field)).take(LISTED) {
        let nothing = Value::Null;
        let side = |name: &str| change.get(name).unwrap_or(&nothing);
        let (before, after) = (side("before"), side("after"));
        let name = named(field);
        if field.ends_with("image_urls") {
            let (old, new) = (texts(Some(before)), texts(Some(after)));
            let fresh: Vec<_> = new.iter().filter(|url| !old.contains(url)).collect();
            let gone = old.iter().filter(|url| !new.contains(url)).count();
            lines.push(format!("{name}: {} added, {gone} removed", fresh.len()));
            added.extend(fresh.into_iter().cloned());
        } else if field == "description" {
            long.push((name, before.clone(), after.clone()));
        } else if field == "custom" {
            lines.push(format!("{name}: {}", keys(before, after)));
        } else {
            lines.push(format!(
                "{name}: {} → {}",
                shown(field, before),
                shown(field, after)
            ));
        }
    }
    if !lines.is_empty() {
        text.list("What changed", lines);
    }
    for (name, before, after) in long {
        for (when, value) in [("before", before), ("now", after)] {
            let body = value.as_str().filter(|body| !body.trim().is_empty());
            text.heading(&format!("{name} {when}"));
            text.quote(&crate::words::shortened(body.unwrap_or(NONE), QUOTED));
        }
    }
    added.truncate(LISTED);
    text.list("New photos", added);
}

/// `resolution_preference` → `Resolution preference`.
fn named(field: &str) -> String {
    let words = field.replace('_', " ");
    let words = words.replace(" urls", "s").replace(" url", "");
    let mut chars = words.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => words,
    }
}

/// Which keys of an open object differ: what stands there is the shop's own affair, and may be long.
fn keys(before: &Value, after: &Value) -> String {
    let empty = serde_json::Map::new();
    let of = |value: &Value| value.as_object().cloned().unwrap_or_else(|| empty.clone());
    let (before, after) = (of(before), of(after));
    let differ = |key: &&String| before.get(*key) != after.get(*key);
    let new = after.keys().filter(differ);
    let gone = before.keys().filter(|key| !after.contains_key(*key));
    let keys: Vec<&str> = new.chain(gone).take(LISTED).map(|key| &**key).collect();
    match keys.is_empty() {
        true => "changed".to_owned(),
        false => format!("{} changed", keys.join(", ")),
    }
}

/// A value in a few words.
fn shown(field: &str, value: &Value) -> String {
    let list = |lines: Vec<String>| match lines.is_empty() {
        true => NONE.to_owned(),
        false => lines.join(", "),
    };
    let all = || array(Some(value)).take(LISTED);
    match (field, value) {
        ("selected_items", Value::Array(_)) => list(all().map(|one| item(one, "")).collect()),
        ("damages", Value::Array(_)) => list(all().map(damage).collect()),
        (_, Value::Array(_)) => list(all().filter_map(one_line).collect()),
        (_, Value::Object(object)) => {
            let names = [
                "name",
                "first_name",
                "last_name",
                "email",
                "user_id",
                "external_id",
            ];
            let there = names.iter().filter_map(|name| one_line(object.get(*name)?));
            let words: Vec<String> = there.collect();
            match words.is_empty() {
                true => NONE.to_owned(),
                false => words.join(" "),
            }
        }
        (_, value) => one_line(value).unwrap_or_else(|| NONE.to_owned()),
    }
}
