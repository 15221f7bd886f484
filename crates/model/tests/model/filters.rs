//! Filters, each line of contract section 3.

use claimwire_model::catalogue::sample;
use claimwire_model::event::Fact;
use claimwire_model::filter::SourceFilter;
use claimwire_model::filter::{ENTRIES_AT_MOST, Subscription, UnknownEntry};
use claimwire_model::{Dialect, Source};

use crate::{by, now};

fn subscribe(dialect: Dialect, entries: &[&str]) -> Result<Subscription, Vec<UnknownEntry>> {
    Subscription::new(
        dialect,
        SourceFilter::All,
        entries.iter().map(|e| (*e).to_owned()).collect(),
    )
}

fn fact(r#ref: &str) -> Fact {
    sample(r#ref, now()).unwrap()
}

fn hears(dialect: Dialect, entry: &str, r#ref: &str) -> bool {
    subscribe(dialect, &[entry]).unwrap().matches(&fact(r#ref))
}

#[test]
fn a_carriers_name_is_heard_of_by_its_dotted_name_however_it_is_written() {
    let mut event = fact("shipments/in_transit/SORTED");
    event.r#ref = "shipments/in_transit/At depot 2".into();
    for (dialect, entry, expected) in [
        (Dialect::Standard, "shipment.in_transit.At_depot_2", true),
        (Dialect::Standard, "shipment.in_transit.At depot 2", true),
        (Dialect::Standard, "shipment.in_transit.At_depot", false),
        (Dialect::Standard, "shipment.in_delivery.At_depot_2", false),
        (Dialect::Standard, "shipments/in_transit/At depot 2", true),
        (Dialect::Standard, "shipments/in_transit/At_depot_2", false),
        (
            Dialect::Cloudevents,
            "io.claimwire.shipment.in_transit.At_depot_2",
            true,
        ),
    ] {
        let hears = subscribe(dialect, &[entry]).unwrap().matches(&event);
        assert_eq!(hears, expected, "{entry}");
    }
}

#[test]
fn a_prefix_is_of_whole_segments() {
    for (entry, r#ref, expected) in [
        ("claims", "claims/created", true),
        ("claims/created", "claims/created", true),
        ("claims/closed", "claims/created", false),
        (
            "shipments",
            "shipments/delivered/SUCCESSFULLY_DELIVERED",
            true,
        ),
        (
            "shipments/delivered",
            "shipments/delivered/SUCCESSFULLY_DELIVERED",
            true,
        ),
        (
            "shipments/deliver",
            "shipments/delivered/SUCCESSFULLY_DELIVERED",
            false,
        ),
        (
            "shipments/delivered/SUCCESSFULLY_DELIVERED",
            "shipments/delivered/SUCCESSFULLY_DELIVERED",
            true,
        ),
        (
            "shipments/delivered/SUCCESSFULLY",
            "shipments/delivered/SUCCESSFULLY_DELIVERED",
            false,
        ),
        (
            "shipments/in_transit/INVENTED",
            "shipments/in_transit/INVENTED",
            true,
        ),
        ("orders", "claims/created", false),
    ] {
        assert_eq!(
            hears(Dialect::Standard, entry, r#ref),
            expected,
            "{entry} {}",
            r#ref
        );
    }
}

#[test]
fn everything_is_what_the_dialect_expresses_but_operational_events() {
    for (dialect, r#ref, expected) in [
        (Dialect::Karla, "claims/created", true),
        (Dialect::Karla, "claims/closed", false),
        (Dialect::Karla, "orders/synced", false),
        (
            Dialect::Karla,
            "shipments/in_delivery/OUT_FOR_DELIVERY",
            true,
        ),
        (Dialect::Karla, "shipments/in_transit/INVENTED", false),
        (Dialect::Claimport, "claims/details_changed", true),
        (Dialect::Claimport, "claims/updated", false),
        (Dialect::Claimable, "contacts/created", true),
        (Dialect::Claimable, "messages/sent", false),
        (Dialect::Standard, "shipments/in_transit/INVENTED", true),
        (Dialect::Cloudevents, "claims/damage_deleted", true),
        (Dialect::Standard, "webhooks/disabled", false),
        (Dialect::Cloudevents, "webhooks/warned", false),
    ] {
        assert_eq!(hears(dialect, "*", r#ref), expected, "{dialect} {}", r#ref);
    }
}

#[test]
fn operational_events_are_subscribed_to_by_name() {
    assert!(hears(Dialect::Standard, "webhooks", "webhooks/disabled"));
    assert!(hears(
        Dialect::Standard,
        "webhooks/disabled",
        "webhooks/disabled"
    ));
    assert!(!hears(
        Dialect::Standard,
        "webhooks/disabled",
        "webhooks/warned"
    ));
    assert!(hears(
        Dialect::Cloudevents,
        "io.claimwire.webhook.disabled",
        "webhooks/disabled"
    ));
    assert!(
        subscribe(Dialect::Standard, &["*", "webhooks"])
            .unwrap()
            .matches(&fact("webhooks/warned"))
    );
    assert!(subscribe(Dialect::Karla, &["webhooks"]).is_err());
}

#[test]
fn a_dialects_own_names_and_aliases_stand_for_their_refs() {
    for (dialect, entry, r#ref) in [
        (Dialect::Claimport, "claim.created", "claims/created"),
        (
            Dialect::Claimport,
            "claim.updated",
            "claims/details_changed",
        ),
        (
            Dialect::Claimable,
            "claim.label_added",
            "claims/label_added",
        ),
        (
            Dialect::Claimable,
            "claim.label.added",
            "claims/label_added",
        ),
        (
            Dialect::Claimable,
            "claim.damage.deleted",
            "claims/damage_deleted",
        ),
        (Dialect::Standard, "claim.updated", "claims/updated"),
        (
            Dialect::Standard,
            "shipment.in_transit.INVENTED",
            "shipments/in_transit/INVENTED",
        ),
        (
            Dialect::Cloudevents,
            "io.claimwire.order.synced",
            "orders/synced",
        ),
    ] {
        assert!(hears(dialect, entry, r#ref), "{dialect} {entry}");
    }
    assert!(!hears(
        Dialect::Claimport,
        "claim.updated",
        "claims/approved"
    ));
}

#[test]
fn groups_match_by_group_under_any_spelling() {
    for (entry, r#ref, expected) in [
        ("group:claim_created", "claims/created", true),
        (
            "group:shipment_delivered",
            "shipments/delivered/SUCCESSFULLY_DELIVERED",
            true,
        ),
        (
            "group:shipment_delivered",
            "shipments/delivered/DELIVERED_TO_NEIGHBOUR",
            false,
        ),
        (
            "group:shipment_delivered_to_parcelshop",
            "shipments/collect/DELIVERED_TO_PARCEL_SHOP",
            true,
        ),
        (
            "group:shipment_delivered_all_events",
            "shipments/delivered/DELIVERED_TO_NEIGHBOUR",
            true,
        ),
        (
            "group:shipment_delivered_all_events",
            "shipments/delivered/SUCCESSFULLY_DELIVERED",
            true,
        ),
        (
            "group:shipment_delivered_all_events",
            "shipments/in_delivery/OUT_FOR_DELIVERY",
            false,
        ),
        (
            "group:return_shipment_pre_transit",
            "shipments/return_created/RETURN_LABEL_CREATED",
            true,
        ),
    ] {
        for entry in [entry, entry.trim_start_matches("group:")] {
            let heard = hears(Dialect::Karla, entry, r#ref);
            assert_eq!(heard, expected, "{entry} {}", r#ref);
        }
    }
    let posted = Fact {
        event_group: Some("shipment_delivered_to_parcelshop".to_owned()),
        ..fact("shipments/x/Y")
    };
    assert!(
        subscribe(Dialect::Karla, &["group:shipment_delivered_to_parcelshop"])
            .unwrap()
            .matches(&posted)
    );
}

#[test]
fn ui_only_drops_what_the_api_did_but_not_operational_events() {
    let entries = vec!["*".to_owned(), "webhooks".to_owned()];
    let ui_only = Subscription::new(Dialect::Standard, SourceFilter::UiOnly, entries).unwrap();
    let from = |source, r#ref: &str| Fact {
        performed_by: by(source),
        ..fact(r#ref)
    };
    assert!(ui_only.matches(&from(Source::Ui, "claims/created")));
    assert!(!ui_only.matches(&from(Source::Api, "claims/created")));
    assert!(ui_only.matches(&from(Source::Api, "webhooks/disabled")));
}

#[test]
fn unknown_and_inexpressible_entries_are_each_named() {
    for (dialect, entry, hint) in [
        (Dialect::Karla, "claims/creatd", "claims/created"),
        (Dialect::Karla, "Claims", "claims"),
        (Dialect::Karla, "claims/nonsense", "GET /v1/event-types"),
        (Dialect::Karla, "claims/", "claims"),
        (Dialect::Karla, "", "GET /v1/event-types"),
        (Dialect::Karla, "claims/*", "write `claims`"),
        (
            Dialect::Karla,
            "shipments/delivered/*",
            "write `shipments/delivered`",
        ),
        (Dialect::Karla, "shipments/", "shipments"),
        (
            Dialect::Karla,
            "shipments/delivered/",
            "shipments/delivered",
        ),
        (Dialect::Karla, "claim.created", "claims/created"),
        (
            Dialect::Karla,
            "claims/closed",
            "no name in the karla dialect",
        ),
        (Dialect::Karla, "orders", "no name in the karla dialect"),
        (
            Dialect::Claimport,
            "shipments",
            "no name in the claimport dialect",
        ),
        (
            Dialect::Claimport,
            "shipments/in_transit/INVENTED",
            "no name in the claimport dialect",
        ),
        (Dialect::Claimport, "claim.reopened", "event-types"),
        (Dialect::Claimport, "claim.aproved", "claim.approved"),
        (Dialect::Claimport, "claim.label.added", "event-types"),
        (
            Dialect::Claimport,
            "group:claim_updated",
            "no name in the claimport dialect",
        ),
        (
            Dialect::Claimable,
            "group:shipment_delivered",
            "no name in the claimable dialect",
        ),
        (
            Dialect::Karla,
            "group:shipment_deliverd",
            "group:shipment_delivered",
        ),
        (
            Dialect::Karla,
            "shipment_deliverd",
            "did you mean `shipment_delivered`",
        ),
        (
            Dialect::Claimable,
            "shipment_delivered",
            "no name in the claimable dialect",
        ),
        (Dialect::Karla, "group:", "event-types"),
        (
            Dialect::Standard,
            "shipment.in_transit",
            "did you mean `shipments/in_transit`",
        ),
        (Dialect::Cloudevents, "claim.created", "claims/created"),
    ] {
        let unknown = subscribe(dialect, &["*", entry]).unwrap_err();
        assert_eq!(unknown.len(), 1, "{entry}");
        assert_eq!(unknown[0].index, 1);
        assert!(
            unknown[0].message.contains(hint),
            "{entry}: {}",
            unknown[0].message
        );
    }
    let unknown = subscribe(Dialect::Karla, &["x", "claims", "y"]).unwrap_err();
    assert_eq!(unknown.iter().map(|u| u.index).collect::<Vec<_>>(), [0, 2]);
    assert!(subscribe(Dialect::Karla, &[]).is_err());
}

#[test]
fn a_hint_never_names_a_wider_filter() {
    for (entry, wider) in [
        ("shipment_deliverd", "shipments"),
        ("delivered", "delivered"),
        ("shipment/delivered", "`shipments`"),
        ("claim/created", "`claims`"),
        ("claims_created", "`claims`"),
        ("shipment_delivered_even", "all_events"),
        ("group:shipment_delivered_to", "all_events"),
    ] {
        let unknown = subscribe(Dialect::Karla, &[entry]).unwrap_err();
        let (_, hint) = unknown[0]
            .message
            .split_once("did you mean")
            .unwrap_or(("", ""));
        assert!(!hint.contains(wider), "{entry}: {}", unknown[0].message);
    }
}

#[test]
fn a_list_and_its_entries_have_bounds() {
    assert!(subscribe(Dialect::Karla, &["claims"; ENTRIES_AT_MOST]).is_ok());
    let unknown = subscribe(Dialect::Karla, &["claims"; ENTRIES_AT_MOST + 1]).unwrap_err();
    assert_eq!((unknown.len(), unknown[0].index), (1, ENTRIES_AT_MOST));
    let unknown = subscribe(Dialect::Karla, &["x".repeat(100_000).as_str()]).unwrap_err();
    assert!(
        unknown[0].message.len() < 200,
        "{}",
        unknown[0].message.len()
    );
    assert_eq!(
        subscribe(Dialect::Karla, &["claim"; ENTRIES_AT_MOST])
            .unwrap_err()
            .len(),
        ENTRIES_AT_MOST
    );
}

#[test]
fn what_was_written_stays_readable() {
    let subscription = subscribe(Dialect::Claimable, &["claim.label.added", "claims"]).unwrap();
    assert_eq!(subscription.enabled_events, ["claim.label.added", "claims"]);
}
