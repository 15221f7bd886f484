//! Event → Karla's envelope.

use claimwire_model::event::Fact;
use claimwire_model::{Dialect, Event, Shop};

use crate::encode::Encoded;
use crate::fields::Fields;
use crate::object::Object;
use crate::{context, names};

/// What the envelope adds to data and context, generously.
const ENVELOPE: usize = 512;

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
    let name = names::name(Dialect::Karla, fact)?;
    let source = name.split('/').next().unwrap_or_default();
    let group = fact.event_group.as_deref();
    let context = context::text(fact);
    let body = Object::body(
        fact.event_data.get().len() + context.len() + ENVELOPE,
        |body| {
            body.text("source", source);
            body.text("ref", &name);
            body.json("version", "1");
            body.text("triggered_at", &fact.triggered_at.to_offset_seconds());
            body.value("event_group", &group);
            match Fields::of(&fact.event_data).filter(|_| !fact.posted) {
                Some(claim) if source == "claims" => {
                    body.object("event_data", |data| claim_data(data, &claim, fact));
                }
                Some(shipment) => body.object("event_data", |data| {
                    SHIPMENT
                        .iter()
                        .for_each(|key| data.raw(key, shipment.get(key)));
                    time(data, &shipment, "updated_at");
                }),
                None => body.raw("event_data", Some(&fact.event_data)),
            }
            body.json("context", context);
            body.text("shop_slug", &shop.slug);
            body.value("shop_id", &shop.id);
        },
    );
    Some(Encoded::json(event.id(), body))
}

fn claim_data(data: &mut Object<'_>, claim: &Fields<'_>, fact: &Fact) {
    data.raw("claim_id", claim.get("id"));
    data.text(
        "event_name",
        fact.r#ref.rsplit('/').next().unwrap_or_default(),
    );
    data.value("event_group", &fact.event_group);
    time(data, claim, "created_at");
    time(data, claim, "updated_at");
    CLAIM.iter().for_each(|key| data.raw(key, claim.get(key)));
}

/// A time in Karla's form, with an offset.
fn time(data: &mut Object<'_>, fields: &Fields<'_>, key: &str) {
    match fields.time(key) {
        Some(time) => data.text(key, &time.to_offset_seconds()),
        None => data.raw(key, fields.get(key)),
    }
}
