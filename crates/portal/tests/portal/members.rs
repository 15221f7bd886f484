//! Members: invited, joined, signed in with a password, given another role, removed.

use claimwire_actions::members::invite_first_operator;
use serde_json::json;

use crate::common::{ADMIN_KEY, Browser, PUBLIC_URL, Page, World};

const MEMBERS: &str = "/portal/shops/acme/members";
const PASSWORD: &str = "correct horse battery";

/// The path of the link that a page shows.
fn link(page: &Page) -> String {
    let url = page.body.split("id=\"secret\">").nth(1).unwrap();
    let url = url.split('<').next().unwrap();
    url.strip_prefix(PUBLIC_URL).unwrap().to_owned()
}

/// Invites someone and lets them join.
async fn join<'a>(world: &'a World, email: &str, role: &str) -> Browser<'a> {
    let mut admin = world.signed_in(&world.acme.admin).await;
    let fields = [("email", email), ("role", role)];
    let invited = admin.submit(MEMBERS, &fields).await.is(200);
    let mut browser = world.browser();
    let fields = [("name", "Anna Bell"), ("password", PASSWORD)];
    let joined = browser.post(&link(&invited), &fields).await.is(303);
    assert_eq!(joined.location(), "/portal/");
    browser
}

async fn sign_in(browser: &mut Browser<'_>, shop: &str, email: &str, password: &str) -> Page {
    let fields = [("shop", shop), ("email", email), ("password", password)];
    browser.post("/portal/sign-in", &fields).await
}

/// The path of the newest member's page.
async fn page_of(admin: &mut Browser<'_>) -> String {
    let list = admin.get(MEMBERS).await.is(200);
    let id = list.body.split("/members/").nth(1).unwrap();
    format!("{MEMBERS}/{}", &id[..36])
}

#[tokio::test]
async fn a_member_joins_signs_in_and_is_named_in_what_they_change() {
    let world = World::new().await;
    let claim = world.claim("acme", json!({"title": "Mug"})).await;
    let mut anna = join(&world, " Anna@Acme.test ", "editor").await;
    let home = anna.get("/portal/shops/acme").await.is(200);
    home.says("Anna Bell · editor");
    anna.submit("/portal/sign-out", &[]).await.is(303);
    anna.get("/portal/shops/acme").await.is(303);

    let back = sign_in(&mut anna, "acme", "ANNA@acme.test", PASSWORD).await;
    assert_eq!(back.status, 303);
    let path = format!("/portal/shops/acme/claims/{claim}");
    let form = anna.get(&path).await.is(200);
    let seen = form.value("seen").to_owned();
    let fields = [("status", "accepted"), ("seen", &seen)];
    anna.submit(&path, &fields).await.is(303);
    anna.get(&path).await.says("by Anna Bell, by hand");
    anna.get("/portal/shops/other").await.is(404);
    anna.get(MEMBERS).await.is(403);
}

#[tokio::test]
async fn an_invitation_is_used_once_and_is_over_in_a_week() {
    let world = World::new().await;
    let mut admin = world.signed_in(&world.acme.admin).await;
    let fields = [("email", "anna@acme.test"), ("role", "viewer")];
    let invited = link(&admin.submit(MEMBERS, &fields).await.is(200));
    admin.get(MEMBERS).await.says("invited").says_not(&invited);
    let mut browser = world.browser();
    let page = browser.get(&invited).await.is(200);
    page.says("Join acme").says("anna@acme.test");
    for (name, password, field) in [
        ("", PASSWORD, "name"),
        ("Anna", "elevenchars", "password"),
        ("Anna", "", "password"),
    ] {
        let fields = [("name", name), ("password", password)];
        let page = browser.post(&invited, &fields).await.is(422);
        page.says(&format!("id=\"{field}-error\""));
    }
    // Who was invited by address keeps it.
    let fields = [
        ("name", "Anna"),
        ("password", PASSWORD),
        ("email", "evil@acme.test"),
    ];
    browser.post(&invited, &fields).await.is(303);
    admin.get(MEMBERS).await.says_not("evil@acme.test");
    for _ in 0..2 {
        world
            .browser()
            .get(&invited)
            .await
            .is(422)
            .says("The link is over");
        let page = world.browser().post(&invited, &fields).await;
        page.is(422).says("The link is over");
    }

    let fields = [("email", "late@acme.test"), ("role", "viewer")];
    let late = link(&admin.submit(MEMBERS, &fields).await.is(200));
    world.pass(std::time::Duration::from_secs(7 * 86_400));
    world.browser().get(&late).await.is(422);
}

#[tokio::test]
async fn whoever_is_no_member_is_told_the_same() {
    let world = World::new().await;
    join(&world, "anna@acme.test", "viewer").await;
    let mut admin = world.signed_in(&world.acme.admin).await;
    let fields = [("email", "bo@acme.test"), ("role", "viewer")];
    admin.submit(MEMBERS, &fields).await.is(200);
    let mut told = std::collections::BTreeSet::new();
    for (shop, email, password) in [
        ("acme", "anna@acme.test", "another password"),
        ("acme", "nobody@acme.test", PASSWORD),
        ("acme", "bo@acme.test", PASSWORD),
        ("other", "anna@acme.test", PASSWORD),
        ("nowhere", "anna@acme.test", PASSWORD),
        ("", "anna@acme.test", PASSWORD),
    ] {
        let mut browser = world.browser();
        let page = sign_in(&mut browser, shop, email, password).await.is(422);
        assert!(browser.cookie.is_none());
        let page = page.says("id=\"password-error\"").says_not(password);
        let typed = |page: &str| {
            let page = page.replace(email, "");
            match shop {
                "" => page.replace(
                    "id=\"shop\" name=\"shop\" value=\"\"",
                    "id=\"shop\" name=\"shop\" ",
                ),
                shop => page.replace(&format!("value=\"{shop}\""), ""),
            }
        };
        told.insert(typed(&page.body));
    }
    assert_eq!(told.len(), 1, "{told:#?}");
}

#[tokio::test]
async fn wrong_passwords_are_throttled_as_wrong_keys_are() {
    let world = World::new().await;
    join(&world, "anna@acme.test", "viewer").await;
    let address: std::net::SocketAddr = "192.0.2.7:1".parse().unwrap();
    let router = world.router.clone();
    let router = router.layer(axum::Extension(axum::extract::ConnectInfo(address)));
    let mut browser = Browser::new(&router);
    for _ in 0..20 {
        // What is too long to be a password is wrong without being hashed.
        let password = "x".repeat(2_000);
        let page = sign_in(&mut browser, "acme", "anna@acme.test", &password).await;
        assert_eq!(page.status, 422);
    }
    let page = sign_in(&mut browser, "acme", "anna@acme.test", PASSWORD).await;
    assert_eq!(page.status, 429);
}

#[tokio::test]
async fn another_role_and_removal_end_the_sessions() {
    let world = World::new().await;
    let mut anna = join(&world, "anna@acme.test", "editor").await;
    let mut admin = world.signed_in(&world.acme.admin).await;
    let page = page_of(&mut admin).await;
    admin.get(&page).await.is(200).says("Anna Bell");
    let role = admin.submit(&page, &[("role", "viewer")]).await.is(303);
    admin
        .get(role.location())
        .await
        .says("The role was changed.");
    anna.get("/portal/shops/acme").await.is(303);
    sign_in(&mut anna, "acme", "anna@acme.test", PASSWORD)
        .await
        .is(303);
    let home = anna.get("/portal/shops/acme").await.is(200);
    home.says("Anna Bell · viewer");
    admin.submit(&page, &[("role", "owner")]).await.is(422);

    let asked = admin.get(&format!("{page}/remove")).await.is(200);
    asked.says("Remove this member?").says("Anna Bell");
    let removed = admin.submit(&format!("{page}/remove"), &[]).await.is(303);
    admin
        .get(removed.location())
        .await
        .says("The member was removed.");
    anna.get("/portal/shops/acme").await.is(303);
    sign_in(&mut anna, "acme", "anna@acme.test", PASSWORD)
        .await
        .is(422);
    admin.get(&page).await.is(404);
    admin.submit(&format!("{page}/remove"), &[]).await.is(404);
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_a_link() {
    let world = World::new().await;
    let mut anna = join(&world, "anna@acme.test", "editor").await;
    let mut admin = world.signed_in(&world.acme.admin).await;
    let page = page_of(&mut admin).await;
    let made = admin.submit(&format!("{page}/link"), &[]).await.is(200);
    anna.get("/portal/shops/acme").await.is(200);
    let mut other = world.browser();
    let fields = [("name", "Anna Bell"), ("password", "another long password")];
    other.post(&link(&made), &fields).await.is(303);
    anna.get("/portal/shops/acme").await.is(303);
    sign_in(&mut anna, "acme", "anna@acme.test", PASSWORD)
        .await
        .is(422);
    let again = sign_in(&mut anna, "acme", "anna@acme.test", "another long password").await;
    again.is(303);
}

#[tokio::test]
async fn nobody_changes_their_own_role() {
    let world = World::new().await;
    let mut anna = join(&world, "anna@acme.test", "admin").await;
    let page = page_of(&mut anna).await;
    anna.get(&page).await.is(200).says("This is you.");
    anna.submit(&page, &[("role", "viewer")]).await.is(422);
    anna.submit(&format!("{page}/remove"), &[]).await.is(422);
    anna.get(&page).await.is(200);
}

#[tokio::test]
async fn an_address_that_cannot_be_is_told_at_its_field() {
    let world = World::new().await;
    join(&world, "anna@acme.test", "viewer").await;
    let mut admin = world.signed_in(&world.acme.admin).await;
    for email in ["", "anna", "<b>@acme.test", "ANNA@acme.test"] {
        let fields = [("email", email), ("role", "viewer")];
        let page = admin.submit(MEMBERS, &fields).await.is(422);
        page.says("id=\"email-error\"").says_not("<b>");
    }
    let fields = [("email", "bo@acme.test"), ("role", "owner")];
    admin.submit(MEMBERS, &fields).await.is(422);
    // Another shop may have the same address and is not told that it is known.
    let mut other = world.signed_in(&world.other.admin).await;
    let fields = [("email", "anna@acme.test"), ("role", "viewer")];
    let members = "/portal/shops/other/members";
    other.submit(members, &fields).await.is(200);
}

#[tokio::test]
async fn only_admins_manage_members() {
    let world = World::new().await;
    join(&world, "anna@acme.test", "viewer").await;
    let mut admin = world.signed_in(&world.acme.admin).await;
    let page = page_of(&mut admin).await;
    let mut editor = world.signed_in(&world.acme.editor).await;
    let mut strange = world.signed_in(&world.other.admin).await;
    let theirs = page.replace("/acme/", "/other/");
    for path in [
        MEMBERS,
        &page,
        "/portal/shops/acme/audit",
        "/portal/shops/acme/shop",
    ] {
        editor.get(path).await.is(403);
    }
    strange.get(&theirs).await.is(404);
    let fields = [("email", "x@x.test"), ("role", "admin")];
    for write in ["", "/link", "/remove"] {
        editor
            .submit(&format!("{page}{write}"), &fields)
            .await
            .is(403);
        strange
            .submit(&format!("{theirs}{write}"), &fields)
            .await
            .is(404);
    }
    editor.submit(MEMBERS, &fields).await.is(403);
}

#[tokio::test]
async fn the_first_member_is_an_operator_who_says_who_they_are() {
    let world = World::new().await;
    let invited = invite_first_operator(&world.ports).await.unwrap().unwrap();
    let unseen = invited.url.strip_prefix(PUBLIC_URL).unwrap().to_owned();
    let invited = invite_first_operator(&world.ports).await.unwrap().unwrap();
    world.browser().get(&unseen).await.is(422);
    let path = invited.url.strip_prefix(PUBLIC_URL).unwrap();
    let mut browser = world.browser();
    let fields = [("name", "Olga"), ("password", PASSWORD), ("email", "no")];
    let page = browser.post(path, &fields).await.is(422);
    page.says("id=\"email-error\"");
    let fields = [
        ("name", "Olga"),
        ("password", PASSWORD),
        ("email", "Olga@host.test"),
    ];
    browser.post(path, &fields).await.is(303);
    let again = invite_first_operator(&world.ports).await.unwrap();
    assert!(again.is_none());
    browser
        .get("/portal/")
        .await
        .is(200)
        .says("/portal/shops/other");
    browser
        .get("/portal/shops/acme")
        .await
        .is(200)
        .says("Olga · admin");
    let mut again = world.browser();
    sign_in(&mut again, "", "olga@host.test", PASSWORD)
        .await
        .is(303);
    again.get("/portal/shops/acme/members").await.is(200);
    // Shops do not see who runs the server.
    let mut admin = world.signed_in(&world.acme.admin).await;
    admin.get(MEMBERS).await.says_not("Olga");
}

#[tokio::test]
async fn an_admin_says_what_the_shop_is_called_and_who_is_warned() {
    const PATH: &str = "/portal/shops/acme/shop";
    let world = World::new().await;
    let mut admin = world.signed_in(&world.acme.admin).await;
    admin.get(PATH).await.is(200).says("has no mail server");
    let fields = [
        ("name", " Acme & Sons "),
        ("notification_emails", "ops@acme.test\r\n\r\nbo@acme.test"),
    ];
    let saved = admin.submit(PATH, &fields).await.is(303);
    let page = admin.get(saved.location()).await.is(200).says("Saved.");
    assert_eq!(page.value("name"), "Acme &#38; Sons");
    page.says("ops@acme.test\nbo@acme.test</textarea>");
    for (field, name, emails) in [
        ("name", "", "kept@acme.test"),
        ("notification_emails", "Kept", "ops@acme.test\nnobody"),
    ] {
        let fields = [("name", name), ("notification_emails", emails)];
        let page = admin.submit(PATH, &fields).await.is(422);
        let page = page.says(&format!("id=\"{field}-error\""));
        assert_eq!(page.value("name"), name);
        page.says(&format!("{emails}</textarea>"));
    }
    admin.get(PATH).await.says("Acme &#38; Sons");
    let mut editor = world.signed_in(&world.acme.editor).await;
    editor.submit(PATH, &fields).await.is(403);
    let mailing = World::mailing().await;
    let mut admin = mailing.signed_in(&mailing.acme.admin).await;
    admin.get(PATH).await.is(200).says_not("has no mail server");
}

#[tokio::test]
async fn the_audit_log_says_who_did_what() {
    let world = World::new().await;
    let mut anna = join(&world, "anna@acme.test", "admin").await;
    let fields = [
        ("url", "https://r.test/<b>"),
        ("which", "all"),
        ("dialect", "karla"),
        ("max_in_flight", "8"),
        ("source_filter", "all"),
        ("ordering", "none"),
        ("ack", "2xx"),
        ("signing", "hmac"),
    ];
    let new = "/portal/shops/acme/webhooks/new";
    anna.submit(new, &fields).await.is(200);
    anna.submit(new, &[("url", "nothing")]).await.is(422);
    world
        .webhook("acme", json!({"url": "https://api.test/"}))
        .await;
    world
        .webhook("other", json!({"url": "https://other.test/"}))
        .await;
    let mut operator = world.signed_in(ADMIN_KEY).await;
    operator.get("/portal/shops/acme").await.is(200);
    let log = anna.get("/portal/shops/acme/audit").await.is(200);
    let log = log
        .says("<strong class=\"long\">Anna Bell</strong><br><span class=\"muted\">in the portal")
        .says("https://r.test/")
        .says("<strong class=\"long\">admin</strong><br><span class=\"muted\">through the API")
        .says("https://api.test/")
        .says("anna@acme.test")
        .says_not("https://other.test/")
        .says_not("<b>");
    assert_eq!(log.body.matches("added the webhook").count(), 2);
}

#[tokio::test]
async fn where_mails_go_out_an_invitation_is_mailed_and_shown_nowhere() {
    let world = World::mailing().await;
    let mut admin = world.signed_in(&world.acme.admin).await;
    admin
        .get(MEMBERS)
        .await
        .says("A link to join is mailed to it");
    let fields = [("email", "anna@acme.test"), ("role", "editor")];
    let page = admin.submit(MEMBERS, &fields).await.is(200);
    let page = page.says("on its way to").says("anna@acme.test");
    assert!(!page.body.contains("/portal/join/"), "{}", page.body);
    let letter = world.letter().await.unwrap();
    assert_eq!(letter["to"], "anna@acme.test");
    assert_eq!(letter["subject"], "Your invitation to acme");
    let link = |letter: &serde_json::Value| {
        let text = letter["text"].as_str().unwrap().to_owned();
        let mut lines = text.lines();
        let line = lines.find(|line| line.contains("/portal/join/")).unwrap();
        let html = format!("<p><a href=\"{line}\">{line}</a></p>");
        assert!(letter["html"].as_str().unwrap().contains(&html));
        line.strip_prefix(PUBLIC_URL).unwrap().to_owned()
    };
    let first = link(&letter);
    // A new link is mailed too; it takes the place of the first.
    let path = page_of(&mut admin).await;
    let again = format!("{path}/link");
    let page = admin.submit(&again, &[]).await.is(422);
    page.says("less than a minute ago");
    assert!(world.letter().await.is_none());
    world.pass(std::time::Duration::from_secs(60));
    let page = admin.submit(&again, &[]).await.is(200);
    assert!(!page.body.contains("/portal/join/"), "{}", page.body);
    let second = world.letter().await.unwrap();
    assert_ne!(second["message_id"], letter["message_id"]);
    let second = link(&second);
    assert_eq!(world.browser().get(&first).await.status, 422);
    let fields = [("name", "Anna"), ("password", PASSWORD)];
    world.browser().post(&second, &fields).await.is(303);
    // Who joined gets a link for a new password.
    admin.submit(&again, &[]).await.is(200);
    let third = world.letter().await.unwrap();
    assert_eq!(third["subject"], "A new password for acme");
    assert!(world.letter().await.is_none());
    // Nobody is invited twice, and nobody is written to for it.
    let fields = [("email", "anna@acme.test"), ("role", "editor")];
    admin.submit(MEMBERS, &fields).await.is(422);
    assert!(world.letter().await.is_none());
}
