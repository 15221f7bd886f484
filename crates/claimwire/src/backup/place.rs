//! A directory that is there whole or not at all, and files in it that are on disk.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use data_encoding::HEXLOWER;
use ring::digest::{Context, SHA256};

/// Bytes read at once.
const CHUNK: usize = 256 * 1024;

/// A directory under way. Dropped before it is kept, it leaves nothing.
pub(super) struct Place {
    draft: PathBuf,
    at: PathBuf,
    kept: bool,
}

impl Place {
    /// For a directory at `at`, where nothing may be yet but an empty directory.
    pub(super) fn new(at: &Path) -> anyhow::Result<Self> {
        match fs::read_dir(at).map(|mut entries| entries.next().is_some()) {
            Ok(true) => bail!(
                "{} is not empty; name a directory that is not there yet",
                at.display()
            ),
            Ok(false) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                return Err(error).with_context(|| format!("cannot use {}", at.display()));
            }
        }
        let at = std::path::absolute(at)?;
        let mut name = at.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        let draft = at.with_file_name(name);
        let place = Self {
            draft,
            at,
            kept: false,
        };
        make_folder(&place.draft)?;
        Ok(place)
    }

    /// The path of a file in it, its folder made.
    pub(super) fn file(&self, name: &str) -> anyhow::Result<PathBuf> {
        let path = self.draft.join(name);
        match path.parent() {
            Some(folder) if !folder.is_dir() => make_folder(folder)?,
            _ => {}
        }
        Ok(path)
    }

    /// Moves it to where it was asked for. All its files are on disk.
    pub(super) fn keep(mut self) -> anyhow::Result<()> {
        let keep = || {
            flush_folders(&self.draft)?;
            // Takes the place of an empty directory, and of nothing else.
            fs::rename(&self.draft, &self.at)?;
            flush_parent(&self.at)
        };
        keep().with_context(|| format!("cannot put {} in its place", self.at.display()))?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_dir_all(&self.draft);
        }
    }
}

fn make_folder(path: &Path) -> anyhow::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("cannot make {}", path.display()))
}

fn flush_folders(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            flush_folders(&entry.path())?;
        }
    }
    File::open(folder)?.sync_all()
}

fn flush_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

fn create(to: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).open(to)
}

/// Copies a file, readable by its owner alone, and flushes it. Answers its SHA-256; none when there is no such file.
pub(super) fn copy(from: &Path, to: &Path) -> anyhow::Result<Option<String>> {
    let mut source = match File::open(from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.with_context(|| format!("cannot read {}", from.display()))?,
    };
    let mut copied = || -> io::Result<String> {
        let mut copy = create(to)?;
        let hash = each_chunk(&mut source, |chunk| copy.write_all(chunk))?;
        copy.sync_all()?;
        Ok(hash)
    };
    let hash =
        copied().with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    Ok(Some(hash))
}

/// Writes a small file and flushes it.
pub(super) fn write(to: &Path, text: &str) -> anyhow::Result<()> {
    let written = || -> io::Result<()> {
        let mut file = create(to)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    written().with_context(|| format!("cannot write {}", to.display()))
}

/// The SHA-256 of a file in hex; the file is flushed.
pub(super) fn hash(path: &Path) -> anyhow::Result<String> {
    let hashed = || -> io::Result<String> {
        let mut file = File::open(path)?;
        file.sync_all()?;
        each_chunk(&mut file, |_| Ok(()))
    };
    hashed().with_context(|| format!("cannot read {}", path.display()))
}

fn each_chunk(
    file: &mut File,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<String> {
    let mut hash = Context::new(&SHA256);
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = file.read(&mut chunk)?;
        let Some(bytes) = chunk.get(..read).filter(|bytes| !bytes.is_empty()) else {
            return Ok(HEXLOWER.encode(hash.finish().as_ref()));
        };
        hash.update(bytes);
        take(bytes)?;
    }
}
