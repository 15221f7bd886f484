//! What a ticket says, and that nothing in it is more than text.

use claimwire_testkit::Reply;
use claimwire_testkit::helpdesk::Fault;
use claimwire_wire::driver::End;
use serde_json::{Value, json};

use crate::claims::{CLAIM, claim, context, urls};
use crate::kinds::{KINDS, takes_html};
use crate::world::World;

fn made(kind: &'static str, claim: &Value) -> World {
    let mut world = World::of(kind);
    let mut delivery = world.event("claims/created", claim, &context(claim), Value::Null);
    assert_eq!(world.run(&mut delivery), End::DELIVERED, "{kind}");
    world
}

#[test]
fn the_ticket_says_all_that_is_known() {
    for kind in KINDS {
        let ticket = made(kind, &claim(&[])).ticket();
        for word in [
            "#123",
            "Broken mug",
            "1001",
            "Jo Doe (jo@customer.example)",
            "partial_damage",
            "refund",
            "pending",
            "vip",
            "2 × Mug (MUG-1), 19.9 EUR",
            "The mug arrived in two pieces.",
            "scratch: on the lid",
            "dhl",
            "JD014600006281230704",
            "delivered",
            &format!("claimwire:{CLAIM}"),
        ] {
            assert!(
                ticket.text.contains(word),
                "{kind}: no {word:?} in\n{}",
                ticket.text
            );
        }
        assert!(!ticket.text.contains("OTHER"), "{kind}: another shipment");
        let tags = ["claimwire", "reason:partial_damage", "preference:refund"];
        match kind {
            "intercom" | "dixa" | "request_tracker" | "email" => {
                assert!(
                    ticket.text.contains(&tags.join(", ")),
                    "{kind}: {}",
                    ticket.text
                )
            }
            _ => assert_eq!(ticket.tags[..3], tags, "{kind}"),
        }
    }
}

#[test]
fn what_the_guide_shows_is_what_arrives() {
    let guide = include_str!("../../../../docs/guides/helpdesks.md");
    let (_, shown) = guide.split_once("```text\n").unwrap();
    let (shown, _) = shown.split_once("\n```").unwrap();
    let (subject, text) = shown.split_once("\n\n").unwrap();
    let mut claim = claim(&[]);
    for (name, value) in [
        ("title", "null"),
        ("type", "null"),
        ("labels", "[]"),
        ("damages", "[]"),
        ("description", "\"The mug arrived in two pieces.\""),
    ] {
        claim[name] = serde_json::from_str(value).unwrap();
    }
    claim["selected_items"][0]["net_price"] = serde_json::from_str("19.90").unwrap();
    let mut context = context(&claim);
    let shipment = context["shipments"][1].as_object_mut().unwrap();
    shipment.retain(|name, _| !["phase", "tracking_url"].contains(&&**name));
    let mut world = World::of("intercom");
    let mut delivery = world.event("claims/created", &claim, &context, Value::Null);
    assert_eq!(world.run(&mut delivery), End::DELIVERED);
    let ticket = world.ticket();
    assert_eq!(ticket.subject, subject);
    // Where a ticket has tags of its own the text does not tell them.
    let lines = ticket
        .text
        .lines()
        .filter(|line| !line.starts_with("Tags:"));
    assert_eq!(lines.collect::<Vec<_>>().join("\n").trim(), text);
}

/// Each text of a claim, replaced by this.
fn full_of(text: &str) -> Value {
    fn fill(value: &mut Value, text: &str) {
        match value {
            Value::String(there) => text.clone_into(there),
            Value::Array(list) => list.iter_mut().for_each(|one| fill(one, text)),
            Value::Object(object) => object.values_mut().for_each(|one| fill(one, text)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    let mut claim = claim(&urls(3));
    fill(&mut claim, text);
    claim["id"] = json!(CLAIM);
    claim["customer"]["email"] = json!("jo@customer.example");
    claim["status"] = json!("pending");
    claim
}

/// Tags that are ours; anything else is markup that got through.
fn assert_is_text(kind: &str, text: &str) {
    for begin in ["{{", "{%", "{#"] {
        assert!(!text.contains(begin), "{kind}: {begin} in {text}");
    }
    let steering = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let control = |c: char| c.is_control() && c != '\n';
    assert!(!text.contains(steering), "{kind}: {text:?}");
    assert!(!text.contains(control), "{kind}: {text:?}");
    if !takes_html(kind) {
        return;
    }
    for tag in text.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').expect("a tag ends");
        let ours = ["p", "strong", "br", "blockquote", "ul", "li", "a"];
        let plain = ours.contains(&tag.trim_start_matches('/'));
        let link = tag
            .strip_prefix("a href=\"")
            .and_then(|rest| rest.strip_suffix('"'));
        let is_url =
            link.is_some_and(|url| url.starts_with("https://") && !url.contains(['"', '<', ' ']));
        assert!(plain || is_url, "{kind}: <{tag}> in {text}");
    }
}

#[test]
fn nothing_that_a_customer_writes_is_markup_a_placeholder_or_a_trick() {
    let texts = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "\"><a href='javascript:alert(1)'>x</a>",
        "</blockquote></p><h1>Approved</h1>",
        "{{ticket.requester.email}} {{{x}}} {% raw %}{# c #}",
        "{\u{0}{ticket.id}} {\u{202e}{ticket.id}} {\u{200b}{x}}",
        "https://evil.example/\"><script>",
        "&lt;script&gt; &#123;&#123;ticket.id}}",
        "gpj\u{202e}exe.\u{2066}\u{1b}[31m\u{7}",
        "line\r\nbreak\u{2028}more",
    ];
    for kind in KINDS {
        for text in texts {
            let claim = full_of(text);
            let mut world = made(kind, &claim);
            let mut after = claim.clone();
            after["description"] = json!(format!("{text}!"));
            let changes = json!({
                "description": {"before": claim["description"], "after": after["description"]},
                "title": {"before": text, "after": format!("{text}?")},
                "image_urls": {"before": [], "after": [text]},
                "assignee": {"before": null, "after": {"name": text}},
                "selected_items": {"before": [], "after": after["selected_items"]},
                "custom": {"before": {}, "after": {(text): text}},
                (text): {"before": text, "after": text},
            });
            let mut update = world.event("claims/updated", &after, &context(&after), changes);
            assert_eq!(world.run(&mut update), End::DELIVERED, "{kind}");
            let message = json!({"id": "m", "direction": "inbound", "body": text,
                "author": {"name": text, "email": text}});
            let mut said =
                world.event("messages/received", &message, &context(&after), Value::Null);
            assert_eq!(world.run(&mut said), End::DELIVERED, "{kind}");
            let ticket = world.ticket();
            assert!(ticket.notes.len() >= 2, "{kind}");
            assert_is_text(kind, &ticket.text);
            assert_is_text("intercom", &ticket.subject);
            assert!(
                !ticket.subject.contains('\n'),
                "{kind}: {:?}",
                ticket.subject
            );
            for note in &ticket.notes {
                assert_is_text(kind, &note.text);
            }
            for tag in &ticket.tags {
                assert!(
                    !tag.contains(|c: char| c.is_whitespace() || c == ','),
                    "{kind}: {tag}"
                );
            }
        }
    }
}

#[test]
fn names_of_all_scripts_arrive_as_they_are() {
    for kind in KINDS {
        for name in [
            "Łukasz Żółć",
            "山田 太郎",
            "محمد عبد الله",
            "שרה כהן",
            "Zoë 👩‍👩‍👧‍👦",
            "Nguyễn",
        ] {
            let mut claim = claim(&[]);
            claim["customer"]["first_name"] = json!(name);
            claim["customer"]["last_name"] = Value::Null;
            claim["description"] = json!(format!("{name} 🎉"));
            let ticket = made(kind, &claim).ticket();
            assert!(
                ticket
                    .text
                    .contains(&format!("{name} (jo@customer.example)")),
                "{kind}: {}",
                ticket.text
            );
            assert!(
                ticket.text.contains(&format!("{name} 🎉")),
                "{kind}: {}",
                ticket.text
            );
        }
    }
}

#[test]
fn what_is_too_long_is_shortened_and_says_so() {
    let limit = |kind| match kind {
        "zendesk" => 64 * 1000,
        "intercom" => 10_000,
        _ => 200_000,
    };
    for kind in KINDS {
        let mut claim = claim(&[]);
        claim["description"] = json!("\"<é🎉>\" ".repeat(10_000));
        claim["reason"] = json!("r".repeat(64));
        claim["title"] = json!("t".repeat(512));
        let item = json!({"title": "x\"".repeat(300), "quantity": 1});
        claim["selected_items"] = json!(vec![item; 900]);
        // At once: an answer that holds all of it is read whole.
        made(kind, &claim);
        let mut world = World::of(kind);
        let mut delivery = world.event("claims/created", &claim, &context(&claim), Value::Null);
        // In doubt: the ticket is found in an answer that holds all of it.
        world.fake.fail("create", Fault::After(Reply::Close));
        world.deliver(&mut delivery);
        let ticket = world.ticket();
        assert!(
            ticket.text.len() <= limit(kind),
            "{kind}: {}",
            ticket.text.len()
        );
        assert!(ticket.text.contains("parts of it are left out"), "{kind}");
        assert!(ticket.text.contains("1001"), "{kind}: what is short stays");
        assert!(
            ticket.text.contains(&format!("claimwire:{CLAIM}")),
            "{kind}"
        );
        assert_is_text(kind, &ticket.text);
    }
}

#[test]
fn a_claim_of_which_nothing_is_known_becomes_a_ticket() {
    for kind in KINDS {
        let mut world = World::of(kind);
        let claim = json!({"id": CLAIM, "number": 5, "status": "pending"});
        let mut delivery = world.event("claims/created", &claim, &json!({}), Value::Null);
        assert_eq!(world.run(&mut delivery), End::DELIVERED, "{kind}");
        assert_eq!(world.ticket().subject, "claim – claim #5", "{kind}");
    }
}

#[test]
fn a_preview_is_what_is_sent() {
    for kind in KINDS {
        let urls = urls(2);
        let claim = claim(&urls);
        let mut world = World::of(kind);
        world.have_photos(&urls, 500);
        let preview = world
            .vendor
            .preview(&world.shop, &world.target, &claim, &context(&claim))
            .unwrap();
        let mut delivery = world.event("claims/created", &claim, &context(&claim), Value::Null);
        world.deliver(&mut delivery);
        let ticket = world.ticket();
        assert_eq!(preview.subject, ticket.subject, "{kind}");
        assert_eq!(preview.body, ticket.text, "{kind}");
        assert_eq!(preview.html, takes_html(kind), "{kind}");
        assert_eq!(
            preview.requester.as_deref(),
            Some("jo@customer.example"),
            "{kind}"
        );
        assert_eq!(preview.attachments, urls, "{kind}");
        let begins = match kind {
            "email" => "To: help@desk.example\n",
            _ => "POST https://desk.example/",
        };
        assert!(preview.request.starts_with(begins), "{kind}");
        assert!(
            !preview.request.contains("secret"),
            "{kind}: {}",
            preview.request
        );
    }
}

#[test]
fn what_changed_is_told_in_plain_words() {
    for kind in KINDS {
        let mut world = made(kind, &claim(&[]));
        let claim = claim(&[]);
        let changes = json!({
            "status": {"before": "pending", "after": "accepted"},
            "assignee": {"before": null, "after": {"user_id": 7, "name": "Ann", "email": null}},
            "labels": {"before": ["vip"], "after": []},
            "selected_items": {"before": claim["selected_items"], "after": []},
            "image_urls": {"before": ["https://a.example/1"], "after": ["https://a.example/2"]},
            "description": {"before": null, "after": "Now in three pieces."},
            "custom": {"before": {"a": 1}, "after": {"a": 2, "b": 3}},
            "updated_at": {"before": "x", "after": "y"},
        });
        let mut update = world.event("claims/updated", &claim, &context(&claim), changes);
        assert_eq!(world.run(&mut update), End::DELIVERED, "{kind}");
        let ticket = world.ticket();
        let note = &ticket.notes.last().unwrap().text;
        for line in [
            "Status: pending → accepted",
            "Assignee: none → Ann",
            "Labels: vip → none",
            "Selected items: 2 × Mug (MUG-1), 19.9 → none",
            "Images: 1 added, 1 removed",
            "https://a.example/2",
            "Now in three pieces.",
            "Custom: a, b changed",
            "through the API, 2026-01-29T14:48:47Z",
        ] {
            let there = note.contains(line) || note.contains(&line.replace("→", "&rarr;"));
            assert!(there, "{kind}: no {line:?} in {note}");
        }
        assert!(!note.contains("Updated at"), "{kind}");
    }
}
