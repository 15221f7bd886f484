//! Forms that are refused: the summary has the focus and leads to the field, the message stands at the field, and what was
//! typed is still there.

use serde_json::{Value, json};

use crate::session::{Browser, with_browser};
use crate::world::World;

/// The field that is wrong, in the page that is shown.
const TOLD: &str = r"
const name = arguments[0];
const field = document.getElementById(name);
const error = document.getElementById(`${name}-error`);
const link = document.querySelector(`#summary a[href='#${name}']`);
return {
  title: document.title.startsWith('Error: '),
  focused: document.activeElement === document.getElementById('summary'),
  linked: !!link,
  told: !!error && error.getClientRects().length > 0 && error.innerText.length > 10,
  described: !!field && field.matches('fieldset, [aria-describedby~=\'' + name + '-error\']'),
  invalid: !!field && field.matches('fieldset, select, [type=checkbox], [type=file], [aria-invalid=true]'),
};";

async fn told_at(browser: &Browser, field: &str) {
    browser.find("#summary").await;
    let told = browser.run(TOLD, vec![json!(field)]).await;
    let wrong: Vec<_> = told
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, holds)| **holds != true)
        .collect();
    assert!(
        wrong.is_empty(),
        "{wrong:?} of {field} at {}:\n{}",
        browser.path().await,
        browser.text().await
    );
}

/// What is typed: names of fields, and values.
type Typed<'a> = &'a [(&'a str, &'a str)];

/// A form: where it is, what is typed, the button, and the field that is wrong.
struct Refused<'a> {
    page: &'a str,
    typed: &'a [(&'a str, &'a str)],
    press: &'a str,
    field: &'a str,
}

async fn refused(browser: &Browser, form: Refused<'_>) {
    let Refused {
        page,
        typed,
        press,
        field,
    } = form;
    browser.open(page).await;
    let open =
        "for (const details of document.querySelectorAll('main details')) details.open = true";
    browser.run(open, Vec::new()).await;
    for (name, value) in typed {
        browser.fill(name, value).await;
    }
    browser.press(press).await;
    told_at(browser, field).await;
    for (name, value) in typed.iter().filter(|(name, _)| !name.contains("password")) {
        assert_eq!(browser.value(name).await, *value, "{name} at {page}");
    }
}

#[test]
fn every_form_refuses_at_its_field_and_keeps_what_was_typed() {
    let world = World::new();
    let filled = world.fill("");
    world.opens_claim_page(json!({}));
    let admin = world.key("acme", "admin");
    let at = |path: &str| format!("/portal/shops/acme{path}");
    let (webhook, connector) = (&filled.webhook, &filled.connector);
    let secret = at(&format!("/webhooks/{webhook}/rotate"));
    let edit = at(&format!("/webhooks/{webhook}/edit"));
    let replay = at(&format!("/webhooks/{webhook}/replay"));
    let connector = at(&format!("/integrations/{connector}/edit"));
    let claim = at(&format!("/claims/{}", filled.claim));
    let (new, zendesk) = (at("/webhooks/new"), at("/integrations/new/zendesk"));
    let (filed, members, keys) = (at("/claims/new"), at("/members"), at("/api-keys"));
    let (deliveries, page) = (at("/deliveries"), at("/claim-page"));
    let forms: &[(&str, Typed<'_>, &str, &str)] = &[
        (
            &new,
            &[("url", "ftp://r.test/"), ("description", "kept")],
            "Add the webhook",
            "url",
        ),
        (
            &new,
            &[("url", "https://r.test/"), ("headers", "no colon")],
            "Add the webhook",
            "headers",
        ),
        (
            &new,
            &[("url", "https://r.test/"), ("more_events", "no/such")],
            "Add the webhook",
            "more_events",
        ),
        (
            &edit,
            &[("timeout_seconds", "soon"), ("description", "kept")],
            "Save",
            "timeout_seconds",
        ),
        (
            &edit,
            &[("max_in_flight", "100000"), ("per_second", "7")],
            "Save",
            "max_in_flight",
        ),
        (
            &secret,
            &[("secret", "short")],
            "Rotate the secret",
            "secret",
        ),
        (
            &replay,
            &[("enabled_events", "no/such")],
            "Order the replay",
            "enabled_events",
        ),
        (&zendesk, &[("description", "kept")], "Connect", "s-email"),
        (
            &connector,
            &[("timeout_seconds", "99")],
            "Save",
            "timeout_seconds",
        ),
        (
            &filed,
            &[("reason", "damage"), ("email", "nobody")],
            "File the claim",
            "email",
        ),
        (
            &claim,
            &[("labels", "NOT SO!"), ("assignee_name", "kept")],
            "Save",
            "labels",
        ),
        (
            &claim,
            &[("assignee_email", "nobody"), ("labels", "kept")],
            "Save",
            "assignee_email",
        ),
        (&claim, &[("body", "")], "Send the message", "body"),
        (
            &members,
            &[("email", "nobody")],
            "Make the invitation",
            "email",
        ),
        (&keys, &[("name", "")], "Make the key", "name"),
        (
            &deliveries,
            &[("claim", "none"), ("order_number", "kept")],
            "Find",
            "claim",
        ),
        (
            &page,
            &[("color", "red"), ("filing_days", "60")],
            "Save",
            "color",
        ),
        (
            &page,
            &[("place-defective", "one"), ("filing_days", "60")],
            "Save",
            "place-defective",
        ),
        (
            &page,
            &[("new_language", "fr"), ("new_texts", "no file of texts")],
            "Save",
            "new_texts",
        ),
    ];
    with_browser(world.url(), async |browser| {
        let sign_in: &[(&str, &str)] = &[("shop", "acme"), ("email", "mia@example.net")];
        refused(
            browser,
            Refused {
                page: "/portal/sign-in",
                typed: sign_in,
                press: "Sign in",
                field: "password",
            },
        )
        .await;
        refused(
            browser,
            Refused {
                page: "/portal/operator/sign-in",
                typed: &[],
                press: "Sign in",
                field: "key",
            },
        )
        .await;
        browser.sign_in(&admin).await;
        for (page, typed, press, field) in forms {
            refused(
                browser,
                Refused {
                    page,
                    typed,
                    press,
                    field,
                },
            )
            .await;
        }
        // Nothing was changed by any of them.
        let kept = world.acme("GET", &format!("/webhooks/{webhook}"), Value::Null);
        assert_eq!(kept["description"], "The warehouse", "{kept}");

        browser.open(&members).await;
        browser.fill("email", "sam@example.net").await;
        browser.press("Make the invitation").await;
        let invitation = browser.find("#secret").await.text().await.unwrap();
        let typed: &[(&str, &str)] = &[("name", "Sam"), ("password", "short")];
        refused(
            browser,
            Refused {
                page: &invitation,
                typed,
                press: "Join",
                field: "password",
            },
        )
        .await;
    });
}

#[test]
fn the_claim_pages_forms_refuse_at_their_field() {
    let world = World::new();
    world.order("1001", "");
    world.opens_claim_page(json!({}));
    with_browser(world.url(), async |browser| {
        let typed: &[(&str, &str)] = &[("order", "1001"), ("proof", "")];
        refused(
            browser,
            Refused {
                page: "/acme/claim",
                typed,
                press: "Start",
                field: "proof",
            },
        )
        .await;
        browser.fill("proof", "10969").await;
        browser.press("Start").await;
        browser.sees("What is the problem?").await;
        browser.press("Continue").await;
        told_choice(browser, "Choose what the problem is").await;
        browser.press("Something is broken or does not work").await;
        browser.press("Continue").await;
        browser.press_at("input[name=item][value='0']").await;
        browser.fill("quantity-0", "many").await;
        browser.press("Continue").await;
        told_at(browser, "quantity-0").await;
        assert_eq!(browser.value("quantity-0").await, "many");
        browser.fill("quantity-0", "2").await;
        browser.press("Continue").await;
        browser.sees("Add photos").await;
        // A file that is no photo.
        browser
            .attach("#photo", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
            .await;
        told_at(browser, "photo").await;
    });
}

/// The same of a question whose answers are buttons: its message stands above them.
async fn told_choice(browser: &Browser, words: &str) {
    browser.find("#summary").await;
    let error = browser.find("fieldset.wrong .error").await;
    assert!(error.text().await.unwrap().contains(words));
}
