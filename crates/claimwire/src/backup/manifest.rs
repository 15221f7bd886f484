//! `backup.json`: what belongs to a backup.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use claimwire_model::Timestamp;
use serde::{Deserialize, Serialize};

/// Its name.
pub(super) const MANIFEST: &str = "backup.json";
/// The form that this program writes and reads.
const FORMAT: u32 = 1;

/// What belongs to a backup.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    format: u32,
    /// The program that made it.
    claimwire: String,
    /// When the database was as it is here.
    pub(super) made_at: Timestamp,
    /// Whether the encryption key is in it.
    pub(super) with_key: bool,
    /// SHA-256 in hex, by the file's path.
    pub(super) files: BTreeMap<String, String>,
}

impl Manifest {
    /// Of nothing yet.
    pub(super) fn new(made_at: Timestamp, with_key: bool) -> Self {
        Self {
            format: FORMAT,
            claimwire: env!("CARGO_PKG_VERSION").to_owned(),
            made_at,
            with_key,
            files: BTreeMap::new(),
        }
    }

    /// Of the backup in `dir`.
    ///
    /// # Errors
    /// When there is none, it is not whole, or a newer program made it.
    pub(super) fn read(dir: &Path) -> anyhow::Result<Self> {
        let path = dir.join(MANIFEST);
        let text = fs::read(&path).with_context(|| {
            format!(
                "{} is no whole backup: {MANIFEST} cannot be read",
                dir.display()
            )
        })?;
        let manifest: Self = serde_json::from_slice(&text)
            .with_context(|| format!("{} is damaged", path.display()))?;
        if manifest.format != FORMAT {
            bail!(
                "{} was made by claimwire {} in the form {}; this program reads {FORMAT}. Use that version or a later one",
                dir.display(),
                manifest.claimwire,
                manifest.format
            );
        }
        Ok(manifest)
    }

    /// The text of the file.
    pub(super) fn text(&self) -> anyhow::Result<String> {
        Ok(serde_json::to_string_pretty(self)?)
    }
}
