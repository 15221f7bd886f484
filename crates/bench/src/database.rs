//! The PostgreSQL database that the measured server keeps everything in, in place of the embedded one. Its server is
//! on this machine and somebody else's to start; the database is the bench's alone.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::str::FromStr;

use anyhow::{Context, bail};

use crate::process;

/// What makes it as new, its statistics too.
const EMPTY: &str = "SET client_min_messages = warning; DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public; \
     SELECT pg_stat_reset();";

const TRANSACTIONS: &str =
    "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()";

/// A database for nothing but this.
#[derive(Debug, Clone)]
pub struct Database {
    /// How it is reached. Its name ends in `bench`: it is emptied again and again.
    pub url: String,
    /// Where its server keeps its data: the processes of that server are what its CPU time is counted of.
    pub directory: PathBuf,
}

impl Database {
    /// Another on the same server, made if it is not there, for what is measured beside this one. Its name has `alone_` in it.
    pub(crate) fn beside(&self) -> anyhow::Result<Self> {
        self.check()?;
        let (server, name, settings) = parts(&self.url);
        let name = format!("{}alone_bench", name.strip_suffix("bench").unwrap_or(name));
        let there: u32 = self.number(&format!(
            "SELECT count(*) FROM pg_database WHERE datname = '{name}'"
        ))?;
        if there == 0 {
            let made = self.sql(&format!("CREATE DATABASE \"{name}\""));
            made.with_context(|| {
                format!("a second database, for one node alone, could not be made: let the role make databases, or make {name}")
            })?;
        }
        Ok(Self {
            url: format!("{server}{name}{settings}"),
            directory: self.directory.clone(),
        })
    }

    /// Refuses a database that may be somebody's.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        if !parts(&self.url).1.ends_with("bench") {
            bail!(
                "the database of --database-url is emptied for each measurement: make one whose name ends in \"bench\" for it"
            );
        }
        Ok(())
    }

    /// Removes all that is in it.
    pub(crate) fn empty(&self) -> anyhow::Result<()> {
        self.check()?;
        let emptied = self.sql(EMPTY).map(drop);
        emptied.context("the database of --database-url could not be emptied")
    }

    /// Runs SQL in it; answers what `psql` prints, without ornaments.
    pub(crate) fn sql(&self, sql: &str) -> anyhow::Result<String> {
        let mut psql = Command::new("psql");
        psql.args(["-XqtA", "-v", "ON_ERROR_STOP=1", "-c", sql, &self.url]);
        let output = psql
            .output()
            .context("`psql` could not be run: install PostgreSQL's client")?;
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// The number that a query answers.
    pub(crate) fn number<N: FromStr>(&self, sql: &str) -> anyhow::Result<N> {
        let answer = self.sql(sql)?;
        let number = answer.parse().ok();
        number.with_context(|| format!("no number but {answer:?} is the answer to {sql}"))
    }

    /// Transactions so far, as far as they have been told.
    pub(crate) fn transactions(&self) -> anyhow::Result<f64> {
        self.number(TRANSACTIONS)
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

/// What stands in a URL before the database's name, that name, and what stands behind it.
fn parts(url: &str) -> (&str, &str, &str) {
    let (path, settings) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
    let (server, name) = path.split_at(path.rfind('/').map_or(0, |slash| slash + 1));
    (server, name, settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_named_behind_its_server_and_before_its_settings() {
        let url = "postgres://u@db:5432/claimwire_bench?sslmode=disable";
        let whole = (
            "postgres://u@db:5432/",
            "claimwire_bench",
            "?sslmode=disable",
        );
        assert_eq!(parts(url), whole);
        assert_eq!(
            parts("postgres://db/bench"),
            ("postgres://db/", "bench", "")
        );
    }
}
