//! `claimwire serve`.

use std::time::Duration;

use claimwire_logs as logs;
use tokio::signal::unix::{SignalKind, signal};

use crate::output;
use crate::server::Server;
use crate::settings::ServeSettings;

/// How long a stop may take in all before what is under way is left to the next start (contract
/// section 1: exit within 30 s).
const DRAIN: Duration = Duration::from_secs(25);

/// Serves until SIGTERM or SIGINT, then drains.
pub fn run(settings: &ServeSettings) -> anyhow::Result<()> {
    let _logs = logs::start(&settings.log, settings.log_format)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(settings.worker_threads.into())
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let server = Server::start(settings).await?;
        output::line(&format!("claimwire {} listens on {}://{}", env!("CARGO_PKG_VERSION"), settings.scheme(), server.address))?;
        if let Some(address) = server.metrics_address {
            tracing::info!(%address, "metrics are shown here");
        }
        tracing::info!(address = %server.address, data_dir = %settings.data_dir.display(), "started");
        tokio::select! {
            _ = terminate.recv() => tracing::info!("SIGTERM: draining"),
            _ = interrupt.recv() => tracing::info!("SIGINT: draining"),
        }
        server.stop(DRAIN).await?;
        tracing::info!("stopped");
        Ok(())
    })
}
