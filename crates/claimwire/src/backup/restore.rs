//! Makes a data directory out of a backup.

use std::path::Path;

use anyhow::{Context as _, bail};
use claimwire_model::Timestamp;
use claimwire_store_sqlite::backup;

use super::manifest::Manifest;
use super::place::{self, Place};
use crate::data_dir::DATABASE;

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    /// From when it is.
    pub made_at: Timestamp,
    /// Whether the encryption key was in it.
    pub with_key: bool,
}

/// Copies the backup at `from` into a new data directory at `data`, each file compared with what was written down of
/// it, and the database checked.
///
/// # Errors
/// When `from` is no whole backup or has changed, when `data` is not empty, or when something cannot be read or
/// written. Nothing is left at `data`.
pub fn restore(from: &Path, data: &Path) -> anyhow::Result<Restored> {
    let manifest = Manifest::read(from)?;
    if !manifest.files.contains_key(DATABASE) {
        bail!("{} has no database", from.display());
    }
    let place = Place::new(data)?;
    for (name, hash) in &manifest.files {
        if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
            bail!("the backup names a file outside of it: {name}");
        }
        let copied = place::copy(&from.join(name), &place.file(name)?)?;
        match copied {
            Some(copied) if copied == *hash => {}
            Some(_) => bail!(
                "{} is not as the backup left it; use another backup",
                from.join(name).display()
            ),
            None => bail!(
                "{} is missing; use another backup",
                from.join(name).display()
            ),
        }
    }
    backup::check(&place.file(DATABASE)?)
        .with_context(|| format!("the database in {} cannot be used", from.display()))?;
    place.keep()?;
    Ok(Restored {
        made_at: manifest.made_at,
        with_key: manifest.with_key,
    })
}
