//! The server under measurement: a process of its own with an empty data directory, set up through its API.

use std::env;
use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::{Client, json_headers};
use crate::options::Options;
use crate::process;

const ADMIN_KEY: &str = "bench-admin-key-bench-admin-key-bench";
/// A server that is not ready by then will not be.
const READY_WITHIN: Duration = Duration::from_secs(30);
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(20);
/// Bytes of the server's log that an error shows.
const LOG_SHOWN: usize = 2000;

/// A running server; dropping it kills the process and removes its data.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: SocketAddr,
    directory: TempDir,
}

impl Server {
    /// Starts `claimwire serve` on a free port and waits until it is ready.
    pub(crate) async fn start(options: &Options) -> anyhow::Result<Self> {
        let directory = match &options.directory {
            Some(directory) => TempDir::with_prefix_in("claimwire-bench-", directory),
            None => TempDir::with_prefix("claimwire-bench-"),
        }
        .context("no directory for the server's data: choose another with --directory")?;
        // Free until the server takes it a moment later.
        let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        let log = File::create(directory.path().join("log"))?;
        let mut command = Command::new(&options.server);
        for (name, _) in
            env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"CLAIMWIRE_"))
        {
            command.env_remove(name);
        }
        let process = command
            .arg("serve")
            .args(["--listen", &address.to_string()])
            .arg("--data-dir")
            .arg(directory.path().join("data"))
            .args([
                "--endpoint-allow-http",
                "true",
                "--endpoint-allow-networks",
                "127.0.0.0/8",
            ])
            .args(&options.server_args)
            .env("CLAIMWIRE_ADMIN_KEY", ADMIN_KEY)
            .current_dir(directory.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("{} could not be started", options.server.display()))?;
        let mut server = Self {
            process,
            address,
            directory,
        };
        server.ready().await?;
        Ok(server)
    }

    async fn ready(&mut self) -> anyhow::Result<()> {
        let until = Instant::now() + READY_WITHIN;
        while !self.is_ready().await {
            if let Some(status) = self.process.try_wait()? {
                bail!(
                    "the server ended ({status}) before it was ready{}",
                    self.log()
                );
            }
            if Instant::now() > until {
                bail!(
                    "the server was not ready within {READY_WITHIN:?}{}",
                    self.log()
                );
            }
            tokio::time::sleep(ASK_AGAIN_AFTER).await;
        }
        Ok(())
    }

    async fn is_ready(&self) -> bool {
        let Ok(mut client) = Client::connect(self.address).await else {
            return false;
        };
        let asked = client.send(
            Method::GET,
            Uri::from_static("/readyz"),
            HeaderMap::new(),
            Bytes::new(),
        );
        matches!(asked.await, Ok((StatusCode::OK, _)))
    }

    /// Makes a shop with these webhooks; answers where its events are posted, and with which headers.
    pub(crate) async fn shop(
        &self,
        slug: &str,
        urls: &[String],
    ) -> anyhow::Result<(Uri, HeaderMap)> {
        self.post("/v1/shops", json!({"slug": slug, "name": slug}))
            .await?;
        for url in urls {
            self.post(&format!("/v1/shops/{slug}/webhooks"), json!({"url": url}))
                .await?;
        }
        let made = self
            .post(
                &format!("/v1/shops/{slug}/api-keys"),
                json!({"name": "bench", "role": "editor"}),
            )
            .await?;
        let key = made
            .get("key")
            .and_then(Value::as_str)
            .context("the new API key has no `key`")?;
        Ok((
            format!("/v1/shops/{slug}/events").parse()?,
            json_headers(key)?,
        ))
    }

    async fn post(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        let mut client = Client::connect(self.address).await?;
        let sent = client.send(
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

    /// CPU time of the process so far, in seconds.
    pub(crate) fn cpu_seconds(&self) -> anyhow::Result<f64> {
        process::cpu_seconds(&self.process.id().to_string())
    }

    /// The most memory that the process has had resident, in MiB.
    pub(crate) fn peak_mib(&self) -> anyhow::Result<f64> {
        process::peak_mib(&self.process.id().to_string())
    }

    /// The end of its log, to be put behind an error.
    pub(crate) fn log(&self) -> String {
        let text = fs::read(self.directory.path().join("log")).unwrap_or_default();
        let end = text
            .get(text.len().saturating_sub(LOG_SHOWN)..)
            .unwrap_or_default();
        if end.is_empty() {
            return "; it logged nothing".to_owned();
        }
        format!("; the end of its log:\n{}", String::from_utf8_lossy(end))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has nothing to save: its data goes with it.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
