//! Claims and the messages on them, through HTTP.

use std::time::Duration;

use serde_json::json;

use crate::common::World;

const CLAIMS: &str = "/v1/shops/acme/claims";
const CLAIM: &str = "/v1/shops/acme/claims/00000000-0000-4000-8000-000000000007";

#[tokio::test]
async fn a_claim_lives() {
    let world = World::new().await;
    let editor = &world.acme.editor;
    let made = world
        .post(CLAIMS)
        .key(editor)
        .json(&json!({"reason": "damage"}))
        .send()
        .await
        .expect(201);
    let path = format!("{CLAIMS}/{}", made["id"].as_str().unwrap());
    assert_eq!(
        world
            .get(&path)
            .key(&world.acme.viewer)
            .send()
            .await
            .expect(200),
        made
    );
    world.pass(Duration::from_secs(1));
    let patched = world
        .patch(&path)
        .key(editor)
        .json(&json!({"status": "closed"}))
        .send()
        .await
        .expect(200);
    assert_eq!(patched["closed_at"], "2026-01-29T14:48:48.000Z");
    let put_back = world
        .put(&path)
        .key(editor)
        .json(&patched)
        .send()
        .await
        .expect(200);
    assert_eq!(put_back, patched);
    world
        .put(CLAIM)
        .key(editor)
        .text("{}")
        .send()
        .await
        .expect(201);
    let list = world
        .get(CLAIMS)
        .key(&world.acme.viewer)
        .send()
        .await
        .expect(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 2);
    assert_eq!(list["data"][1], patched);
    world.delete(&path).key(editor).send().await.expect(204);
    world
        .get(&path)
        .key(editor)
        .send()
        .await
        .problem(404, "claim_not_found");
    world
        .patch(&path)
        .key(editor)
        .text("{}")
        .send()
        .await
        .problem(404, "claim_not_found");

    let events = world
        .get("/v1/shops/acme/events")
        .key(&world.acme.viewer)
        .send()
        .await
        .expect(200);
    let refs: Vec<_> = events["data"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|e| e["ref"].as_str().unwrap())
        .collect();
    assert_eq!(
        refs,
        [
            "claims/created",
            "claims/updated",
            "claims/status_changed",
            "claims/closed",
            "claims/created",
            "claims/deleted"
        ]
    );
    assert_eq!(events["data"][0]["performed_by"]["name"], "acme editor");
}

#[tokio::test]
async fn a_merge_patch_may_say_what_it_is() {
    let world = World::new().await;
    world
        .put(CLAIM)
        .key(&world.acme.editor)
        .text(r#"{"custom": {"a": 1}}"#)
        .send()
        .await
        .expect(201);
    let patch = world
        .patch(CLAIM)
        .key(&world.acme.editor)
        .header("Content-Type", "application/merge-patch+json");
    let answer = patch
        .bytes(br#"{"custom": {"b": 1e3}}"#.to_vec())
        .send()
        .await;
    answer.expect(200);
    assert!(
        answer.text().contains(r#""custom":{"a":1,"b":1e3}"#),
        "{}",
        answer.text()
    );
}

#[tokio::test]
async fn who_reads_may_not_write() {
    let world = World::new().await;
    world
        .put(CLAIM)
        .key(&world.acme.editor)
        .text("{}")
        .send()
        .await
        .expect(201);
    for (method, path) in [
        ("POST", CLAIMS),
        ("PUT", CLAIM),
        ("PATCH", CLAIM),
        ("DELETE", CLAIM),
    ] {
        let answer = world
            .call(method, path)
            .key(&world.acme.viewer)
            .text("{}")
            .send()
            .await;
        answer.problem(403, "role_insufficient");
    }
    world
        .get(&CLAIM.replace("acme", "other"))
        .key(&world.other.viewer)
        .send()
        .await
        .problem(404, "claim_not_found");
}

#[tokio::test]
async fn what_is_no_claim_is_refused() {
    let world = World::new().await;
    let put = |body: &str| world.put(CLAIM).key(&world.acme.editor).text(body).send();
    assert_eq!(
        put(r#"{"status": "open", "x": 1}"#)
            .await
            .invalid("validation_failed"),
        ["/status"]
    );
    assert_eq!(
        put(r#"{"labels": ["A b"], "reason": 5}"#)
            .await
            .invalid("validation_failed"),
        ["/reason"]
    );
    put("{").await.problem(400, "body_not_json");
    put("").await.problem(400, "body_empty");
    let elsewhere = format!("{CLAIMS}/not-a-uuid");
    world
        .put(&elsewhere)
        .key(&world.acme.editor)
        .text("{}")
        .send()
        .await
        .problem(404, "claim_not_found");
}

#[tokio::test]
async fn a_message_goes_with_its_claim() {
    let world = World::new().await;
    let messages = format!("{CLAIM}/messages");
    let send = || {
        let message = json!({"direction": "inbound", "body": "Where is it?", "author": {"email": "mia@example.net"}});
        world
            .post(&messages)
            .key(&world.acme.editor)
            .once("m-1")
            .json(&message)
            .send()
    };
    send().await.problem(404, "claim_not_found");
    world
        .put(CLAIM)
        .key(&world.acme.editor)
        .text("{}")
        .send()
        .await
        .expect(201);
    let made = send().await.expect(201);
    let again = send().await;
    assert_eq!(
        (again.expect(201), again.header("idempotent-replayed")),
        (made.clone(), Some("true"))
    );
    let list = world
        .get(&messages)
        .key(&world.acme.viewer)
        .send()
        .await
        .expect(200);
    assert_eq!(list, json!({"data": [made], "next_cursor": null}));
    world
        .delete(CLAIM)
        .key(&world.acme.editor)
        .send()
        .await
        .expect(204);
    world
        .get(&messages)
        .key(&world.acme.viewer)
        .send()
        .await
        .problem(404, "claim_not_found");
    assert_eq!(send().await.expect(201), made);
}
