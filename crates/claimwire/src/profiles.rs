//! Profiles: servers with the keys for them, in a file that its owner alone can read. `claimwire login` writes it; every
//! command that talks to a server reads it.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use toml::{Table, Value};

use crate::state_files::file::{Draft, read_if_there};

/// The profile that is used when none is named.
pub const DEFAULT: &str = "default";

/// What a command takes from it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// The server's address.
    pub server: Option<String>,
    /// The key for it.
    pub key: Option<String>,
    /// The shop.
    pub shop: Option<String>,
}

/// Where the file is: `$XDG_CONFIG_HOME/claimwire/profiles.toml`, or below `~/.config` (XDG Base Directory
/// Specification).
fn path() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let base = set("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .filter(|base| base.is_absolute())
        .or_else(|| Some(PathBuf::from(set("HOME")?).join(".config")))?;
    Some(base.join("claimwire").join("profiles.toml"))
}

/// The file's path, for messages.
pub fn shown() -> String {
    path().map_or_else(
        || "the profiles' file".to_owned(),
        |path| path.display().to_string(),
    )
}

/// The profile of this name.
pub fn read(name: &str) -> anyhow::Result<Option<Profile>> {
    Ok(all()?
        .into_iter()
        .find(|(each, _)| each == name)
        .map(|(_, profile)| profile))
}

/// All profiles, by name.
pub fn all() -> anyhow::Result<Vec<(String, Profile)>> {
    let Some(path) = path() else {
        return Ok(Vec::new());
    };
    let profiles = table(&path)?.into_iter().map(|(name, value)| {
        let text = |field: &str| value.get(field).and_then(Value::as_str).map(str::to_owned);
        let profile = Profile {
            server: text("server"),
            key: text("key"),
            shop: text("shop"),
        };
        (name, profile)
    });
    Ok(profiles.collect())
}

/// Writes a profile, in place of one with its name.
pub fn write(name: &str, profile: &Profile) -> anyhow::Result<()> {
    let path = path().context("neither HOME nor XDG_CONFIG_HOME says where profiles are kept")?;
    let mut all = table(&path)?;
    let fields = [
        ("server", &profile.server),
        ("key", &profile.key),
        ("shop", &profile.shop),
    ];
    let fields = fields
        .into_iter()
        .filter_map(|(field, value)| Some((field.to_owned(), Value::String(value.clone()?))));
    all.insert(name.to_owned(), Value::Table(fields.collect()));
    keep(&path, &all)
}

/// Deletes a profile; false when there is none of this name.
pub fn delete(name: &str) -> anyhow::Result<bool> {
    let Some(path) = path() else {
        return Ok(false);
    };
    let mut all = table(&path)?;
    let found = all.remove(name).is_some();
    if found {
        keep(&path, &all)?;
    }
    Ok(found)
}

fn table(path: &Path) -> anyhow::Result<Table> {
    let text = read_if_there(path)?.unwrap_or_default();
    // The parser's message would show the line that is wrong, which may have a key in it.
    let Ok(table) = text.parse::<Table>() else {
        bail!(
            "{} is not TOML: mend it, or delete it and run `claimwire login`",
            path.display()
        );
    };
    Ok(table)
}

fn keep(path: &Path, all: &Table) -> anyhow::Result<()> {
    if let Some(dir) = path.parent() {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .with_context(|| format!("cannot make the directory {}", dir.display()))?;
    }
    Draft::write(path, toml::to_string(all)?.trim_end())?.replace()
}
