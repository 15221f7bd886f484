//! The OpenAPI document: complete, and as committed.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::common::World;

const COMMITTED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../docs/reference/openapi.json"
);

fn document() -> Value {
    claimwire_api::openapi().unwrap()
}

/// `make reference` writes it anew.
#[test]
fn the_committed_document_is_the_one_that_is_served() {
    let now = serde_json::to_string_pretty(&document()).unwrap() + "\n";
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::create_dir_all(Path::new(COMMITTED).parent().unwrap()).unwrap();
        std::fs::write(COMMITTED, &now).unwrap();
    }
    let committed = std::fs::read_to_string(COMMITTED).unwrap_or_default();
    assert!(
        committed == now,
        "docs/reference/openapi.json is not what the code says: run `make reference` and look at the difference"
    );
}

/// The routes are mounted from `routes!` lines alone, so that none can be served without being in the
/// document: a `.route(` on the page would be such a one.
#[test]
fn every_route_is_in_the_document() {
    let page = include_str!("../../src/router.rs");
    assert!(
        !page.contains(".route(") && !page.contains(".nest_service("),
        "a route is mounted past the document"
    );
    let mounted = page.matches("routes!(").count();
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(
        paths.len(),
        mounted,
        "{:?}",
        paths.keys().collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn every_path_of_the_document_is_served() {
    let world = World::new().await;
    for (path, item) in document()["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let path = path.replace(['{', '}'], "");
            let answer = world.call(&method.to_uppercase(), &path).send().await;
            let unknown = answer.status == 405 || answer.text().contains("\"route_not_found\"");
            assert!(!unknown, "{method} {path} is not served: {:?}", answer.body);
        }
    }
}

#[test]
fn the_contracts_routes_are_all_there() {
    let document = document();
    let shop = "/v1/shops/{slug}";
    for (path, methods) in [
        ("/v1/shops".to_owned(), "POST GET"),
        (shop.to_owned(), "GET PATCH DELETE"),
        (format!("{shop}/api-keys"), "POST GET"),
        (format!("{shop}/api-keys/{{id}}"), "DELETE"),
        (format!("{shop}/webhooks"), "POST GET"),
        (format!("{shop}/webhooks/{{uuid}}"), "GET PATCH DELETE"),
        (format!("{shop}/webhooks/{{uuid}}/test"), "POST"),
        (format!("{shop}/webhooks/{{uuid}}/secret"), "GET"),
        (format!("{shop}/webhooks/{{uuid}}/secret/rotate"), "POST"),
        (format!("{shop}/webhooks/{{uuid}}/replay"), "POST"),
        (format!("{shop}/webhooks/{{uuid}}/stats"), "GET"),
        (format!("{shop}/connectors"), "POST GET"),
        (format!("{shop}/connectors/{{id}}"), "GET PATCH DELETE"),
        (format!("{shop}/connectors/{{id}}/test"), "POST"),
        (format!("{shop}/connectors/{{id}}/preview"), "POST"),
        ("/v1/hooks/{connector}/{token}".to_owned(), "POST"),
        (format!("{shop}/replays/{{id}}"), "GET"),
        (format!("{shop}/claims"), "POST GET"),
        (format!("{shop}/claims/{{id}}"), "GET PUT PATCH DELETE"),
        (format!("{shop}/claims/{{id}}/messages"), "POST GET"),
        (format!("{shop}/orders"), "GET"),
        (format!("{shop}/orders/{{order_number}}"), "PUT GET"),
        (format!("{shop}/shipments"), "GET"),
        (format!("{shop}/shipments/{{id}}"), "PUT GET"),
        (format!("{shop}/shipments/{{id}}/events"), "POST"),
        (format!("{shop}/contacts"), "POST GET"),
        (format!("{shop}/contacts/{{id}}"), "GET PUT PATCH DELETE"),
        (format!("{shop}/images"), "POST"),
        (format!("{shop}/events"), "POST GET"),
        (format!("{shop}/events/{{id}}"), "GET"),
        (format!("{shop}/deliveries"), "GET"),
        (format!("{shop}/deliveries/{{id}}"), "GET"),
        (format!("{shop}/deliveries/{{id}}/retry"), "POST"),
        ("/v1/event-types".to_owned(), "GET"),
        ("/healthz".to_owned(), "GET"),
        ("/readyz".to_owned(), "GET"),
        ("/metrics".to_owned(), "GET"),
        ("/openapi.json".to_owned(), "GET"),
        ("/docs".to_owned(), "GET"),
        ("/docs/{file}".to_owned(), "GET"),
    ] {
        for method in methods.split(' ') {
            let operation = &document["paths"][&path][method.to_lowercase()];
            assert!(operation.is_object(), "{method} {path}");
        }
    }
}

#[test]
fn the_document_is_whole() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let mut references = Vec::new();
    collect(&document, &mut references);
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(
            document.pointer(pointer).is_some(),
            "{reference} leads nowhere"
        );
    }
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id), "{id} is there twice");
            assert!(
                operation["summary"].is_string(),
                "{method} {path} has no summary"
            );
            let answers = operation["responses"].as_object().unwrap();
            assert!(
                answers.keys().any(|status| status.starts_with('2')),
                "{method} {path}"
            );
            let variables = path.matches('{').count();
            let documented = operation["parameters"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|p| p["in"] == "path")
                .count();
            assert_eq!(documented, variables, "{method} {path}");
        }
    }
}

/// A group that is not described would come last on the page, and without a word.
#[test]
fn every_group_is_described_and_used() {
    let document = document();
    let described: BTreeSet<_> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| {
            assert!(tag["description"].is_string(), "{tag}");
            tag["name"].as_str().unwrap()
        })
        .collect();
    let operations = document["paths"].as_object().unwrap().values();
    let used: BTreeSet<_> = operations
        .flat_map(|item| item.as_object().unwrap().values())
        .map(|operation| operation["tags"][0].as_str().unwrap())
        .collect();
    assert_eq!(described, used);
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            references.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
            map.values().for_each(|value| collect(value, references));
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, references)),
        _ => {}
    }
}

/// What the actions refuse with is on the list too: a key that is not would be answered as a 500.
#[test]
fn every_refusal_has_its_kind() {
    let actions = Path::new(env!("CARGO_MANIFEST_DIR")).join("../actions/src");
    let mut keys = BTreeSet::new();
    keys_in(&actions, &mut keys);
    assert!(keys.len() >= 5, "{keys:?}");
    for key in keys {
        assert!(
            claimwire_http::problem::kinds::of_key(&key).is_some(),
            "{key} is not in problem/kinds.rs"
        );
    }
}

/// Every `key: "…"` and `"…_not_found"` in the sources under a folder.
fn keys_in(folder: &Path, keys: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            keys_in(&path, keys);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let named = text
            .split("key: \"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next());
        let missing = text
            .split('"')
            .filter(|word| word.ends_with("_not_found") && !word.contains(char::is_whitespace));
        keys.extend(named.chain(missing).map(str::to_owned));
    }
}

#[tokio::test]
async fn the_served_document_is_the_same() {
    let world = World::new().await;
    assert_eq!(
        world.get("/openapi.json").send().await.expect(200),
        document()
    );
}

#[tokio::test]
async fn the_catalogue_is_served() {
    let world = World::new().await;
    world
        .get("/v1/event-types")
        .send()
        .await
        .problem(401, "key_missing");
    let list = world
        .get("/v1/event-types")
        .key(&world.acme.viewer)
        .send()
        .await
        .expect(200);
    let rows = list["data"].as_array().unwrap();
    let created = rows
        .iter()
        .find(|row| row["ref"] == "claims/created")
        .unwrap();
    assert_eq!(created["names"]["claimport"], "claim.created");
    assert_eq!(created["event_group"], "claim_created");
    for row in rows {
        assert!(
            row["description"].is_string()
                && row["schema"].is_object()
                && row["example"].is_object(),
            "{row}"
        );
    }
}

/// Generators make a field that has a default mandatory; a new webhook needs its URL and nothing else.
#[test]
fn written_schemas_have_no_defaults() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas {
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            assert!(property.get("default").is_none(), "{name}.{field}");
        }
    }
    assert_eq!(
        schemas["NewWebhook"]["required"],
        serde_json::json!(["url"])
    );
    assert!(schemas["WebhookFields"]["required"].is_null());
    let create = &document["paths"]["/v1/shops/{slug}/webhooks"]["post"]["requestBody"];
    assert_eq!(
        create["content"]["application/json"]["schema"]["$ref"],
        "#/components/schemas/NewWebhook"
    );
}

/// Each event in each dialect that has a name for it, told by its schema and an example.
#[test]
fn what_receivers_get_is_described() {
    use claimwire_model::{Dialect, catalogue};
    let document = document();
    let requests = document["webhooks"].as_object().unwrap();
    let mut told = 0;
    for row in catalogue::all() {
        for dialect in Dialect::ALL {
            let carriers = row.r#ref.starts_with("shipments/");
            let name = if carriers { "shipments" } else { row.r#ref };
            let Some(request) = requests.get(&format!("{dialect}:{name}")) else {
                assert!(row.name_in(dialect).is_none(), "{dialect} {}", row.r#ref);
                continue;
            };
            let contents = request["post"]["requestBody"]["content"].as_object();
            let content = contents.unwrap().values().next().unwrap();
            let required = content["schema"]["required"].as_array().unwrap();
            assert!(!required.is_empty() && content["example"].is_object());
            let root = serde_json::to_string(&content["example"]).unwrap();
            assert!(
                carriers || root.contains(row.name_in(dialect).unwrap()),
                "{root}"
            );
            told += 1;
        }
    }
    assert!(told >= requests.len(), "{told}");
}

#[test]
fn every_json_answer_has_an_example() {
    let document = document();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for (status, answer) in operation["responses"].as_object().unwrap() {
                let json = &answer["content"]["application/json"];
                let reference = json["schema"]["$ref"].is_string();
                assert!(
                    !status.starts_with('2') || !reference || json["example"].is_object(),
                    "{method} {path} {status}"
                );
            }
        }
    }
}
