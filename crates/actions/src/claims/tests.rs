use claimwire_model::SubjectKind;
use claimwire_store::Commit;
use claimwire_store::commit::{Content, Write};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Refusal;
use crate::testing::claims::{create, delete, patch, put};
use crate::testing::{Done, World, fields, json as body, key, messages, orders, shipments, text};

const ID: Uuid = Uuid::from_u128(7);

async fn put_claim(world: &World, claim: &Value) -> Done {
    put(&world.call(), ID, claim.to_string().as_bytes())
        .await
        .unwrap()
}

async fn patched(world: &World, patch_of_it: Value) -> Value {
    body(
        &patch(&world.call(), ID, patch_of_it.to_string().as_bytes())
            .await
            .unwrap(),
    )
}

#[tokio::test]
async fn a_new_claim_counts_up_and_tells_of_it_once() {
    let world = World::new().await;
    let first = create(&world.call(), b"{}").await.unwrap();
    let rich = json!({"status": "closed", "labels": ["vip"], "assignee": {"name": "Ada"}, "damages": [{"damage_type": "dent"}]});
    let second = body(
        &create(&world.call(), rich.to_string().as_bytes())
            .await
            .unwrap(),
    );
    assert_eq!(
        (first.status, &body(&first)["status"]),
        (201, &json!("pending"))
    );
    assert_eq!(
        body(&first)["number"].as_u64().unwrap() + 1,
        second["number"].as_u64().unwrap()
    );
    assert_eq!(second["closed_at"], second["created_at"]);
    assert!(!second["damages"][0]["id"].as_str().unwrap().is_empty());
    assert_eq!(world.refs().await, ["claims/created", "claims/created"]);
    let stored = world
        .read(SubjectKind::Claim, second["id"].as_str().unwrap())
        .await;
    assert_eq!(stored, second);
}

#[tokio::test]
async fn the_same_snapshot_again_changes_nothing() {
    let world = World::new().await;
    let claim =
        json!({"title": "Broken", "damages": [{"damage_type": "dent"}, {"damage_type": "dent"}]});
    let first = put_claim(&world, &claim).await;
    let again = put(&world.at(5), ID, claim.to_string().as_bytes())
        .await
        .unwrap();
    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(first.body, again.body);
    assert_eq!(world.refs().await, ["claims/created"]);

    let put_back = put(&world.at(9), ID, &again.body).await.unwrap();
    assert_eq!(put_back.body, first.body);
    assert_eq!(world.refs().await, ["claims/created"]);
}

#[tokio::test]
async fn a_put_changes_what_it_names_and_the_path_names_the_claim() {
    let world = World::new().await;
    let whole = json!({"title": "A", "reason": "damage", "labels": ["a"], "image_urls": ["https://a.example/1.jpg"],
        "customer": {"email": "a@b.example", "first_name": "Mia"}, "custom": {"x": {"y": 1}, "z": 2}});
    let first = body(&put_claim(&world, &whole).await);
    let named = json!({"title": null, "labels": null, "status": "accepted", "customer": {"email": "c@d.example"}, "custom": {"x": {}}});
    let after = body(
        &put(&world.at(5), ID, named.to_string().as_bytes())
            .await
            .unwrap(),
    );
    let mut expected = first.clone();
    expected["title"] = Value::Null;
    expected["labels"] = json!([]);
    expected["status"] = json!("accepted");
    expected["customer"] =
        json!({"external_id": null, "email": "c@d.example", "first_name": null, "last_name": null});
    expected["custom"] = json!({"x": {}});
    expected["updated_at"] = after["updated_at"].clone();
    assert_eq!(after, expected);
    assert_eq!(
        (&after["number"], &after["created_at"]),
        (&first["number"], &first["created_at"])
    );
    assert_ne!(after["updated_at"], first["updated_at"]);
    assert_eq!(
        world.refs().await,
        [
            "claims/created",
            "claims/updated",
            "claims/details_changed",
            "claims/status_changed",
            "claims/approved",
            "claims/label_removed"
        ]
    );

    let other = json!({"id": Uuid::from_u128(8)}).to_string();
    assert_eq!(
        fields(&put(&world.call(), ID, other.as_bytes()).await.unwrap_err()),
        ["/id"]
    );
}

#[tokio::test]
async fn a_patch_merges_and_null_removes() {
    let world = World::new().await;
    put_claim(&world, &json!({"title": "A", "customer": {"email": "a@b.example", "first_name": "Mia"}, "labels": ["a"], "custom": {"x": 1, "y": {"z": 2}}})).await;
    let after = patched(&world, json!({"title": null, "customer": {"first_name": "Max"}, "labels": ["b"], "custom": {"y": {"z": null, "w": 3}}})).await;
    assert_eq!(after["title"], Value::Null);
    assert_eq!(
        (
            &after["customer"]["email"],
            &after["customer"]["first_name"]
        ),
        (&json!("a@b.example"), &json!("Max"))
    );
    assert_eq!(after["labels"], json!(["b"]));
    assert_eq!(after["custom"], json!({"x": 1, "y": {"w": 3}}));
    assert_eq!(
        world.refs().await[1..],
        [
            "claims/updated",
            "claims/details_changed",
            "claims/label_added",
            "claims/label_removed"
        ]
    );
    let events = world.events().await;
    assert_eq!(events[1].fact.performed_by.name.as_deref(), Some("till"));
}

#[tokio::test]
async fn a_patch_that_fits_nothing_is_refused() {
    let world = World::new().await;
    assert_eq!(
        key(patch(&world.call(), ID, b"{}").await),
        "claim_not_found"
    );
    put_claim(&world, &json!({})).await;
    for (refused, field) in [
        (r#"{"lables": null}"#, "/lables"),
        (r#"{"lables": []}"#, "/lables"),
        ("[]", ""),
        (r#"{"labels": ["Not A Slug"]}"#, "/labels/0"),
        (r#"{"custom": 5}"#, "/custom"),
        (r#"{"status": "open"}"#, "/status"),
        (r#"{"customer": {"age": 5}}"#, "/customer/age"),
    ] {
        let refusal = patch(&world.call(), ID, refused.as_bytes())
            .await
            .unwrap_err();
        assert_eq!(fields(&refusal), [field], "{refused}");
    }
    assert!(matches!(
        patch(&world.call(), ID, b"").await,
        Err(Refusal::NotJson(_))
    ));
    assert_eq!(world.refs().await, ["claims/created"]);
}

#[tokio::test]
async fn a_patch_nested_without_end_is_refused() {
    let world = World::new().await;
    put_claim(&world, &json!({})).await;
    let deep = format!("{}1{}", "{\"custom\":".repeat(100_000), "}".repeat(100_000));
    assert_eq!(
        key(patch(&world.call(), ID, deep.as_bytes()).await),
        "validation_failed"
    );
    assert_eq!(
        key(put(&world.call(), ID, deep.as_bytes()).await),
        "validation_failed"
    );
}

#[tokio::test]
async fn closed_at_follows_the_status() {
    let world = World::new().await;
    put_claim(&world, &json!({})).await;
    let patch_at = async |seconds, text: &str| {
        body(
            &patch(&world.at(seconds), ID, text.as_bytes())
                .await
                .unwrap(),
        )
    };
    let closed = patch_at(1, r#"{"status": "closed"}"#).await;
    assert_eq!(closed["closed_at"], closed["updated_at"]);
    let titled = patch_at(2, r#"{"title": "t"}"#).await;
    assert_eq!(titled["closed_at"], closed["closed_at"]);
    let open = patch_at(3, r#"{"status": null}"#).await;
    assert_eq!(
        (&open["closed_at"], &open["status"]),
        (&Value::Null, &json!("pending"))
    );
    assert!(world.refs().await.contains(&"claims/reopened".to_owned()));
}

#[tokio::test]
async fn what_is_wrong_is_named_all_at_once() {
    let world = World::new().await;
    let wrong = json!({
        "reason": "x".repeat(65), "image_urls": ["nope"], "labels": ["a", "a"],
        "selected_items": [{"quantity": 1, "image_urls": ["ftp://x"]}],
        "assignee": {"user_id": [1]}, "damages": [{"id": "1", "damage_type": "a"}, {"id": "1", "damage_type": "b"}],
        "performed_by": {"source": "ui", "user_id": {}},
    });
    let refusal = create(&world.call(), wrong.to_string().as_bytes())
        .await
        .unwrap_err();
    assert_eq!(
        fields(&refusal),
        [
            "/reason",
            "/selected_items/0/image_urls/0",
            "/image_urls/0",
            "/labels/1",
            "/assignee/user_id",
            "/damages/1/id",
            "/performed_by/user_id"
        ]
    );
}

#[tokio::test]
async fn numbers_keep_their_text() {
    let world = World::new().await;
    let custom = r#"{"a":1.10,"b":1e3,"c":123456789012345678901234567890,"d":[2E-7,-0.0]}"#;
    let done = put(
        &world.call(),
        ID,
        format!(r#"{{"custom": {custom}}}"#).as_bytes(),
    )
    .await
    .unwrap();
    assert!(text(&done).contains(custom), "{}", text(&done));
    let done = patch(
        &world.call(),
        ID,
        br#"{"title": "t", "custom": {"e": 5E+1}}"#,
    )
    .await
    .unwrap();
    let custom = custom.replace("]}", r#"],"e":5E+1}"#);
    assert!(text(&done).contains(&custom), "{}", text(&done));
    let events = world.events().await;
    for event in &events[1..] {
        assert!(event.fact.event_data.get().contains(&custom));
        assert!(event.fact.context.as_ref().unwrap().get().contains(&custom));
        assert!(
            event
                .fact
                .changes
                .as_ref()
                .unwrap()
                .get()
                .contains("\"b\":1e3")
        );
    }
}

#[tokio::test]
async fn the_same_members_otherwise_written_are_no_change() {
    let world = World::new().await;
    let first = br#"{"custom": {"a": 1.10, "b": {"c": "\u00fc", "d": [1, 2]}}}"#;
    let again = r#"{"custom": {"b": {"d": [1, 2], "\u0063": "ü"}, "a": 1.10}}"#.as_bytes();
    let made = put(&world.call(), ID, first).await.unwrap();
    let same = put(&world.at(1), ID, again).await.unwrap();
    let patched = patch(&world.at(2), ID, again).await.unwrap();
    assert_eq!((&same.body, &patched.body), (&made.body, &made.body));
    assert_eq!(world.refs().await, ["claims/created"]);
    let other = br#"{"custom": {"a": 1.1, "b": {"c": "\u00fc", "d": [1, 2]}}}"#;
    put(&world.at(3), ID, other).await.unwrap();
    let changed = ["claims/created", "claims/updated", "claims/details_changed"];
    assert_eq!(world.refs().await, changed);

    let first = br#"{"address": {"zip": "1", "city": "Basel"}, "discounts": [{"a": 1, "b": 2}]}"#;
    let again = br#"{"address": {"city": "Basel", "zip": "1"}, "discounts": [{"b": 2, "a": 1}]}"#;
    orders::put(&world.at(4), "1", first).await.unwrap();
    orders::put(&world.at(5), "1", again).await.unwrap();
    assert_eq!(world.refs().await[3..], ["orders/synced"]);
}

#[tokio::test]
async fn performed_by_goes_to_the_event_and_not_into_the_claim() {
    let world = World::new().await;
    let by = json!({"source": "ui", "user_id": 2642, "name": "Ada"});
    let done = put_claim(&world, &json!({"performed_by": by})).await;
    assert!(body(&done).get("performed_by").is_none());
    let events = world.events().await;
    assert_eq!(
        serde_json::to_value(&events[0].fact.performed_by).unwrap(),
        by
    );
}

#[tokio::test]
async fn the_context_is_whole_with_the_change_applied() {
    let world = World::new().await;
    let call = world.call();
    orders::put(&call, "10077", br#"{"customer": {"email": "o@x.example"}}"#)
        .await
        .unwrap();
    shipments::put(&call, "s-1", br#"{"order_number": "10077"}"#)
        .await
        .unwrap();
    shipments::put(&call, "elsewhere", br#"{"order_number": "1"}"#)
        .await
        .unwrap();
    create(&call, br#"{"order_number": "10077", "title": "other"}"#)
        .await
        .unwrap();
    put_claim(
        &world,
        &json!({"order_number": "10077", "shipment_id": "elsewhere", "title": "this"}),
    )
    .await;
    patched(
        &world,
        json!({"title": "changed", "customer": {"email": "c@x.example"}}),
    )
    .await;

    let events = world.events().await;
    let context = |at: usize| -> Value {
        serde_json::from_str(events[at].fact.context.as_ref().unwrap().get()).unwrap()
    };
    let (made, changed) = (context(2), context(3));
    assert_eq!(made["customer"]["email"], "o@x.example");
    assert_eq!(changed["customer"]["email"], "c@x.example");
    assert_eq!(changed["order"]["order_number"], "10077");
    let of = |list: &Value, field: &str| -> Vec<String> {
        list.as_array()
            .unwrap()
            .iter()
            .map(|one| one[field].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(of(&changed["shipments"], "id"), ["s-1", "elsewhere"]);
    assert_eq!(of(&changed["claims"], "title"), ["changed", "other"]);
}

#[tokio::test]
async fn a_deleted_claim_takes_its_messages_along() {
    let world = World::new().await;
    put_claim(&world, &json!({"order_number": "1"})).await;
    messages::create(
        &world.call(),
        ID,
        br#"{"direction": "inbound", "body": "hello"}"#,
    )
    .await
    .unwrap();
    delete(&world.call(), ID).await.unwrap();
    assert_eq!(key(delete(&world.call(), ID).await), "claim_not_found");
    let events = world.events().await;
    let deleted = &events.last().unwrap().fact;
    assert_eq!(deleted.r#ref, "claims/deleted");
    let context: Value = serde_json::from_str(deleted.context.as_ref().unwrap().get()).unwrap();
    assert_eq!(context["claims"], json!([]));

    put_claim(&world, &json!({})).await;
    let page = claimwire_store::PageRequest::first(10);
    assert!(
        crate::messages::list(&world.call().editor.viewer(), &ID, page)
            .await
            .unwrap()
            .items
            .is_empty()
    );
}

#[tokio::test]
async fn an_idempotency_key_does_it_once() {
    let world = World::new().await;
    let first = create(&world.keyed("k", 1), br#"{"title": "a"}"#)
        .await
        .unwrap();
    let again = create(&world.keyed("k", 1), br#"{"title": "a"}"#)
        .await
        .unwrap();
    assert_eq!((first.repeated, again.repeated), (false, true));
    assert_eq!((&first.body, first.status), (&again.body, again.status));
    assert_eq!(world.refs().await.len(), 1);
    assert_eq!(
        key(create(&world.keyed("k", 2), b"{}").await),
        "idempotency_conflict"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changes_at_the_same_time_all_land() {
    const WRITERS: usize = 8;
    const WRITES: usize = 20;
    let world = std::sync::Arc::new(World::new().await);
    put_claim(&world, &json!({})).await;
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let world = world.clone();
            tokio::spawn(async move {
                for write in 0..WRITES {
                    let change = format!(r#"{{"custom": {{"w{writer}-{write}": 1}}}}"#);
                    patch(&world.call(), ID, change.as_bytes()).await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let claim = world.read(SubjectKind::Claim, &ID.to_string()).await;
    assert_eq!(claim["custom"].as_object().unwrap().len(), WRITERS * WRITES);
}

#[tokio::test]
async fn a_list_without_end_is_refused_without_looking_at_all_of_it() {
    let world = World::new().await;
    let labels = vec!["A"; 200_000];
    let refusal = create(
        &world.call(),
        json!({"labels": labels}).to_string().as_bytes(),
    )
    .await
    .unwrap_err();
    let named = fields(&refusal);
    assert_eq!(
        (named[0], named[1], named.len()),
        ("/labels", "/labels/0", crate::checks::ERRORS)
    );
}

#[tokio::test]
async fn patches_do_not_make_a_claim_grow_without_end() {
    let world = World::new().await;
    put_claim(&world, &json!({})).await;
    let half = |name: &str| json!({"custom": {name: "x".repeat(600_000)}}).to_string();
    patch(&world.call(), ID, half("a").as_bytes())
        .await
        .unwrap();
    let refusal = patch(&world.call(), ID, half("b").as_bytes())
        .await
        .unwrap_err();
    assert_eq!(fields(&refusal), ["/custom"]);
    let removed = json!({"custom": {"a": null, "b": "x".repeat(600_000)}}).to_string();
    patch(&world.call(), ID, removed.as_bytes()).await.unwrap();
}

#[tokio::test]
async fn all_of_a_claim_has_an_end() {
    let world = World::new().await;
    let long = |field: &str, fill: usize| {
        let url = format!("https://a.example/{}", "x".repeat(fill));
        json!({field: vec![url; 1_000]}).to_string()
    };
    put_claim(&world, &json!({})).await;
    for field in ["image_urls", "optional_image_urls"] {
        let change = long(field, 970);
        patch(&world.call(), ID, change.as_bytes()).await.unwrap();
    }
    let custom = json!({"custom": {"a": "x".repeat(500_000)}}).to_string();
    let refusal = patch(&world.call(), ID, custom.as_bytes()).await;
    assert_eq!(fields(&refusal.unwrap_err()), [""]);
    let shorter = long("image_urls", 400);
    patch(&world.call(), ID, shorter.as_bytes()).await.unwrap();
    patch(&world.call(), ID, custom.as_bytes()).await.unwrap();
}

/// An earlier program took half a surrogate pair; such a claim can still be changed, and loses nothing.
#[tokio::test]
async fn what_was_taken_before_stands_in_no_ones_way() {
    let world = World::new().await;
    put_claim(&world, &json!({"custom": {"a": "HERE"}})).await;
    let (kind, id) = (SubjectKind::Claim, ID.to_string());
    let store = &world.ports.store;
    let found = store.document(world.shop.no, kind, &id).await.unwrap();
    let json = found.json.replace(r#""a":"HERE""#, r#""\ud83d":"\ud800""#);
    let write = Write {
        kind,
        id: id.clone(),
        expected_version: found.version,
        after: Some(Content { parent: None, json }),
    };
    let commit = Commit {
        shop: world.shop.clone(),
        now: world.call().now,
        writes: vec![write],
        facts: Vec::new(),
        images: Vec::new(),
        letters: Vec::new(),
        idempotency: None,
    };
    store.commit(commit).await.unwrap();

    let lone = r#""custom":{"\ud83d":"\ud800"}"#;
    for change in [r#"{"status": "accepted"}"#, r#"{"title": "t"}"#] {
        let done = put(&world.call(), ID, change.as_bytes()).await.unwrap();
        assert!(text(&done).contains(lone), "{}", text(&done));
        let done = patch(&world.call(), ID, change.as_bytes()).await.unwrap();
        assert!(text(&done).contains(lone), "{}", text(&done));
    }
    let into_it = patch(&world.call(), ID, br#"{"custom": {"b": 1}}"#).await;
    assert!(matches!(into_it, Err(Refusal::Invalid { .. })));
    let anew = put(&world.call(), ID, br#"{"custom": {"b": 1}}"#).await;
    assert_eq!(body(&anew.unwrap())["custom"], json!({"b": 1}));
}

/// Each label is an event with a snapshot of its own.
#[tokio::test]
async fn a_small_request_costs_no_gigabytes() {
    let world = World::new().await;
    put_claim(&world, &json!({"custom": {"x": "x".repeat(900_000)}})).await;
    let labels: Vec<_> = (0..100).map(|n| format!("label-{n}")).collect();
    let change = json!({"labels": labels}).to_string();
    let refusal = patch(&world.call(), ID, change.as_bytes()).await;
    assert_eq!(fields(&refusal.unwrap_err()), ["/labels"]);
    assert_eq!(world.refs().await, ["claims/created"]);
    let claim = world.read(SubjectKind::Claim, &ID.to_string()).await;
    assert_eq!(claim["labels"], json!([]));
    patched(&world, json!({"labels": labels[..5]})).await;
    assert_eq!(world.refs().await[1..], ["claims/label_added"; 5]);
}

#[tokio::test]
async fn a_context_has_an_end() {
    let world = World::new().await;
    for letter in ["a", "b", "c"] {
        let claim =
            json!({"order_number": "1", "title": letter, "custom": {"x": "x".repeat(100_000)}});
        create(&world.call(), claim.to_string().as_bytes())
            .await
            .unwrap();
    }
    put_claim(&world, &json!({"order_number": "1", "title": "d"})).await;
    let events = world.events().await;
    let context = |at: usize| -> Value {
        serde_json::from_str(events[at].fact.context.as_ref().unwrap().get()).unwrap()
    };
    let titles = |context: &Value| -> Vec<Value> {
        let claims = context["claims"].as_array().unwrap();
        claims.iter().map(|claim| claim["title"].clone()).collect()
    };
    assert_eq!(titles(&context(1)), ["b", "a"]);
    assert_eq!(context(1).get("truncated"), None);
    let cut = context(3);
    assert_eq!(
        (titles(&cut), &cut["truncated"]),
        (vec![json!("d")], &json!(true))
    );
    assert_eq!(cut["counts"], json!({"shipments": 0, "claims": 4}));
}

#[tokio::test]
async fn a_context_has_the_newest_hundred_and_their_count() {
    let world = World::new().await;
    for n in 0..103 {
        let parcel = br#"{"order_number": "1"}"#;
        shipments::put(&world.call(), &n.to_string(), parcel)
            .await
            .unwrap();
    }
    put_claim(&world, &json!({"order_number": "1", "shipment_id": "0"})).await;
    let events = world.events().await;
    let context = events[0].fact.context.as_ref().unwrap();
    let context: Value = serde_json::from_str(context.get()).unwrap();
    let shipments = context["shipments"].as_array().unwrap();
    assert_eq!((&shipments[0]["id"], shipments.len()), (&json!("102"), 101));
    assert_eq!(shipments[100]["id"], "0", "the claim's own is there too");
    assert_eq!(context["truncated"], true);
    assert_eq!(context["counts"], json!({"shipments": 103, "claims": 1}));
}

#[tokio::test]
async fn a_patch_of_very_many_members_is_done_in_time() {
    let world = World::new().await;
    put_claim(&world, &json!({})).await;
    let custom = |value: &str| {
        let members: Vec<_> = (0..80_000).map(|n| format!("\"k{n}\":{value}")).collect();
        format!("{{\"custom\":{{{}}}}}", members.join(","))
    };
    patch(&world.call(), ID, custom("1").as_bytes())
        .await
        .unwrap();
    let after = patch(&world.call(), ID, custom("null").as_bytes())
        .await
        .unwrap();
    assert_eq!(body(&after)["custom"], json!({}));
}
