//! The server under measurement: a process of its own with an empty data directory.

use std::env;
use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri};
use tempfile::TempDir;

use crate::client::Client;
use crate::database::Database;
use crate::options::Options;
use crate::process;

/// The key that may do everything on a measured server.
pub(crate) const ADMIN_KEY: &str = "bench-admin-key-bench-admin-key-bench";
/// Seals what a measured server keeps in PostgreSQL.
const ENCRYPTION_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// A server that is not ready by then will not be; a tool that counts instructions makes it slow.
const READY_WITHIN: Duration = Duration::from_secs(60);
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(5);
/// A server that has not drained by then hangs.
const STOPPED_WITHIN: Duration = Duration::from_secs(60);
/// Bytes of the server's log that an error shows.
const LOG_SHOWN: usize = 2000;

/// A running server; dropping it kills the process and removes its data.
pub(crate) struct Server {
    command: Command,
    process: Child,
    pub(crate) address: SocketAddr,
    directory: TempDir,
    database: Option<Database>,
}

impl Server {
    /// Starts `claimwire serve` on a free port and waits until it is ready.
    pub(crate) async fn start(options: &Options) -> anyhow::Result<Self> {
        Self::start_under(options, &[]).await
    }

    /// The same below another program that watches it, such as `strace`.
    pub(crate) async fn start_under(options: &Options, watcher: &[String]) -> anyhow::Result<Self> {
        if let Some(database) = &options.database {
            database.empty()?;
        }
        Self::start_on(options, watcher).await
    }

    /// Another node on the database of one that runs.
    pub(crate) async fn start_beside(options: &Options) -> anyhow::Result<Self> {
        Self::start_on(options, &[]).await
    }

    async fn start_on(options: &Options, watcher: &[String]) -> anyhow::Result<Self> {
        let directory = data_directory(options)?;
        // Free until the server takes it a moment later.
        let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        let mut command = serve(options, watcher, address, &directory);
        let process = spawn(&mut command, &directory)?;
        let mut server = Self {
            command,
            process,
            address,
            directory,
            database: options.database.clone(),
        };
        server.ready().await?;
        Ok(server)
    }

    /// Kills it (SIGKILL) and starts it again with the same data; the time from the start to its being ready.
    pub(crate) async fn restart(&mut self) -> anyhow::Result<Duration> {
        self.process.kill()?;
        self.process.wait()?;
        let start = Instant::now();
        self.process = spawn(&mut self.command, &self.directory)?;
        self.ready().await?;
        Ok(start.elapsed())
    }

    /// Asks it to drain (SIGTERM) and waits for its end, and for the end of what watches it.
    pub(crate) async fn stop(&mut self) -> anyhow::Result<()> {
        process::terminate(self.pid())?;
        let until = Instant::now() + STOPPED_WITHIN;
        while self.process.try_wait()?.is_none() {
            if Instant::now() > until {
                bail!(
                    "the server did not stop within {STOPPED_WITHIN:?}{}",
                    self.log()
                );
            }
            tokio::time::sleep(ASK_AGAIN_AFTER).await;
        }
        Ok(())
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

    /// The server's process, below whatever watches it.
    pub(crate) fn pid(&self) -> u32 {
        process::child(self.process.id()).unwrap_or(self.process.id())
    }

    /// CPU time of the process so far, in seconds, and of its PostgreSQL's.
    pub(crate) fn cpu_seconds(&self) -> anyhow::Result<f64> {
        let database = self.database.as_ref().map(Database::cpu_seconds);
        Ok(process::cpu_seconds(&self.pid().to_string())? + database.transpose()?.unwrap_or(0.0))
    }

    /// Where its data is.
    pub(crate) fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// Bytes of its database's files.
    pub(crate) fn data_bytes(&self) -> anyhow::Result<f64> {
        let mut bytes = 0;
        for entry in fs::read_dir(self.data())? {
            let entry = entry?.metadata()?;
            if entry.is_file() {
                bytes += entry.len();
            }
        }
        #[allow(clippy::cast_precision_loss)]
        Ok(bytes as f64)
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
        // It has nothing to save: its data goes with it. A watcher would outlive or detach from it.
        if let Some(child) = process::child(self.process.id()) {
            drop(process::terminate(child));
        }
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// A new directory on the disk that is measured; removed when dropped.
pub(crate) fn data_directory(options: &Options) -> anyhow::Result<TempDir> {
    match &options.directory {
        Some(directory) => TempDir::with_prefix_in("claimwire-bench-", directory),
        None => TempDir::with_prefix("claimwire-bench-"),
    }
    .context("no directory for the measured data: choose another with --directory")
}

fn serve(
    options: &Options,
    watcher: &[String],
    address: SocketAddr,
    directory: &TempDir,
) -> Command {
    let mut command = match watcher.split_first() {
        Some((program, arguments)) => {
            let mut command = Command::new(program);
            command.args(arguments).arg(&options.server);
            command
        }
        None => Command::new(&options.server),
    };
    for (name, _) in
        env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"CLAIMWIRE_"))
    {
        command.env_remove(name);
    }
    command
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
        .args(on(options.database.as_ref()))
        .env("CLAIMWIRE_ADMIN_KEY", ADMIN_KEY)
        .current_dir(directory.path())
        .stdin(Stdio::null());
    command
}

/// The settings of a server on this database.
fn on(database: Option<&Database>) -> Vec<&str> {
    let settings = database.map(|database| {
        let key = ["--encryption-key", ENCRYPTION_KEY];
        [["--database-url", &*database.url], key].concat()
    });
    settings.unwrap_or_default()
}

fn spawn(command: &mut Command, directory: &TempDir) -> anyhow::Result<Child> {
    let log = File::create(directory.path().join("log"))?;
    command.stdout(log.try_clone()?).stderr(log);
    let program = command.get_program().to_owned();
    command
        .spawn()
        .with_context(|| format!("{} could not be started", program.display()))
}
