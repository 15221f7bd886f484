//! Servers on one PostgreSQL database.

use claimwire_testkit::postgres::{Cluster, Database};
use tempfile::TempDir;

use crate::common::{Serve, serve};

pub const ENCRYPTION_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// A database, and room for what its nodes keep for themselves.
pub struct Nodes {
    database: Database<'static>,
    dir: TempDir,
}

impl Nodes {
    pub fn new() -> Self {
        Self {
            database: Cluster::shared().unwrap().database(None).unwrap(),
            dir: tempfile::tempdir().unwrap(),
        }
    }

    /// Starts a node.
    pub fn start(&self, name: &str) -> Serve {
        let url = self.database.url();
        let more = ["--database-url", &*url, "--encryption-key", ENCRYPTION_KEY];
        let dir = self.dir.path();
        let log = std::fs::File::create(dir.join(format!("{name}.log"))).unwrap();
        Serve::of(&mut serve(&dir.join(name), &more), log.into())
    }

    pub fn log(&self, name: &str) -> String {
        let path = self.dir.path().join(format!("{name}.log"));
        std::fs::read_to_string(path).unwrap_or_default()
    }
}
