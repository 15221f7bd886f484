//! The JSON entry: a letter for the route, then the body as it is sent.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use claimwire_actions::{Ports, system_random};
use claimwire_api::served;
use claimwire_http::{ApiState, Served};
use claimwire_model::{Dialect, Timestamp};
use claimwire_sender::{HttpSender, SenderSettings};
use claimwire_store::MemoryStore;
use hyper::Request;
use serde_json::Value;
use serde_json::value::RawValue;

const KEY: &str = "the-admin-key";
const SOME: &str = "6f1a1bd2-5a4b-4c3d-9a52-0c1b6f5f8a11";
/// A world is used for as many inputs, each in a shop of its own.
const INPUTS_PER_WORLD: u32 = 500;
/// What a write may answer.
const DOCUMENTED: [u16; 10] = [200, 201, 202, 204, 400, 404, 409, 413, 415, 422];

/// Method, what must be there first, and the path under the shop.
const ROUTES: [(&str, Option<Made>, &str); 17] = [
    ("POST", None, "/claims"),
    ("PUT", None, "/claims/6f1a1bd2-5a4b-4c3d-9a52-0c1b6f5f8a11"),
    ("PATCH", Some(Made::Claim), ""),
    ("POST", Some(Made::Claim), "/messages"),
    ("POST", None, "/events"),
    ("PUT", None, "/orders/1001"),
    ("PUT", None, "/shipments/s-1"),
    ("POST", Some(Made::Shipment), "/events"),
    ("POST", None, "/contacts"),
    (
        "PUT",
        None,
        "/contacts/6f1a1bd2-5a4b-4c3d-9a52-0c1b6f5f8a11",
    ),
    ("PATCH", Some(Made::Contact), ""),
    ("POST", None, "/webhooks"),
    ("PATCH", Some(Made::Webhook), ""),
    ("POST", Some(Made::Webhook), "/secret/rotate"),
    ("POST", Some(Made::Webhook), "/replay"),
    ("POST", None, "/api-keys"),
    ("PATCH", None, ""),
];

/// Things that a route needs.
#[derive(Clone, Copy)]
enum Made {
    Claim,
    Shipment,
    Contact,
    Webhook,
}

/// Never a 500, never an undocumented status, every problem whole; what was taken can be read again as
/// it was answered, writing it again changes nothing, and every event of it can be encoded.
pub fn json(data: &[u8]) {
    let Some((first, body)) = data.split_first() else {
        return;
    };
    let (method, needs, path) = ROUTES[usize::from(first.wrapping_sub(b'a')) % ROUTES.len()];
    World::with(|world| {
        let shop = world.shop();
        let path = match needs {
            None => format!("{shop}{path}"),
            Some(made) => format!("{}{path}", world.made(&shop, made)),
        };
        let (status, answer) = world.call(method, &path, Some(body));
        checked(status, &answer);
        if !(200..300).contains(&status) {
            return;
        }
        if method == "PUT" {
            assert_eq!(
                world.call("GET", &path, None),
                (200, answer.clone()),
                "what was put is there"
            );
            let events = world.events(&shop);
            assert_eq!(
                world.call("PUT", &path, Some(body)).0,
                200,
                "the same again"
            );
            assert_eq!(
                world.events(&shop).len(),
                events.len(),
                "the same again makes no event"
            );
        }
        for event in world.events(&shop).iter().take(3) {
            let id = percent(event);
            for dialect in Dialect::ALL {
                let (status, encoded) = world.call(
                    "GET",
                    &format!("{shop}/events/{id}?dialect={dialect}"),
                    None,
                );
                match status {
                    200 => whole(&encoded),
                    _ => checked(status, &encoded),
                }
            }
        }
        assert_eq!(world.call("DELETE", &shop, None).0, 204);
    });
}

/// The status is one of the document's, and a problem is whole.
fn checked(status: u16, answer: &[u8]) {
    assert!(
        DOCUMENTED.contains(&status),
        "{status}: {}",
        String::from_utf8_lossy(answer)
    );
    if status < 300 {
        return;
    }
    let problem: Value = serde_json::from_slice(answer).unwrap();
    assert_eq!(problem["status"].to_string(), status.to_string());
    for field in ["type", "title", "detail", "key"] {
        assert!(
            problem[field].as_str().is_some_and(|text| !text.is_empty()),
            "{problem}"
        );
    }
    if status == 422 {
        let errors = problem["errors"].as_array().unwrap();
        assert!(!errors.is_empty(), "{problem}");
        for error in errors {
            let field = error["field"].as_str().unwrap();
            assert!(field.is_empty() || field.starts_with('/'), "{problem}");
        }
    }
}

/// It is JSON. Not read into a `Value`: what strangers put into open objects may be what serde_json means
/// something by, `{"$serde_json::private::Number": …}`.
fn whole(text: &[u8]) {
    serde_json::from_slice::<&RawValue>(text).unwrap();
}

/// Text as one segment of a path.
fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

struct World {
    runtime: tokio::runtime::Runtime,
    served: Served,
    inputs: Cell<u32>,
}

thread_local! {
    static WORLD: RefCell<Option<World>> = const { RefCell::new(None) };
}

impl World {
    fn with(run: impl FnOnce(&Self)) {
        WORLD.with_borrow_mut(|kept| {
            if kept
                .as_ref()
                .is_some_and(|world| world.inputs.get() >= INPUTS_PER_WORLD)
            {
                *kept = None;
            }
            run(kept.get_or_insert_with(Self::new));
        });
    }

    fn new() -> Self {
        let ports = Ports {
            store: Arc::new(MemoryStore::default()),
            sender: Arc::new(HttpSender::new(SenderSettings::default()).unwrap()),
            images: Arc::new(object_store::memory::InMemory::new()),
            vendors: &[],
            public_url: "http://claimwire.test".to_owned(),
            limits: Arc::default(),
            clock: Arc::new(|| Timestamp::from_secs(1_760_000_000)),
            random: system_random(),
        };
        let state = ApiState {
            ports,
            admin_key_hash: claimwire_http::auth::hash(KEY),
            version: "0.0.0",
            metrics: None,
            rate_limit: None,
            traces: None,
        };
        Self {
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .build()
                .unwrap(),
            served: served(state, axum::Router::new()),
            inputs: Cell::new(0),
        }
    }

    /// A new shop's path.
    fn shop(&self) -> String {
        self.inputs.set(self.inputs.get() + 1);
        let slug = format!("s{}", self.inputs.get());
        self.create(
            "/v1/shops",
            &format!(r#"{{"slug":"{slug}","name":"Shop"}}"#),
        );
        format!("/v1/shops/{slug}")
    }

    /// The path of something that is there.
    fn made(&self, shop: &str, made: Made) -> String {
        let (path, body) = match made {
            Made::Claim => (
                format!("{shop}/claims/{SOME}"),
                r#"{"title":"t","labels":["a"],"damages":[{"id":"d","damage_type":"wet"}],"customer":{"email":"a@b.c"},"custom":{"n":1.10},"assignee":{"name":"A"},"selected_items":[{"sku":"s","quantity":1}]}"#,
            ),
            Made::Contact => (
                format!("{shop}/contacts/{SOME}"),
                r#"{"first_name":"M","custom":{"n":[1,{"a":1e3}]}}"#,
            ),
            Made::Shipment => (
                format!("{shop}/shipments/s-1"),
                r#"{"order_number":"1001"}"#,
            ),
            Made::Webhook => {
                let made = self.create(&format!("{shop}/webhooks"), r#"{"url":"https://receiver.test/","dialect":"standard","headers":{"X-A":"1"}}"#);
                return format!("{shop}/webhooks/{}", made["uuid"].as_str().unwrap());
            }
        };
        assert_eq!(self.call("PUT", &path, Some(body.as_bytes())).0, 201);
        path
    }

    fn create(&self, path: &str, body: &str) -> Value {
        let (status, answer) = self.call("POST", path, Some(body.as_bytes()));
        assert_eq!(status, 201, "{}", String::from_utf8_lossy(&answer));
        serde_json::from_slice(&answer).unwrap()
    }

    /// Ids of the shop's events, newest first.
    fn events(&self, shop: &str) -> Vec<String> {
        type Fields = HashMap<String, Box<RawValue>>;
        let (status, answer) = self.call("GET", &format!("{shop}/events?limit=100"), None);
        assert_eq!(status, 200);
        let page: Fields = serde_json::from_slice(&answer).unwrap();
        let events: Vec<Fields> = serde_json::from_str(page["data"].get()).unwrap();
        events
            .iter()
            .map(|event| serde_json::from_str(event["id"].get()).unwrap())
            .collect()
    }

    fn call(&self, method: &str, path: &str, body: Option<&[u8]>) -> (u16, Vec<u8>) {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("X-API-Key", KEY);
        if body.is_some() {
            request = request.header("Content-Type", "application/json");
        }
        let request = request
            .body(Body::from(body.unwrap_or_default().to_vec()))
            .unwrap();
        self.runtime.block_on(async {
            let (head, body) = self.served.answer(request).await.into_parts();
            (
                head.status.as_u16(),
                to_bytes(body, usize::MAX).await.unwrap().to_vec(),
            )
        })
    }
}
