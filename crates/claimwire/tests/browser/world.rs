//! A server with a shop that has something of everything, told through its API.

use std::process::Stdio;

use claimwire_testkit::helpdesk::{Fake, Zendesk};
use claimwire_testkit::{Receiver, Reply};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::block_on;
use crate::common::{ADMIN_KEY, Serve, claimwire};

pub const PHOTO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/samples/photo.png");

/// A server of its own, and two shops: `acme`, and `other`, whose pages are nobody's business.
pub struct World {
    pub serve: Serve,
    _dir: TempDir,
}

/// What a filled shop has.
pub struct Filled {
    pub claim: String,
    pub event: String,
    pub webhook: String,
    pub failing: String,
    pub connector: String,
    pub contact: String,
    pub key: String,
    pub member: String,
    pub replay: String,
    /// To the webhook that answers.
    pub delivered: String,
    /// To the one that fails.
    pub failed: String,
    pub good: Receiver,
    pub bad: Receiver,
    _desk: Receiver,
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

/// As much as a reason may have.
fn short(text: &str) -> String {
    text.chars().take(64).collect()
}

impl World {
    pub fn new() -> Self {
        Self::called("Acme Home")
    }

    /// With this name for the first shop.
    pub fn called(name: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let serve = Serve::start(dir.path(), &["--log", "warn"]);
        let world = Self { serve, _dir: dir };
        world.post("/v1/shops", json!({"slug": "acme", "name": name}));
        world.post("/v1/shops", json!({"slug": "other", "name": "Other"}));
        world
    }

    pub fn url(&self) -> &str {
        &self.serve.url
    }

    /// One request that must succeed.
    pub fn ask(&self, method: &str, path: &str, body: Value) -> Value {
        let body = (!body.is_null()).then_some(body);
        let (status, answer) = self.serve.call(method, path, body);
        assert!(status < 300, "{method} {path}: {status} {answer}");
        answer
    }

    pub fn post(&self, path: &str, body: Value) -> Value {
        self.ask("POST", path, body)
    }

    pub fn get(&self, path: &str) -> Value {
        self.ask("GET", path, Value::Null)
    }

    /// The same below the first shop.
    pub fn acme(&self, method: &str, path: &str, body: Value) -> Value {
        self.ask(method, &format!("/v1/shops/acme{path}"), body)
    }

    /// A new key of a role.
    pub fn key(&self, shop: &str, role: &str) -> String {
        let path = format!("/v1/shops/{shop}/api-keys");
        text(
            &self.post(
                &path,
                json!({"name": format!("{role}’s key"), "role": role}),
            )["key"],
        )
    }

    /// Switches the claim page on.
    pub fn opens_claim_page(&self, settings: Value) {
        let mut page = json!({"enabled": true, "color": "#0f766e", "filing_days": 3650});
        for (name, value) in settings.as_object().into_iter().flatten() {
            page[name] = value.clone();
        }
        self.acme("PATCH", "", json!({"claim_page": page}));
    }

    /// An order of two kinds of items, and its parcel, delivered.
    pub fn order(&self, number: &str, word: &str) {
        self.acme("PUT", &format!("/orders/{number}"), json!({
            "order_name": format!("#{number}"), "order_placed_at": "2026-11-20T10:00:00Z",
            "total_order_price": 120.5, "currency": "EUR",
            "customer": {"email": "mia.berg@example.net", "first_name": format!("Mia{word}"), "last_name": format!("Berg{word}")},
            "address": {"name": format!("Mia Berg{word}"), "street": format!("Lindenstraße 4{word}"), "zip_code": "10969", "city": "Berlin"},
            "products": [
                {"sku": "MUG-2", "title": format!("Stoneware mug{word}"), "quantity": 2, "price": 11.5},
                {"sku": "POT-1", "title": format!("Tea pot{word}"), "quantity": 1, "price": 83},
            ],
        }));
        self.acme("PUT", &format!("/shipments/parcel-{number}"), json!({
            "order_number": number, "carrier_reference": "dhl", "tracking_number": "00340434161094022115",
        }));
        self.acme("POST", &format!("/shipments/parcel-{number}/events"), json!({
            "event_name": "SUCCESSFULLY_DELIVERED", "event_time": "2026-11-24T10:42:10Z", "external_id": number,
        }));
    }

    /// A claim with a photo; its id.
    pub fn claim(&self, order: &str, word: &str) -> String {
        let photo = std::fs::read(PHOTO).unwrap();
        let agent: ureq::Agent = ureq::Agent::new_with_defaults();
        let mut kept = agent
            .post(format!("{}/v1/shops/acme/images", self.url()))
            .header("Authorization", format!("Bearer {ADMIN_KEY}"))
            .header("Content-Type", "image/png")
            .send(&photo)
            .unwrap();
        let kept: Value = serde_json::from_str(&kept.body_mut().read_to_string().unwrap()).unwrap();
        let claim = self.acme("POST", "/claims", json!({
            "title": format!("Broken mug{word}"), "type": "damage", "reason": short(&format!("partial_damage{word}")),
            "resolution_preference": short(&format!("refund{word}")),
            "description": format!("One of the mugs arrived cracked; the box was dented.{word}"),
            "selected_items": [{"sku": format!("MUG-2{word}"), "title": format!("Stoneware mug{word}"), "quantity": 1}],
            "image_urls": [kept["url"], "https://photos.example/1.png"],
            "customer": {"email": "mia.berg@example.net", "first_name": format!("Mia{word}"), "last_name": format!("Berg{word}")},
            "order_number": order, "shipment_id": format!("parcel-{order}"),
        }));
        text(&claim["id"])
    }

    /// A shop that has something of everything, each text with this at its end.
    pub fn fill(&self, word: &str) -> Filled {
        let (good, bad, desk) = block_on(async {
            let fake = Fake::new(Zendesk::default());
            (
                Receiver::start().await.unwrap(),
                Receiver::start().await.unwrap(),
                Receiver::start_with(move |received: &_| fake.answer(received))
                    .await
                    .unwrap(),
            )
        });
        let failure = Reply::status(500).with_header("x-said", &word.replace('\n', " "));
        bad.reply_always(failure.with_body(format!("<h1>boom{word}</h1>")));
        let webhook = |receiver: &Receiver, words: &str| {
            self.acme("POST", "/webhooks", json!({
                "url": receiver.url("/hook"), "dialect": "standard", "description": format!("{words}{word}"),
                "headers": {"X-Team": "care"},
            }))
        };
        let (to_good, to_bad) = (
            webhook(&good, "The warehouse"),
            webhook(&bad, "The old shop system"),
        );
        let connector = self.acme("POST", "/connectors", json!({
            "kind": "zendesk", "settings": {"endpoint": desk.url(""), "email": "agent@shop.example"},
            "credentials": {"api_token": "zendesk-secret"}, "description": format!("Support desk{word}"),
        }));
        self.order("1001", word);
        let contact = self.acme("POST", "/contacts", json!({
            "first_name": format!("Jonas{word}"), "last_name": format!("Weiß{word}"), "email": "jonas.weiss@example.net",
        }));
        let claim = self.claim("1001", word);
        let path = format!("/claims/{claim}");
        let agent = json!({"source": "ui", "user_id": 2642, "name": format!("Ana Ruiz{word}")});
        self.acme("PATCH", &path, json!({
            "labels": ["urgent"], "performed_by": agent,
            "assignee": {"user_id": 2642, "name": format!("Ana Ruiz{word}"), "email": "ana.ruiz@example.net"},
            "damages": [{"damage_type": short(&format!("cracked{word}")), "description": format!("the handle{word}")}],
        }));
        for direction in ["inbound", "outbound"] {
            self.acme(
                "POST",
                &format!("{path}/messages"),
                json!({
                    "direction": direction, "body": format!("Do you need another photo?{word}"),
                    "author": {"name": format!("Mia Berg{word}")},
                }),
            );
        }
        let key = self.acme(
            "POST",
            "/api-keys",
            json!({"name": format!("The app{word}"), "role": "viewer"}),
        );
        let (webhook, failing) = (text(&to_good["uuid"]), text(&to_bad["uuid"]));
        let delivery = |webhook: &str, is: &str| {
            let path = format!("/v1/shops/acme/deliveries?webhook={webhook}&limit=1");
            let found = self.serve.until(&path, |list| {
                let first = &list["data"][0];
                let tried = first["attempt_count"].as_u64().unwrap_or_default() > 0;
                tried && (is == "failing" || first["status"] == is)
            });
            found["data"][0].clone()
        };
        let delivered = delivery(&webhook, "delivered");
        let failed = text(&delivery(&failing, "failing")["id"]);
        let replay = self.acme(
            "POST",
            &format!("/webhooks/{webhook}/replay"),
            json!({"since": "2020-01-01T00:00:00Z", "status": "all"}),
        );
        Filled {
            event: text(&delivered["event_id"]),
            delivered: text(&delivered["id"]),
            failed,
            connector: text(&connector["id"]),
            contact: text(&contact["id"]),
            key: text(&key["id"]),
            member: String::new(),
            replay: text(&replay["id"]),
            claim,
            webhook,
            failing,
            good,
            bad,
            _desk: desk,
        }
    }
}

impl Filled {
    /// Every page of the shop that is to be had by GET.
    pub fn pages(&self) -> Vec<String> {
        let Self {
            claim,
            event,
            webhook,
            failing,
            connector,
            contact,
            key,
            replay,
            ..
        } = self;
        let mut pages: Vec<String> = [
            "",
            "/analytics",
            "/claims",
            "/claims?q=nothing+is+so",
            "/claims/new",
            "/claims/new?order_number=1001",
            "/orders",
            "/orders/1001",
            "/shipments",
            "/shipments/parcel-1001",
            "/contacts",
            "/deliveries",
            "/deliveries?status=failed",
            "/deliveries/retry?status=failed",
            "/events",
            "/webhooks",
            "/webhooks/new",
            "/integrations",
            "/integrations/new",
            "/integrations/new/zendesk",
            "/integrations/new/http",
            "/members",
            "/audit",
            "/api-keys",
            "/shop",
            "/claim-page",
        ]
        .map(str::to_owned)
        .into();
        pages.push(format!("/claims/{claim}"));
        pages.push(format!("/contacts/{contact}"));
        pages.push(format!("/events/{event}"));
        pages.push(format!("/deliveries/{}", self.delivered));
        pages.push(format!("/deliveries/{}", self.failed));
        pages.push(format!("/webhooks/{failing}"));
        for page in [
            "", "/edit", "/verify", "/rotate", "/test", "/delete", "/replay",
        ] {
            pages.push(format!("/webhooks/{webhook}{page}"));
        }
        for page in ["", "/edit", "/test", "/tickets", "/delete", "/replay"] {
            pages.push(format!("/integrations/{connector}{page}"));
        }
        pages.push(format!("/replays/{replay}"));
        pages.push(format!("/api-keys/{key}/delete"));
        if !self.member.is_empty() {
            pages.push(format!("/members/{}", self.member));
            pages.push(format!("/members/{}/remove", self.member));
        }
        pages
            .into_iter()
            .map(|page| format!("/portal/shops/acme{page}"))
            .collect()
    }
}

/// A server at its first start: it makes its own admin key, and says where its first member joins.
pub struct FirstStart {
    pub serve: Serve,
    pub admin_key: String,
    pub link: String,
    _dir: TempDir,
}

impl FirstStart {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut command = claimwire();
        command
            .env("CLAIMWIRE_LISTEN", "127.0.0.1:0")
            .args([
                "serve",
                "--endpoint-allow-http",
                "--endpoint-allow-networks",
                "127.0.0.0/8",
            ])
            .args(["--log", "warn", "--data-dir"])
            .arg(dir.path());
        let serve = Serve::of(&mut command, Stdio::inherit());
        let after = |words: &str| {
            let line = serve.said.iter().find(|line| line.starts_with(words));
            let line = line.unwrap_or_else(|| panic!("no line “{words}” in {:#?}", serve.said));
            line.split(": ").nth(1).unwrap().trim().to_owned()
        };
        Self {
            admin_key: after("admin key"),
            link: after("portal ("),
            serve,
            _dir: dir,
        }
    }
}
