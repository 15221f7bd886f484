//! One customer's story, written through the API, and what each dialect must hear of it.

use claimwire_model::Dialect;
use serde_json::json;

use crate::client::{Client, text};
use crate::samples::{self, Sample};

/// Photos of the claim.
pub const PHOTOS: usize = 2;

/// An order is placed and shipped, arrives broken, and the customer files a claim with photos, which an
/// agent takes, labels and grants.
pub fn tell(client: &Client) -> anyhow::Result<()> {
    let sample = Sample::new("10077");
    let path = |rest: &str| client.in_shop(rest);
    client.put(
        &path(&format!("/orders/{}", sample.order_number))?,
        &sample.order(),
    )?;
    client.put(
        &path(&format!("/shipments/{}", sample.shipment_id))?,
        &sample.shipment("merchant_customer"),
    )?;
    for (name, time) in [
        ("OUT_FOR_DELIVERY", "2026-02-11T07:11:58Z"),
        ("SUCCESSFULLY_DELIVERED", "2026-02-11T10:42:10Z"),
    ] {
        let event = json!({"event_name": name, "event_time": time, "external_id": format!("carrier-{name}")});
        client.post(
            &path(&format!("/shipments/{}/events", sample.shipment_id))?,
            &event,
        )?;
    }
    client.post(&path("/contacts")?, &samples::contact())?;
    let mut photos = Vec::with_capacity(PHOTOS);
    for _ in 0..PHOTOS {
        let image = client.post_image(&path("/images")?, "image/png", samples::PHOTO)?;
        photos.push(text(&image, "url")?.to_owned());
    }
    let claim = client.post(&path("/claims")?, &sample.claim(&photos))?;
    let claim_path = path(&format!("/claims/{}", text(&claim, "id")?))?;
    let agent = json!({"source": "ui", "user_id": 2642, "name": "Ana Ruiz"});
    let assignee = json!({"user_id": 2642, "name": "Ana Ruiz", "email": "ana.ruiz@example.net"});
    for patch in [
        json!({"assignee": assignee, "performed_by": agent}),
        json!({"labels": ["urgent"], "performed_by": agent}),
        json!({"status": "accepted", "performed_by": agent}),
    ] {
        client.patch(&claim_path, &patch)?;
    }
    client.post(
        &format!("{claim_path}/messages"),
        &samples::message("inbound"),
    )?;
    Ok(())
}

/// The names that must arrive, by the contract's table.
pub fn expected(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::Karla => &[
            "shipments/in_delivery/OUT_FOR_DELIVERY",
            "shipments/delivered/SUCCESSFULLY_DELIVERED",
            "claims/created",
            "claims/updated",
        ],
        Dialect::Claimport => &[
            "order.synced",
            "claim.created",
            "claim.assigned",
            "claim.status_changed",
            "claim.approved",
            "message.received",
        ],
        Dialect::Claimable => &[
            "contact.created",
            "claim.created",
            "claim.assigned",
            "claim.label_added",
        ],
        Dialect::Standard => &[
            "order.synced",
            "shipment.in_delivery.OUT_FOR_DELIVERY",
            "shipment.delivered.SUCCESSFULLY_DELIVERED",
            "contact.created",
            "claim.created",
            "claim.assigned",
            "claim.label_added",
            "claim.updated",
            "claim.status_changed",
            "claim.approved",
            "message.received",
        ],
        Dialect::Cloudevents => &[
            "io.claimwire.order.synced",
            "io.claimwire.shipment.in_delivery.OUT_FOR_DELIVERY",
            "io.claimwire.shipment.delivered.SUCCESSFULLY_DELIVERED",
            "io.claimwire.contact.created",
            "io.claimwire.claim.created",
            "io.claimwire.claim.assigned",
            "io.claimwire.claim.label_added",
            "io.claimwire.claim.updated",
            "io.claimwire.claim.status_changed",
            "io.claimwire.claim.approved",
            "io.claimwire.message.received",
        ],
        // The demo has none.
        Dialect::Own(_) => &[],
    }
}
