//! Anything of another shop is the same as what does not exist: every route, every kind of id, in the
//! path, the query, a cursor and the body.

use serde_json::{Value, json};

use crate::common::{Answer, Kind, ROUTES, Route, Things, World, nothing};

/// Both shops have one of everything.
async fn furnished() -> (World, Things, Things) {
    let world = World::new().await;
    let acme = world
        .furnish("acme", &world.acme.editor, &world.acme.admin)
        .await;
    let other = world
        .furnish("other", &world.other.editor, &world.other.admin)
        .await;
    (world, acme, other)
}

/// What a caller can tell apart, the id that was asked for left out, and the request's own.
fn seen(answer: &Answer, id: &str) -> (u16, String) {
    let request = answer.header("x-request-id").unwrap();
    let text = answer.text().replace(id, "ID");
    (answer.status, text.replace(request, "REQUEST"))
}

fn in_a_shop() -> impl Iterator<Item = &'static Route> {
    ROUTES
        .iter()
        .filter(|route| route.path.starts_with("/v1/shops/{slug}"))
}

#[tokio::test]
async fn another_shop_is_as_if_it_were_not_there() {
    let (world, _, other) = furnished().await;
    let before = world.snapshot("other").await;
    for route in in_a_shop() {
        let mut path = route.path.to_owned();
        for (variable, kind) in route.names() {
            path = path.replacen(&variable, other.id(kind), 1);
        }
        for key in [&world.acme.viewer, &world.acme.editor, &world.acme.admin] {
            let theirs = world
                .ask(route, &path.replace("{slug}", "other"), Some(key))
                .await;
            let nowhere = world
                .ask(route, &path.replace("{slug}", "nowhere"), Some(key))
                .await;
            theirs.problem(404, "shop_not_found");
            assert_eq!(
                seen(&theirs, "other"),
                seen(&nowhere, "nowhere"),
                "{}",
                theirs.label
            );
        }
    }
    assert_eq!(world.snapshot("other").await, before);
    assert!(world.sender.sent().is_empty());
}

#[tokio::test]
async fn another_shops_ids_are_unknown_in_ones_own() {
    let (world, _, other) = furnished().await;
    let before = world.snapshot("other").await;
    let mut asked = 0;
    // Those that make things come last: what they made is one's own from then on.
    let mut routes: Vec<_> = in_a_shop().collect();
    routes.sort_by_key(|route| route.upserts());
    for route in routes {
        for (variable, named) in route.names() {
            for kind in Kind::ALL {
                let id = other.id(kind);
                let path = |id: &str| {
                    route
                        .path
                        .replace("{slug}", "acme")
                        .replacen(&variable, id, 1)
                };
                let key = Some(world.acme.admin.as_str());
                let theirs = world.ask(route, &path(id), key).await;
                let missing = world.ask(route, &path(nothing(kind)), key).await;
                asked += 1;
                if route.upserts() && (theirs.status == 201 || theirs.status == 200) {
                    assert!(
                        !theirs.text().contains("secret of other"),
                        "{}",
                        theirs.text()
                    );
                    continue;
                }
                assert_eq!(theirs.status, 404, "{}: {}", theirs.label, theirs.text());
                assert_eq!(
                    seen(&theirs, id),
                    seen(&missing, nothing(kind)),
                    "{} names a {named:?}",
                    theirs.label
                );
            }
        }
    }
    assert!(asked > 200, "{asked}");
    assert_eq!(
        world.snapshot("other").await,
        before,
        "something of the other shop changed"
    );
    assert!(world.sender.sent().is_empty());
}

#[tokio::test]
async fn another_shops_ids_find_nothing_in_a_query() {
    let (world, _, other) = furnished().await;
    for (list, parameter, kind) in [
        ("deliveries", "webhook", Kind::Webhook),
        ("deliveries", "connector", Kind::Connector),
        ("deliveries", "event", Kind::Event),
        ("deliveries", "claim", Kind::Claim),
        ("events", "subject", Kind::Claim),
        ("webhooks", "uuid", Kind::Webhook),
    ] {
        let ask = async |id: &str| {
            let path = format!("/v1/shops/acme/{list}?{parameter}={id}");
            world.get(&path).key(&world.acme.admin).send().await
        };
        let theirs = ask(other.id(kind)).await;
        let missing = ask(nothing(kind)).await;
        assert!(
            !theirs.text().contains("secret of other"),
            "{}",
            theirs.text()
        );
        assert_eq!(seen(&theirs, other.id(kind)), seen(&missing, nothing(kind)));
    }
    let documented: Vec<String> = query_parameters();
    assert_eq!(
        documented,
        [
            // A place in the log of all shops, from which on nothing of theirs comes either: `event_stream.rs`.
            "after",
            "assignee",
            "attempts_cursor",
            "claim",
            "connector",
            "cursor",
            "customer_email",
            "dialect",
            "event",
            "events",
            "follow",
            "label",
            "limit",
            "order_number",
            "page",
            "per_page",
            "q",
            "reason",
            "ref",
            "since",
            "status",
            "subject",
            "until",
            "url",
            "uuid",
            "webhook",
            "window"
        ],
        "does the new one take ids?"
    );
}

fn query_parameters() -> Vec<String> {
    let document = claimwire_api::openapi().unwrap();
    let mut names = std::collections::BTreeSet::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                if parameter["in"] == "query" {
                    names.insert(parameter["name"].as_str().unwrap().to_owned());
                }
            }
        }
    }
    names.into_iter().collect()
}

#[tokio::test]
async fn another_shops_cursor_leads_to_nothing_of_theirs() {
    let (world, acme, other) = furnished().await;
    // Twice of everything, so that a list of one is not the end of it.
    world.furnish_lists("other", &world.other.admin).await;
    let mut lists = 0;
    for route in in_a_shop().filter(|route| !route.writes()) {
        let path = |shop: &str, things: &Things| {
            let mut path = route.path.replace("{slug}", shop);
            for (variable, kind) in route.names() {
                path = path.replacen(&variable, things.id(kind), 1);
            }
            path
        };
        let first = world
            .get(&format!("{}?limit=1", path("other", &other)))
            .key(&world.other.admin);
        let first = first.send().await;
        let Some(cursor) = (first.status == 200)
            .then(|| first.json()["next_cursor"].as_str().map(str::to_owned))
            .flatten()
        else {
            continue;
        };
        lists += 1;
        let mine = format!("{}?limit=100&cursor={cursor}", path("acme", &acme));
        let answer = world.get(&mine).key(&world.acme.admin).send().await;
        assert!(
            [200, 422].contains(&answer.status),
            "{}: {}",
            answer.label,
            answer.text()
        );
        for id in other.ids() {
            assert!(!answer.text().contains(id), "{} shows {id}", answer.label);
        }
    }
    assert!(lists >= 9, "{lists} lists have a second page");
}

#[tokio::test]
async fn another_shops_ids_in_a_body_are_only_text() {
    let (world, _, other) = furnished().await;
    let image = format!("http://claimwire.test/images/{}", other.id(Kind::Image));
    let claim = async |order: &str, shipment: &str, image: &str| {
        let body = json!({"order_number": order, "shipment_id": shipment, "image_urls": [image]});
        let made = world
            .post("/v1/shops/acme/claims")
            .key(&world.acme.editor)
            .json(&body);
        made.send().await.expect(201)["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let theirs = claim(other.id(Kind::Order), other.id(Kind::Shipment), &image).await;
    let missing = claim(
        nothing(Kind::Order),
        nothing(Kind::Shipment),
        "https://x.test/1",
    )
    .await;
    let shipment = json!({"order_number": other.id(Kind::Order)});
    let put = world
        .put("/v1/shops/acme/shipments/mine")
        .key(&world.acme.editor)
        .json(&shipment);
    put.send().await.expect(201);
    let handed = json!({"event_name": "OUT_FOR_DELIVERY", "event_time": "2026-01-01T00:00:00Z", "external_id": "1"});
    let handed = world
        .post("/v1/shops/acme/shipments/mine/events")
        .key(&world.acme.editor)
        .json(&handed);
    handed.send().await.expect(201);
    let posted = json!({"id": other.id(Kind::Event), "ref": "claims/updated", "event_data": {"claim_id": "c"}});
    let posted = world
        .post("/v1/shops/acme/events")
        .key(&world.acme.editor)
        .json(&posted);
    assert_ne!(
        posted.send().await.status,
        409,
        "an id is taken in one's own shop alone"
    );

    let events = world
        .get("/v1/shops/acme/events?limit=100")
        .key(&world.acme.viewer)
        .send()
        .await;
    let events = events.expect(200);
    let of = |id: &str| -> &Value {
        let events = events["data"].as_array().unwrap();
        events
            .iter()
            .find(|event| event["subject"]["id"] == *id)
            .unwrap()
    };
    assert_eq!(
        of(&theirs)["context"]["order"],
        of(&missing)["context"]["order"]
    );
    assert_eq!(
        of(&theirs)["context"]["shipments"],
        of(&missing)["context"]["shipments"]
    );
    let shipped = of("mine");
    assert_eq!(shipped["context"]["order"], Value::Null);
    for hidden in [other.id(Kind::Claim), "secret of other"] {
        assert!(!events.to_string().contains(hidden), "{events}");
    }
}

#[tokio::test]
async fn an_idempotency_key_is_ones_own() {
    let world = World::new().await;
    let post = async |shop: &'static str, key: String| {
        let path = format!("/v1/shops/{shop}/claims");
        let answer = world
            .post(&path)
            .key(&key)
            .once("same")
            .json(&json!({"title": shop}))
            .send()
            .await;
        answer.expect(201)["title"].clone()
    };
    assert_eq!(post("other", world.other.editor.clone()).await, "other");
    assert_eq!(post("acme", world.acme.editor.clone()).await, "acme");
}
