//! Who may call what: every route with every kind of key.

use serde_json::Value;

use crate::common::{ADMIN_KEY, Needs, ROUTES, Route, World, own};

#[test]
fn the_list_is_the_documents() {
    let document = claimwire_api::openapi().unwrap();
    let mut there: Vec<String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().keys();
            methods.map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let mut listed: Vec<String> = ROUTES
        .iter()
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    there.sort();
    listed.sort();
    assert_eq!(there, listed, "each route belongs into common/routes.rs");
}

/// The key of a caller.
fn key<'a>(world: &'a World, who: &str) -> Option<&'a str> {
    match who {
        "a viewer" => Some(&world.acme.viewer),
        "an editor" => Some(&world.acme.editor),
        "an admin" => Some(&world.acme.admin),
        "the operator" => Some(ADMIN_KEY),
        "no key" => None,
        _ => Some("cw_live_unknown"),
    }
}

#[tokio::test]
async fn every_route_lets_in_whom_it_should_and_nobody_else() {
    for route in ROUTES {
        let callers = [
            ("no key", Needs::Nobody),
            ("an unknown key", Needs::Nobody),
            ("a viewer", Needs::Viewer),
            ("an editor", Needs::Editor),
            ("an admin", Needs::Admin),
            ("the operator", Needs::Operator),
        ];
        let mut world = None;
        for (who, may) in callers {
            // What a call that is refused leaves is as good as new.
            let (at, things) = match world.take() {
                Some(kept) => kept,
                None => {
                    let at = World::new().await;
                    at.sender.answers(200, "");
                    let things = at.furnish("acme", &at.acme.editor, &at.acme.admin).await;
                    (at, things)
                }
            };
            let path = own(route, &things);
            let before = at.snapshot("acme").await;
            let answer = at.ask(route, &path, key(&at, who)).await;
            let told = format!(
                "{} as {who}: {}",
                answer.label,
                String::from_utf8_lossy(&answer.body)
            );
            if may >= route.needs {
                assert!((200..300).contains(&answer.status), "{told}");
                continue;
            }
            match (may, route.needs) {
                (Needs::Nobody, _) => {
                    assert_eq!(answer.status, 401, "{told}");
                    assert!(answer.header("www-authenticate").is_some(), "{told}");
                }
                (_, Needs::Operator) => drop(answer.problem(403, "admin_key_needed")),
                _ => drop(answer.problem(403, "role_insufficient")),
            }
            assert_eq!(
                at.snapshot("acme").await,
                before,
                "{told} and yet it did something"
            );
            assert!(
                at.sender.sent().is_empty(),
                "{told} and yet it sent something"
            );
            world = Some((at, things));
        }
    }
}

/// The body's checks come after the key's: who may not, learns nothing of what would be right.
#[tokio::test]
async fn who_may_not_is_told_so_whatever_the_body() {
    let world = World::new().await;
    let things = world
        .furnish("acme", &world.acme.editor, &world.acme.admin)
        .await;
    let refused = |route: &&Route| route.writes() && route.needs > Needs::Viewer;
    for route in ROUTES.iter().filter(refused) {
        for body in ["", "{", "[]", r#"{"nothing": 1}"#] {
            let call = world
                .call(route.method, &own(route, &things))
                .key(&world.acme.viewer);
            let answer = call.text(body).send().await;
            assert_eq!(answer.status, 403, "{}: {}", answer.label, answer.text());
            assert!(answer.json()["errors"] == Value::Null);
        }
    }
}

/// Keys are looked up and compared as hashes alone; the one that is not looked up, in constant time.
#[test]
fn keys_are_compared_as_hashes() {
    let of_keys = include_str!("../../../actions/src/api_keys.rs");
    assert!(of_keys.contains("same(&hash, admin_key_hash)"));
    assert!(of_keys.contains("store.key(&hash)"));
    let source = [include_str!("../../../http/src/auth.rs"), of_keys].join("\n");
    for (number, line) in source.lines().enumerate() {
        let compares = line.contains("==") || line.contains("!=") || line.contains("eq(");
        let of_a_key =
            line.contains(".key()") || line.contains("admin_key") || line.contains("hash ==");
        assert!(!(compares && of_a_key), "line {}: {line}", number + 1);
    }
}
