//! The PostgreSQL database that the measured server keeps everything in, in place of the embedded one. Its server is
//! on this machine and somebody else's to start; the database is the bench's alone.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail};

use crate::process;

/// What makes it as new, its statistics too.
const EMPTY: &str = "SET client_min_messages = warning; DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public; \
     SELECT pg_stat_reset();";

/// A database for nothing but this.
#[derive(Debug, Clone)]
pub struct Database {
    /// How it is reached. Its name ends in `bench`: it is emptied again and again.
    pub url: String,
    /// Where its server keeps its data: the processes of that server are what its CPU time is counted of.
    pub directory: PathBuf,
}

impl Database {
    /// Refuses a database that may be somebody's.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        let name = self.url.split(['?', '#']).next().unwrap_or_default();
        if !name.ends_with("bench") {
            bail!(
                "the database of --database-url is emptied for each measurement: make one whose name ends in \"bench\" for it"
            );
        }
        Ok(())
    }

    /// Removes all that is in it.
    pub(crate) fn empty(&self) -> anyhow::Result<()> {
        self.check()?;
        let mut psql = Command::new("psql");
        psql.args(["-Xq", "-v", "ON_ERROR_STOP=1", "-c", EMPTY, &self.url]);
        let output = psql
            .output()
            .context("`psql` could not be run: install PostgreSQL's client")?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("the database of --database-url could not be emptied: {said}");
        }
        Ok(())
    }

    /// CPU time of all its server's processes so far, in seconds, with those that have ended.
    pub(crate) fn cpu_seconds(&self) -> anyhow::Result<f64> {
        let path = self.directory.join("postmaster.pid");
        let text = fs::read_to_string(&path).with_context(|| {
            format!(
                "{} cannot be read: no PostgreSQL runs on --database-directory",
                path.display()
            )
        })?;
        let first = text
            .lines()
            .next()
            .and_then(|line| line.trim().parse().ok());
        let postmaster = first.with_context(|| format!("{} names no process", path.display()))?;
        process::family_cpu_seconds(postmaster)
    }
}
