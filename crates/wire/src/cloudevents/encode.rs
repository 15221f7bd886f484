//! Event → a CloudEvent.

use claimwire_model::{Dialect, Event, Shop};

use crate::encoded::Encoded;
use crate::object::Object;
use crate::{fact, standard};

pub(crate) fn encode(event: &Event, shop: &Shop) -> Option<Encoded> {
    let fact = &event.fact;
    let name = fact::name(Dialect::Cloudevents, fact)?;
    let event_id = event.id();
    let body = Object::body(standard::capacity(fact), |body| {
        body.text("specversion", "1.0");
        body.text("id", &event_id);
        body.text("source", &format!("/shops/{}", shop.slug));
        body.text("type", &name);
        if let Some(subject) = &fact.subject {
            body.text(
                "subject",
                &format!("{}s/{}", subject.kind.as_str(), subject.id),
            );
        }
        body.value("time", &fact.triggered_at);
        body.text("datacontenttype", "application/json");
        body.object("data", |members| standard::data(members, fact));
    });
    let headers = vec![("Content-Type", "application/cloudevents+json".to_owned())];
    Some(Encoded {
        body,
        event_id,
        headers,
    })
}
