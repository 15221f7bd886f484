//! The loads: what a shop can do that costs most.

use std::future::pending;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::neighbour::Neighbour;
use crate::server::ADMIN_KEY;

use super::ground::{ARRAY, Ground, Request, custom};
use super::photo;

/// An open object close to what a body may hold.
const LARGE: usize = 900_000;
/// Webhooks of the wide fan-out.
const WIDE: usize = 4_000;
/// Claims of the lists that nobody reads.
const CLAIMS: usize = 30;
/// Connections that do not read.
const UNREAD: usize = 100;
/// Connections that ask for what is not there.
const ASKING: usize = 32;
/// Bytes of a photo.
const PHOTO: u32 = 9_000_000;
/// Webhooks that are replayed to.
const REPLAYED: usize = 50;

impl Neighbour {
    /// What must be there before.
    pub(super) async fn prepare(self, ground: &Ground) -> anyhow::Result<()> {
        match self {
            Self::LargeContexts => large_claim(ground).await,
            Self::WideFanOut => {
                let settings = (0..WIDE).map(|n| json!({"url": ground.url(n)}));
                ground.webhooks(settings.collect()).await
            }
            Self::UnreadLists => {
                for _ in 0..CLAIMS {
                    let claim = json!({"reason": "damage", "custom": custom(LARGE)});
                    ground.made(Method::POST, "claims", &claim).await?;
                }
                Ok(())
            }
            Self::EmptyFilters => {
                ground.webhook(&json!({"url": ground.url(0)})).await?;
                ground.events(ground.options.backlog).await
            }
            Self::Arrays => {
                ground.webhook(&json!({"url": ground.url(0)})).await?;
                Ok(())
            }
            Self::Uploads => Ok(()),
            Self::Held => {
                ground.close_receiver().await;
                let off = json!({"url": ground.url(0), "status": "inactive"});
                ground.webhook(&off).await?;
                ground.events(ground.options.backlog).await
            }
            Self::Replays => {
                ground.events(ground.options.backlog).await?;
                let settings = (0..REPLAYED).map(|n| json!({"url": ground.url(n)}));
                ground.webhooks(settings.collect()).await
            }
        }
    }

    /// Makes the load, until it is dropped.
    pub(super) async fn press(self, ground: &Ground) -> anyhow::Result<()> {
        match self {
            Self::LargeContexts => labels(ground).await,
            Self::WideFanOut => ground.events(ARRAY).await?,
            Self::UnreadLists => return unread(ground).await,
            Self::EmptyFilters => {
                let path = ground.path("deliveries?status=expired");
                let ask = move |_| Request::get(path.clone());
                return ground.without_pause(ASKING, ask).await;
            }
            Self::Arrays => return ground.events(u32::MAX - ARRAY).await,
            Self::Uploads => {
                let photo = Bytes::from(photo::png(PHOTO));
                let path = ground.path("images");
                let upload = move |_| Request {
                    method: Method::POST,
                    path: path.clone(),
                    content_type: Some("image/png"),
                    body: photo.clone(),
                };
                return ground.without_pause(2, upload).await;
            }
            Self::Held => set_free(ground).await?,
            Self::Replays => return replays(ground).await,
        }
        pending().await
    }
}

const CLAIM: &str = "claims/00000000-0000-4000-8000-000000000001";

/// An order, a shipment and a claim, each with much in it.
async fn large_claim(ground: &Ground) -> anyhow::Result<()> {
    ground.webhook(&json!({"url": ground.url(0)})).await?;
    let custom = custom(LARGE);
    for (path, body) in [
        ("orders/1", json!({"custom": custom})),
        (
            "shipments/1",
            json!({"order_number": "1", "custom": custom}),
        ),
        (
            CLAIM,
            json!({"reason": "damage", "order_number": "1", "shipment_id": "1", "custom": custom}),
        ),
    ] {
        ground.made(Method::PUT, path, &body).await?;
    }
    Ok(())
}

async fn labels(ground: &Ground) {
    let path = ground.path(CLAIM);
    let patch = move |number: u32| {
        let labels: Vec<_> = (0..100).map(|n| format!("l{number}-{n}")).collect();
        Request::json(Method::PATCH, path.clone(), &json!({"labels": labels}))
    };
    // It goes on until it is dropped.
    drop(ground.without_pause(3, patch).await);
}

/// Asks and does not read.
async fn unread(ground: &Ground) -> anyhow::Result<()> {
    let mut connections = Vec::new();
    for _ in 0..UNREAD {
        let mut tcp = TcpStream::connect(ground.address).await?;
        let request = format!(
            "GET {} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {ADMIN_KEY}\r\n\r\n",
            ground.path("claims?limit=100"),
            ground.address
        );
        tcp.write_all(request.as_bytes()).await?;
        connections.push(tcp);
    }
    pending().await
}

async fn set_free(ground: &Ground) -> anyhow::Result<()> {
    let list = ground.get("webhooks").await?;
    let uuid = list.pointer("/data/0/uuid").and_then(|uuid| uuid.as_str());
    let path = format!("webhooks/{}", uuid.unwrap_or_default());
    let active = json!({"status": "active"});
    ground.made(Method::PATCH, &path, &active).await?;
    Ok(())
}

/// Orders for all webhooks, again and again.
async fn replays(ground: &Ground) -> anyhow::Result<()> {
    let list = ground.get("webhooks?limit=100").await?;
    let webhooks = list.get("data").and_then(|data| data.as_array());
    let uuid = |webhook: &serde_json::Value| Some(webhook.get("uuid")?.as_str()?.to_owned());
    let uuids: Vec<_> = webhooks.into_iter().flatten().filter_map(uuid).collect();
    anyhow::ensure!(!uuids.is_empty(), "there is no webhook to replay to");
    loop {
        for uuid in &uuids {
            let path = format!("webhooks/{uuid}/replay");
            let order = json!({"since": "2020-01-01T00:00:00Z", "status": "all"});
            // Refused while enough wait.
            drop(ground.made(Method::POST, &path, &order).await);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
