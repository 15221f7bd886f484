//! `claimwire connectors …` as it is typed, against a real server and a helpdesk on loopback.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    dead_code
)]

mod common;

use std::path::Path;
use std::sync::Arc;

use claimwire_testkit::Receiver;
use claimwire_testkit::helpdesk::{Fake, Zendesk};
use common::{ADMIN_KEY, Serve, claimwire, run};
use serde_json::{Value, json};

/// A server with a shop, and what is typed at it.
struct Shell {
    serve: Serve,
}

impl Shell {
    fn start(data_dir: &Path) -> Self {
        let serve = Serve::start(data_dir, &[]);
        let shop = json!({"slug": "acme", "name": "Acme"});
        assert_eq!(serve.call("POST", "/v1/shops", Some(shop)).0, 201);
        Self { serve }
    }

    /// Exit code, standard output, standard error.
    fn typed(&self, args: &[&str]) -> (Option<i32>, String, String) {
        let mut command = claimwire();
        command.env("CLAIMWIRE_KEY", ADMIN_KEY);
        command.env("CLAIMWIRE_SERVER", &self.serve.url);
        command.env("CLAIMWIRE_SHOP", "acme");
        run(command.arg("connectors").args(args))
    }

    /// What it prints when it does well.
    fn good(&self, args: &[&str]) -> String {
        let (exit, out, error) = self.typed(args);
        assert_eq!(exit, Some(0), "{args:?}: {error}");
        out
    }

    fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.good(&[args, &["--json"]].concat())).unwrap()
    }
}

#[test]
fn a_connector_is_made_tried_changed_and_deleted_by_commands() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let fake = Arc::new(Fake::new(Zendesk::default()));
    let desk = Arc::clone(&fake);
    let started = Receiver::start_with(move |received| desk.answer(received));
    let receiver = runtime.block_on(started).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let shell = Shell::start(dir.path());
    let credentials = dir.path().join("credentials.json");
    std::fs::write(&credentials, r#"{"api_token": "zendesk-secret"}"#).unwrap();
    let credentials = credentials.to_str().unwrap();

    let endpoint = format!("endpoint={}", receiver.url(""));
    let create = [
        "create",
        "zendesk",
        "--setting",
        &endpoint,
        "--setting",
        "email=agent@shop.example",
    ];
    let (exit, _, error) = shell.typed(&create);
    assert_eq!(exit, Some(5));
    assert!(
        error.contains("api_token"),
        "it says what is missing: {error}"
    );
    let made = shell.json(&[&create[..], &["--credentials", credentials]].concat());
    let id = made["id"].as_str().unwrap();
    assert!(!made.to_string().contains("zendesk-secret"), "{made}");

    let listed = shell.good(&[]);
    assert!(
        listed.contains(id) && listed.contains("zendesk"),
        "{listed}"
    );
    let changed = shell.json(&[
        "update",
        id,
        "--description",
        "For returns",
        "--status",
        "inactive",
    ]);
    assert_eq!(
        (&changed["description"], &changed["status"]),
        (&json!("For returns"), &json!("inactive"))
    );
    assert_eq!(
        shell.json(&["get", id])["settings"]["email"],
        "agent@shop.example"
    );

    let tested = shell.good(&["test", id]);
    assert!(
        tested.contains("lets the connector in") && tested.contains("200"),
        "{tested}"
    );
    fake.refuse(Some(401));
    let (exit, tested, error) = shell.typed(&["test", id]);
    assert_eq!(exit, Some(1), "{tested}");
    assert!(error.contains("does not let the connector in"), "{error}");
    fake.refuse(None);

    let claim = json!({"reason": "damage", "order_number": "1001", "customer": {"email": "jo@customer.example"}});
    let (_, claim) = shell
        .serve
        .call("POST", "/v1/shops/acme/claims", Some(claim));
    let preview = shell.json(&["preview", id, claim["id"].as_str().unwrap()]);
    assert_eq!(preview["subject"], "damage – order 1001");
    assert_eq!(preview["requester"], "jo@customer.example");
    assert!(
        fake.with(|desk| desk.tickets.is_empty()),
        "nothing was sent"
    );

    assert!(shell.good(&["delete", id]).contains(id));
    let (exit, _, error) = shell.typed(&["get", id]);
    assert_eq!(exit, Some(4));
    assert!(
        error.contains("404") || error.contains("not found") || error.contains("no "),
        "{error}"
    );
}

#[test]
fn an_id_of_digits_and_a_number_are_both_typed_as_they_are() {
    let dir = tempfile::tempdir().unwrap();
    let shell = Shell::start(dir.path());
    let credentials = dir.path().join("credentials.json");
    std::fs::write(&credentials, r#"{"access_token": "pat-secret"}"#).unwrap();
    let credentials = credentials.to_str().unwrap();
    let create = ["create", "hubspot", "--credentials", credentials];
    let set = ["--setting", "portal_id=123", "--setting"];
    let made = shell.json(&[&create[..], &set, &["stale_after_hours=6"]].concat());
    assert_eq!(made["settings"]["portal_id"], "123", "{made}");
    let (exit, _, error) = shell.typed(&[&create[..], &set, &["stale_after_hours=six"]].concat());
    assert_eq!(exit, Some(5));
    assert!(error.contains("is not a whole number"), "{error}");
}

#[test]
fn the_kinds_and_what_each_takes_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let shell = Shell::start(dir.path());
    let kinds = shell.good(&["kinds"]);
    for kind in ["zendesk", "gorgias", "klaviyo", "hubspot", "email", "http"] {
        assert!(kinds.contains(kind), "{kinds}");
    }
    let fields = shell.good(&["kinds", "dixa"]);
    for field in ["email_integration_id", "api_token", "credentials"] {
        assert!(fields.contains(field), "{fields}");
    }
    let (exit, _, error) = shell.typed(&["kinds", "fax"]);
    assert_eq!(exit, Some(4));
    assert!(error.contains("there is no kind `fax`"), "{error}");
    let (exit, _, error) = shell.typed(&["create", "zendesk", "--setting", "endpoint"]);
    assert_eq!(exit, Some(2));
    assert!(error.contains("NAME=VALUE"), "{error}");
}
