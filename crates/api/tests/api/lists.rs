//! Lists: newest first, page by page, and what a query may hold.

use serde_json::json;

use crate::common::{ADMIN_KEY, World};

#[tokio::test]
async fn pages_join_into_the_whole_list() {
    let world = World::new().await;
    for i in 0..5 {
        let shop = json!({"slug": format!("s{i}"), "name": "s"});
        world
            .post("/v1/shops")
            .key(ADMIN_KEY)
            .json(&shop)
            .send()
            .await
            .expect(201);
    }
    let mut slugs = Vec::new();
    let mut path = "/v1/shops?limit=3".to_owned();
    let mut pages = 0;
    loop {
        let page = world.get(&path).key(ADMIN_KEY).send().await.expect(200);
        pages += 1;
        slugs.extend(
            page["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|s| s["slug"].as_str().unwrap().to_owned()),
        );
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/shops?limit=3&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(slugs, ["s4", "s3", "s2", "s1", "s0", "other", "acme"]);
    assert_eq!(pages, 3);
}

#[tokio::test]
async fn a_page_has_thirty_where_nothing_is_said() {
    let world = World::new().await;
    for _ in 0..31 {
        world.make_webhook(json!({})).await;
    }
    let page = world
        .get("/v1/shops/acme/webhooks")
        .key(&world.acme.viewer)
        .send()
        .await
        .expect(200);
    assert_eq!(page["data"].as_array().unwrap().len(), 30);
    assert!(page["next_cursor"].is_string());
    let page = world
        .get("/v1/shops/acme/webhooks?limit=100")
        .key(&world.acme.viewer)
        .send()
        .await
        .expect(200);
    assert_eq!(page["data"].as_array().unwrap().len(), 31);
    assert!(page["next_cursor"].is_null());
}

#[tokio::test]
async fn a_query_is_checked() {
    let world = World::new().await;
    for (query, field) in [
        ("limit=0", "/limit"),
        ("limit=101", "/limit"),
        ("limit=ten", "/limit"),
        ("limit=", "/limit"),
        ("limit=1&limit=2", "/limit"),
        ("per_page=0", "/per_page"),
        ("per_page=101", "/per_page"),
        ("limit=2&per_page=2", "/per_page"),
        ("page=0", "/page"),
        ("page=-1", "/page"),
        ("page=1&cursor=AAAAAAAAAAAAAAAAAAAAAA", "/page"),
        ("page=1002&per_page=100", "/page"),
        ("page=18446744073709551615", "/page"),
        ("cursor=nonsense", "/cursor"),
        ("cursor=", "/cursor"),
        ("colour=red", "/colour"),
    ] {
        for path in ["api-keys", "webhooks", "deliveries"] {
            let path = format!("/v1/shops/acme/{path}?{query}");
            let answer = world.get(&path).key(&world.acme.admin).send().await;
            assert_eq!(answer.invalid("query_invalid"), [field], "{path}");
        }
    }
    for (query, field) in [
        ("webhook=x", "/webhook"),
        ("status=lost", "/status"),
        ("since=yesterday", "/since"),
        ("until=2026-13-01T00:00:00Z", "/until"),
    ] {
        let path = format!("/v1/shops/acme/deliveries?{query}");
        assert_eq!(
            world
                .get(&path)
                .key(&world.acme.viewer)
                .send()
                .await
                .invalid("query_invalid"),
            [field]
        );
    }
    let both = world
        .get("/v1/shops/acme/deliveries?limit=0&status=lost")
        .key(&world.acme.viewer)
        .send()
        .await;
    assert_eq!(both.invalid("query_invalid").len(), 2);
}

#[tokio::test]
async fn pages_by_number_join_into_the_whole_list() {
    let world = World::new().await;
    let mut uuids = Vec::new();
    for _ in 0..5 {
        uuids.push(world.make_webhook(json!({})).await["uuid"].clone());
    }
    uuids.reverse();
    for query in ["per_page=2&page=", "limit=2&page="] {
        let mut listed = Vec::new();
        for page in 1..=4 {
            let path = format!("/v1/shops/acme/webhooks?{query}{page}");
            let page = world.get(&path).key(&world.acme.viewer).send().await;
            let page = page.expect(200)["data"].as_array().unwrap().clone();
            listed.push(page.len());
            let part: Vec<_> = page.iter().map(|webhook| webhook["uuid"].clone()).collect();
            let before = listed.iter().sum::<usize>() - part.len();
            assert_eq!(part, uuids[before..before + part.len()]);
        }
        assert_eq!(listed, [2, 2, 1, 0]);
    }
}

#[tokio::test]
async fn webhooks_are_filtered() {
    let world = World::new().await;
    let on = world
        .make_webhook(json!({"url": "https://a.example/1"}))
        .await;
    let off = json!({"url": "https://a.example/2", "status": "inactive"});
    let off = world.make_webhook(off).await;
    let of = |query: String| {
        let path = format!("/v1/shops/acme/webhooks?{query}");
        world.get(&path).key(&world.acme.viewer).send()
    };
    for (query, found) in [
        (format!("uuid={}", on["uuid"].as_str().unwrap()), vec![&on]),
        ("url=https://a.example/2".to_owned(), vec![&off]),
        ("url=https://a.example".to_owned(), vec![]),
        ("status=inactive".to_owned(), vec![&off]),
        (
            "status=active&url=https%3A%2F%2Fa.example%2F1".to_owned(),
            vec![&on],
        ),
        ("status=active&url=https://a.example/2".to_owned(), vec![]),
        ("page=2&per_page=1".to_owned(), vec![&on]),
    ] {
        let list = of(query.clone()).await.expect(200);
        let listed = list["data"].as_array().unwrap();
        let uuids: Vec<_> = listed.iter().map(|webhook| &webhook["uuid"]).collect();
        let expected: Vec<_> = found.iter().map(|webhook| &webhook["uuid"]).collect();
        assert_eq!(uuids, expected, "{query}");
    }
    let answer = of("status=held".to_owned()).await;
    assert_eq!(answer.invalid("query_invalid"), ["/status"]);
}

/// A cursor is the store's business; one that was made up must do no harm.
#[tokio::test]
async fn a_forged_cursor_does_no_harm() {
    let world = World::new().await;
    for cursor in [
        "AAAAAAAAAAAAAAAAAAAAAA",
        "_____________________w",
        "f_________9_________9w",
        "gAAAAAAAAAAAAAAAAAAAAA",
    ] {
        for path in ["webhooks", "deliveries", "api-keys"] {
            let path = format!("/v1/shops/acme/{path}?cursor={cursor}");
            let answer = world.get(&path).key(&world.acme.admin).send().await;
            assert!(
                [200, 422].contains(&answer.status),
                "{path}: {:?}",
                answer.body
            );
        }
    }
}
