//! `claimwire serve`.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use crate::logs;
use crate::output;
use crate::server::Server;
use crate::settings::ServeSettings;

/// How long a stop may take in all before what is under way is left to the next start (contract
/// section 1: exit within 30 s).
const DRAIN: Duration = Duration::from_secs(25);

/// Open files to ask the system for; it gives as many of them as its hard limit allows.
const OPEN_FILES: u64 = 65_536;

/// Serves until SIGTERM or SIGINT, then drains.
pub fn run(settings: &ServeSettings) -> anyhow::Result<()> {
    logs::start(&settings.log, settings.log_format)?;
    // Each connection is an open file, and receivers that hang keep theirs: the usual soft limit of
    // 1,024 would let them lock out their neighbours.
    if let Err(error) = rlimit::increase_nofile_limit(OPEN_FILES) {
        tracing::warn!(%error, "cannot raise the limit of open files");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(settings.worker_threads.into())
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let server = Server::start(settings).await?;
        if let Some(key) = &server.fresh_admin_key {
            output::line(&format!("admin key (shown this once, keep it): {key}"))?;
        }
        output::line(&format!("claimwire {} listens on http://{}", env!("CARGO_PKG_VERSION"), server.address))?;
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
