//! The settings of mails, read.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use async_trait::async_trait;
use claimwire_mailer::{AddressPolicy, Clock, Mailer, MailingSender, Own, Server, Settings};
use claimwire_model::ShopNo;
use claimwire_sender::HttpSender;
use claimwire_store::Store;
use claimwire_wire::driver::Photos;
use claimwire_wire::send::{SendError, Sender};
use tokio::time::Instant;

use crate::certificates;
use crate::settings::ServeSettings;
use crate::state_files::secret;

/// What mails are sent with, where a mail server is set.
pub fn settings(settings: &ServeSettings, public_url: &str) -> anyhow::Result<Option<Settings>> {
    let Some(url) = secret::set(settings.smtp_url.as_deref()) else {
        return Ok(None);
    };
    let roots = match &settings.smtp_ca_file {
        Some(path) => certificates::read(path, "--smtp-ca-file")?,
        None => Vec::new(),
    };
    let roots: Vec<Vec<u8>> = roots.iter().map(|root| root.to_vec()).collect();
    let server = Server::parse(url, &roots).context("--smtp-url is no mail server")?;
    let from = secret::set(settings.mail_from.as_deref())
        .context("--smtp-url is set without --mail-from: say who the mails are from")?;
    let from = from
        .parse()
        .map_err(|e| anyhow!("--mail-from is no address: {e}"))?;
    let to = settings.mail_to.iter().map(|to| {
        to.trim()
            .parse()
            .map_err(|e| anyhow!("--mail-to holds what is no address: {e}"))
    });
    Ok(Some(Settings {
        server,
        from,
        fallback: to.collect::<anyhow::Result<_>>()?,
        public_url: public_url.to_owned(),
    }))
}

/// Begins to mail.
pub fn start(store: Arc<dyn Store>, clock: Clock, settings: Settings) -> Mailer {
    tracing::info!(server = ?settings.server, "shops are told by e-mail");
    Mailer::start(store, clock, settings)
}

/// The operator's mail server, for connectors that have none of their own.
pub fn own(settings: &Settings) -> Own {
    Own {
        server: settings.server.clone(),
        from: settings.from.clone(),
    }
}

/// A sender of requests and of mails.
pub fn sender(http: Arc<HttpSender>, photos: Arc<dyn Photos>, own: Option<Own>) -> Arc<dyn Sender> {
    let policy = Arc::new(AsWebhooks(http.clone()));
    Arc::new(MailingSender::new(http, photos, policy, own))
}

/// The addresses that webhooks' requests may be sent to.
struct AsWebhooks(Arc<HttpSender>);

#[async_trait]
impl AddressPolicy for AsWebhooks {
    async fn addresses(
        &self,
        host: &str,
        port: u16,
        shop: ShopNo,
        deadline: Instant,
    ) -> Result<Vec<SocketAddr>, SendError> {
        let host = match host.contains(':') {
            true => format!("[{host}]"),
            false => host.to_owned(),
        };
        let url = format!("https://{host}:{port}");
        self.0
            .permitted_addresses()
            .of_url(&url, shop, deadline)
            .await
    }
}
