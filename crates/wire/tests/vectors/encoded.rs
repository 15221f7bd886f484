//! Events, and the exact bytes that each dialect makes of them.

use claimwire_model::event::Fact;
use claimwire_model::json::SharedJson;
use claimwire_model::subject::Subject;
use claimwire_model::webhook::{PreviousSecret, Secrets, Signing};
use claimwire_model::{Dialect, EventNo, PerformedBy, Source, SubjectKind, Timestamp};
use serde_json::value::RawValue;

use crate::file::{Body, Encode, Event, Made, Shop};
use crate::genuine::SIGNED_AT;
use crate::samples;

const SHOP_ID: &str = "3f2f1f0a-52a2-4d0e-8a70-97f0f2a8f9d1";
const SLUG: &str = "demo-shop";

/// Every vector of one dialect: those of the events below that it has a name for.
pub fn vectors(dialect: Dialect) -> Vec<Encode> {
    let mut all: Vec<Encode> = events()
        .into_iter()
        .filter_map(|(name, about, event)| vector(dialect, name, about, event))
        .collect();
    if dialect == Dialect::Claimport {
        all.push(test_event());
    }
    all
}

fn events() -> Vec<(&'static str, &'static str, Event)> {
    let claim = samples::claim("pending", None);
    let accepted = samples::claim("accepted", None);
    let status = r#"{"status":{"before":"pending","after":"accepted"}}"#;
    let of_claim = |r, data: String| event(r, SubjectKind::Claim, samples::CLAIM_ID, data);
    vec![
        (
            "claim_created",
            "A new claim.",
            Event {
                event_group: Some("claim_created".to_owned()),
                context: Some(samples::context(&claim)),
                ..of_claim("claims/created", claim.clone())
            },
        ),
        (
            "claim_bare",
            "A new claim that holds no more than it must, and belongs to nothing.",
            Event {
                event_group: Some("claim_created".to_owned()),
                ..of_claim("claims/created", samples::bare_claim())
            },
        ),
        (
            "claim_untitled",
            "A new claim without a title or a price, of somebody with a name.",
            Event {
                event_group: Some("claim_created".to_owned()),
                ..of_claim("claims/created", samples::untitled_claim())
            },
        ),
        (
            "claim_updated",
            "A claim was granted: Karla's way to say so.",
            Event {
                event_group: Some("claim_updated".to_owned()),
                changes: Some(status.to_owned()),
                context: Some(samples::context(&accepted)),
                ..of_claim("claims/updated", accepted.clone())
            },
        ),
        (
            "claim_approved",
            "A claim was granted.",
            Event {
                changes: Some(status.to_owned()),
                ..of_claim("claims/approved", accepted)
            },
        ),
        (
            "claim_denied",
            "A claim was refused.",
            of_claim("claims/denied", samples::claim("rejected", None)),
        ),
        (
            "claim_closed",
            "A claim was closed, by the API.",
            Event {
                performed_by: by_api(),
                ..of_claim(
                    "claims/closed",
                    samples::claim("closed", Some("2026-02-11T09:30:00.000Z")),
                )
            },
        ),
        (
            "claim_label_added",
            "A label was put on a claim.",
            of_claim(
                "claims/label_added",
                samples::with(&claim, "label", r#""fragile""#),
            ),
        ),
        (
            "claim_damage_created",
            "A damage was added to a claim.",
            of_claim(
                "claims/damage_created",
                samples::with(
                    &claim,
                    "damage",
                    r#"{"id":"d1","damage_type":"dent","description":null}"#,
                ),
            ),
        ),
        (
            "contact_created",
            "A new contact.",
            event(
                "contacts/created",
                SubjectKind::Contact,
                samples::CONTACT_ID,
                samples::contact(),
            ),
        ),
        (
            "message_received",
            "A customer wrote.",
            Event {
                context: Some(samples::context(&claim)),
                ..event(
                    "messages/received",
                    SubjectKind::Message,
                    samples::MESSAGE_ID,
                    samples::message(),
                )
            },
        ),
        (
            "order_synced",
            "An order was imported.",
            event(
                "orders/synced",
                SubjectKind::Order,
                "10077",
                samples::order(),
            ),
        ),
        (
            "shipment_out_for_delivery",
            "A carrier reported.",
            Event {
                event_group: Some("shipment_out_for_delivery".to_owned()),
                context: Some(samples::context(&claim)),
                ..event(
                    "shipments/in_delivery/OUT_FOR_DELIVERY",
                    SubjectKind::Shipment,
                    "b6b6a3c0",
                    samples::shipment_event(),
                )
            },
        ),
        (
            "shipment_without_group",
            "A carrier's own event name: Karla's receivers do not get it.",
            event(
                "shipments/in_transit/SORTED",
                SubjectKind::Shipment,
                "b6b6a3c0",
                samples::shipment_event().replace("\"shipment_out_for_delivery\"", "null"),
            ),
        ),
        (
            "posted_claim",
            "Made elsewhere: data and context go out byte for byte.",
            Event {
                id: "order-77/created".to_owned(),
                event_group: Some("claim_created".to_owned()),
                ..posted("claims/created")
            },
        ),
        (
            "posted_without_group",
            "Made elsewhere, without a group or context: the group is the catalogue's.",
            Event {
                context: None,
                ..posted("claims/updated")
            },
        ),
        (
            "posted_message",
            "Made elsewhere, with the claim that it is on.",
            posted("messages/sent"),
        ),
        (
            "posted_shipment",
            "Made elsewhere, with a group of its own.",
            Event {
                event_group: Some("shipment_delivered".to_owned()),
                ..posted("shipments/delivered/SUCCESSFULLY_DELIVERED")
            },
        ),
        (
            "webhook_disabled",
            "An operational event.",
            event(
                "webhooks/disabled",
                SubjectKind::Webhook,
                samples::MESSAGE_ID,
                format!(
                    r#"{{"uuid":"{}","status":"disabled"}}"#,
                    samples::MESSAGE_ID
                ),
            ),
        ),
    ]
}

fn event(r#ref: &str, kind: SubjectKind, id: &str, event_data: String) -> Event {
    Event {
        id: String::new(),
        r#ref: r#ref.to_owned(),
        event_group: None,
        triggered_at: Timestamp::from_millis(1_770_802_200_120),
        subject: Some(Subject {
            kind,
            id: id.to_owned(),
        }),
        event_data,
        context: None,
        changes: None,
        performed_by: PerformedBy {
            source: Source::Ui,
            user_id: Some(2642.into()),
            name: Some("Joan \"Jo\" Smith".to_owned()),
            trace: None,
        },
        posted: false,
    }
}

fn posted(r#ref: &str) -> Event {
    Event {
        subject: None,
        context: Some(samples::POSTED_CONTEXT.to_owned()),
        performed_by: by_api(),
        posted: true,
        ..event(r#ref, SubjectKind::Claim, "", samples::POSTED.to_owned())
    }
}

fn by_api() -> PerformedBy {
    PerformedBy {
        source: Source::Api,
        user_id: None,
        name: Some("Warehouse".to_owned()),
        trace: None,
    }
}

fn vector(dialect: Dialect, name: &str, about: &str, mut event: Event) -> Option<Encode> {
    if event.id.is_empty() {
        event.id = format!("evt_{name}");
    }
    let raw = |text: &String| SharedJson::from(RawValue::from_string(text.clone()).unwrap());
    let encoded = claimwire_wire::encode(
        dialect,
        &claimwire_model::Event {
            no: EventNo(0),
            fact: Fact {
                given_id: Some(event.id.clone()),
                r#ref: event.r#ref.clone(),
                event_group: event.event_group.clone(),
                triggered_at: event.triggered_at,
                subject: event.subject.clone(),
                event_data: raw(&event.event_data),
                context: event.context.as_ref().map(raw),
                changes: event.changes.as_ref().map(raw),
                performed_by: event.performed_by.clone(),
                posted: event.posted,
            },
        },
        &shop(),
    )?;
    Some(sealed(dialect, name, about, Some(event), &encoded))
}

fn test_event() -> Encode {
    let now = Timestamp::from_secs(SIGNED_AT);
    let encoded = claimwire_wire::test_event(Dialect::Claimport, None, &shop(), now).unwrap();
    sealed(
        Dialect::Claimport,
        "test_event",
        "The event that checks an endpoint.",
        None,
        &encoded,
    )
}

/// With the headers of a request made in the middle of a rotation.
fn sealed(
    dialect: Dialect,
    name: &str,
    about: &str,
    event: Option<Event>,
    encoded: &claimwire_wire::Encoded,
) -> Encode {
    let secret = claimwire_wire::make_secret(dialect, b"the newest secret of this shop..");
    let previous_secret = claimwire_wire::make_secret(dialect, b"the secret before, still good...");
    let secrets = Secrets {
        current: secret.clone(),
        previous: Some(PreviousSecret {
            secret: previous_secret.clone(),
            ed25519_seed: None,
            expires_at: Timestamp::from_secs(SIGNED_AT + 1),
        }),
        ed25519_seed: None,
    };
    let now = Timestamp::from_secs(SIGNED_AT);
    let signature = claimwire_wire::sign(
        dialect,
        &secrets,
        Signing::Hmac,
        &encoded.event_id,
        &encoded.body,
        now,
    );
    let headers = encoded.headers.clone().into_iter().chain(signature);
    Encode {
        kind: "encode",
        dialect,
        name: name.to_owned(),
        about: about.to_owned(),
        shop: Shop {
            id: SHOP_ID.to_owned(),
            slug: SLUG.to_owned(),
        },
        event,
        secret,
        previous_secret,
        now: SIGNED_AT,
        expect: Made {
            headers: headers
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            body: Body::text(std::str::from_utf8(&encoded.body).unwrap()),
        },
    }
}

fn shop() -> claimwire_model::Shop {
    claimwire_model::Shop {
        no: claimwire_model::ShopNo(1),
        id: SHOP_ID.parse().unwrap(),
        slug: SLUG.to_owned(),
        name: "Demo".to_owned(),
        egress: None,
        notification_emails: Vec::new(),
        api_dialect: claimwire_model::ApiDialect::default(),
        claim_page: None,
        created_at: Timestamp::from_secs(0),
        updated_at: Timestamp::from_secs(0),
    }
}
