//! A shop is told by e-mail that its webhook was disabled, and a claim becomes a mail thread.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    dead_code
)]

mod common;

use claimwire_testkit::smtp::{MailServer, Manner};
use claimwire_testkit::{Receiver, Reply};
use common::{ADMIN_KEY, Serve, claimwire, exchange, run};
use serde_json::json;

/// As much of an image as tells that it is one.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const PASSWORD: &str = "mail-password-0123456789";

#[test]
fn a_disabled_webhook_is_told_even_when_the_mail_server_was_away() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let receiver = runtime.block_on(Receiver::start()).unwrap();
    receiver.reply_always(Reply::status(410));
    let login = Some(("post".to_owned(), PASSWORD.to_owned()));
    let manner = Manner {
        login,
        ..Manner::default()
    };
    let server = runtime.block_on(MailServer::start(manner.clone())).unwrap();
    let address = server.address();
    drop(server);

    let dir = tempfile::tempdir().unwrap();
    let (data, log) = (dir.path().join("data"), dir.path().join("log"));
    let url = format!("smtp://post:{PASSWORD}@{address}");
    let from = "Claimwire <noreply@claimwire.example>";
    let mail = ["--smtp-url", &url, "--mail-from", from, "--log", "trace"];
    let mut serve = Serve::start_logging(&data, &mail, &log);
    let shop = json!({
        "slug": "acme", "name": "Acme\u{201c}Bcc: x@y.example",
        "notification_emails": ["ops@acme.example"],
    });
    assert_eq!(serve.call("POST", "/v1/shops", Some(shop)).0, 201);
    let webhook = json!({"url": receiver.url("/hook?token=url-token"), "description": "Stock"});
    let (_, webhook) = serve.call("POST", "/v1/shops/acme/webhooks", Some(webhook));
    let event = json!({"ref": "claims/updated", "event_data": {}});
    assert_eq!(
        serve.call("POST", "/v1/shops/acme/events", Some(event)).0,
        202
    );
    let uuid = webhook["uuid"].as_str().unwrap();
    serve.until(&format!("/v1/shops/acme/webhooks/{uuid}"), |webhook| {
        webhook["status"] == "disabled"
    });
    serve.until("/metrics", |metrics| {
        metrics
            .as_str()
            .unwrap()
            .contains("claimwire_mails_total{result=\"failed\"}")
    });
    serve.signal("TERM");
    assert_eq!(serve.wait(), Some(0));
    let said = std::fs::read_to_string(&log).unwrap();
    assert!(said.contains("not told by e-mail"), "{said}");

    let server = runtime
        .block_on(MailServer::start_at(address, manner))
        .unwrap();
    let mut serve = Serve::start_logging(&data, &mail, &log);
    let mails = runtime.block_on(server.wait_for(1)).unwrap();
    serve.signal("TERM");
    assert_eq!(serve.wait(), Some(0));
    assert_eq!(server.mails().len(), 1);
    let mail = &mails[0];
    assert_eq!(
        (&*mail.to.concat(), mail.user.as_deref()),
        ("ops@acme.example", Some("post"))
    );
    let text = mail.data.replace("=\n", "");
    for part in [uuid, "Stock", "410", "disabled"] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains("url-token"), "{text}");
    let said = said + &std::fs::read_to_string(&log).unwrap();
    for secret in [PASSWORD, "ops@acme.example", "url-token"] {
        assert!(!said.contains(secret), "the log holds `{secret}`");
    }
}

#[test]
fn a_claim_becomes_a_mail_with_its_photos_and_a_change_answers_it() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let cdn = runtime.block_on(Receiver::start()).unwrap();
    cdn.reply_at("/mug.png", Reply::status(200).with_body(PNG));
    cdn.reply_at("/gone.png", Reply::status(404));
    let server = runtime
        .block_on(MailServer::start(Manner::default()))
        .unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (data, log) = (dir.path().join("data"), dir.path().join("log"));
    let url = format!("smtp://{}", server.address());
    let from = "Claims <claims@wire.example>";
    let mail = ["--smtp-url", &url, "--mail-from", from];
    let mut serve = Serve::start_logging(&data, &mail, &log);
    let shop = json!({"slug": "acme", "name": "Acme"});
    assert_eq!(serve.call("POST", "/v1/shops", Some(shop)).0, 201);
    let connector = json!({"kind": "email", "settings": {"to": "help@acme.example"}});
    let connectors = "/v1/shops/acme/connectors";
    let (status, connector) = serve.call("POST", connectors, Some(connector));
    assert_eq!(status, 201, "{connector}");
    let id = connector["id"].as_str().unwrap();
    let (_, test) = serve.call("POST", &format!("{connectors}/{id}/test"), None);
    assert_eq!(test["ok"], true, "{test}");
    assert!(server.mails().is_empty());

    let claim = json!({
        "reason": "damage", "description": "The mug is broken.", "order_number": "10077",
        "customer": {"email": "mia@example.com", "first_name": "Mia"},
        "image_urls": [cdn.url("/mug.png"), cdn.url("/gone.png")],
    });
    let (status, claim) = serve.call("POST", "/v1/shops/acme/claims", Some(claim));
    assert_eq!(status, 201, "{claim}");
    let mails = runtime.block_on(server.wait_for(1)).unwrap();
    let path = format!("/v1/shops/acme/claims/{}", claim["id"].as_str().unwrap());
    serve.call("PATCH", &path, Some(json!({"status": "accepted"})));
    let mails = match mails.len() {
        1 => runtime.block_on(server.wait_for(2)).unwrap(),
        _ => mails,
    };
    serve.signal("TERM");
    assert_eq!(serve.wait(), Some(0));

    assert_eq!(mails[0].to, ["help@acme.example"]);
    let first = mails[0].data.replace("=\n", "");
    for part in [
        "Reply-To: Mia <mia@example.com>",
        "The mug is broken.",
        "photo-1.png",
        "/gone.png",
    ] {
        assert!(first.contains(part), "{part}\n{first}");
    }
    assert_eq!(first.matches("Content-Type: image/png").count(), 1);
    let header = |mail: &str, name: &str| {
        let line = mail.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_default().trim().to_owned()
    };
    let id = header(&first, "Message-ID:");
    assert!(id.starts_with("<claim."), "{id}");
    assert_eq!(header(&mails[1].data, "In-Reply-To:"), id);
}

/// What stands between the two in a text.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text
        .split_once(before)
        .unwrap_or_else(|| panic!("{before}\n{text}"));
    rest.split(after).next().unwrap()
}

#[test]
fn an_invitation_outlives_a_crash_before_the_mail_server_is_back() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(MailServer::start(Manner::default()));
    let server = server.unwrap();
    let address = server.address();
    drop(server);
    let dir = tempfile::tempdir().unwrap();
    let (data, log) = (dir.path().join("data"), dir.path().join("log"));
    let url = format!("smtp://{address}");
    let from = "Claimwire <noreply@claimwire.example>";
    let mail = ["--smtp-url", &url, "--mail-from", from, "--log", "trace"];
    let mut serve = Serve::start_logging(&data, &mail, &log);
    let shop = json!({"slug": "acme", "name": "Acme"});
    assert_eq!(serve.call("POST", "/v1/shops", Some(shop)).0, 201);
    let key = format!("key={ADMIN_KEY}");
    let signed_in = exchange(&serve, "POST", "/portal/sign-in", "", &key);
    let cookie = between(&signed_in, "set-cookie: ", ";");
    let members = "/portal/shops/acme/members";
    let page = exchange(&serve, "GET", members, cookie, "");
    let token = between(between(&page, "name=\"form_token\"", ">"), "value=\"", "\"");
    let form = format!("form_token={token}&email=anna%40acme.example&role=editor");
    let page = exchange(&serve, "POST", members, cookie, &form);
    assert!(page.contains("on its way to"), "{page}");
    assert!(!page.contains("/portal/join/"), "{page}");
    // Whatever was tried by then.
    serve.kill();
    let said = std::fs::read_to_string(&log).unwrap();

    let server = runtime.block_on(MailServer::start_at(address, Manner::default()));
    let server = server.unwrap();
    let mut serve = Serve::start_logging(&data, &mail, &log);
    let mails = runtime.block_on(server.wait_for(1)).unwrap();
    assert_eq!(mails[0].to, ["anna@acme.example"]);
    let text = mails[0].data.replace("=\n", "");
    let secret = between(&text, "/portal/join/", "\n").trim();
    let join = format!("/portal/join/{secret}");
    let page = exchange(&serve, "GET", &join, "", "");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    serve.signal("TERM");
    assert_eq!(serve.wait(), Some(0));
    assert_eq!(server.mails().len(), 1);
    let said = said + &std::fs::read_to_string(&log).unwrap();
    let sent = said.split("/portal/join/").skip(1);
    assert!(!sent.into_iter().any(|rest| rest.starts_with(secret)));
    assert!(!said.contains("anna@acme.example"));
}

#[test]
fn what_cannot_be_sent_with_is_refused_without_its_password() {
    let dir = tempfile::tempdir().unwrap();
    for (arguments, word) in [
        (
            ["--smtp-url", "smtp://u:mail-password@h.example"].as_slice(),
            "--mail-from",
        ),
        (
            &[
                "--smtp-url",
                "http://u:mail-password@h.example",
                "--mail-from",
                "a@b.example",
            ],
            "--smtp-url",
        ),
        (
            &[
                "--smtp-url",
                "smtp://u:mail-password@h.example",
                "--mail-from",
                "nobody",
            ],
            "--mail-from",
        ),
        (
            &[
                "--smtp-url",
                "smtp://h.example",
                "--mail-from",
                "a@b.example",
                "--mail-to",
                "x",
            ],
            "--mail-to",
        ),
    ] {
        let (code, _, err) = run(claimwire()
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(dir.path())
            .args(arguments));
        assert_ne!(code, Some(0), "{arguments:?}");
        assert!(
            err.contains(word) && !err.contains("mail-password"),
            "{err}"
        );
    }
}
