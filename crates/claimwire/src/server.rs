//! The wiring: which store, which sender, which engine; how it starts and how it drains.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use claimwire_api::{ApiState, Ports, system_random};
use claimwire_engine::{Clock as _, Engine, Limits, SystemClock, SystemDice};
use claimwire_mailer::Mailer;
use claimwire_sender::{HttpSender, SenderSettings};
use claimwire_store::Store;
use claimwire_store::vault::Vault;
use claimwire_store_sqlite::SqliteStore;
use claimwire_wire::driver::Drivers;
use tokio::task::JoinHandle;

use crate::listener::{Bound, Listener};
use crate::settings::ServeSettings;
use crate::{certificates, egress, images, mail, measures, reseal, state_files};

/// A server that runs.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// The admin key, if it was made at this start.
    pub fresh_admin_key: Option<String>,
    listener: Listener,
    engine: Engine,
    resealing: Option<JoinHandle<()>>,
    mailer: Option<Mailer>,
    store: Arc<SqliteStore>,
}

impl Server {
    /// Opens the data directory, starts to deliver what waits in it, then listens.
    pub async fn start(settings: &ServeSettings) -> anyhow::Result<Self> {
        let bound = Bound::to(settings.listen).await?;
        state_files::make_data_dir(&settings.data_dir)?;
        let admin_key = state_files::admin_key(&settings.data_dir, settings.admin_key.as_deref())?;
        let encryption_key =
            state_files::encryption_key(&settings.data_dir, settings.encryption_key.as_deref())?;
        let older_keys =
            state_files::older_encryption_keys(&settings.data_dir, &settings.encryption_keys_old)?;
        let path = settings.data_dir.join("claimwire.db");
        let older_given = !older_keys.is_empty();
        // Before the store and the engine: what they count is counted from their start.
        let prometheus = measures::start()?;
        let store = SqliteStore::open(
            &path,
            Vault::new(encryption_key, older_keys)?,
            Default::default(),
        )
        .with_context(|| format!("cannot open the database {}", path.display()))?;
        let sender = Arc::new(HttpSender::new(sender_settings(settings)?)?);
        let clock = Arc::new(SystemClock::new());
        let limits = Limits {
            retention: Duration::from_secs(86_400 * u64::from(settings.retention_days)),
            ..Limits::default()
        };
        let engine = Engine::start(
            store.clone(),
            sender.clone(),
            clock.clone(),
            Arc::new(SystemDice::new()),
            Drivers::default(),
            limits,
        );
        let resealing = reseal::start(store.clone(), older_given).await?;
        let public_url = settings.public_url(bound.address);
        let mailer = mail::settings(settings, &public_url)?.map(|mail| {
            let (store, clock): (Arc<dyn Store>, _) = (store.clone(), clock.clone());
            mail::start(store, Arc::new(move || clock.now()), mail)
        });
        let ports = Ports {
            store: store.clone(),
            sender,
            images: images::open(&settings.images, &settings.data_dir)?,
            public_url,
            clock: Arc::new(move || clock.now()),
            random: system_random(),
        };
        let state = ApiState {
            ports,
            admin_key_hash: admin_key.hash,
            version: env!("CARGO_PKG_VERSION"),
            metrics: Arc::new(move || prometheus.render()),
        };
        let listener = bound.serve(claimwire_api::router(state));
        Ok(Self {
            address: listener.address,
            fresh_admin_key: admin_key.fresh,
            listener,
            engine,
            resealing,
            mailer,
            store,
        })
    }

    /// Takes no new work, lets what is under way finish for at most `deadline`, closes the database.
    /// What did not finish goes out after the next start.
    pub async fn stop(self, deadline: Duration) -> anyhow::Result<()> {
        if let Some(resealing) = &self.resealing {
            resealing.abort();
        }
        self.listener.stop(deadline / 2).await;
        let stop_mails = async {
            if let Some(mailer) = self.mailer {
                mailer.stop(deadline / 2).await;
            }
        };
        let (left, ()) = tokio::join!(self.engine.drain(deadline / 2), stop_mails);
        if left > 0 {
            tracing::warn!(left, "attempts under way are left to the next start");
        }
        // It waits for the store's threads, which must not keep a thread of the runtime from its work.
        tokio::task::spawn_blocking(move || self.store.close()).await?;
        Ok(())
    }
}

fn sender_settings(settings: &ServeSettings) -> anyhow::Result<SenderSettings> {
    egress::check(&settings.egress)?;
    let mut sender = SenderSettings {
        allow_http: settings.endpoint_allow_http,
        allow_networks: settings.endpoint_allow_networks.clone(),
        egress: settings.egress.clone(),
        ..SenderSettings::default()
    };
    if let Some(path) = &settings.endpoint_ca_file {
        sender.extra_roots = certificates::read(path, "--endpoint-ca-file")?;
    }
    Ok(sender)
}
