//! The examples of the OpenAPI document: one for each operation, and each works.

use serde_json::Value;

use crate::common::{ADMIN_KEY, Needs, ROUTES, World, own};

fn operation(document: &Value, method: &str, path: &str) -> Value {
    document["paths"][path][method.to_lowercase()].clone()
}

fn document() -> Value {
    claimwire_api::openapi().unwrap()
}

#[tokio::test]
async fn every_example_body_is_taken() {
    let document = document();
    let mut sent = 0;
    for route in ROUTES {
        let operation = operation(&document, route.method, route.path);
        let json = &operation["requestBody"]["content"]["application/json"];
        if json.is_null() {
            continue;
        }
        let body = &json["example"];
        assert!(
            body.is_object() || body.is_array(),
            "{} {} has no example",
            route.method,
            route.path
        );
        let world = World::new().await;
        world.sender.answers(200, "");
        let things = world
            .furnish("acme", &world.acme.editor, &world.acme.admin)
            .await;
        let path = own(route, &things);
        let call = world.call(route.method, &path).key(ADMIN_KEY);
        // A shop of this name is there already.
        let text = match route.path {
            "/v1/shops" => body.to_string().replace("acme", "third"),
            _ => body.to_string(),
        };
        let answer = call.text(&text).send().await;
        assert!(
            (200..300).contains(&answer.status),
            "{}: {}",
            answer.label,
            answer.text()
        );
        sent += 1;
    }
    assert!(sent >= 19, "{sent}");
}

#[test]
fn every_operation_has_a_command() {
    let document = document();
    for route in ROUTES {
        let operation = operation(&document, route.method, route.path);
        let sample = &operation["x-codeSamples"][0];
        let command = sample["source"].as_str().unwrap();
        let told = format!("{} {}: {command}", route.method, route.path);
        assert!(command.starts_with("curl "), "{told}");
        assert!(
            !command.contains('{') || command.contains("-d '{") || command.contains("-d '["),
            "{told}"
        );
        assert_eq!(command.matches('\'').count() % 2, 0, "{told}");
        // curl's own verb is GET, and POST with a body.
        let verb = match (
            route.method,
            command.contains(" -d ") || command.contains(" -F "),
        ) {
            ("GET", false) | ("POST", true) => !command.contains(" -X "),
            (method, _) => command.contains(&format!(" -X {method} ")),
        };
        assert!(verb, "{told}");
        let keyed = route.needs != Needs::Nobody;
        assert_eq!(command.contains("Bearer $CLAIMWIRE_KEY"), keyed, "{told}");
        let body = operation["requestBody"]["content"]["application/json"]["example"].clone();
        if let Some(data) = command.split(" -d '").nth(1) {
            let data: Value = serde_json::from_str(data.strip_suffix('\'').unwrap()).unwrap();
            assert_eq!(data, body, "{told}");
        } else {
            assert_eq!(body, Value::Null, "{told}");
        }
    }
}

#[test]
fn the_description_begins_with_how_to_authenticate() {
    let document = document();
    let guide = document["info"]["description"].as_str().unwrap();
    let first = guide.lines().find(|line| line.starts_with('#'));
    assert_eq!(first, Some("## Authentication"));
    for scheme in document["components"]["securitySchemes"]
        .as_object()
        .unwrap()
        .values()
    {
        assert!(scheme["description"].is_string(), "{scheme}");
    }
}
