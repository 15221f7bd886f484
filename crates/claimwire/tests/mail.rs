//! A shop is told by e-mail that its webhook was disabled.

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
use common::{Serve, claimwire, run};
use serde_json::json;

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
