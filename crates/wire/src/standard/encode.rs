//! Event → the payload that Standard Webhooks recommends.

use claimwire_model::{Dialect, Event};

use super::{capacity, data};
use crate::encoded::Encoded;
use crate::fact;
use crate::object::Object;

pub(crate) fn encode(event: &Event) -> Option<Encoded> {
    let fact = &event.fact;
    let name = fact::name(Dialect::Standard, fact)?;
    let body = Object::body(capacity(fact), |body| {
        body.text("type", &name);
        body.value("timestamp", &fact.triggered_at);
        body.object("data", |members| data(members, fact));
    });
    Some(Encoded::json(event.id(), body))
}
