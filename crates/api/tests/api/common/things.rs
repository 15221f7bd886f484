//! One thing of each kind in a shop, and all that can be seen of it.

use serde_json::{Value, json};

use super::routes::{EXAMPLE_CLAIM, ROUTES, Route, SHOP, Sends};
use super::{ADMIN_KEY, Answer, World, photo};

/// A kind of thing that has ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Webhook,
    Delivery,
    Event,
    Claim,
    Message,
    Contact,
    Order,
    Shipment,
    Image,
    Replay,
    ApiKey,
    Connector,
    /// The secret part of a connector's hook.
    HookToken,
}

impl Kind {
    pub const ALL: [Self; 13] = [
        Self::Webhook,
        Self::Delivery,
        Self::Event,
        Self::Claim,
        Self::Message,
        Self::Contact,
        Self::Order,
        Self::Shipment,
        Self::Image,
        Self::Replay,
        Self::ApiKey,
        Self::Connector,
        Self::HookToken,
    ];

    /// What an id below this part of a path names.
    pub fn below(part: &str) -> Self {
        match part {
            "webhooks" => Self::Webhook,
            "deliveries" => Self::Delivery,
            "events" => Self::Event,
            "claims" => Self::Claim,
            "contacts" => Self::Contact,
            "orders" => Self::Order,
            "shipments" => Self::Shipment,
            "images" => Self::Image,
            "replays" => Self::Replay,
            "api-keys" => Self::ApiKey,
            "connectors" | "hooks" => Self::Connector,
            "{connector}" => Self::HookToken,
            other => {
                panic!("what do ids below `{other}` name? Give it a kind here and in `Things`")
            }
        }
    }
}

/// One thing of each kind, in one shop.
#[derive(Debug)]
pub struct Things(Vec<(Kind, String)>);

impl Things {
    pub fn id(&self, kind: Kind) -> &str {
        let found = self.0.iter().find(|(there, _)| *there == kind);
        &found.unwrap_or_else(|| panic!("no {kind:?}")).1
    }

    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(_, id)| id.as_str())
    }
}

/// An id of this kind's form that nothing has.
pub fn nothing(kind: Kind) -> &'static str {
    match kind {
        Kind::Event => "evt_0cq8kw7d5g000",
        Kind::Delivery => "dlv_0cq8kw7d5g000_1",
        Kind::Order => "no-such-order",
        Kind::Shipment => "no-such-shipment",
        Kind::HookToken => "qngpfzum4epsodryui3yus2tochhjf6g",
        Kind::Image => "qngpfzum4epsodryui3yus2tochhjf6g.png",
        _ => "00000000-0000-4000-8000-000000000000",
    }
}

/// The path of things of `acme`.
pub fn own(route: &Route, things: &Things) -> String {
    let mut path = route.path.replace("{slug}", "acme");
    for (variable, kind) in route.names() {
        path = path.replacen(&variable, things.id(kind), 1);
    }
    path.replace("{name}", things.id(Kind::Image))
        .replace("{file}", "docs.js")
}

impl World {
    /// Makes one of each kind, the ids that callers choose marked with the shop's name.
    pub async fn furnish(&self, slug: &str, editor: &str, admin: &str) -> Things {
        let shop = format!("/v1/shops/{slug}");
        let put = async |path: String, body: Value| {
            self.put(&path)
                .key(editor)
                .json(&body)
                .send()
                .await
                .expect(201)
        };
        let post = async |path: String, body: Value| {
            let answer = self.post(&path).key(editor).json(&body).send().await;
            assert!(
                [201, 202].contains(&answer.status),
                "{path}: {}",
                answer.text()
            );
            answer.json()
        };
        let text = |value: &Value, name: &str| value[name].as_str().unwrap().to_owned();
        let secret = &format!("secret of {slug}");
        let url = "https://receiver.test/hook";
        let webhook = text(
            &post(format!("{shop}/webhooks"), json!({"url": url})).await,
            "uuid",
        );
        let (order, shipment) = (format!("order-of-{slug}"), format!("shipment-of-{slug}"));
        put(
            format!("{shop}/orders/{order}"),
            json!({"order_name": secret}),
        )
        .await;
        put(
            format!("{shop}/shipments/{shipment}"),
            json!({"order_number": order}),
        )
        .await;
        let claim = json!({"title": secret, "order_number": order, "shipment_id": shipment});
        let claim = match slug {
            // The one that bodies and examples name.
            "acme" => put(format!("{shop}/claims/{EXAMPLE_CLAIM}"), claim).await,
            _ => post(format!("{shop}/claims"), claim).await,
        };
        let claim = text(&claim, "id");
        let message = json!({"direction": "inbound", "body": secret});
        let message = text(
            &post(format!("{shop}/claims/{claim}/messages"), message).await,
            "id",
        );
        let contact = text(
            &post(format!("{shop}/contacts"), json!({"first_name": secret})).await,
            "id",
        );
        let event = json!({"ref": "claims/updated", "event_data": {"claim_id": "c"}});
        let event = text(&post(format!("{shop}/events"), event).await, "id");
        let deliveries = self
            .get(&format!("{shop}/deliveries?event={event}"))
            .key(editor)
            .send()
            .await;
        let delivery = text(&deliveries.expect(200)["data"][0], "id");
        let connector = json!({
            "kind": "zendesk", "settings": {"endpoint": "https://desk.test"},
            "credentials": {"api_token": secret},
        });
        let connector = post(format!("{shop}/connectors"), connector).await;
        let hook = text(&connector, "hook_url");
        let hook = hook.rsplit_once('/').unwrap().1.to_owned();
        let connector = text(&connector, "id");
        let replay = json!({"since": "2026-01-01T00:00:00Z", "status": "all"});
        let replay = text(
            &post(format!("{shop}/webhooks/{webhook}/replay"), replay).await,
            "id",
        );
        let image = self
            .post(&format!("{shop}/images"))
            .key(editor)
            .bytes(photo::png())
            .send()
            .await;
        let image = text(&image.expect(201), "url")
            .rsplit_once('/')
            .unwrap()
            .1
            .to_owned();
        let key = json!({"name": "spare", "role": "viewer"});
        let key = self
            .post(&format!("{shop}/api-keys"))
            .key(admin)
            .json(&key)
            .send()
            .await;
        let key = text(&key.expect(201), "id");
        let things = vec![
            (Kind::Webhook, webhook),
            (Kind::Delivery, delivery),
            (Kind::Event, event),
            (Kind::Claim, claim),
            (Kind::Message, message),
            (Kind::Contact, contact),
            (Kind::Order, order),
            (Kind::Shipment, shipment),
            (Kind::Image, image),
            (Kind::Replay, replay),
            (Kind::ApiKey, key),
            (Kind::Connector, connector),
            (Kind::HookToken, hook),
        ];
        assert!(
            Kind::ALL
                .iter()
                .all(|kind| things.iter().any(|(there, _)| there == kind))
        );
        Things(things)
    }

    /// One more of everything that is listed.
    pub async fn furnish_lists(&self, slug: &str, admin: &str) {
        let claims = self
            .get(&format!("/v1/shops/{slug}/claims"))
            .key(admin)
            .send()
            .await;
        let claim = claims.expect(200)["data"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        for route in ROUTES
            .iter()
            .filter(|route| route.method == "POST" || route.upserts())
        {
            let (kinds, path) = (route.names(), route.path.replace("{slug}", slug));
            let path = match (route.method, kinds.as_slice()) {
                ("POST", []) => path,
                ("POST", [(variable, Kind::Claim)]) => path.replace(variable, &claim),
                ("PUT", [(variable, Kind::Order | Kind::Shipment)]) => {
                    path.replace(variable, "one-more")
                }
                _ => continue,
            };
            if path.starts_with("/v1/shops/") {
                let answer = self.ask(route, &path, Some(admin)).await;
                assert!(answer.status < 300, "{path}: {}", answer.text());
            }
        }
    }

    /// All that the shop's admin can see of it, but for what the looking itself changes.
    pub async fn snapshot(&self, slug: &str) -> Vec<(String, Value)> {
        let mut all = Vec::new();
        for route in ROUTES
            .iter()
            .filter(|route| !route.writes() && route.names().is_empty())
        {
            // A stream has no end, and nothing that the lists have not.
            let list = route.path.strip_prefix(SHOP);
            if let Some(list) = list.filter(|list| !list.ends_with("/event-stream")) {
                let path = format!("/v1/shops/{slug}{list}");
                all.push((
                    path.clone(),
                    self.get(&path).key(ADMIN_KEY).send().await.expect(200),
                ));
            }
        }
        all
    }

    /// Calls a route at this path with the body that it takes.
    pub async fn ask(&self, route: &Route, path: &str, key: Option<&str>) -> Answer {
        // A stream is followed to the end of the log, not beyond.
        let ended = path.ends_with("/event-stream");
        let path = if ended {
            &format!("{path}?follow=false")
        } else {
            path
        };
        let mut call = self.call(route.method, path);
        if let Some(key) = key {
            call = call.key(key);
        }
        match route.sends {
            Sends::Nothing => call,
            Sends::Json(text) => call.text(text),
            Sends::Photo => call.bytes(photo::png()),
        }
        .send()
        .await
    }
}
