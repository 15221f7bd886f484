//! Event → Karla's envelope.

use claimwire_model::event::Fact;
use claimwire_model::{Dialect, Event, Shop};

use crate::encoded::Encoded;
use crate::fact;
use crate::fields::Fields;
use crate::object::Object;

/// What the envelope adds to data and context, generously.
const ENVELOPE: usize = 512;

/// A claim's members after its id, name, group and times.
const CLAIM: [&str; 8] = [
    "reason",
    "resolution_preference",
    "status",
    "description",
    "customer_signature_image_url",
    "selected_items",
    "image_urls",
    "optional_image_urls",
];

/// A shipment event's members before its time.
const SHIPMENT: [&str; 9] = [
    "event_id",
    "shipment_id",
    "event_name",
    "event_group",
    "phase",
    "direction",
    "carrier_reference",
    "tracking_number",
    "tracking_url",
];

pub(crate) fn encode(event: &Event, shop: &Shop) -> Option<Encoded> {
    let fact = &event.fact;
    let name = fact::name(Dialect::Karla, fact)?;
    let context = fact::context(fact);
    let capacity = fact.event_data.get().len() + context.len() + ENVELOPE;
    let body = Object::body(capacity, |body| {
        body.text("source", name.split('/').next().unwrap_or_default());
        body.text("ref", &name);
        body.json("version", "1");
        body.text("triggered_at", &fact.triggered_at.to_offset_seconds());
        body.value("event_group", &fact::group(fact));
        subject(body, fact);
        body.json("context", context);
        body.text("shop_slug", &shop.slug);
        body.value("shop_id", &shop.id);
    });
    Some(Encoded::json(event.id(), body))
}

fn subject(body: &mut Object<'_>, fact: &Fact) {
    match Fields::of_ours(fact) {
        None => body.raw("event_data", Some(&fact.event_data)),
        Some(claim) if fact::kind(fact) == "claim" => body.object("event_data", |data| {
            data.raw("claim_id", claim.get("id"));
            data.text(
                "event_name",
                fact.r#ref.rsplit('/').next().unwrap_or_default(),
            );
            data.value("event_group", &fact::group(fact));
            time(data, &claim, "created_at");
            time(data, &claim, "updated_at");
            CLAIM.iter().for_each(|key| data.raw(key, claim.get(key)));
        }),
        Some(shipment) => body.object("event_data", |data| {
            SHIPMENT
                .iter()
                .for_each(|key| data.raw(key, shipment.get(key)));
            time(data, &shipment, "updated_at");
        }),
    }
}

/// A time in Karla's form, with an offset.
fn time(data: &mut Object<'_>, fields: &Fields<'_>, key: &str) {
    match fields.time(key) {
        Some(time) => data.text(key, &time.to_offset_seconds()),
        None => data.raw(key, fields.get(key)),
    }
}
