//! Connectors: what a kind takes, what is shown of it, its test and preview, and what stands apart from webhooks.

use serde_json::{Value, json};

use crate::common::{PUBLIC_URL, Scripted, World};

const CONNECTORS: &str = "/v1/shops/acme/connectors";

fn desk() -> Value {
    json!({
        "kind": "zendesk",
        "settings": {"endpoint": "https://acme.desk.test", "headers": {"X-Team": "blue"}},
        "credentials": {"api_token": "very secret", "second": "secret too"},
    })
}

/// `desk` with these members, at these paths, in place of its own.
fn desk_with(changes: Value) -> Value {
    let mut desk = desk();
    for (part, members) in changes.as_object().unwrap() {
        match desk.get_mut(part).and_then(Value::as_object_mut) {
            Some(there) => there.extend(members.as_object().unwrap().clone()),
            None => desk[part] = members.clone(),
        }
    }
    desk
}

async fn make(world: &World, body: &Value) -> Value {
    let call = world.post(CONNECTORS).key(&world.acme.editor).json(body);
    call.send().await.expect(201)
}

async fn get(world: &World, path: &str, key: &str) -> Value {
    world.get(path).key(key).send().await.expect(200)
}

fn path(connector: &Value) -> String {
    format!("{CONNECTORS}/{}", connector["id"].as_str().unwrap())
}

async fn patch(world: &World, connector: &Value, body: Value) -> Value {
    let call = world.patch(&path(connector)).key(&world.acme.editor);
    call.json(&body).send().await.expect(200)
}

#[tokio::test]
async fn a_connector_has_its_kinds_defaults_and_shows_no_credentials() {
    let world = World::new().await;
    let made = make(&world, &desk()).await;
    assert_eq!(made["kind"], "zendesk");
    assert_eq!(
        made["enabled_events"],
        json!(["claims/created", "claims/updated"])
    );
    assert_eq!(made["ordering"], "subject");
    assert_eq!(made["rate_limit"], json!({"per_second": 5}));
    assert_eq!(made["timeout_seconds"], 12);
    assert_eq!(made["status"], "active");
    assert_eq!(made["settings"], desk()["settings"]);
    let karla = world.make_webhook(json!({"dialect": "karla"})).await;
    assert_eq!(made["retry"], karla["retry"]);
    assert_eq!(get(&world, &path(&made), &world.acme.editor).await, made);
    let listed = get(&world, CONNECTORS, &world.acme.viewer).await;
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    for shown in [&made, &listed] {
        assert!(!shown.to_string().contains("secret"), "{shown}");
    }
    let seen = get(&world, &path(&made), &world.acme.viewer).await;
    assert_eq!(seen["settings"]["headers"], json!({"X-Team": "********"}));
    assert_eq!(
        seen["hook_url"],
        Value::Null,
        "whoever knows it may call it"
    );

    let tool = make(&world, &json!({"kind": "tool"})).await;
    assert_eq!(tool["rate_limit"], Value::Null);
    assert_eq!(tool["hook_url"], Value::Null);
}

#[tokio::test]
async fn what_a_kind_does_not_take_is_refused_field_by_field() {
    let world = World::new().await;
    let long = "x".repeat(2001);
    for (changes, field) in [
        (json!({"kind": "zen"}), "/kind"),
        (json!({"settings": {"colour": "red"}}), "/settings/colour"),
        (json!({"settings": {"endpoint": ""}}), "/settings/endpoint"),
        (json!({"settings": {"email": "nobody"}}), "/settings/email"),
        (json!({"settings": {"group_id": -1}}), "/settings/group_id"),
        (
            json!({"settings": {"group_id": "seven"}}),
            "/settings/group_id",
        ),
        (json!({"settings": {"mood": "angry"}}), "/settings/mood"),
        (
            json!({"settings": {"headers": {"X-A": 1}}}),
            "/settings/headers/X-A",
        ),
        (
            json!({"settings": {"subject_template": "{{"}}),
            "/settings/subject_template",
        ),
        (
            json!({"settings": {"status_map": {"solved": "done"}}}),
            "/settings/status_map/solved",
        ),
        (
            json!({"credentials": {"api_token": 7}}),
            "/credentials/api_token",
        ),
        (
            json!({"credentials": {"api_token": long}}),
            "/credentials/api_token",
        ),
        (
            json!({"credentials": {"password": "x"}}),
            "/credentials/password",
        ),
        (json!({"timeout_seconds": 31}), "/timeout_seconds"),
        (json!({"max_in_flight": 0}), "/max_in_flight"),
        (json!({"status": "disabled"}), "/status"),
        (json!({"retry": {"delays": [-1]}}), "/retry/delays/0"),
    ] {
        let call = world.post(CONNECTORS).key(&world.acme.editor);
        let answer = call.json(&desk_with(changes.clone())).send().await;
        let problem = answer.problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["field"], field, "{changes}");
    }
    for (changes, key, field) in [
        (
            json!({"settings": {"endpoint": "https://127.0.0.1"}}),
            "url_not_public",
            "/settings/endpoint",
        ),
        (
            json!({"settings": {"endpoint": "desk.test"}}),
            "url_invalid",
            "/settings/endpoint",
        ),
        (
            json!({"enabled_events": ["claims/vanished"]}),
            "event_unknown",
            "/enabled_events/0",
        ),
        (json!({"egress": "nowhere"}), "egress_unknown", "/egress"),
    ] {
        let call = world.post(CONNECTORS).key(&world.acme.editor);
        let answer = call.json(&desk_with(changes.clone())).send().await;
        let problem = answer.problem(422, key);
        assert_eq!(problem["errors"][0]["field"], field, "{changes}");
    }
    let bare = json!({"kind": "zendesk"});
    let answer = world
        .post(CONNECTORS)
        .key(&world.acme.editor)
        .json(&bare)
        .send()
        .await;
    let problem = answer.problem(422, "validation_failed");
    let fields: Vec<_> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["field"])
        .collect();
    assert_eq!(fields, ["/settings/endpoint", "/credentials/api_token"]);
    assert_eq!(
        get(&world, CONNECTORS, &world.acme.editor).await["data"],
        json!([])
    );
}

#[tokio::test]
async fn a_patch_merges_and_what_is_not_named_stays() {
    let world = World::new().await;
    let made = make(&world, &desk()).await;
    let patched = patch(
        &world,
        &made,
        json!({
            "settings": {"mood": "calm", "headers": null},
            "credentials": {"second": null},
            "enabled_events": ["claims"], "rate_limit": {"per_second": 2}, "description": "d",
        }),
    )
    .await;
    let settings = json!({"endpoint": "https://acme.desk.test", "mood": "calm"});
    assert_eq!(patched["settings"], settings);
    assert_eq!(patched["rate_limit"], json!({"per_second": 2}));
    assert_eq!(patched["hook_url"], made["hook_url"]);
    // Its token is still there, or it would be asked for.
    let again = patch(
        &world,
        &made,
        json!({"rate_limit": null, "enabled_events": null}),
    )
    .await;
    assert_eq!(again["rate_limit"], json!({"per_second": 5}));
    assert_eq!(again["enabled_events"], made["enabled_events"]);
    let off = patch(&world, &made, json!({"status": "inactive"})).await;
    assert_eq!(off["status"], "inactive");
    let as_shown = patch(&world, &made, again).await;
    assert_eq!(as_shown["status"], "active", "an answer can be given back");

    for (wrong, field) in [
        (json!({"kind": "tool"}), "/kind"),
        (
            json!({"credentials": {"api_token": null}}),
            "/credentials/api_token",
        ),
        (json!({"colour": null}), "/colour"),
    ] {
        let call = world.patch(&path(&made)).key(&world.acme.editor);
        let problem = call
            .json(&wrong)
            .send()
            .await
            .problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["field"], field);
    }
}

#[tokio::test]
async fn a_connector_is_no_webhook_and_a_webhook_no_connector() {
    let world = World::new().await;
    let key = &world.acme.editor;
    let connector = make(&world, &desk()).await;
    let webhook = world.make_webhook(json!({})).await;
    let (connector, webhook) = (
        connector["id"].as_str().unwrap(),
        webhook["uuid"].as_str().unwrap(),
    );
    let webhooks = "/v1/shops/acme/webhooks";
    for list in [webhooks, CONNECTORS] {
        assert_eq!(
            get(&world, list, key).await["data"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
    }
    for method in ["GET", "DELETE"] {
        let other = world.call(method, &format!("{webhooks}/{connector}"));
        other
            .key(key)
            .send()
            .await
            .problem(404, "webhook_not_found");
        let other = world.call(method, &format!("{CONNECTORS}/{webhook}"));
        other
            .key(key)
            .send()
            .await
            .problem(404, "connector_not_found");
    }

    let claim = json!({"title": "Vase"});
    let claims = world.post("/v1/shops/acme/claims").key(key).json(&claim);
    claims.send().await.expect(201);
    let deliveries = "/v1/shops/acme/deliveries";
    let of = async |query: &str| {
        let list = get(&world, &format!("{deliveries}{query}"), key).await;
        list["data"].as_array().unwrap().clone()
    };
    assert_eq!(of("").await.len(), 2);
    let [to_connector] = &of(&format!("?connector={connector}")).await[..] else {
        panic!("one goes there")
    };
    assert_eq!(to_connector["connector_id"], connector);
    assert!(to_connector.get("webhook_uuid").is_none());
    let [to_webhook] = &of(&format!("?webhook={webhook}")).await[..] else {
        panic!("one goes there")
    };
    assert_eq!(to_webhook["webhook_uuid"], webhook);
    assert!(to_webhook.get("connector_id").is_none());
    let both = format!("{deliveries}?webhook={webhook}&connector={connector}");
    world
        .get(&both)
        .key(key)
        .send()
        .await
        .problem(422, "query_invalid");
    let other = format!("{deliveries}?connector={webhook}");
    world
        .get(&other)
        .key(key)
        .send()
        .await
        .problem(404, "connector_not_found");

    let replay = json!({"since": "2026-01-01T00:00:00Z", "status": "all"});
    let replay = world
        .post(&format!("{CONNECTORS}/{connector}/replay"))
        .key(key)
        .json(&replay);
    let replay = replay.send().await.expect(202);
    assert_eq!(replay["connector_id"], connector);
    let shown = format!("/v1/shops/acme/replays/{}", replay["id"].as_str().unwrap());
    assert_eq!(get(&world, &shown, key).await["connector_id"], connector);

    let gone = world.delete(&format!("{CONNECTORS}/{connector}")).key(key);
    assert_eq!(gone.send().await.status, 204);
    assert_eq!(get(&world, CONNECTORS, key).await["data"], json!([]));
    assert_eq!(of("?status=cancelled").await.len(), 1);
}

async fn tested(world: &World, sender: impl FnOnce(&Scripted)) -> Value {
    let made = make(world, &desk()).await;
    sender(&world.sender);
    let call = world.post(&format!("{}/test", path(&made)));
    call.key(&world.acme.editor).send().await.expect(200)
}

#[tokio::test]
async fn a_test_shows_each_call_and_a_verdict() {
    let world = World::new().await;
    let good = tested(&world, |sender| {
        sender.answers(200, "{\"me\": 1}");
        sender.answers(200, "all");
    })
    .await;
    assert_eq!((&good["ok"], &good["error"]), (&json!(true), &Value::Null));
    assert_eq!(good["detail"], "Desk lets the connector in.");
    let calls = good["calls"].as_array().unwrap();
    let steps: Vec<_> = calls
        .iter()
        .map(|call| (&call["step"], &call["status_code"]))
        .collect();
    assert_eq!(
        steps,
        [(&json!("me"), &json!(200)), (&json!("rights"), &json!(200))]
    );
    let headers = json!({"Authorization": "********", "Accept": "application/json"});
    assert_eq!(calls[0]["request_headers"], headers);
    assert_eq!(calls[0]["response_body"], "{\"me\": 1}");
    assert!(!good.to_string().contains("secret"));

    let bad = tested(&world, |sender| sender.answers(401, "who?")).await;
    assert_eq!(
        (&bad["ok"], &bad["error"]),
        (&json!(false), &json!("credentials"))
    );
    assert_eq!(bad["detail"], "the token is not valid: make another");

    let down = tested(&world, |s| {
        s.fails(claimwire_wire::send::SendErrorKind::Connect)
    })
    .await;
    assert_eq!(
        (&down["ok"], &down["error"]),
        (&json!(false), &json!("connect"))
    );
    assert_eq!(down["calls"][0]["status_code"], Value::Null);

    let endless = tested(&world, |sender| {
        (0..10).for_each(|_| sender.answers(302, ""))
    })
    .await;
    assert_eq!(endless["error"], "steps");
    assert_eq!(endless["calls"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn a_preview_shows_what_a_claim_would_become_and_sends_nothing() {
    let world = World::new().await;
    let key = &world.acme.editor;
    let made = make(&world, &desk()).await;
    let order = world.put("/v1/shops/acme/orders/1001").key(key);
    order
        .json(&json!({"order_name": "#1001"}))
        .send()
        .await
        .expect(201);
    let claim = async |title: &str| {
        let claim = json!({"title": title, "order_number": "1001"});
        let call = world.post("/v1/shops/acme/claims").key(key).json(&claim);
        call.send().await.expect(201)["id"].clone()
    };
    let preview = async |claim: Value| {
        let call = world.post(&format!("{}/preview", path(&made))).key(key);
        call.json(&json!({"claim_id": claim})).send().await
    };
    let shown = preview(claim("Vase").await).await.expect(200);
    assert_eq!(shown["subject"], "Vase of acme by zendesk");
    assert_eq!(shown["body"], "\"1001\"");
    let failed = preview(claim("unspeakable").await).await;
    let problem = failed.problem(422, "validation_failed");
    assert!(
        problem["errors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("line 1")
    );
    let nobody = json!("00000000-0000-4000-8000-000000000000");
    preview(nobody).await.problem(404, "claim_not_found");
    assert!(world.sender.sent().is_empty());
}

#[tokio::test]
async fn kinds_tell_what_they_take() {
    let world = World::new().await;
    let kinds = get(&world, "/v1/connector-kinds", &world.acme.viewer).await;
    let [desk, tool] = &kinds["data"].as_array().unwrap()[..] else {
        panic!("{kinds}")
    };
    assert_eq!(
        (&desk["kind"], &desk["name"]),
        (&json!("zendesk"), &json!("Desk"))
    );
    let fields = desk["settings"].as_array().unwrap();
    let field = |name: &str| fields.iter().find(|field| field["name"] == name).unwrap();
    assert_eq!(field("endpoint")["takes"], "url");
    assert_eq!(field("endpoint")["required"], true);
    assert_eq!(field("mood")["choices"], json!(["calm", "stern"]));
    assert_eq!(field("status_map")["takes"], "texts", "as all helpdesks");
    assert_eq!(tool["settings"], json!([]));
}

#[tokio::test]
async fn connectors_have_a_limit_of_their_own() {
    let world = World::with_limits(&["connectors=1", "webhooks=1"]).await;
    make(&world, &desk()).await;
    world.make_webhook(json!({})).await;
    let more = world.post(CONNECTORS).key(&world.acme.editor).json(&desk());
    more.send().await.problem(409, "limit_reached");
}

/// A claim of `acme`, and the path of the connector's hook.
async fn hooked(world: &World, connector: &Value) -> (String, String) {
    let call = world.post("/v1/shops/acme/claims").key(&world.acme.editor);
    let claim = call
        .json(&json!({"title": "Vase"}))
        .send()
        .await
        .expect(201);
    let hook = connector["hook_url"]
        .as_str()
        .unwrap()
        .strip_prefix(PUBLIC_URL)
        .unwrap();
    (claim["id"].as_str().unwrap().to_owned(), hook.to_owned())
}

#[tokio::test]
async fn a_solved_ticket_closes_its_claim_once() {
    let world = World::new().await;
    let made = make(&world, &desk()).await;
    let (claim, hook) = hooked(&world, &made).await;
    let tell = async |body: Value| world.post(&hook).json(&body).send().await.expect(200);
    let status = async || {
        let path = format!("/v1/shops/acme/claims/{claim}");
        get(&world, &path, &world.acme.viewer).await["status"].clone()
    };
    let external = format!("claimwire:{claim}");
    let open = tell(json!({"ticket": {"external_id": external, "status": "open"}})).await;
    assert_eq!(
        (&open["changed"], status().await),
        (&json!(false), json!("pending"))
    );
    let solved = json!({"detail": {"external_id": external, "status": "SOLVED"}});
    let told = tell(solved.clone()).await;
    assert_eq!(
        (&told["changed"], &told["claim_id"]),
        (&json!(true), &json!(claim))
    );
    assert_eq!(status().await, "closed");
    let again = tell(solved).await;
    assert_eq!(again["changed"], false);

    let events = get(
        &world,
        "/v1/shops/acme/events?ref=claims/updated",
        &world.acme.viewer,
    )
    .await;
    let [event] = &events["data"].as_array().unwrap()[..] else {
        panic!("one change: {events}")
    };
    let id = made["id"].as_str().unwrap();
    let by = json!({"source": "api", "user_id": format!("connector:{id}"), "name": "Desk"});
    assert_eq!(event["performed_by"], by);

    // Helpdesks tell of all their tickets, and give up hooks that fail.
    for other in [
        json!({"external_id": "theirs", "status": "solved"}),
        json!({"claim_id": "00000000-0000-4000-8000-000000000000", "status": "solved"}),
        json!({}),
    ] {
        assert_eq!(tell(other).await["changed"], false);
    }
}

#[tokio::test]
async fn a_map_of_statuses_is_the_connectors_own() {
    let world = World::new().await;
    let map = json!({"settings": {"status_map": {"granted": "accepted"}}});
    let made = make(&world, &desk_with(map)).await;
    let (claim, hook) = hooked(&world, &made).await;
    for (ticket, changed) in [("solved", false), ("Granted", true)] {
        let body = json!({"claim_id": claim, "status": ticket});
        let told = world.post(&hook).json(&body).send().await.expect(200);
        assert_eq!(told["changed"], changed, "{ticket}");
    }
}

#[tokio::test]
async fn who_does_not_know_a_hook_learns_nothing_of_it() {
    let world = World::new().await;
    let made = make(&world, &desk()).await;
    let tool = make(&world, &json!({"kind": "tool"})).await;
    let webhook = world.make_webhook(json!({})).await;
    let (claim, hook) = hooked(&world, &made).await;
    let body = json!({"claim_id": claim, "status": "solved"});
    let token = hook.rsplit('/').next().unwrap();
    assert_eq!(token.len(), 32);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut answers = Vec::new();
    for (id, token) in [
        (text(&made["id"]), "x".repeat(32)),
        (text(&made["id"]), token[..31].to_owned()),
        (text(&tool["id"]), token.to_owned()),
        (text(&webhook["uuid"]), token.to_owned()),
        (
            "00000000-0000-4000-8000-000000000000".to_owned(),
            token.to_owned(),
        ),
        ("no-id".to_owned(), token.to_owned()),
    ] {
        let call = world.post(&format!("/v1/hooks/{id}/{token}")).json(&body);
        answers.push(call.send().await.problem(404, "hook_not_found")["detail"].clone());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "all alike: {answers:?}");
    let deleted = world.delete(&path(&made)).key(&world.acme.editor);
    assert_eq!(deleted.send().await.status, 204);
    let gone = world.post(&hook).json(&body).send().await;
    gone.problem(404, "hook_not_found");
}

#[tokio::test]
async fn a_hook_with_a_secret_takes_signed_requests_alone() {
    let world = World::new().await;
    let secret = json!({"credentials": {"webhook_secret": "the signing secret"}});
    let made = make(&world, &desk_with(secret)).await;
    let (claim, hook) = hooked(&world, &made).await;
    let body = json!({"claim_id": claim, "status": "solved"}).to_string();
    let signed = |secret: &str, timestamp: &str, body: &str| {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
        let tag = ring::hmac::sign(&key, format!("{timestamp}{body}").as_bytes());
        data_encoding::BASE64.encode(tag.as_ref())
    };
    let at = "2026-01-29T07:30:00Z";
    for wrong in [
        signed("another", at, &body),
        signed("the signing secret", "2026-01-29T07:30:01Z", &body),
        signed("the signing secret", at, "{}"),
        "no base64".to_owned(),
    ] {
        let call = world.post(&hook).text(&body);
        let call = call.header("X-Zendesk-Webhook-Signature-Timestamp", at);
        let call = call.header("X-Zendesk-Webhook-Signature", &wrong);
        call.send().await.problem(403, "signature_invalid");
    }
    let call = world.post(&hook).text(&body).send().await;
    call.problem(403, "signature_invalid");
    let call = world.post(&hook).text(&body);
    let call = call.header("X-Zendesk-Webhook-Signature-Timestamp", at);
    let good = signed("the signing secret", at, &body);
    let call = call.header("X-Zendesk-Webhook-Signature", &good);
    assert_eq!(call.send().await.expect(200)["changed"], true);
}
