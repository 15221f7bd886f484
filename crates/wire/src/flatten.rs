//! A body whose subject has moved to the root, for tools that take flat payloads (contract sections 3 and 7).
//!
//! `{"ref": "claims/created", "event_data": {"status": "pending", "labels": ["a"]}}` becomes
//! `{"ref": "claims/created", "status": "pending", "labels": "[\"a\"]", "labels_count": 1}`. In the root of
//! a CloudEvent only its own attributes may stand, so there the subject moves to the root of `data`.

use std::borrow::Cow;
use std::collections::HashSet;

use bytes::Bytes;
use claimwire_model::Dialect;
use serde_json::value::RawValue;

use crate::fields::Fields;
use crate::object::Object;

/// What the new members add to a body, generously.
const ADDED: usize = 256;

/// Where a dialect's body has the subject: in `data` or in the root, there the first member or one of this name.
struct Place {
    in_data: bool,
    name: Option<&'static str>,
}

impl Place {
    fn of(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Karla => Self {
                in_data: false,
                name: Some("event_data"),
            },
            Dialect::Claimable | Dialect::Own(_) => Self {
                in_data: false,
                name: None,
            },
            Dialect::Claimport | Dialect::Standard | Dialect::Cloudevents => Self {
                in_data: true,
                name: None,
            },
        }
    }

    /// The subject's name and members in the object that it stands in. None: there is none, or it has no
    /// members.
    fn subject<'a>(&self, holder: &Fields<'a>) -> Option<(String, Fields<'a>)> {
        let mut members = holder.iter();
        let (key, value) = members.find(|(key, _)| self.name.is_none_or(|name| name == *key))?;
        Some((key.to_owned(), Fields::of(value)?))
    }
}

/// The body with its subject's members in the root. What has no subject (`webhook.test`) stays as it is.
#[must_use]
pub fn flattened(dialect: Dialect, body: &Bytes) -> Bytes {
    made(dialect, body).unwrap_or_else(|| body.clone())
}

fn made(dialect: Dialect, body: &Bytes) -> Option<Bytes> {
    let json: &RawValue = serde_json::from_slice(body).ok()?;
    let (place, root) = (Place::of(dialect), Fields::of(json)?);
    let capacity = body.len() + ADDED;
    if !place.in_data {
        let subject = place.subject(&root)?;
        return Some(Object::body(capacity, |body| spread(body, &root, &subject)));
    }
    let data = root.object("data")?;
    let subject = place.subject(&data)?;
    Some(Object::body(capacity, |body| {
        if dialect == Dialect::Cloudevents {
            for (key, value) in root.iter().filter(|(key, _)| *key != "data") {
                body.raw(key, Some(value));
            }
            return body.object("data", |members| spread(members, &data, &subject));
        }
        for (key, value) in root.iter() {
            if key != "data" {
                body.raw(key, Some(value));
                continue;
            }
            body.object("data", |members| {
                for (key, value) in data.iter().filter(|(key, _)| *key != subject.0) {
                    members.raw(key, Some(value));
                }
            });
        }
        move_members(body, &root, &subject.1);
    }))
}

/// The members of `holder` with the subject's in place of the subject.
fn spread(out: &mut Object<'_>, holder: &Fields<'_>, (name, subject): &(String, Fields<'_>)) {
    for (key, value) in holder.iter().filter(|(key, _)| key != name) {
        out.raw(key, Some(value));
    }
    move_members(out, holder, subject);
}

/// Scalars as they are; an object or array as its JSON text, an array's length beside it. No name of the
/// root's own is written twice, and none of the subject's gives way to a count.
fn move_members(out: &mut Object<'_>, root: &Fields<'_>, subject: &Fields<'_>) {
    let mut taken: HashSet<&str> = root.iter().map(|(key, _)| key).collect();
    let own: HashSet<&str> = subject.iter().map(|(key, _)| key).collect();
    for (key, value) in subject.iter().filter(|(key, _)| taken.insert(key)) {
        let name = escaped(key);
        match value.get().as_bytes().first() {
            Some(b'{') => out.text(&name, value.get()),
            Some(b'[') => {
                out.text(&name, value.get());
                let count = format!("{key}_count");
                if !own.contains(&*count) && root.get(&count).is_none() {
                    let length = serde_json::from_str::<Vec<&RawValue>>(value.get());
                    out.value(&escaped(&count), &length.map_or(0, |items| items.len()));
                }
            }
            _ => out.raw(&name, Some(value)),
        }
    }
}

/// A caller's name as it stands between quotes.
fn escaped(key: &str) -> Cow<'_, str> {
    if key.bytes().all(|b| b >= b' ' && b != b'"' && b != b'\\') {
        return Cow::Borrowed(key);
    }
    let quoted = serde_json::Value::from(key).to_string();
    let inner = quoted.get(1..quoted.len().saturating_sub(1));
    Cow::Owned(inner.unwrap_or_default().to_owned())
}
