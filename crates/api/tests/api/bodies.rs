//! Requests that cannot be read, and those that ask for what is not there.

use http::StatusCode;
use serde_json::json;

use crate::common::{ADMIN_KEY, World};

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn a_body_that_is_not_json() {
    let world = World::new().await;
    let post = || world.post("/v1/shops").key(ADMIN_KEY);
    post().text("").send().await.problem(400, "body_empty");
    for body in [
        "{",
        "nope",
        "{\"slug\": \"a\"",
        "{\"slug\": \"a\", \"name\": \"b\"} tail",
        "\u{feff}{}",
    ] {
        post().text(body).send().await.problem(400, "body_not_json");
    }
    post()
        .header("Content-Type", "application/json")
        .bytes(vec![b'{', 0xff, b'}'])
        .send()
        .await
        .problem(400, "body_not_json");
}

#[tokio::test]
async fn json_of_another_shape() {
    let world = World::new().await;
    for (body, field) in [
        ("[]", ""),
        ("null", ""),
        ("{}", "/slug"),
        (r#"{"slug": "a"}"#, "/name"),
        (r#"{"slug": 7, "name": "a"}"#, "/slug"),
        (r#"{"slug": "a", "name": "a", "colour": "red"}"#, "/colour"),
        (r#"{"slug": "a", "name": ""}"#, "/name"),
        (r#"{"slug": "a", "name": "a\u0000b"}"#, "/name"),
        (r#"{"slug": "A", "name": "a"}"#, "/slug"),
        (r#"{"slug": "", "name": "a"}"#, "/slug"),
        (r#"{"slug": "a/b", "name": "a"}"#, "/slug"),
    ] {
        let answer = world
            .post("/v1/shops")
            .key(ADMIN_KEY)
            .text(body)
            .send()
            .await;
        assert_eq!(answer.invalid("validation_failed"), [field], "{body}");
    }
    let long = json!({"slug": "a".repeat(65), "name": "ü".repeat(201)});
    let answer = world
        .post("/v1/shops")
        .key(ADMIN_KEY)
        .json(&long)
        .send()
        .await;
    assert_eq!(answer.invalid("validation_failed"), ["/slug", "/name"]);
}

#[tokio::test]
async fn what_other_readers_stumble_over_is_refused_everywhere() {
    let world = World::new().await;
    let (slug, id) = ("acme", "6f2f8cb2-6a3c-4a0c-9d3a-5f4f0e3d2c1b");
    let at = |path: &str| format!("/v1/shops/{slug}/{path}");
    let number = "7".repeat(1_001);
    for (method, path, body, field) in [
        ("POST", at("claims"), r#"{"custom": {"a": X}}"#, "/custom/a"),
        (
            "PUT",
            at(&format!("claims/{id}")),
            r#"{"custom": {"a": [X]}}"#,
            "/custom/a/0",
        ),
        (
            "PUT",
            at("orders/1"),
            r#"{"address": {"a": {"b": X}}}"#,
            "/address/a/b",
        ),
        (
            "PUT",
            at("orders/1"),
            r#"{"discounts": [{"a": X}]}"#,
            "/discounts/0/a",
        ),
        (
            "PUT",
            at("shipments/1"),
            r#"{"custom": {"a": X}}"#,
            "/custom/a",
        ),
        (
            "POST",
            at("contacts"),
            r#"{"address": {"a": X}}"#,
            "/address/a",
        ),
        (
            "PATCH",
            at(&format!("claims/{id}")),
            r#"{"custom": {"a": X}}"#,
            "/custom/a",
        ),
        (
            "PATCH",
            at(&format!("contacts/{id}")),
            r#"{"custom": {"a": X}}"#,
            "/custom/a",
        ),
        (
            "POST",
            at("events"),
            r#"{"ref": "orders/synced", "event_data": {"a": X}}"#,
            "/event_data/a",
        ),
        (
            "POST",
            at("events"),
            r#"[{"ref": "orders/synced", "event_data": {}, "context": {"a": {"b": X}}}]"#,
            "/0/context/a/b",
        ),
        (
            "POST",
            at("webhooks"),
            r#"{"url": "https://a.example", "headers": {"A": X}}"#,
            "/headers/A",
        ),
    ] {
        for wrong in [r#""\ud83d""#, r#""x\uDE00y""#, &number] {
            let body = body.replace('X', wrong);
            let answer = world
                .call(method, &path)
                .key(ADMIN_KEY)
                .text(&body)
                .send()
                .await;
            assert_eq!(
                answer.invalid("validation_failed"),
                [field],
                "{method} {path} {body}"
            );
        }
    }
    let keyed = r#"{"custom": {"a": {"\ud83d": 1}}}"#;
    let answer = world
        .post(&at("claims"))
        .key(ADMIN_KEY)
        .text(keyed)
        .send()
        .await;
    assert_eq!(answer.invalid("validation_failed"), ["/custom/a"]);
}

/// A 422 tells which field, not all of what was sent, however long its name and value are.
#[tokio::test]
async fn an_error_does_not_outgrow_its_cause() {
    let world = World::new().await;
    let long = "k".repeat(MIB - 100);
    let many: Vec<String> = (0..1_000)
        .map(|n| format!("{n}{}", "!".repeat(500)))
        .collect();
    for (path, body) in [
        ("claims", format!(r#"{{"{long}": 1}}"#)),
        ("claims", format!(r#"{{"status": "{long}"}}"#)),
        ("claims", format!(r#"{{"custom": {{"{long}": "\ud800"}}}}"#)),
        (
            "claims",
            json!({"labels": many, "image_urls": many}).to_string(),
        ),
        (
            "events",
            format!(r#"{{"ref": "{long}", "event_data": {{}}}}"#),
        ),
        (
            "webhooks",
            format!(r#"{{"url": "https://a.example", "dialect": "{long}"}}"#),
        ),
        (
            "webhooks",
            format!(r#"{{"url": "https://a.example", "headers": {{"{long}": ""}}}}"#),
        ),
        (
            "webhooks",
            json!({"url": "https://a.example", "enabled_events": &many[..200]}).to_string(),
        ),
    ] {
        let path = format!("/v1/shops/acme/{path}");
        let answer = world.post(&path).key(ADMIN_KEY).text(&body).send().await;
        assert_eq!(answer.status, 422, "{path} {}", &body[..40]);
        let bytes = answer.body.len();
        assert!(bytes < 20 * 1024, "{path} {} {bytes}", &body[..40]);
    }
    let path = format!("/v1/shops/acme/deliveries?{}=1", "q".repeat(10_000));
    let answer = world.get(&path).key(ADMIN_KEY).send().await;
    assert!(
        answer.status == 422 && answer.body.len() < 4_096,
        "{}",
        answer.body.len()
    );
}

#[tokio::test]
async fn a_body_has_a_limit() {
    let world = World::new().await;
    let shop = r#"{"slug": "a", "name": "a"}"#;
    let padded = |length: usize| format!("{shop}{}", " ".repeat(length - shop.len()));
    assert_eq!(padded(MIB).len(), MIB);
    world
        .post("/v1/shops")
        .key(ADMIN_KEY)
        .text(&padded(MIB))
        .send()
        .await
        .expect(201);
    world
        .post("/v1/shops")
        .key(ADMIN_KEY)
        .text(&padded(MIB + 1))
        .send()
        .await
        .problem(413, "body_too_large");
    world
        .post("/v1/shops")
        .key(ADMIN_KEY)
        .text(&padded(20 * MIB))
        .send()
        .await
        .problem(413, "body_too_large");
    let lying = world
        .post("/v1/shops")
        .key(ADMIN_KEY)
        .header("Content-Length", "999999999999")
        .text("{}")
        .send()
        .await;
    lying.problem(413, "body_too_large");
}

#[tokio::test]
async fn a_body_says_that_it_is_json() {
    let world = World::new().await;
    let body = r#"{"slug": "a", "name": "a"}"#.as_bytes().to_vec();
    let post = |kind: &str| {
        world
            .post("/v1/shops")
            .key(ADMIN_KEY)
            .header("Content-Type", kind)
            .bytes(body.clone())
    };
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "json",
        "",
    ] {
        post(kind)
            .send()
            .await
            .problem(415, "content_type_unsupported");
    }
    post("Application/JSON; charset=utf-8")
        .send()
        .await
        .expect(201);
}

#[tokio::test]
async fn who_may_not_is_told_so_before_the_body_is_read() {
    let world = World::new().await;
    world
        .post("/v1/shops")
        .text("{")
        .send()
        .await
        .problem(401, "key_missing");
    world
        .post("/v1/shops/acme/webhooks")
        .key(&world.acme.viewer)
        .text("{")
        .send()
        .await
        .problem(403, "role_insufficient");
    world
        .post("/v1/shops/other/webhooks")
        .key(&world.acme.editor)
        .text("{")
        .send()
        .await
        .problem(404, "shop_not_found");
}

#[tokio::test]
async fn what_is_not_there() {
    let world = World::new().await;
    for path in [
        "/",
        "/v1",
        "/v1/nothing",
        "/v1/shops/acme/nothing",
        "/v2/shops",
        "/v1/shops/",
        "//",
    ] {
        world
            .get(path)
            .key(&world.acme.admin)
            .send()
            .await
            .problem(404, "route_not_found");
    }
    for (path, key) in [
        ("/v1/shops/acme/webhooks/not-a-uuid", "webhook_not_found"),
        (
            "/v1/shops/acme/webhooks/00000000-0000-4000-8000-000000000000",
            "webhook_not_found",
        ),
        ("/v1/shops/acme/deliveries/dlv_0", "delivery_not_found"),
        (
            "/v1/shops/acme/deliveries/dlv_00000000000010000000000001",
            "delivery_not_found",
        ),
        ("/v1/shops/acme/replays/x", "replay_not_found"),
        ("/images/x", "image_not_found"),
        ("/images/..%2f..%2fetc%2fpasswd", "image_not_found"),
        ("/v1/shops/%ff", "shop_not_found"),
    ] {
        world
            .get(path)
            .key(&world.acme.admin)
            .send()
            .await
            .problem(404, key);
    }
}

#[tokio::test]
async fn a_method_that_a_route_does_not_have() {
    let world = World::new().await;
    let answer = world
        .put("/v1/shops/acme")
        .key(&world.acme.admin)
        .send()
        .await;
    answer.problem(405, "method_not_allowed");
    let allowed = answer.header("allow").unwrap();
    assert!(
        ["GET", "PATCH", "DELETE"]
            .iter()
            .all(|method| allowed.contains(method)),
        "{allowed}"
    );
    world
        .call("BREW", "/healthz")
        .send()
        .await
        .problem(405, "method_not_allowed");
}

#[tokio::test]
async fn idempotency_keys_have_a_form() {
    let world = World::new().await;
    let shop = json!({"slug": "a", "name": "a"});
    for key in ["", &"x".repeat(256), "tab\there", "ümlaut"] {
        let answer = world
            .post("/v1/shops")
            .key(ADMIN_KEY)
            .once(key)
            .json(&shop)
            .send()
            .await;
        answer.problem(400, "idempotency_key_invalid");
    }
    world
        .post("/v1/shops")
        .key(ADMIN_KEY)
        .once(&"x".repeat(255))
        .json(&shop)
        .send()
        .await
        .expect(201);
}

#[tokio::test]
async fn the_server_tells_how_it_is() {
    let world = World::new().await;
    assert_eq!(
        world.get("/healthz").send().await.expect(200),
        json!({"status": "ok", "version": "0.0.0-test"})
    );
    world.get("/readyz").send().await.expect(200);
    let metrics = world.get("/metrics").send().await;
    assert_eq!(
        (metrics.status, metrics.text()),
        (StatusCode::OK.as_u16(), "claimwire_up 1\n")
    );
    world.store.off();
    world.get("/healthz").send().await.expect(200);
    world
        .get("/readyz")
        .send()
        .await
        .problem(503, "store_unavailable");
}
