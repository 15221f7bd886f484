//! Servers on one PostgreSQL database.

use std::process::Command;

use claimwire_testkit::postgres::{Cluster, Database, Pooler};
use tempfile::TempDir;

use crate::common::{Serve, serve};

pub const ENCRYPTION_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// A database, and room for what its nodes keep for themselves.
pub struct Nodes {
    database: Database<'static>,
    dir: TempDir,
    pooler: Option<Pooler>,
}

impl Nodes {
    pub fn new() -> Self {
        Self {
            database: Cluster::shared().unwrap().database(None).unwrap(),
            dir: tempfile::tempdir().unwrap(),
            pooler: None,
        }
    }

    /// The same behind pgbouncer, which gives out connections by transaction.
    pub fn pooled() -> Self {
        let settings = "server_round_robin = 1\ndefault_pool_size = 5";
        let pooler = Pooler::start(Cluster::shared().unwrap(), settings).unwrap();
        Self {
            pooler: Some(pooler),
            ..Self::new()
        }
    }

    /// Starts a node.
    pub fn start(&self, name: &str) -> Serve {
        self.start_with(name, &[])
    }

    /// One with more settings.
    pub fn start_with(&self, name: &str, more: &[&str]) -> Serve {
        self.started(name, &mut self.command(name, more))
    }

    /// The URL of the database, through the pooler if there is one.
    pub fn url(&self) -> String {
        match &self.pooler {
            Some(pooler) => pooler.url(&self.database),
            None => self.database.url(),
        }
    }

    /// What starts a node.
    pub fn command(&self, name: &str, more: &[&str]) -> Command {
        let url = self.url();
        let mut needed = vec!["--database-url", &*url];
        if !more.contains(&"--encryption-key") {
            needed.extend(["--encryption-key", ENCRYPTION_KEY]);
        }
        serve(&self.dir.path().join(name), &[&needed[..], more].concat())
    }

    /// Starts it, its log in the file of this name.
    pub fn started(&self, name: &str, command: &mut Command) -> Serve {
        let log = self.dir.path().join(format!("{name}.log"));
        Serve::of(command, std::fs::File::create(log).unwrap().into())
    }

    pub fn log(&self, name: &str) -> String {
        let path = self.dir.path().join(format!("{name}.log"));
        std::fs::read_to_string(path).unwrap_or_default()
    }
}
