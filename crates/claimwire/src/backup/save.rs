//! Makes a backup.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Context as _, bail};
use claimwire_model::Timestamp;
use claimwire_store_sqlite::backup;

use super::manifest::{MANIFEST, Manifest};
use super::place::{self, Place};
use crate::data_dir::{
    ADMIN_KEY_HASH, DATABASE, ENCRYPTION_KEY, IMAGES, OLDER_ENCRYPTION_KEYS, UNFINISHED,
};

/// How far it is: of what, how many of how many.
pub type Saving<'a> = &'a mut dyn FnMut(&'static str, u64, u64);

/// Copies the data directory at `data` into a new directory at `to`. A server that uses it goes on meanwhile. Answers
/// how many images there are.
///
/// # Errors
/// When it is no data directory, `to` is not empty, or something cannot be read or written. Nothing is left at `to`.
pub fn save(
    data: &Path,
    to: &Path,
    with_key: bool,
    now: Timestamp,
    progress: Saving<'_>,
) -> anyhow::Result<usize> {
    let database = data.join(DATABASE);
    if !database.is_file() {
        bail!(
            "{} is no data directory of a server: give the server's as --data-dir",
            data.display()
        );
    }
    let place = Place::new(to)?;
    let mut manifest = Manifest::new(now, with_key);
    let copy = place.file(DATABASE)?;
    backup::copy(&database, &copy, |done, all| progress("pages", done, all))
        .with_context(|| format!("cannot copy {}", database.display()))?;
    manifest
        .files
        .insert(DATABASE.to_owned(), place::hash(&copy)?);

    let keys = [ENCRYPTION_KEY, OLDER_ENCRYPTION_KEYS];
    let keys = keys.into_iter().filter(|_| with_key);
    for name in keys.chain([ADMIN_KEY_HASH]) {
        if let Some(hash) = place::copy(&data.join(name), &place.file(name)?)? {
            manifest.files.insert(name.to_owned(), hash);
        }
    }
    // After the database: it names none whose bytes were not there by then, but for uploads that nobody was told of.
    let images = images(&data.join(IMAGES))?;
    let all = u64::try_from(images.len())?;
    for (done, image) in (1..).zip(&images) {
        let name = format!("{IMAGES}/{image}");
        // One that was deleted meanwhile is in no list any more.
        if let Some(hash) = place::copy(&data.join(&name), &place.file(&name)?)? {
            manifest.files.insert(name, hash);
        }
        progress("images", done, all);
    }
    place::write(&place.file(MANIFEST)?, &manifest.text()?)?;
    place.keep()?;
    Ok(images.len())
}

/// The names of the images that are whole.
fn images(folder: &Path) -> anyhow::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.with_context(|| format!("cannot read {}", folder.display()))?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot read {}", folder.display()))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let unfinished = Path::new(&name).extension() == Some(UNFINISHED.as_ref());
        if !unfinished && entry.file_type()?.is_file() {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}
