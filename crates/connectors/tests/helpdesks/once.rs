//! One claim, one ticket, ever: crashes at each instant, lost answers, duplicates, events out of turn.

use claimwire_testkit::Reply;
use claimwire_testkit::helpdesk::Fault;
use claimwire_wire::driver::End;
use serde_json::{Value, json};

use crate::claims::{accepted, claim, context, urls};
use crate::kinds::{KINDS, lost};
use crate::world::{Delivery, Instants, World};

/// A world where a claim with so many photos was made.
fn created(kind: &'static str, photos: usize) -> (World, Delivery, Value) {
    let mut world = World::of(kind);
    let urls = urls(photos);
    world.have_photos(&urls, 1000);
    let claim = claim(&urls);
    let delivery = world.event("claims/created", &claim, &context(&claim), Value::Null);
    (world, delivery, claim)
}

#[test]
fn a_claim_becomes_a_ticket_and_its_update_a_note() {
    for kind in KINDS {
        let (mut world, mut delivery, claim) = created(kind, 3);
        assert_eq!(world.run(&mut delivery), End::DELIVERED, "{kind}");
        let ticket = world.ticket();
        assert_eq!(ticket.subject, "partial_damage – order 1001", "{kind}");
        assert_eq!(ticket.requester, "jo@customer.example", "{kind}");
        assert_eq!(ticket.photos.len(), 3, "{kind}");

        let before = ticket.notes.len();
        let (after, changes) = accepted(&claim);
        let mut update = world.event("claims/updated", &after, &context(&after), changes);
        assert_eq!(world.run(&mut update), End::DELIVERED, "{kind}");
        let ticket = world.ticket();
        assert_eq!(ticket.notes.len(), before + 1, "{kind}");
        let note = ticket.notes.last().unwrap();
        assert!(note.internal, "{kind}");
        assert!(
            note.text.contains("Status: pending → accepted"),
            "{}",
            note.text
        );
        world.check();
    }
}

/// The first delivery of a claim asks nobody whether there is a ticket: every call counts where a vendor
/// takes two a second.
#[test]
fn an_ordinary_claim_takes_no_call_that_need_not_be() {
    let photos = |call, n| vec![call; n];
    let expected = [
        ("zendesk", [photos("upload", 2), vec!["create"]].concat()),
        ("gorgias", [photos("upload", 2), vec!["create"]].concat()),
        ("freshdesk", [vec!["create"], photos("attach", 2)].concat()),
        ("intercom", vec!["who", "create", "attach"]),
        (
            "dixa",
            vec!["find_customer", "add_customer", "create", "assign"],
        ),
        (
            "request_tracker",
            [vec!["create"], photos("attach", 2)].concat(),
        ),
        ("email", vec!["create"]),
    ];
    for (kind, calls) in expected {
        let (mut world, mut delivery, claim) = created(kind, 2);
        world.run(&mut delivery);
        assert_eq!(world.calls(), calls, "{kind}");

        let (after, changes) = accepted(&claim);
        let mut update = world.event("claims/updated", &after, &context(&after), changes);
        world.run(&mut update);
        assert_eq!(
            world.calls().len(),
            calls.len() + 1,
            "{kind}: one call for a note"
        );
    }
}

#[test]
fn a_crash_at_any_instant_leaves_one_ticket_with_all_photos() {
    for kind in KINDS {
        for photos in [0, 3] {
            let mut instant = 0;
            loop {
                let (mut world, mut delivery, _) = created(kind, photos);
                let mut instants = Instants::crash_at(instant);
                let crashed = world.run_until(&mut delivery, &mut instants).is_err();
                world.deliver(&mut delivery);
                let ticket = world.ticket();
                assert_eq!(ticket.photos.len(), photos, "{kind}, instant {instant}");
                world.check();
                if !crashed {
                    break;
                }
                instant += 1;
            }
            assert!(instant > 2, "{kind}: crashes happened");
        }
    }
}

#[test]
fn two_crashes_leave_one_ticket_too() {
    for kind in KINDS {
        for first in 0..14 {
            for second in 0..6 {
                let (mut world, mut delivery, _) = created(kind, 1);
                let _ = world.run_until(&mut delivery, &mut Instants::crash_at(first));
                let _ = world.run_until(&mut delivery, &mut Instants::crash_at(second));
                world.deliver(&mut delivery);
                assert_eq!(
                    world.ticket().photos.len(),
                    1,
                    "{kind}, {first} and {second}"
                );
            }
        }
    }
}

#[test]
fn a_crash_at_any_instant_of_an_update_leaves_one_note() {
    for kind in KINDS {
        // Whether the claim has its ticket, or the update makes it.
        for has_ticket in [true, false] {
            let mut instant = 0;
            loop {
                let (mut world, mut delivery, claim) = created(kind, 1);
                if has_ticket {
                    world.deliver(&mut delivery);
                }
                let (after, changes) = accepted(&claim);
                let mut update = world.event("claims/updated", &after, &context(&after), changes);
                let mut instants = Instants::crash_at(instant);
                let crashed = world.run_until(&mut update, &mut instants).is_err();
                world.deliver(&mut update);
                let ticket = world.ticket();
                let notes = ticket
                    .notes
                    .iter()
                    .filter(|note| note.text.contains("accepted"));
                assert_eq!(notes.count(), 1, "{kind}, instant {instant}");
                assert_eq!(ticket.photos.len(), 1, "{kind}, instant {instant}");
                if !crashed {
                    break;
                }
                instant += 1;
            }
            assert!(instant > 1, "{kind}: crashes happened");
        }
    }
}

#[test]
fn an_answer_that_is_lost_makes_no_second_ticket_and_no_second_note() {
    for kind in KINDS {
        for lost in lost(kind) {
            let (mut world, mut delivery, claim) = created(kind, 2);
            world.fake.fail("create", Fault::After(lost.clone()));
            let end = world.run(&mut delivery);
            assert_ne!(end, End::DELIVERED, "{kind}, {lost:?}");
            // Later than any vendor remembers a key for.
            world.now = world.now.plus(std::time::Duration::from_secs(3 * 3600));
            world.deliver(&mut delivery);
            assert_eq!(world.ticket().photos.len(), 2, "{kind}, {lost:?}");

            let (after, changes) = accepted(&claim);
            let mut update = world.event("claims/updated", &after, &context(&after), changes);
            world.fake.fail("note", Fault::After(Reply::Close));
            assert_ne!(world.run(&mut update), End::DELIVERED, "{kind}");
            world.deliver(&mut update);
            let notes = world.ticket().notes;
            let notes = notes.iter().filter(|note| note.text.contains("accepted"));
            assert_eq!(notes.count(), 1, "{kind}, {lost:?}");
        }
    }
}

#[test]
fn the_same_event_again_changes_nothing() {
    for kind in KINDS {
        let (mut world, mut delivery, claim) = created(kind, 2);
        world.deliver(&mut delivery);
        let (after, changes) = accepted(&claim);
        let mut update = world.event("claims/updated", &after, &context(&after), changes);
        world.deliver(&mut update);
        let (ticket, calls) = (world.ticket(), world.calls().len());
        // A replay: the same deliveries once more; what they saved is gone.
        delivery.state = None;
        world.deliver(&mut delivery);
        update.state = None;
        world.deliver(&mut update);
        assert_eq!(world.ticket(), ticket, "{kind}");
        // Who gets mail knows a mail by its Message-ID; nobody can be asked.
        let again = match kind {
            "email" => Vec::new(),
            _ => world.calls().split_off(calls),
        };
        assert!(
            again
                .iter()
                .all(|call| !matches!(*call, "create" | "upload" | "note")),
            "{kind}: {again:?}"
        );
    }
}

/// As when the store that knew the ticket is gone, or the connector was made anew.
#[test]
fn a_ticket_that_is_there_is_found_although_nothing_is_on_record() {
    for kind in KINDS {
        let (mut world, mut delivery, claim) = created(kind, 1);
        world.deliver(&mut delivery);
        world.tickets.clear();
        let (after, changes) = accepted(&claim);
        let mut update = world.event("claims/updated", &after, &context(&after), changes);
        world.deliver(&mut update);
        let notes = world.ticket().notes;
        assert!(notes.last().unwrap().text.contains("accepted"), "{kind}");

        world.tickets.clear();
        delivery.state = None;
        world.now = world.now.plus(std::time::Duration::from_secs(86_400));
        world.deliver(&mut delivery);
        world.ticket();
    }
}

#[test]
fn a_note_that_comes_before_its_ticket_makes_the_ticket_first() {
    for kind in KINDS {
        let (mut world, mut first, claim) = created(kind, 2);
        let (after, changes) = accepted(&claim);
        let mut update = world.event("claims/updated", &after, &context(&after), changes);
        assert_eq!(world.run(&mut update), End::DELIVERED, "{kind}");
        let ticket = world.ticket();
        assert_eq!(ticket.photos.len(), 2, "{kind}");
        assert!(
            ticket.notes.last().unwrap().text.contains("accepted"),
            "{kind}"
        );
        assert_eq!(world.run(&mut first), End::DELIVERED, "{kind}");
        assert_eq!(world.ticket().notes, ticket.notes, "{kind}");
    }
}

#[test]
fn messages_become_notes() {
    for kind in KINDS {
        let (mut world, mut delivery, claim) = created(kind, 0);
        world.subscribe(&["claims/created", "messages"]);
        world.deliver(&mut delivery);
        let message = json!({
            "id": "m-1", "direction": "inbound", "body": "Any news?\n{{ticket.id}}",
            "author": {"name": "Jo", "email": "jo@customer.example"},
        });
        let mut event = world.event("messages/received", &message, &context(&claim), Value::Null);
        world.deliver(&mut event);
        let ticket = world.ticket();
        let note = ticket.notes.last().unwrap();
        assert!(note.internal && note.text.contains("Any news?"), "{kind}");
        assert!(!note.text.contains("{{"), "{kind}");
    }
}

#[test]
fn a_claim_that_is_deleted_midway_keeps_its_one_ticket() {
    for kind in KINDS {
        let (mut world, mut delivery, claim) = created(kind, 2);
        world
            .fake
            .fail("create", Fault::Instead(Reply::status(503)));
        assert_ne!(world.run(&mut delivery), End::DELIVERED, "{kind}");
        // Its photos went with it.
        world.photos.clear();
        let mut deleted = world.event(
            "claims/deleted",
            &claim,
            &json!({"claims": []}),
            Value::Null,
        );
        world.deliver(&mut delivery);
        world.deliver(&mut deleted);
        let ticket = world.ticket();
        assert!(
            ticket
                .notes
                .last()
                .unwrap()
                .text
                .contains("was deleted in Acme"),
            "{kind}"
        );
    }
}

#[test]
fn a_claim_that_never_had_a_ticket_gets_none_when_it_is_deleted() {
    for kind in KINDS {
        let (mut world, _, claim) = created(kind, 2);
        world.subscribe(&["claims"]);
        let mut deleted = world.event(
            "claims/deleted",
            &claim,
            &json!({"claims": []}),
            Value::Null,
        );
        assert_eq!(world.run(&mut deleted), End::DELIVERED, "{kind}");
        assert_eq!(world.fake.with(|desk| desk.tickets.len()), 0, "{kind}");
    }
}

#[test]
fn one_change_makes_one_note_however_many_events_it_makes() {
    for kind in KINDS {
        let (mut world, mut delivery, claim) = created(kind, 0);
        world.subscribe(&["claims"]);
        world.deliver(&mut delivery);
        let before = world.ticket().notes.len();
        let (after, changes) = accepted(&claim);
        for name in ["claims/updated", "claims/status_changed", "claims/approved"] {
            let mut event = world.event(name, &after, &context(&after), changes.clone());
            assert_eq!(world.run(&mut event), End::DELIVERED, "{kind}");
        }
        assert_eq!(world.ticket().notes.len(), before + 1, "{kind}");

        // It does not fire for labels: those are told.
        let mut labelled = after.clone();
        labelled["label"] = json!("urgent");
        let changes = json!({"labels": {"before": ["vip"], "after": ["vip", "urgent"]}});
        let mut event = world.event("claims/label_added", &labelled, &context(&after), changes);
        world.deliver(&mut event);
        let notes = world.ticket().notes;
        assert_eq!(notes.len(), before + 2, "{kind}");
        assert!(
            notes.last().unwrap().text.contains("Label added: urgent"),
            "{kind}"
        );
    }
}

#[test]
fn what_is_not_about_a_claim_is_refused_and_says_so() {
    for kind in KINDS {
        let (mut world, _, claim) = created(kind, 0);
        let mut event = world.event("orders/synced", &claim, &context(&claim), Value::Null);
        let end = world.run(&mut event);
        let failure = end.failure.unwrap();
        assert_eq!(failure.error, "no_claim", "{kind}");
        assert!(failure.detail.contains("enabled_events"), "{kind}");
        assert_eq!(world.calls().len(), 0, "{kind}");
    }
}
