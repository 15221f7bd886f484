//! A month of a shop's life, written before the demo's server starts: the same on every run, up to the day that it ends on.
//!
//! It goes through the API, on a server whose clock is set by hand and that delivers nothing; what was due then is put on
//! record as it would have been attempted ([`attempts`]).

mod attempts;
mod chance;
mod shop;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use claimwire_actions::{Limits, Ports, api_keys, system_random};
use claimwire_connectors::VENDORS;
use claimwire_http::ApiState;
use claimwire_listener::{self as listener, Bound, Listener};
use claimwire_model::Timestamp;
use claimwire_sender::HttpSender;
use claimwire_store::Store;
use claimwire_testkit::{Receiver, Reply};
use serde_json::json;
use tokio::runtime::Runtime;

use super::{ADMIN_KEY, SHOP};
use crate::client::Client;
use crate::open_files::OpenFiles;
use crate::place::Place;
use crate::server::sender_settings;
use crate::settings::ServeSettings;
use crate::{images, store};
use chance::Chance;

/// Days of it: fewer than deliveries are kept.
const DAYS: i64 = 28;
const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;
/// What it is made of, every time.
const SEED: u64 = 1132;
/// Connections of the server that it is written through.
const CONNECTIONS: usize = 8;

/// The receivers of the month's webhooks. They answer as long as this is there.
pub struct History {
    _warehouse: Receiver,
    _old_system: Receiver,
}

/// The time that the month has come to.
#[derive(Clone)]
struct Then(Arc<AtomicI64>);

impl Then {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }

    fn set(&self, at: i64) {
        self.0.store(at, Ordering::Relaxed);
    }
}

/// Writes it into the data directory of a server that does not run yet.
pub fn write(runtime: &Runtime, settings: &ServeSettings) -> anyhow::Result<History> {
    let (warehouse, old_system) = runtime.block_on(async {
        Ok::<_, std::io::Error>((Receiver::start().await?, Receiver::start().await?))
    })?;
    let busy = Reply::status(503).with_body("the queue of the old system is full");
    old_system.reply_always(busy);
    let end = Timestamp::from(std::time::SystemTime::now()).as_millis();
    let then = Then(Arc::new(AtomicI64::new(end - DAYS * DAY_MS)));
    crate::state_files::make_data_dir(&settings.data_dir)?;
    let claim_page = json!({"claim_page": {"enabled": true, "color": "#0f766e"}});
    session(runtime, settings, &then, |client, _| {
        client.post("/v1/shops", &json!({"slug": SHOP, "name": "Demo shop"}))?;
        client.patch(&format!("/v1/shops/{SHOP}"), &claim_page)?;
        for (url, dialect, what) in [
            (warehouse.url("/claims"), "standard", "The warehouse"),
            (
                old_system.url("/hooks/claims"),
                "karla",
                "The old shop system",
            ),
        ] {
            let body = json!({"url": url, "dialect": dialect, "description": what});
            client.post(&client.in_shop("/webhooks")?, &body)?;
        }
        Ok(())
    })?;
    let mut chance = Chance::new(SEED);
    let month = shop::month(&mut chance, end - DAYS * DAY_MS, end);
    // Attempts are counted by when the first was counted that is written with them: of the last day by the hour, as the
    // charts show it.
    let part = |what: &shop::Happening| match end - what.at {
        ago if ago < DAY_MS => (0, ago / HOUR_MS),
        ago => (1, ago / DAY_MS),
    };
    for part in month.chunk_by(|a, b| part(a) == part(b)) {
        session(runtime, settings, &then, |client, opened| {
            for what in part {
                then.set(what.at);
                what.happen(client)?;
                runtime.block_on(attempts::due(opened, &mut chance, then.now()))?;
            }
            Ok(())
        })?;
    }
    Ok(History {
        _warehouse: warehouse,
        _old_system: old_system,
    })
}

/// Opens the store for a part of it: what the store writes now and then, it writes when it is closed, with that part's date.
fn session(
    runtime: &Runtime,
    settings: &ServeSettings,
    then: &Then,
    work: impl FnOnce(&Client, &dyn Store) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let (opened, _) = runtime.block_on(store::open(settings))?;
    let (listener, client) = runtime.block_on(serve(settings, opened.clone(), then))?;
    let done = work(&client, &*opened);
    runtime.block_on(listener.stop(Duration::from_secs(1)));
    // It waits for the store's threads, which must not keep a thread of the runtime from its work.
    runtime.block_on(async { tokio::task::spawn_blocking(move || opened.close()).await })?;
    done
}

/// The API over this store, at the time that the month has come to.
async fn serve(
    settings: &ServeSettings,
    opened: Arc<dyn Store>,
    then: &Then,
) -> anyhow::Result<(Listener, Client)> {
    let data_dir: &Path = &settings.data_dir;
    let then = then.clone();
    let ports = Ports {
        store: opened,
        sender: Arc::new(HttpSender::new(sender_settings(
            settings,
            OpenFiles::raise(),
        )?)?),
        images: images::open(&settings.images, data_dir).await?,
        public_url: settings.public_url.clone().unwrap_or_default(),
        vendors: VENDORS,
        limits: Arc::new(Limits::new(Vec::new())),
        clock: Arc::new(move || then.now()),
        random: system_random(),
    };
    let state = ApiState {
        ports,
        admin_key_hash: api_keys::hash(ADMIN_KEY),
        version: env!("CARGO_PKG_VERSION"),
        metrics: None,
        rate_limit: None,
        traces: None,
    };
    let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let bound = Bound::to(&free.into(), "--listen", "history").await?;
    let limits = listener::Limits::of(CONNECTIONS);
    let served = claimwire_api::served(state, Router::new());
    let listener = bound.serve(served, limits, None);
    let client = Client::at(Place {
        base: format!("http://{}", listener.address),
        key: Some(ADMIN_KEY.to_owned()),
        shop: Some(SHOP.to_owned()),
    })?;
    Ok((listener, client))
}
