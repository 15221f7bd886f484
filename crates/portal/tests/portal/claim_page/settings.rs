//! Settings → Claim page, in the portal.

use serde_json::json;

use super::{set, world};
use crate::common::World;

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
        ("photos", "2"),
        ("resolutions", "refund\nstore_credit"),
        ("filing_days", "30"),
        ("repeat_claims", ""),
        ("color", "#0f766e"),
        ("language", "de"),
        (
            "reasons",
            r#"[{"reason": "scratch", "flow": "defective", "labels": {"en": "Scratched"}}]"#,
        ),
        ("do", "save"),
    ];
    let page = admin.submit(PATH, &fields).await;
    assert_eq!(page.location(), "/portal/shops/acme/claim-page?done=saved");
    let page = admin.get(page.location()).await.is(200).says("Saved.");
    let page = page
        .says("class=\"status active\">on")
        .says("value=\"#0f766e\"")
        .says("store_credit");
    page.says("&#34;scratch&#34;");
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
        ("photos", "9"),
        ("logo_url", "http://shop.test/l.png"),
        ("frame_ancestors", "https://shop.test/path"),
        ("resolutions", "Money back!"),
        ("texts", "{"),
        (
            "reasons",
            r#"[{"reason": "A B", "flow": "return", "labels": {"en": "x"}}]"#,
        ),
    ] {
        let fields = [
            ("enabled", "yes"),
            ("flow", "defective"),
            (field, wrong),
            ("do", "save"),
        ];
        let page = admin.submit(PATH, &fields).await.is(422);
        let page = page.says(&format!("id=\"{field}-error\""));
        page.says(&wrong.replace('"', "&#34;"));
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
        ("texts", r#"{"en": {"review_title": "Really?"}}"#),
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
