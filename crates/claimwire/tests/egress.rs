//! Egress profiles from the settings file to the receiver's side of the socket.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    dead_code
)]

mod common;

use std::path::Path;

use claimwire_testkit::Receiver;
use common::{Serve, claimwire, run};
use serde_json::{Value, json};

const WEBHOOKS: &str = "/v1/shops/acme/webhooks";

/// A server with these profiles in its settings file.
fn serve(dir: &Path, profiles: &str) -> Serve {
    let file = dir.join("claimwire.toml");
    std::fs::write(&file, profiles).unwrap();
    Serve::start(dir, &["--config", file.to_str().unwrap()])
}

fn post(serve: &Serve, path: &str, body: Value) -> Value {
    let (status, answer) = serve.call("POST", path, Some(body));
    assert!((200..300).contains(&status), "{path}: {answer}");
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_or_its_shop_is_pinned_to_a_way_out() {
    let receiver = Receiver::start().await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let both = "[egress.office]\nsource_address = \"127.0.0.2\"\n[egress.home]\nsource_address = \"127.0.0.3\"\n";
    let mut running = serve(dir.path(), both);
    post(
        &running,
        "/v1/shops",
        json!({"slug": "acme", "name": "Acme"}),
    );
    let pinned = json!({"url": receiver.url("/pinned"), "egress": "office"});
    let pinned = post(&running, WEBHOOKS, pinned);
    post(&running, WEBHOOKS, json!({"url": receiver.url("/free")}));
    let unknown = json!({"url": receiver.url("/"), "egress": "elsewhere"});
    let (status, refused) = running.call("POST", WEBHOOKS, Some(unknown));
    assert_eq!((status, &refused["key"]), (422, &json!("egress_unknown")));
    let message = refused["errors"][0]["message"].as_str().unwrap();
    assert!(
        message.contains("home, office") && !message.contains("127."),
        "{message}"
    );

    let event = || json!({"ref": "claims/updated", "event_data": {"claim_id": "c-1"}});
    let from = |path: &'static str, ip: &'static str, count: usize| {
        receiver.wait_for_matching(count, move |request| {
            request.path == path && request.peer.ip().to_string() == ip
        })
    };
    post(&running, "/v1/shops/acme/events", event());
    from("/pinned", "127.0.0.2", 1).await.unwrap();
    from("/free", "127.0.0.1", 1).await.unwrap();

    let shop = json!({"egress": "home"});
    let (status, shop) = running.call("PATCH", "/v1/shops/acme", Some(shop));
    assert_eq!((status, &shop["egress"]), (200, &json!("home")));
    post(&running, "/v1/shops/acme/events", event());
    from("/pinned", "127.0.0.2", 2).await.unwrap();
    from("/free", "127.0.0.3", 1).await.unwrap();

    // A profile that is gone lets nothing out by another way.
    running.signal("TERM");
    assert_eq!(running.wait(), Some(0));
    let running = serve(
        dir.path(),
        "[egress.home]\nsource_address = \"127.0.0.3\"\n",
    );
    post(&running, "/v1/shops/acme/events", event());
    from("/free", "127.0.0.3", 2).await.unwrap();
    let uuid = pinned["uuid"].as_str().unwrap();
    let deliveries = format!("/v1/shops/acme/deliveries?webhook={uuid}");
    running.until(&deliveries, |found| {
        found["data"][0]["last_error"] == "egress"
    });
    assert_eq!(receiver.requests().len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_event_that_verifies_a_webhook_leaves_by_its_shops_way_out() {
    let receiver = Receiver::start().await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let home = "[egress.home]\nsource_address = \"127.0.0.3\"\n";
    let running = serve(dir.path(), home);
    let shop = json!({"slug": "acme", "name": "Acme"});
    post(&running, "/v1/shops", shop);
    let (status, _) = running.call("PATCH", "/v1/shops/acme", Some(json!({"egress": "home"})));
    assert_eq!(status, 200);
    let webhook = json!({"url": receiver.url("/"), "dialect": "claimport"});
    post(&running, WEBHOOKS, webhook);
    let requests = receiver.wait_for(1).await.unwrap();
    assert_eq!(requests[0].peer.ip().to_string(), "127.0.0.3");
}

#[test]
fn profiles_that_cannot_be_are_named_at_the_start() {
    for (profiles, says) in [
        (
            "[egress.far]\nsource_address = \"192.0.2.1\"\n",
            "[egress.far]",
        ),
        (
            "[egress.odd]\nproxy = \"ftp://ann:SECRET@a\"\n",
            "[egress.odd]",
        ),
        ("[egress]\nodd = 1\n", "[egress.odd]"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("claimwire.toml");
        std::fs::write(&file, profiles).unwrap();
        let (code, _, err) = run(claimwire()
            .args(["serve", "--listen", "127.0.0.1:0", "--config"])
            .arg(&file)
            .arg("--data-dir")
            .arg(dir.path()));
        assert_ne!(code, Some(0), "{profiles}");
        assert!(
            err.contains(says) && !err.contains("SECRET"),
            "{profiles}: {err}"
        );
    }
}
