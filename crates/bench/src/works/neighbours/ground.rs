//! The shop that makes the load, and short calls to its routes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, bail};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::client::{Client, json_headers};
use crate::load::{self, Target};
use crate::options::Options;
use crate::payload;
use crate::progress::bar;
use crate::receiver::Receiver;
use crate::server::ADMIN_KEY;
use crate::setup;
use crate::stage::Stage;

/// The shop.
const SLUG: &str = "neighbour";
/// Arrays of so many events, so many at a time.
pub(super) const ARRAY: u32 = 1_000;
const ARRAYS_IN_FLIGHT: usize = 4;

/// Where a load is made.
#[derive(Clone)]
pub(super) struct Ground {
    pub(super) address: SocketAddr,
    pub(super) options: Options,
    /// The place that webhooks deliver to; nothing of it is counted.
    receiver: Arc<Receiver>,
    requests: Arc<AtomicU32>,
    refused: Arc<AtomicU32>,
}

impl Ground {
    pub(super) async fn set_up(stage: &Stage, options: &Options) -> anyhow::Result<Self> {
        let ground = Self {
            address: stage.server.address,
            options: options.clone(),
            receiver: Arc::new(Receiver::start_giving_way()?),
            requests: Arc::default(),
            refused: Arc::default(),
        };
        setup::shop_with(ground.address, SLUG, []).await?;
        Ok(ground)
    }

    /// Requests so far, and how many of them were refused.
    pub(super) fn answered(&self) -> (f64, f64) {
        let count = |of: &AtomicU32| f64::from(of.load(Ordering::Relaxed));
        (count(&self.requests), count(&self.refused))
    }

    /// A URL of the receiver.
    pub(super) fn url(&self, webhook: usize) -> String {
        self.receiver.url(webhook)
    }

    /// From now on the receiver refuses connections.
    pub(super) async fn close_receiver(&self) {
        self.receiver.close().await;
    }

    /// A route of the shop.
    pub(super) fn path(&self, rest: &str) -> String {
        format!("/v1/shops/{SLUG}/{rest}")
    }

    /// Asks for what must be answered.
    pub(super) async fn get(&self, rest: &str) -> anyhow::Result<Value> {
        self.send(Method::GET, rest, Bytes::new()).await
    }

    /// Makes or changes what must be there.
    pub(super) async fn made(
        &self,
        method: Method,
        rest: &str,
        body: &Value,
    ) -> anyhow::Result<Value> {
        self.send(method, rest, body.to_string().into()).await
    }

    async fn send(&self, method: Method, rest: &str, body: Bytes) -> anyhow::Result<Value> {
        let path = self.path(rest);
        let mut client = Client::connect(self.address).await?;
        let headers = json_headers(ADMIN_KEY)?;
        let sent = client.send(method.clone(), path.parse()?, headers, body);
        let (status, answer) = sent.await.with_context(|| format!("{method} {path}"))?;
        if !status.is_success() {
            let answer = String::from_utf8_lossy(&answer);
            bail!("{method} {path} was answered {status}: {answer}");
        }
        Ok(serde_json::from_slice(&answer)?)
    }

    /// Makes a webhook; its uuid.
    pub(super) async fn webhook(&self, settings: &Value) -> anyhow::Result<String> {
        let made = self.made(Method::POST, "webhooks", settings).await?;
        let uuid = made.get("uuid").and_then(Value::as_str);
        Ok(uuid.context("the new webhook has no `uuid`")?.to_owned())
    }

    /// Makes many webhooks.
    pub(super) async fn webhooks(&self, settings: Vec<Value>) -> anyhow::Result<()> {
        let count = u64::try_from(settings.len())?;
        let bar = bar(self.options.progress, "webhooks", count);
        let posts = settings
            .into_iter()
            .map(|settings| setup::webhook(SLUG, settings));
        setup::all(self.address, posts, &bar).await?;
        bar.finish_and_clear();
        Ok(())
    }

    /// Posts so many events in arrays.
    pub(super) async fn events(&self, count: u32) -> anyhow::Result<()> {
        let target = Target {
            addresses: vec![self.address],
            shops: Arc::new(vec![setup::admin_place(SLUG)?]),
            payload: payload::small,
            seed: self.options.seed,
            run: 0,
        };
        let posted = load::closed(&target.fresh(), 0..count, ARRAYS_IN_FLIGHT, ARRAY).await?;
        let requests = u32::try_from(posted.latencies.len())?;
        self.requests.fetch_add(requests, Ordering::Relaxed);
        Ok(())
    }

    /// Sends requests one after another on each of so many connections, for ever. `request` makes the one of
    /// this number.
    pub(super) async fn without_pause(
        &self,
        connections: usize,
        request: impl Fn(u32) -> Request + Clone + Send + Sync + 'static,
    ) -> anyhow::Result<()> {
        let mut callers = JoinSet::new();
        for _ in 0..connections {
            let (ground, request) = (self.clone(), request.clone());
            callers.spawn(async move {
                loop {
                    // The server may end a connection that asks for too much.
                    let mut client = Client::connect(ground.address).await?;
                    while ground.one(&mut client, &request).await.is_ok() {}
                    ground.refused.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        while let Some(ended) = callers.join_next().await {
            let ended: anyhow::Result<()> = ended?;
            ended?;
        }
        Ok(())
    }

    async fn one(
        &self,
        client: &mut Client,
        request: &(impl Fn(u32) -> Request + Sync),
    ) -> anyhow::Result<()> {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let request = request(number);
        let mut headers: HeaderMap = json_headers(ADMIN_KEY)?;
        if let Some(kind) = request.content_type {
            headers.insert(http::header::CONTENT_TYPE, kind.parse()?);
        }
        let sent = client.send(request.method, request.path.parse()?, headers, request.body);
        let (status, _) = sent.await?;
        if !status.is_success() {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        if status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::CONFLICT {
            tokio::task::yield_now().await;
        }
        Ok(())
    }
}

/// A request of a load.
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) path: String,
    /// Other than JSON.
    pub(super) content_type: Option<&'static str>,
    pub(super) body: Bytes,
}

impl Request {
    pub(super) fn get(path: String) -> Self {
        Self {
            method: Method::GET,
            path,
            content_type: None,
            body: Bytes::new(),
        }
    }

    pub(super) fn json(method: Method, path: String, body: &Value) -> Self {
        Self {
            method,
            path,
            content_type: None,
            body: body.to_string().into(),
        }
    }
}

/// An open object of about so many bytes.
pub(super) fn custom(bytes: usize) -> Value {
    json!({"text": "x".repeat(bytes)})
}
