//! Every form of every page, with markup in each of its text fields, one after the other: whatever is answered, it stays
//! text; a form that is refused has in its fields what was typed.

use claimwire_actions::{Caller, connectors};
use serde_json::json;

use crate::claim_page;
use crate::common::{Browser, Field, Page, SeenForm, World};

const SHOP: &str = "/portal/shops/acme";
/// Markup, should anything take it for that.
const HOSTILE: &str =
    "</textarea></title>\"'><script>window.hit=1</script><img src=x onerror=alert(1)>";
const MARKUP: [&str; 4] = [
    "<script>window",
    "<img src=x",
    "</textarea></title>",
    "href=\"javascript",
];

fn is_text(page: &Page, at: &str) {
    for markup in MARKUP {
        assert!(
            !page.body.contains(markup),
            "{markup} at {at}: {}",
            page.body
        );
    }
}

/// A shop that has something of everything; its pages with forms, and its other pages.
async fn pages(world: &World) -> (Vec<String>, Vec<String>) {
    let products = json!([{"sku": "MUG", "title": "Mug", "quantity": 2}]);
    let order = json!({"customer": {"email": "kim@x.test"}, "address": {"zip": "10115"}, "products": products});
    world.order("acme", "1001", order).await;
    let claim = world
        .claim("acme", json!({"title": "Mug", "order_number": "1001"}))
        .await;
    let webhook = world
        .webhook("acme", json!({"url": "https://r.test/"}))
        .await;
    let settings = json!({"endpoint": "https://acme.zendesk.com", "email": "ann@acme.test"});
    let connector =
        json!({"kind": "zendesk", "settings": settings, "credentials": {"api_token": "hush"}});
    let connector = world.connector("acme", connector).await;
    let mut forms: Vec<String> = [
        "/webhooks/new",
        "/claims",
        "/claims/new",
        "/claims/new?order_number=1001",
        "/orders",
        "/shipments",
        "/contacts",
        "/events",
        "/deliveries",
        "/members",
        "/api-keys",
        "/shop",
        "/claim-page",
    ]
    .map(|page| format!("{SHOP}{page}"))
    .into();
    for page in ["edit", "rotate", "test", "replay"] {
        forms.push(format!("{SHOP}/webhooks/{webhook}/{page}"));
    }
    for page in ["edit", "replay"] {
        forms.push(format!("{SHOP}/integrations/{connector}/{page}"));
    }
    for kind in connectors::kinds(&Caller::Operator, &world.ports) {
        forms.push(format!("{SHOP}/integrations/new/{}", kind.kind));
    }
    forms.push(format!("{SHOP}/claims/{claim}"));
    let shown = [
        "",
        "/webhooks",
        "/integrations",
        "/audit",
        "/analytics",
        "/orders/1001",
    ];
    let shown = shown.iter().map(|page| format!("{SHOP}{page}"));
    let one = [
        format!("{SHOP}/webhooks/{webhook}"),
        format!("{SHOP}/integrations/{connector}"),
    ];
    (forms, shown.chain(one).collect())
}

/// Sends the form as it is, with the markup in one field.
async fn send(browser: &mut Browser<'_>, at: &str, form: &SeenForm, hostile: &Field) -> Page {
    let fields = form.fields.iter().filter(|field| field.is_sent());
    let fields: Vec<(&str, &str)> = fields
        .map(|field| match field.name == hostile.name {
            true => (field.name.as_str(), HOSTILE),
            false => (field.name.as_str(), field.value.as_str()),
        })
        .collect();
    let action = if form.action.is_empty() {
        at
    } else {
        &form.action
    };
    if form.method == "post" {
        return browser.post(action, &fields).await;
    }
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(fields);
    let path = action.split('?').next().unwrap();
    browser.get(&format!("{path}?{}", query.finish())).await
}

#[tokio::test]
async fn every_text_field_of_every_form_takes_markup_for_text() {
    let world = World::new().await;
    let (forms, shown) = pages(&world).await;
    let mut admin = world.signed_in(&world.acme.admin).await;
    let (mut fields, mut kept) = (0, 0);
    for at in &forms {
        let forms = admin.get(at).await.is(200).forms();
        for (n, form) in forms.iter().enumerate() {
            for hostile in form.fields.iter().filter(|field| field.is_text()) {
                fields += 1;
                // What was saved by the one before is of now.
                let now = admin.get(at).await.is(200).forms();
                let told = format!("{} of {at}", hostile.name);
                let page = send(&mut admin, at, &now[n], hostile).await;
                is_text(&page, &told);
                match page.status {
                    200 | 422 => {}
                    303 => is_text(&admin.get(page.location()).await.is(200), &told),
                    status => panic!("{status} for {told}: {}", page.body),
                }
                if page.status == 422 || form.method == "get" {
                    let again = page.forms();
                    let again = again
                        .iter()
                        .flat_map(|form| &form.fields)
                        .find(|field| field.name == hostile.name);
                    let again = again.unwrap_or_else(|| panic!("no {told} any more"));
                    if again.kind != "password" {
                        assert_eq!(again.value, HOSTILE, "{told}");
                        kept += 1;
                    }
                }
            }
        }
    }
    assert!(fields > 150 && kept > 80, "{fields} fields, {kept} kept");
    for at in forms.iter().chain(&shown) {
        is_text(&admin.get(at).await.is(200), at);
    }
}

#[tokio::test]
async fn forms_before_anyone_is_known_take_markup_for_text() {
    let world = World::new().await;
    claim_page::set(&world, "acme", json!({"enabled": true})).await;
    for at in ["/portal/sign-in", "/portal/operator/sign-in", "/acme/claim"] {
        let forms = world.browser().get(at).await.is(200).forms();
        for form in &forms {
            for hostile in form.fields.iter().filter(|field| field.is_text()) {
                let page = send(&mut world.browser(), at, form, hostile).await;
                assert_eq!(page.status, 422, "{} of {at}", hostile.name);
                is_text(&page, at);
                let again = page.forms();
                let again = again.iter().flat_map(|form| &form.fields);
                let mut again = again.filter(|field| field.name == hostile.name);
                let kept = again.any(|field| field.kind == "password" || field.value == HOSTILE);
                assert!(kept, "{} of {at}", hostile.name);
            }
        }
    }
}
