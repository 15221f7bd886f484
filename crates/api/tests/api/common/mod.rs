//! A world for one test: a shop with a key of each role, another shop, a clock, a sender that answers
//! as told and a store that can be switched off.

#![allow(dead_code, reason = "each test file uses what it needs")]

mod access_log;
mod answer;
pub mod photo;
mod request;
mod routes;
mod sender;
mod store;
mod things;
mod vendor;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use claimwire_actions::{Limits, Ports, system_random};
use claimwire_api::{served, served_without_api};
use claimwire_http::{ApiState, RateLimit, Served};
use claimwire_model::Timestamp;
use claimwire_store::Store;
use claimwire_wire::trace::Traces;
use object_store::memory::InMemory;
use serde_json::{Value, json};

pub use access_log::AccessLog;
pub use answer::Answer;
pub use request::Call;
pub use routes::{Needs, ROUTES, Route};
pub use sender::Scripted;
pub use store::Switched;
pub use things::{Kind, Things, nothing, own};

pub const ADMIN_KEY: &str = "the-admin-key";
pub const PUBLIC_URL: &str = "http://claimwire.test";

/// Keys of one shop.
#[derive(Clone)]
pub struct Keys {
    pub viewer: String,
    pub editor: String,
    pub admin: String,
}

pub struct World {
    /// As the listener serves it.
    pub served: Served,
    pub ports: Ports,
    pub store: Arc<Switched>,
    pub sender: Arc<Scripted>,
    pub acme: Keys,
    pub other: Keys,
    clock: Arc<AtomicI64>,
}

fn state(ports: &Ports, rate_limit: Option<RateLimit>) -> ApiState {
    ApiState {
        ports: ports.clone(),
        admin_key_hash: claimwire_http::auth::hash(ADMIN_KEY),
        version: "0.0.0-test",
        metrics: Some(Arc::new(|| "claimwire_up 1\n".to_owned())),
        rate_limit,
        traces: None,
    }
}

impl World {
    /// Shops `acme` and `other`, each with its keys.
    pub async fn new() -> Self {
        Self::with_limits(&[]).await
    }

    /// The same with these limits: `webhooks=2`.
    pub async fn with_limits(limits: &[&str]) -> Self {
        Self::of(limits, None).await
    }

    /// The same with so many requests a second for each key.
    pub async fn with_rate(per_second: u32) -> Self {
        Self::of(&[], Some(per_second)).await
    }

    /// A node without the API, and these pages.
    pub fn without_api(&self, pages: Router) -> Served {
        served_without_api(state(&self.ports, None), pages)
    }

    /// A node with the API and these pages, whose requests are followed so.
    pub fn traced(&self, pages: Router, traces: Traces) -> Served {
        let state = ApiState {
            traces: Some(traces),
            ..state(&self.ports, None)
        };
        served(state, pages)
    }

    async fn of(limits: &[&str], rate_limit: Option<u32>) -> Self {
        let limits = limits.iter().map(|limit| limit.parse().unwrap());
        let limits = Arc::new(Limits::new(limits.collect()));
        let store = Arc::new(Switched::default());
        let sender = Arc::new(Scripted::default());
        let clock = Arc::new(AtomicI64::new(1_769_698_127_000));
        let ports = Ports {
            store: store.clone() as Arc<dyn Store>,
            sender: sender.clone(),
            images: Arc::new(InMemory::new()),
            public_url: PUBLIC_URL.to_owned(),
            limits,
            vendors: vendor::VENDORS,
            clock: {
                let clock = clock.clone();
                Arc::new(move || Timestamp::from_millis(clock.load(Ordering::SeqCst)))
            },
            random: system_random(),
        };
        let state = state(&ports, rate_limit.map(RateLimit::new));
        let empty = Keys {
            viewer: String::new(),
            editor: String::new(),
            admin: String::new(),
        };
        let mut world = Self {
            served: served(state, Router::new()),
            ports,
            store,
            sender,
            acme: empty.clone(),
            other: empty,
            clock,
        };
        world.acme = world.make_shop("acme").await;
        world.other = world.make_shop("other").await;
        world
    }

    pub async fn make_shop(&self, slug: &str) -> Keys {
        let shop = json!({"slug": slug, "name": slug});
        self.post("/v1/shops")
            .key(ADMIN_KEY)
            .json(&shop)
            .send()
            .await
            .expect(201);
        Keys {
            viewer: self.make_key(slug, "viewer").await,
            editor: self.make_key(slug, "editor").await,
            admin: self.make_key(slug, "admin").await,
        }
    }

    pub async fn make_key(&self, slug: &str, role: &str) -> String {
        let path = format!("/v1/shops/{slug}/api-keys");
        let key = json!({"name": format!("{slug} {role}"), "role": role});
        let answer = self.post(&path).key(ADMIN_KEY).json(&key).send().await;
        answer.expect(201)["key"].as_str().unwrap().to_owned()
    }

    /// A webhook of `acme` with these fields beside a URL.
    pub async fn make_webhook(&self, fields: Value) -> Value {
        let mut webhook = json!({"url": "https://receiver.test/hook"});
        webhook
            .as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        self.post("/v1/shops/acme/webhooks")
            .key(&self.acme.editor)
            .json(&webhook)
            .send()
            .await
            .expect(201)
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.clock.load(Ordering::SeqCst))
    }

    pub fn pass(&self, time: Duration) {
        self.clock
            .fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
    }

    pub fn get(&self, path: &str) -> Call<'_> {
        self.call("GET", path)
    }

    pub fn post(&self, path: &str) -> Call<'_> {
        self.call("POST", path)
    }

    pub fn patch(&self, path: &str) -> Call<'_> {
        self.call("PATCH", path)
    }

    pub fn put(&self, path: &str) -> Call<'_> {
        self.call("PUT", path)
    }

    pub fn delete(&self, path: &str) -> Call<'_> {
        self.call("DELETE", path)
    }

    pub fn call(&self, method: &str, path: &str) -> Call<'_> {
        Call::new(&self.served, method, path)
    }
}
