//! The owner's own subject and body: always text, and a template that fails ends its delivery alone.

use claimwire_model::verdict::Ending;
use claimwire_wire::driver::End;
use serde_json::{Value, json};

use crate::claims::{CLAIM, claim, context};
use crate::kinds::{KINDS, credentials, settings};
use crate::world::World;

#[test]
fn the_owners_templates_make_subject_and_text() {
    for kind in KINDS {
        let mut world = World::of(kind);
        world.set(
            "subject_template",
            json!("{{ claim.reason }}/{{ order.order_number }}\n{{ customer.first_name }}"),
        );
        world.set(
            "body_template",
            json!("Of {{ shop.name }}:\n{{ claim.description }}\n<b>{{ shipments[1].tracking_number }}</b>"),
        );
        let mut claim = claim(&[]);
        claim["description"] = json!("<i>broken</i> {{ticket.id}}");
        let mut delivery = world.event("claims/created", &claim, &context(&claim), Value::Null);
        assert_eq!(world.run(&mut delivery), End::DELIVERED, "{kind}");
        let ticket = world.ticket();
        assert_eq!(ticket.subject, "partial_damage/1001 Jo", "{kind}");
        assert!(ticket.text.contains("Of Acme:"), "{kind}: {}", ticket.text);
        assert!(
            ticket.text.contains("JD014600006281230704"),
            "{kind}: {}",
            ticket.text
        );
        let markup = ticket.text.contains("<i>") || ticket.text.contains("<b>");
        assert_eq!(
            markup,
            !crate::kinds::takes_html(kind),
            "{kind}: {}",
            ticket.text
        );
        assert!(!ticket.text.contains("{{"), "{kind}: {}", ticket.text);
        assert!(
            ticket.text.contains(&format!("claimwire:{CLAIM}")),
            "{kind}: what it is found by is not the template's affair"
        );
    }
}

#[test]
fn a_subject_of_nothing_is_the_usual_one() {
    for kind in KINDS {
        let mut world = World::of(kind);
        world.set("subject_template", json!("{{ claim.nothing }} "));
        let claim = claim(&[]);
        let mut delivery = world.event("claims/created", &claim, &context(&claim), Value::Null);
        world.deliver(&mut delivery);
        assert_eq!(
            world.ticket().subject,
            "partial_damage – order 1001",
            "{kind}"
        );
    }
}

#[test]
fn a_template_that_fails_ends_its_delivery_with_its_error() {
    for kind in KINDS {
        let mut world = World::of(kind);
        world.set("body_template", json!("{{ claim.description | nope }}"));
        let claim = claim(&[]);
        let mut delivery = world.event("claims/created", &claim, &context(&claim), Value::Null);
        let end = world.run(&mut delivery);
        assert_eq!(end.ending, Ending::Refused { disable: None }, "{kind}");
        let failure = end.failure.unwrap();
        assert_eq!(failure.error, "template", "{kind}");
        assert!(
            failure.detail.contains("settings.body_template"),
            "{}",
            failure.detail
        );
        let preview = world
            .vendor
            .preview(&world.shop, &world.target, &claim, &context(&claim));
        assert!(
            preview.unwrap_err().contains("settings.body_template"),
            "{kind}"
        );
    }
}

#[test]
fn a_bad_template_is_named_before_it_is_kept() {
    for kind in KINDS {
        let vendor = World::of(kind).vendor;
        let mut settings = settings(kind, "https://desk.example");
        let credentials = credentials(kind).as_object().unwrap().clone();
        let check = |settings: &Value| vendor.check(settings.as_object().unwrap(), &credentials);
        assert_eq!(check(&settings), [], "{kind}");
        settings["subject_template"] = json!("{{ claim.reason");
        settings["body_template"] = json!("{% for x in y %}");
        let wrong = check(&settings);
        let fields: Vec<&str> = wrong.iter().map(|(field, _)| &**field).collect();
        assert_eq!(
            fields,
            ["settings.subject_template", "settings.body_template"],
            "{kind}"
        );
        assert!(wrong[0].1.contains("line 1"), "{kind}: {wrong:?}");
    }
}
