use super::{World, common};
use serde_json::{Value, json};

fn ids(listing: &Value, name: &str) -> Vec<String> {
    let text = |item: &Value| item[name].as_str().unwrap().to_owned();
    listing["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(text)
        .collect()
}

#[test]
fn every_noun_is_listed_shown_made_changed_and_deleted_by_the_same_words() {
    let world = World::new();
    let order = world.file(
        "order.json",
        r#"{"currency": "EUR", "total_order_price": 1.50}"#,
    );
    let made = world.json(&format!(
        "orders create 1001 --file {order} --set address.city=Bonn"
    ));
    assert_eq!(
        (&made["currency"], &made["address"]["city"]),
        (&json!("EUR"), &json!("Bonn"))
    );
    let changed = world.json("orders update 1001 --set currency=CHF");
    assert_eq!(
        (&changed["currency"], &changed["address"]["city"]),
        (&json!("CHF"), &json!("Bonn"))
    );
    assert_eq!(
        world.json("orders get 1001")["total_order_price"].to_string(),
        "1.50"
    );
    assert_eq!(ids(&world.json("orders list"), "order_number"), ["1001"]);
    assert_eq!(world.fails("orders create 1001").0, 5);
    assert_eq!(world.fails("orders update 1002").0, 4);

    let parcel = world.json("shipments create p1 --order-number 1001 --carrier dhl");
    assert_eq!(parcel["carrier_reference"], "dhl");
    assert_eq!(
        world.json("shipments update p1 --tracking-number 7")["tracking_number"],
        "7"
    );
    world.json("shipments add-event p1 OUT_FOR_DELIVERY --phase in_delivery --time 1h");
    assert_eq!(
        world.json("shipments get p1")["events"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(ids(&world.json("shipments list"), "id"), ["p1"]);

    let claim =
        world.json("claims create --order-number 1001 --reason damage --description It~broke.");
    let id = claim["id"].as_str().unwrap();
    assert_eq!(
        world.json(&format!("claims update {id} --status accepted"))["status"],
        "accepted"
    );
    let labels = format!(r#"claims update {id} --set labels:=["urgent"]"#);
    assert_eq!(world.json(&labels)["labels"], json!(["urgent"]));
    assert_eq!(
        world.json(&format!("claims get {id}"))["description"],
        "It broke."
    );
    for (filter, found) in [
        ("--status accepted", 1),
        ("--status pending", 0),
        ("--reason damage", 1),
        ("--order-number 1002", 0),
        ("--label urgent", 1),
        ("--since 1h", 1),
        ("--until 1h", 0),
        ("-q broke", 1),
    ] {
        let listing = world.json(&format!("claims list {filter}"));
        assert_eq!(ids(&listing, "id").len(), found, "{filter}");
    }
    let message = world.json(&format!("messages create {id} A~mug~follows. --author Ana"));
    assert_eq!(
        (&message["direction"], &message["author"]["name"]),
        (&json!("outbound"), &json!("Ana"))
    );
    assert_eq!(
        ids(&world.json(&format!("messages list {id}")), "body"),
        ["A mug follows."]
    );
    world.json(&format!("claims delete {id}"));
    assert_eq!(world.fails(&format!("claims get {id}")).0, 4);

    let contact = world.json("contacts create --first-name Mia --email mia@example.net");
    let id = contact["id"].as_str().unwrap();
    assert_eq!(
        world.json(&format!("contacts update {id} --last-name Berg"))["first_name"],
        "Mia"
    );
    assert_eq!(ids(&world.json("contacts list -q berg"), "id"), [id]);
    world.json(&format!("contacts delete {id} --yes"));

    let key = world.json("keys create desk --role viewer");
    let id = key["id"].as_str().unwrap();
    assert_eq!(world.json(&format!("keys get {id}"))["name"], "desk");
    assert_eq!(
        world.json("shops update acme --name Acme~AG --email a@acme.example")["name"],
        "Acme AG"
    );
    let shop = world.json("shops get acme");
    assert_eq!(shop["notification_emails"], json!(["a@acme.example"]));
    assert_eq!(
        world.json("shops update acme --email ")["notification_emails"],
        json!([])
    );
    let photo = concat!(env!("CARGO_MANIFEST_DIR"), "/src/samples/photo.png");
    let image = world.json(&format!("images create {photo}"));
    world.json(&format!("images delete {}", image["id"].as_str().unwrap()));
}

#[test]
fn the_words_from_before_go_on() {
    let world = World::new();
    assert_eq!(world.json("shops show acme")["slug"], "acme");
    assert_eq!(world.json("shops rename acme A2")["name"], "A2");
    assert_eq!(
        world.json("shops notify acme")["notification_emails"],
        json!([])
    );
    let event = world.file(
        "event.json",
        r#"{"ref": "claims/created", "event_data": {"id": "1"}}"#,
    );
    let posted = world.json(&format!("events post {event}"));
    let id = posted["id"].as_str().unwrap();
    assert_eq!(
        world.json(&format!("events show {id}"))["ref"],
        "claims/created"
    );
    assert_eq!(ids(&world.json("events"), "id"), [id]);
}

#[test]
fn a_list_goes_on_at_its_cursor_and_a_format_picks_from_it() {
    let world = World::new();
    for number in 1..=3 {
        world.json(&format!("orders create {number}"));
    }
    let first = world.run("orders list --limit 2");
    assert!(first.out.starts_with("NUMBER  "), "{first:?}");
    let cursor = first
        .err
        .trim()
        .strip_prefix("more: --cursor ")
        .unwrap()
        .to_owned();
    let second = world.run(&format!("orders list --limit 2 --cursor {cursor}"));
    assert_eq!(
        (second.out.lines().count(), second.err.as_str()),
        (2, ""),
        "{second:?}"
    );
    // Global options stand anywhere, a list's own also without its name.
    for line in ["orders --json list --limit 1", "orders --json --limit 1"] {
        let ran = world.run(line);
        assert!(ran.out.contains("next_cursor"), "{line}: {ran:?}");
    }
    let numbers = world.run("orders list --format .data[].order_number");
    assert_eq!(numbers.out, "3\n2\n1\n");
    let listing = world.json("orders list --limit 1");
    assert!(listing["next_cursor"].is_string(), "{listing}");
}

#[test]
fn a_delivery_names_its_endpoint_and_shows_what_was_sent_and_answered() {
    let world = World::new();
    let url = &world.server.url;
    // The server itself answers 405 to a POST there.
    let hook = world.json(&format!(
        "webhooks create --url {url}/healthz --description health --dialect karla"
    ));
    let (_, told) = world.server.call("GET", "/healthz", None);
    assert!(told.is_object());
    world.json("trigger claims/created");
    let uuid = hook["uuid"].as_str().unwrap();
    let path = format!("/v1/shops/acme/deliveries?webhook={uuid}");
    let tried = |list: &Value| {
        let all = list["data"].as_array().unwrap();
        !all.is_empty()
            && all
                .iter()
                .all(|delivery| delivery["last_status_code"] == 405)
    };
    let deliveries = world.server.until(&path, tried);
    let table = world.run("deliveries list").out;
    assert!(
        table.contains(&format!("{url}/healthz (health)")),
        "{table}"
    );
    let claim = deliveries["data"].as_array().unwrap().iter();
    let claim = claim
        .into_iter()
        .find(|delivery| delivery["ref"] == "claims/created")
        .unwrap();
    let id = claim["id"].as_str().unwrap();
    let shown = world.run(&format!("deliveries get {id}")).out;
    for part in [
        "request body",
        "\"event_data\"",
        "attempt 1",
        "> ",
        "< ",
        "method_not_allowed",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let body = world.json(&format!("deliveries get {id}"));
    let body: Value = serde_json::from_str(body["request_body"].as_str().unwrap()).unwrap();
    assert_eq!(body["ref"], "claims/created");
}

#[test]
fn manual_pages_and_completions_come_out_of_the_program() {
    let dir = tempfile::tempdir().unwrap();
    let (code, _, err) = common::run(common::claimwire().arg("man").arg(dir.path()));
    assert_eq!(code, Some(0), "{err}");
    let page = std::fs::read_to_string(dir.path().join("claimwire-webhooks-create.1")).unwrap();
    assert!(
        page.contains("Examples:") && page.contains("GLOBAL OPTIONS"),
        "{page}"
    );
    for shell in ["bash", "zsh", "fish"] {
        let (code, out, _) = common::run(common::claimwire().args(["completions", shell]));
        assert_eq!(code, Some(0));
        assert!(out.contains("add-event"), "{shell}");
    }
}
