//! Photos: fetched once, attached or linked, never a reason for having no ticket.

use std::time::Duration;

use bytes::Bytes;
use claimwire_testkit::Reply;
use claimwire_testkit::helpdesk::{Fault, Photo as Attached};
use claimwire_wire::driver::{End, Photo};
use serde_json::{Value, json};

use crate::claims::{SIGNATURE, claim, context, urls};
use crate::kinds::KINDS;
use crate::world::World;

fn made(world: &mut World, claim: &Value) {
    let mut delivery = world.event("claims/created", claim, &context(claim), Value::Null);
    assert_eq!(world.run(&mut delivery), End::DELIVERED, "{}", world.kind);
}

/// All that the ticket shows: its text and its notes.
fn shown(world: &World) -> String {
    let ticket = world.ticket();
    let notes = ticket.notes.iter().map(|note| note.text.clone());
    std::iter::once(ticket.text.clone())
        .chain(notes)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn twenty_photos_and_the_signature_is_one_of_them() {
    for kind in KINDS {
        let mut world = World::of(kind);
        let urls = urls(23);
        world.have_photos(&urls, 500);
        world.have_photos(&[SIGNATURE.to_owned()], 500);
        let mut claim = claim(&urls);
        claim["customer_signature_image_url"] = json!(SIGNATURE);
        made(&mut world, &claim);
        let ticket = world.ticket();
        assert_eq!(ticket.photos.len(), 20, "{kind}");
        assert_eq!(world.fetched, 20, "{kind}: each once");
        match ticket.photos.last().unwrap() {
            Attached::Url(url) => assert_eq!(url, SIGNATURE, "{kind}"),
            Attached::File(name, ..) => assert_eq!(name, "photo-20.jpg", "{kind}"),
        }
        let text = shown(&world);
        for url in &urls[19..] {
            assert!(
                text.contains(url.as_str()),
                "{kind}: {url} is beyond the bound, and linked"
            );
        }
        let longest = world.saved.iter().map(|state| state.0.len()).max().unwrap();
        assert!(longest < 16 * 1024, "{kind}: {longest} bytes of state");
    }
}

#[test]
fn the_same_photo_in_two_places_is_attached_once() {
    for kind in KINDS {
        let mut world = World::of(kind);
        let urls = urls(2);
        world.have_photos(&urls, 500);
        let mut claim = claim(&urls);
        claim["optional_image_urls"] = json!(urls);
        claim["customer_signature_image_url"] = json!(urls[0]);
        made(&mut world, &claim);
        assert_eq!(world.ticket().photos.len(), 2, "{kind}");
    }
}

#[test]
fn a_photo_that_cannot_be_had_becomes_a_link_and_the_record_says_so() {
    for kind in KINDS {
        for reason in [
            "the photo's host answered 404",
            "it is no image",
            "it has more than 10 MiB",
        ] {
            let mut world = World::of(kind);
            let urls = urls(3);
            world.have_photos(&urls, 500);
            world.photos.insert(urls[1].clone(), Err(reason.to_owned()));
            made(&mut world, &claim(&urls));
            assert_eq!(world.ticket().photos.len(), 2, "{kind}");
            let text = shown(&world);
            let reason = reason.replace('\'', "&#39;");
            let plain = reason.replace("&#39;", "'");
            assert!(text.contains(&urls[1]), "{kind}: {text}");
            assert!(
                text.contains(&reason) || text.contains(&plain),
                "{kind}: {text}"
            );
            let told = world
                .recorded
                .iter()
                .any(|name| name.contains("1 of 3 photos as links"));
            // Where photos come after the ticket, a note tells of them; of a mail's, its answer.
            let noted = matches!(kind, "freshdesk" | "request_tracker" | "email");
            assert!(told || noted, "{kind}: {:?}", world.recorded);
        }
    }
}

#[test]
fn no_photo_at_all_can_be_had_and_the_ticket_is_made() {
    for kind in KINDS {
        let mut world = World::of(kind);
        let urls = urls(20);
        made(&mut world, &claim(&urls));
        assert!(world.ticket().photos.is_empty(), "{kind}");
        let text = shown(&world);
        assert!(
            urls.iter().all(|url| text.contains(url.as_str())),
            "{kind}: {text}"
        );
    }
}

#[test]
fn a_photo_that_the_vendor_refuses_becomes_a_link() {
    for (kind, call) in [
        ("zendesk", "upload"),
        ("gorgias", "upload"),
        ("freshdesk", "attach"),
        ("intercom", "attach"),
        ("request_tracker", "attach"),
    ] {
        for status in [400, 413, 415, 422] {
            let mut world = World::of(kind);
            let urls = urls(3);
            world.have_photos(&urls, 500);
            world.fake.fail(call, Fault::Instead(Reply::status(status)));
            made(&mut world, &claim(&urls));
            let text = shown(&world);
            assert!(text.contains(&urls[0]), "{kind}: {text}");
            assert!(
                text.contains(&format!("answered {status}")),
                "{kind}: {text}"
            );
            let left = if kind == "intercom" { 0 } else { 2 };
            assert_eq!(world.ticket().photos.len(), left, "{kind}");
        }
    }
}

#[test]
fn ten_megabytes_go_through_whole() {
    for kind in KINDS {
        let mut world = World::of(kind);
        let urls = urls(1);
        let bytes = 10 * 1024 * 1024;
        world.have_photos(&urls, bytes);
        made(&mut world, &claim(&urls));
        match &world.ticket().photos[..] {
            [Attached::File(_, content_type, size)] => {
                assert_eq!((&**content_type, *size), ("image/jpeg", bytes), "{kind}");
            }
            [Attached::Url(url)] => assert_eq!(url, &urls[0], "{kind}"),
            other => panic!("{kind}: {other:?}"),
        }
        let saved = world.saved.iter().map(|state| state.0.len()).max().unwrap();
        assert!(saved < 4096, "{kind}: a state holds no photo");
    }
}

/// Bytes that look like the end of a part, and every format's own extension.
#[test]
fn a_photos_bytes_are_its_own_affair() {
    for kind in ["zendesk", "gorgias", "freshdesk", "request_tracker"] {
        for (content_type, extension) in [
            ("image/jpeg", "jpg"),
            ("image/png", "png"),
            ("image/webp", "webp"),
        ] {
            let mut world = World::of(kind);
            let urls = urls(1);
            let bytes =
                Bytes::from_static(b"\r\n--claimwire-part--\r\n\0\xff{{ticket.id}}\r\n\r\n");
            let size = bytes.len();
            let photo = Photo {
                content_type,
                bytes,
            };
            world.photos.insert(urls[0].clone(), Ok(photo));
            made(&mut world, &claim(&urls));
            let name = format!("photo-1.{extension}");
            let expected = Attached::File(name, content_type.to_owned(), size);
            assert_eq!(world.ticket().photos, [expected], "{kind}");
        }
    }
}

/// Zendesk drops an upload after an hour: they are made again, and the ticket is looked for first.
#[test]
fn uploads_that_are_too_old_are_made_again() {
    let mut world = World::of("zendesk");
    let urls = urls(2);
    world.have_photos(&urls, 500);
    let claim = claim(&urls);
    let mut delivery = world.event("claims/created", &claim, &context(&claim), Value::Null);
    world
        .fake
        .fail("create", Fault::Instead(Reply::status(500)));
    world.run(&mut delivery);
    world.now = world.now.plus(Duration::from_secs(3000));
    world.deliver(&mut delivery);
    let calls = world.calls();
    assert_eq!(
        calls,
        [
            "upload", "upload", "create", "upload", "upload", "look_up", "create"
        ]
    );
    assert_eq!(world.ticket().photos.len(), 2);
}

#[test]
fn what_is_no_url_is_not_fetched() {
    for kind in KINDS {
        let mut world = World::of(kind);
        let mut claim = claim(&[]);
        claim["image_urls"] = json!(["javascript:alert(1)", "", "file:///etc/passwd", 7, null]);
        made(&mut world, &claim);
        assert_eq!(world.fetched, 0, "{kind}");
        assert!(!world.ticket().text.contains("javascript:"), "{kind}");
    }
}
