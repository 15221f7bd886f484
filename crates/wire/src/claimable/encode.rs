//! Event → Claimable's body and its `Event-Name` header.

use claimwire_model::event::Fact;
use claimwire_model::{Dialect, Event, Source};

use super::claim::{claim, contact};
use crate::encoded::Encoded;
use crate::fact;
use crate::fields::Fields;
use crate::object::Object;

/// What body and renamed fields add to the subject, generously.
const ENVELOPE: usize = 768;

pub(crate) fn encode(event: &Event) -> Option<Encoded> {
    let fact = &event.fact;
    let name = fact::name(Dialect::Claimable, fact)?;
    let body = Object::body(fact.event_data.get().len() + ENVELOPE, |body| {
        subject(body, fact);
        body.text("event_name", &name);
        body.value("source", &fact.source());
        body.object("performed_by", |by| {
            if let (Source::Ui, Some(user_id)) = (fact.source(), &fact.performed_by.user_id) {
                by.value("user_id", user_id);
            }
            by.value("name", &fact.performed_by.name);
        });
    });
    let mut encoded = Encoded::json(event.id(), body);
    encoded.headers.push(("Event-Name", name.into_owned()));
    Some(encoded)
}

fn subject(body: &mut Object<'_>, fact: &Fact) {
    let kind = fact::kind(fact);
    let Some(fields) = Fields::of_ours(fact) else {
        return body.raw(kind, Some(&fact.event_data));
    };
    if kind == "contact" {
        return body.object(kind, |members| contact(members, &fields));
    }
    body.object(kind, |members| claim(members, &fields));
    for part in ["label", "damage"] {
        if let Some(value) = fields.get(part) {
            body.raw(part, Some(value));
        }
    }
}
