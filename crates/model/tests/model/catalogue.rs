//! The catalogue against the contract's table and the platform's own lists.

use std::collections::BTreeSet;

use claimwire_model::catalogue::{
    self, Origin, PHASES, RefKind, all, expresses, find, group, known_group, name_in, parse_ref,
    phase_of, ref_of, sample,
};
use claimwire_model::shipment::Direction::{CustomerMerchant, MerchantCustomer};
use claimwire_model::{Dialect, SubjectKind};

use crate::now;

/// A name, or that there is none.
type Name = Option<&'static str>;

/// Ref; Karla's group; ClaimPort's type; Claimable's event name.
const TABLE: [(&str, Name, Name, Name); 22] = [
    (
        "claims/created",
        Some("claim_created"),
        Some("claim.created"),
        Some("claim.created"),
    ),
    ("claims/updated", Some("claim_updated"), None, None),
    ("claims/details_changed", None, Some("claim.updated"), None),
    (
        "claims/status_changed",
        None,
        Some("claim.status_changed"),
        None,
    ),
    ("claims/approved", None, Some("claim.approved"), None),
    ("claims/denied", None, Some("claim.denied"), None),
    (
        "claims/closed",
        None,
        Some("claim.closed"),
        Some("claim.closed"),
    ),
    ("claims/reopened", None, None, Some("claim.reopened")),
    (
        "claims/assigned",
        None,
        Some("claim.assigned"),
        Some("claim.assigned"),
    ),
    ("claims/unassigned", None, None, Some("claim.unassigned")),
    ("claims/label_added", None, None, Some("claim.label_added")),
    (
        "claims/label_removed",
        None,
        None,
        Some("claim.label_removed"),
    ),
    (
        "claims/switched_type",
        None,
        None,
        Some("claim.switched_type"),
    ),
    (
        "claims/damage_created",
        None,
        None,
        Some("claim.damage.created"),
    ),
    (
        "claims/damage_deleted",
        None,
        None,
        Some("claim.damage.deleted"),
    ),
    ("claims/deleted", None, None, Some("claim.deleted")),
    ("contacts/created", None, None, Some("contact.created")),
    ("messages/received", None, Some("message.received"), None),
    ("messages/sent", None, Some("message.sent"), None),
    ("orders/synced", None, Some("order.synced"), None),
    ("webhooks/warned", None, None, None),
    ("webhooks/disabled", None, None, None),
];

#[test]
fn every_row_of_the_table_is_there_in_order_with_its_names() {
    let rows: Vec<_> = all()
        .filter(|row| row.subject != SubjectKind::Shipment)
        .collect();
    assert_eq!(
        rows.iter().map(|row| row.r#ref).collect::<Vec<_>>(),
        TABLE.map(|row| row.0)
    );
    for (r#ref, group, claimport, claimable) in TABLE {
        let row = find(r#ref).unwrap();
        let singular = r#ref.replacen("s/", ".", 1);
        assert_eq!(row.event_group, group, "{}", r#ref);
        assert_eq!(row.name_in(Dialect::Karla), group.map(|_| r#ref));
        assert_eq!(row.name_in(Dialect::Claimport), claimport);
        assert_eq!(row.name_in(Dialect::Claimable), claimable);
        assert_eq!(row.name_in(Dialect::Standard), Some(singular.as_str()));
        assert_eq!(
            row.name_in(Dialect::Cloudevents),
            Some(format!("io.claimwire.{singular}").as_str())
        );
    }
    let order: Vec<_> = all().map(|row| row.subject).collect();
    let first_shipment = order
        .iter()
        .position(|kind| *kind == SubjectKind::Shipment)
        .unwrap();
    assert_eq!(order[first_shipment - 1], SubjectKind::Order);
    assert_eq!(order[order.len() - 2..], [SubjectKind::Webhook; 2]);
}

#[test]
fn the_platforms_shipment_events_are_there_with_phase_and_group() {
    for (name, phase, forward, back) in [
        (
            "ORDER_CREATED",
            "order_created",
            Some("shipment_pre_transit"),
            Some("return_shipment_pre_transit"),
        ),
        (
            "ORDER_IN_PROCESSING",
            "order_processed",
            Some("shipment_pre_transit"),
            Some("return_shipment_pre_transit"),
        ),
        (
            "ORDER_CANCELLED",
            "order_created",
            Some("shipment_order_cancelled"),
            None,
        ),
        (
            "DEPARTURE_FROM_TRANSPORT_HUB",
            "in_transit",
            Some("shipment_in_transit"),
            Some("return_shipment_in_transit"),
        ),
        (
            "DELAY_EXPECTED",
            "in_transit",
            Some("shipment_carrier_delay"),
            Some("return_shipment_carrier_delay"),
        ),
        (
            "SHIPMENT_DAMAGED",
            "in_transit",
            Some("shipment_damaged"),
            Some("return_shipment_in_transit"),
        ),
        (
            "OUT_FOR_DELIVERY",
            "in_delivery",
            Some("shipment_out_for_delivery"),
            Some("return_shipment_in_transit"),
        ),
        (
            "DELIVERY_ATTEMPTED",
            "in_delivery",
            Some("shipment_delivery_failed"),
            Some("return_shipment_delivery_failed"),
        ),
        (
            "SUCCESSFULLY_DELIVERED",
            "delivered",
            Some("shipment_delivered"),
            Some("return_shipment_delivered"),
        ),
    ] {
        let r#ref = format!("shipments/{phase}/{name}");
        assert_eq!(phase_of(name), Some(phase));
        assert_eq!(find(&r#ref).unwrap().origin, Origin::Platform);
        for asked in [name, r#ref.as_str()] {
            assert_eq!(group(asked, MerchantCustomer), forward, "{asked}");
            assert_eq!(group(asked, CustomerMerchant), back, "{asked}");
        }
    }
    assert_eq!(group("CARRIER_INVENTED_THIS", MerchantCustomer), None);
    assert_eq!(
        group("claims/created", MerchantCustomer),
        Some("claim_created")
    );
    assert_eq!(group("claims/closed", MerchantCustomer), None);
}

#[test]
fn names_are_unique_phases_known_and_every_group_is_reached() {
    let shipments: Vec<_> = all()
        .filter(|row| row.subject == SubjectKind::Shipment)
        .collect();
    assert!((70..=80).contains(&shipments.len()), "{}", shipments.len());
    let names: BTreeSet<_> = shipments.iter().map(|row| row.event_name()).collect();
    assert_eq!(names.len(), shipments.len());
    let phases: BTreeSet<_> = shipments
        .iter()
        .filter_map(|row| phase_of(row.event_name()))
        .collect();
    assert_eq!(phases, PHASES.into_iter().collect());

    let groups: BTreeSet<_> = all()
        .flat_map(|row| [row.event_group, row.return_event_group])
        .flatten()
        .collect();
    let forward = groups.iter().filter(|g| g.starts_with("shipment_")).count();
    let back = groups
        .iter()
        .filter(|g| g.starts_with("return_shipment_"))
        .count();
    // The 23rd is the roll-up, which stands for others and is nobody's own.
    assert_eq!((forward, back), (22, 5));
    assert!(
        groups
            .iter()
            .all(|group| known_group(group).as_deref() == Some(group))
    );
}

#[test]
fn loosely_written_groups_are_understood() {
    for (written, known) in [
        (
            "shipment_delivered_to_parcelshop",
            "shipment_delivered_to_parcel_shop",
        ),
        (
            "shipment_not_picked_up_returned",
            "shipment_not_picked_up_then_returned",
        ),
        (
            "DELIVERED_TO_PARCEL_SHOP",
            "shipment_delivered_to_parcel_shop",
        ),
        (
            "NOT_PICKED_UP_THEN_RETURNED",
            "shipment_not_picked_up_then_returned",
        ),
        (
            "shipment_delivered_to_neighbor",
            "shipment_delivered_to_neighbour",
        ),
        (
            "return_shipment_whatever_comes",
            "return_shipment_whatever_comes",
        ),
    ] {
        assert_eq!(known_group(written).as_deref(), Some(known));
    }
    for unknown in [
        "",
        "shipment",
        "shipment_",
        "shipment_lost_in_space",
        "return_shipment_",
        "return_shipment_!",
        "claim_deleted",
    ] {
        assert_eq!(known_group(unknown), None, "{unknown}");
    }
}

#[test]
fn a_posted_ref_is_of_the_table_or_a_wellformed_shipment_event() {
    for (r#ref, ..) in TABLE {
        assert!(matches!(parse_ref(r#ref), Ok(RefKind::Row(row)) if row.r#ref == r#ref));
    }
    let shipment = parse_ref("shipments/in_transit/Scanned at depot 7/b").unwrap();
    assert_eq!(
        shipment,
        RefKind::Shipment {
            phase: "in_transit",
            event_name: "Scanned at depot 7/b"
        }
    );
    assert_eq!(shipment.subject(), SubjectKind::Shipment);
    let long = format!("shipments/in_transit/{}", "é".repeat(64));
    assert!(parse_ref(&long).is_ok());
    let too_long = format!("{long}é");
    for r#ref in [
        "",
        "*",
        "claims",
        "claims/",
        "claims/nonsense",
        "claims/created/x",
        "Claims/created",
        "shipments",
        "shipments/",
        "shipments/in_transit",
        "shipments/in_transit/",
        "shipments//X",
        "shipments/In Transit/X",
        "shipments/in_transit/a\nb",
        "claim.created",
        &too_long,
    ] {
        assert!(parse_ref(r#ref).is_err(), "{}", r#ref);
    }
}

#[test]
fn names_lead_back_to_their_refs() {
    for dialect in Dialect::ALL {
        for row in all() {
            if let Some(name) = name_in(dialect, row.r#ref).filter(|_| dialect != Dialect::Karla) {
                assert_eq!(
                    ref_of(dialect, &name).as_deref(),
                    Some(row.r#ref),
                    "{dialect} {name}"
                );
            }
        }
    }
    assert_eq!(
        ref_of(Dialect::Standard, "shipment.in_transit.ODD.NAME").as_deref(),
        Some("shipments/in_transit/ODD.NAME")
    );
    for (dialect, prefix) in [
        (Dialect::Standard, ""),
        (Dialect::Cloudevents, "io.claimwire."),
    ] {
        let name = name_in(dialect, "shipments/in_transit/At depot (Köln/2)");
        let plain = format!("{prefix}shipment.in_transit.At_depot__K_ln_2_");
        assert_eq!(name.as_deref(), Some(&*plain));
    }
    for (old, r#ref) in [
        ("claim.label.added", "claims/label_added"),
        ("claim.label.removed", "claims/label_removed"),
    ] {
        assert_eq!(ref_of(Dialect::Claimable, old).as_deref(), Some(r#ref));
        assert_eq!(ref_of(Dialect::Claimport, old), None);
    }
    assert_eq!(
        name_in(Dialect::Standard, "shipments/x/Y").as_deref(),
        Some("shipment.x.Y")
    );
    assert_eq!(
        name_in(Dialect::Cloudevents, "shipments/x/Y").as_deref(),
        Some("io.claimwire.shipment.x.Y")
    );
    assert_eq!(name_in(Dialect::Claimport, "shipments/x/Y"), None);
}

#[test]
fn every_ref_has_a_sample_of_its_own_kind() {
    for row in all() {
        let fact = sample(row.r#ref, now()).unwrap_or_else(|| panic!("no sample of {}", row.r#ref));
        assert_eq!(fact.r#ref, row.r#ref);
        assert_eq!(
            fact.event_group.as_deref(),
            row.event_group.or(row.return_event_group)
        );
        for dialect in Dialect::ALL {
            assert_eq!(
                expresses(dialect, &fact),
                row.name_in(dialect).is_some(),
                "{dialect} {}",
                row.r#ref
            );
        }
        let shop_event = !row.r#ref.starts_with("webhooks/") && row.r#ref != "contacts/created";
        if shop_event {
            assert!(
                fact.context.unwrap().get().contains("mia.berg@example.com"),
                "{}",
                row.r#ref
            );
        }
    }
    let unknown = sample("shipments/in_transit/CARRIER_INVENTED_THIS", now()).unwrap();
    assert_eq!(unknown.event_group, None);
    assert!(!expresses(Dialect::Karla, &unknown) && expresses(Dialect::Standard, &unknown));
    assert!(sample("claims/nonsense", now()).is_none());
    assert_eq!(
        catalogue::find("shipments/delivered/OUT_FOR_DELIVERY"),
        None
    );
}
