//! A shop is told by e-mail that its webhook was disabled, and a claim becomes a mail thread.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    dead_code
)]

mod common;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command};

use claimwire_testkit::smtp::{MailServer, Manner};
use claimwire_testkit::{Receiver, Reply, python};
use common::{ADMIN_KEY, Serve, claimwire, exchange, run, until};
use serde_json::{Value, json};

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

/// A mail server that is not ours, Python's aiosmtpd, which keeps mails as files; ended with this.
struct Mailbox {
    server: Child,
    dir: tempfile::TempDir,
    address: SocketAddr,
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Mailbox {
    fn start() -> Self {
        let python = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../target/tools/bin/python3"
        );
        let dir = tempfile::tempdir().unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let server = Command::new(python)
            .args(["-m", "aiosmtpd", "-n", "-l", &address.to_string()])
            .args(["-c", "aiosmtpd.handlers.Mailbox"])
            .arg(dir.path().join("box"))
            .spawn()
            .expect("python with aiosmtpd, which scripts/install-tools installs");
        let started = Self {
            server,
            dir,
            address,
        };
        until("the mail server listens", || {
            TcpStream::connect(address).is_ok()
        });
        started
    }

    /// What Python's `email` reads of each mail, the first one first.
    fn read(&self) -> Vec<Value> {
        const READ: &str = r#"
import email, email.policy, hashlib, json, mailbox, sys
box = mailbox.Maildir(sys.stdin.read(), create=False)
mails = [email.message_from_bytes(box.get_bytes(key), policy=email.policy.default) for key in box.keys()]
print(json.dumps([{"id": m["message-id"], "references": m["references"], "in_reply_to": m["in-reply-to"],
    "reply_to": m["reply-to"], "to": m["to"], "subject": m["subject"],
    "text": m.get_body(("plain",)).get_content(), "html": m.get_body(("html",)).get_content(),
    "attached": [[a.get_filename(), a.get_content_type(), hashlib.sha256(a.get_content()).hexdigest()]
        for a in m.iter_attachments()],
    "defects": [str(d) for p in m.walk() for d in p.defects]} for m in sorted(mails, key=lambda m: m["references"] or "")]))
"#;
        let path = self.dir.path().join("box");
        let read = python(READ, path.to_str().unwrap().as_bytes()).unwrap();
        serde_json::from_slice(&read).unwrap()
    }

    fn count(&self) -> usize {
        std::fs::read_dir(self.dir.path().join("box/new")).map_or(0, Iterator::count)
    }
}

#[test]
fn another_mail_server_takes_the_thread_of_a_claim_and_another_program_reads_it() {
    let mailbox = Mailbox::start();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let cdn = runtime.block_on(Receiver::start()).unwrap();
    cdn.reply_at("/mug.png", Reply::status(200).with_body(PNG));
    let dir = tempfile::tempdir().unwrap();
    let url = format!("smtp://{}", mailbox.address);
    let from = "Claims <claims@wire.example>";
    let mail = ["--smtp-url", &url, "--mail-from", from];
    let mut serve = Serve::start(&dir.path().join("data"), &mail);
    let shop = json!({"slug": "acme", "name": "Acme"});
    assert_eq!(serve.call("POST", "/v1/shops", Some(shop)).0, 201);
    let connector = json!({"kind": "email", "settings": {"to": "help@acme.example"}});
    let (status, connector) = serve.call("POST", "/v1/shops/acme/connectors", Some(connector));
    assert_eq!(status, 201, "{connector}");
    let said = "The \"mug\" is <b>broken</b>.\n.\nשלום 破損 😀";
    let claim = json!({
        "reason": "damage", "description": said, "order_number": "10077",
        "customer": {"email": "mia@example.com", "first_name": "Mía"}, "image_urls": [cdn.url("/mug.png")],
    });
    let (status, claim) = serve.call("POST", "/v1/shops/acme/claims", Some(claim));
    assert_eq!(status, 201, "{claim}");
    until("a mail is there", || mailbox.count() == 1);
    let path = format!("/v1/shops/acme/claims/{}", claim["id"].as_str().unwrap());
    serve.call("PATCH", &path, Some(json!({"status": "accepted"})));
    until("its answer is there", || mailbox.count() == 2);
    serve.signal("TERM");
    assert_eq!(serve.wait(), Some(0));

    let mails = mailbox.read();
    let [first, answer] = &mails[..] else {
        panic!("{mails:?}")
    };
    for mail in &mails {
        assert_eq!(mail["defects"], json!([]), "{mail}");
        assert_eq!(mail["to"], "help@acme.example");
        assert_eq!(mail["reply_to"], "Mía <mia@example.com>");
    }
    assert_eq!(first["subject"], "damage – order 10077");
    for line in said.lines() {
        assert!(first["text"].as_str().unwrap().contains(line), "{first}");
    }
    assert!(
        first["html"].as_str().unwrap().contains("&lt;b&gt;broken"),
        "{first}"
    );
    let digest = ring::digest::digest(&ring::digest::SHA256, PNG);
    let digest = data_encoding::HEXLOWER.encode(digest.as_ref());
    let photo = json!([["photo-1.png", "image/png", digest]]);
    assert_eq!(first["attached"], photo);
    assert_eq!(
        (&answer["in_reply_to"], &answer["references"]),
        (&first["id"], &first["id"])
    );
    assert!(
        answer["text"].as_str().unwrap().contains("accepted"),
        "{answer}"
    );
    assert_eq!(answer["attached"], json!([]));
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
