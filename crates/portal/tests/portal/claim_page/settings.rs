//! Settings → Claim page, in the portal.

use serde_json::json;

use super::{set, world};
use crate::common::World;

async fn saved(world: &World) -> serde_json::Value {
    let shop = super::admin("acme", world).await;
    let view = claimwire_actions::shops::show(&shop.on(&world.ports).viewer());
    serde_json::to_value(view.claim_page).unwrap()
}

const PATH: &str = "/portal/shops/acme/claim-page";

#[tokio::test]
async fn an_admin_sets_the_page_up_and_nobody_else_does() {
    let world = World::new().await;
    let mut admin = world.signed_in(&world.acme.admin).await;
    admin.get(PATH).await.is(200).says("class=\"status\">off");
    let fields = [
        ("enabled", "yes"),
        ("flow", "defective"),
        ("flow", "support"),
        ("photos-defective", "2"),
        ("description-defective", "no"),
        ("place-defective", "2"),
        ("place-support", "1"),
        ("resolutions", "refund\nstore_credit"),
        ("filing_days", "30"),
        ("repeat_claims", ""),
        ("color", "#0f766e"),
        ("language", "de"),
        ("reason-0-name", "scratch"),
        ("reason-0-flow", "defective"),
        ("reason-0-labels", "en: Scratched\nZerkratzt"),
        ("reason-0-photos", "3"),
        ("reason-0-resolutions", "refund"),
        ("reason-1-name", ""),
        ("texts-de", "start_title = \"Was ist los?\""),
        ("new_language", "fr"),
        ("new_texts", "start_title = \"Un problème ?\""),
        ("do", "save"),
    ];
    let page = admin.submit(PATH, &fields).await;
    assert_eq!(page.location(), "/portal/shops/acme/claim-page?done=saved");
    let page = admin.get(page.location()).await.is(200).says("Saved.");
    let page = page
        .says("class=\"status active\">on")
        .says("value=\"#0f766e\"")
        .says("store_credit");
    page.says("value=\"scratch\"")
        .says("de: Zerkratzt\nen: Scratched")
        .says("Asks for items, 2 photos, a wish");
    let page = saved(&world).await;
    assert_eq!(
        page["flows"],
        json!([
            {"flow": "support", "photos": 0},
            {"flow": "defective", "photos": 2, "steps": {"description": "no"}},
        ])
    );
    assert_eq!(
        page["reasons"],
        json!([{"reason": "scratch", "flow": "defective", "labels": {"de": "Zerkratzt", "en": "Scratched"},
            "photos": 3, "resolutions": ["refund"]}])
    );
    assert_eq!(page["texts"]["fr"]["start_title"], "Un problème ?");
    world
        .browser()
        .get("/acme/claim")
        .await
        .is(200)
        .says("Bestellnummer");
    for key in [&world.acme.editor, &world.acme.viewer] {
        let mut other = world.signed_in(key).await;
        other.get(PATH).await.is(403);
        other.submit(PATH, &[("do", "save")]).await.is(403);
    }
    let mut other = world.signed_in(&world.other.admin).await;
    other.get(PATH).await.is(404);
    world.browser().get("/acme/claim").await.is(200);
}

#[tokio::test]
async fn what_cannot_be_is_told_at_its_field_and_kept() {
    let world = World::new().await;
    let mut admin = world.signed_in(&world.acme.admin).await;
    for (field, wrong) in [
        ("color", "red"),
        ("filing_days", "soon"),
        ("filing_days", "0"),
        ("photos-defective", "9"),
        ("photos-defective", "many"),
        ("items-defective", "perhaps"),
        ("place-defective", "first"),
        ("logo_url", "http://shop.test/l.png"),
        ("frame_ancestors", "https://shop.test/path"),
        ("resolutions", "Money back!"),
        ("texts-en", "back"),
        ("texts-en", "NO = \"x\""),
        ("new_texts", "back = \"Retour\""),
        ("reason-0-name", "A B"),
        ("reason-0-labels", "No name"),
        ("reason-0-resolutions", "Money back!"),
    ] {
        let fields = [
            ("enabled", "yes"),
            ("flow", "defective"),
            (field, wrong),
            ("reason-0-name", ""),
            ("do", "save"),
        ];
        let page = admin.submit(PATH, &fields).await.is(422);
        let told = match (field, wrong) {
            ("new_texts", _) => "new_language",
            (_, "No name") => "reason-0-name",
            _ => field,
        };
        let page = page.says(&format!("id=\"{told}-error\""));
        // A list has no place for what is not in it.
        if !field.ends_with("-defective") || field.starts_with("place") {
            page.says(&wrong.replace('"', "&#34;"));
        }
    }
    let none = admin
        .submit(PATH, &[("enabled", "yes"), ("do", "save")])
        .await;
    none.is(422).says("id=\"flows\"");
    world.browser().get("/acme/claim").await.is(404);
}

#[tokio::test]
async fn a_preview_shows_what_is_not_saved_and_makes_nothing() {
    let world = world(json!({})).await;
    set(&world, "acme", json!({"enabled": false})).await;
    let mut admin = world.signed_in(&world.acme.admin).await;
    let fields = [
        ("flow", "defective"),
        ("color", "#ffe100"),
        ("show", "review"),
        ("texts-en", r#"review_title = "Really?""#),
        ("do", "preview"),
    ];
    let page = admin
        .submit(PATH, &fields)
        .await
        .is(200)
        .says("value=\"#ffe100\"");
    assert!(
        page.header("content-security-policy")
            .contains("frame-src 'self'")
    );
    let frame = page
        .body
        .split("src=\"")
        .find(|rest| rest.starts_with(&format!("{PATH}/preview")));
    let frame = frame.unwrap().split('"').next().unwrap();
    let frame = frame.replace("&#38;", "&").replace("&amp;", "&");
    let shown = admin
        .get(&frame)
        .await
        .is(200)
        .says("Really?")
        .says("1 × Blue mug");
    assert!(
        shown
            .header("content-security-policy")
            .contains("frame-ancestors 'self'")
    );
    let css = shown
        .body
        .split("href=\"")
        .find(|rest| rest.contains("look.css"))
        .unwrap();
    let css = css.split('"').next().unwrap().to_owned();
    world
        .browser()
        .get(&css)
        .await
        .is(200)
        .says("--brand: #ffe100");
    let forged = css.replace("%23ffe100", "red%7D");
    world.browser().get(&forged).await.is(200).says_not("red}");
    for name in ["start", "problem", "items", "photos", "nothing"] {
        let frame = frame.replace("show=review", &format!("show={name}"));
        admin.get(&frame).await.is(200);
    }
    let forged = format!("{PATH}/preview?show=start&settings=%7B%22color%22%3A%22red%7D%22%7D");
    admin.get(&forged).await.is(200).says_not("red}");
    world.browser().get(&frame).await.is(303);
    world.browser().get("/acme/claim").await.is(404);
    assert!(super::claims_of(&world, "acme").await.is_empty());
}

/// A form that is opened and saved changes nothing, whatever the page was set up with.
#[tokio::test]
async fn a_form_that_is_saved_as_it_is_changes_nothing() {
    let settings = json!({
        "flows": [
            {"flow": "support", "photos": 0, "steps": {"photos": "required"}},
            {"flow": "return", "photos": 3, "steps": {"items": "optional", "description": "no"}},
            {"flow": "defective", "photos": 0, "steps": {"photos": "no", "resolution": "optional"}},
        ],
        "reasons": [
            {"reason": "seal", "flow": "return", "labels": {"de": "Siegel: auf", "en": "Seal"}, "photos": 0, "resolutions": []},
            {"reason": "size", "flow": "return", "labels": {"en": "Size"}, "photos": null, "resolutions": ["refund", "repair"]},
        ],
        "texts": {"en": {"back": "Go \"back\"\nnow"}, "pt-br": {"language_name": "Português", "back": "Voltar"}},
        "resolutions": ["refund"], "filing_days": 30, "value_threshold": 100, "repeat_claims": null, "language": "de",
        "color": "#0f766e", "logo_url": "https://cdn.shop.test/l.png", "frame_ancestors": ["https://shop.test"],
    });
    let world = world(settings).await;
    let before = saved(&world).await;
    let mut admin = world.signed_in(&world.acme.admin).await;
    let page = admin.get(PATH).await.is(200);
    let fields = fields(&page.body);
    let mut fields: Vec<_> = fields
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    fields.retain(|(name, _)| !matches!(*name, "form_token" | "do"));
    fields.push(("do", "save"));
    admin.submit(PATH, &fields).await.is(303);
    let mut after = saved(&world).await;
    // One photo is what it comes to.
    assert_eq!(after["flows"][0], json!({"flow": "support", "photos": 1}));
    after["flows"][0] = before["flows"][0].clone();
    assert_eq!(after, before);
}

/// What a browser would send of a page's only form.
fn fields(html: &str) -> Vec<(String, String)> {
    let plain = |text: &str| {
        let text = text.replace("&#34;", "\"").replace("&#39;", "'");
        text.replace("&#60;", "<")
            .replace("&#62;", ">")
            .replace("&#38;", "&")
    };
    let form = html.split("<form").last().unwrap();
    let (mut found, mut first) = (Vec::new(), false);
    for tag in form.split('<').skip(1) {
        let (head, rest) = tag.split_once('>').unwrap();
        let at = |name: &str| {
            let rest = head.split_once(&format!(" {name}=\""))?.1;
            Some(plain(rest.split('"').next()?))
        };
        if head.starts_with("input ") && (!head.contains("checkbox") || head.contains(" checked")) {
            found.push((at("name").unwrap(), at("value").unwrap()));
        } else if head.starts_with("textarea ") {
            let text = rest.strip_prefix('\n').unwrap_or(rest);
            found.push((at("name").unwrap(), plain(text)));
        } else if head.starts_with("select ") {
            found.push((at("name").unwrap(), String::new()));
            first = true;
        } else if head.starts_with("option ") {
            if first || head.contains(" selected") {
                found.last_mut().unwrap().1 = at("value").unwrap();
            }
            first = false;
        }
    }
    found
}

#[tokio::test]
async fn a_reason_is_added_and_taken_away() {
    let world = world(json!({})).await;
    let mut admin = world.signed_in(&world.acme.admin).await;
    let flow = ("flow", "return");
    let one = [
        flow,
        ("reason-0-name", "seal"),
        ("color", "#0f766e"),
        ("do", "reason"),
    ];
    let page = admin.submit(PATH, &one).await.is(200);
    let page = page.says("value=\"seal\"").says("reason-1-name");
    page.says("value=\"#0f766e\"");
    let two = [
        flow,
        ("reason-0-name", "seal"),
        ("reason-0-labels", "en: Seal"),
        ("reason-0-remove", "yes"),
        ("reason-1-name", "size"),
        ("reason-1-labels", "en: Size"),
        ("reason-1-flow", "return"),
        ("do", "save"),
    ];
    admin.submit(PATH, &two).await.is(303);
    let reasons = saved(&world).await["reasons"].clone();
    assert_eq!(reasons[0]["reason"], "size");
    assert_eq!(reasons.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_preview_speaks_the_language_that_is_asked_for() {
    let world = world(json!({})).await;
    let mut admin = world.signed_in(&world.acme.admin).await;
    for (language, says) in [
        ("de", "Bestellnummer"),
        ("en", "Order number"),
        ("fr", "Numéro"),
    ] {
        let fields = [
            ("flow", "defective"),
            ("new_language", "fr"),
            ("new_texts", "start_number = \"Numéro\""),
            ("show_language", language),
            ("do", "preview"),
        ];
        let page = admin.submit(PATH, &fields).await.is(200);
        let frame = page
            .body
            .split("src=\"")
            .find(|rest| rest.starts_with(PATH))
            .unwrap();
        let frame = frame.split('"').next().unwrap().replace("&#38;", "&");
        admin.get(&frame).await.is(200).says(says);
    }
    let page = admin.get(PATH).await;
    let file = page
        .body
        .split("href=\"")
        .find(|rest| rest.contains("/en.toml"))
        .unwrap();
    let file = file.split('"').next().unwrap().to_owned();
    world
        .browser()
        .get(&file)
        .await
        .is(200)
        .says("start_number = ");
}
