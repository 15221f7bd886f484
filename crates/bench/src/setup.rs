//! Shops and webhooks of a measured server, made through its API.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, bail};
use http::{HeaderMap, Method, Uri};
use indicatif::ProgressBar;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::client::{Client, json_headers};
use crate::server::ADMIN_KEY;

/// Requests in flight while many things are made.
const IN_FLIGHT: usize = 32;

/// One request to make something: the path and the body of a POST.
pub(crate) type Post = (String, Value);

/// Where a shop's events are posted, and with which headers.
pub(crate) type Place = (Uri, HeaderMap);

/// The request that makes a shop.
pub(crate) fn shop(slug: &str) -> Post {
    ("/v1/shops".to_owned(), json!({"slug": slug, "name": slug}))
}

/// The request that makes a webhook with these settings.
pub(crate) fn webhook(slug: &str, settings: Value) -> Post {
    (format!("/v1/shops/{slug}/webhooks"), settings)
}

/// Makes a shop with these webhooks and a key of its own.
pub(crate) async fn shop_with(
    address: SocketAddr,
    slug: &str,
    webhooks: impl IntoIterator<Item = Value>,
) -> anyhow::Result<Place> {
    let mut admin = Client::connect(address).await?;
    post(&mut admin, &shop(slug)).await?;
    for settings in webhooks {
        post(&mut admin, &webhook(slug, settings)).await?;
    }
    let key = json!({"name": "bench", "role": "editor"});
    let made = post(&mut admin, &(format!("/v1/shops/{slug}/api-keys"), key)).await?;
    let key = made
        .get("key")
        .and_then(Value::as_str)
        .context("the new API key has no `key`")?;
    place(slug, key)
}

/// Where a shop's events are posted with the key that may do everything.
pub(crate) fn admin_place(slug: &str) -> anyhow::Result<Place> {
    place(slug, ADMIN_KEY)
}

fn place(slug: &str, key: &str) -> anyhow::Result<Place> {
    Ok((
        format!("/v1/shops/{slug}/events").parse()?,
        json_headers(key)?,
    ))
}

/// Makes many things that do not need each other, several at a time.
pub(crate) async fn all(
    address: SocketAddr,
    posts: impl Iterator<Item = Post> + Send + 'static,
    bar: &ProgressBar,
) -> anyhow::Result<()> {
    let posts = Arc::new(Mutex::new(posts));
    let mut workers = JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let (posts, bar) = (Arc::clone(&posts), bar.clone());
        workers.spawn(async move {
            let mut admin = Client::connect(address).await?;
            loop {
                let next = posts.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some(next) = next else {
                    return anyhow::Ok(());
                };
                post(&mut admin, &next).await?;
                bar.inc(1);
            }
        });
    }
    while let Some(done) = workers.join_next().await {
        done??;
    }
    Ok(())
}

async fn post(admin: &mut Client, (path, body): &Post) -> anyhow::Result<Value> {
    let sent = admin.send(
        Method::POST,
        path.parse()?,
        json_headers(ADMIN_KEY)?,
        body.to_string().into(),
    );
    let (status, answer) = sent.await.with_context(|| format!("POST {path}"))?;
    if !status.is_success() {
        bail!(
            "POST {path} was answered {status}: {}",
            String::from_utf8_lossy(&answer)
        );
    }
    serde_json::from_slice(&answer)
        .with_context(|| format!("POST {path} was not answered with JSON"))
}
