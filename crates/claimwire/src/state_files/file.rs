//! Small files that are there whole or not at all, readable by their owner alone.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// The text of a file, if it is there.
pub fn read_if_there(path: &Path) -> anyhow::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// A file that is written and flushed, but not yet in its place: what can fail for want of room has not failed.
/// Dropped, it leaves nothing.
pub struct Draft {
    draft: PathBuf,
    path: PathBuf,
}

impl Draft {
    /// Writes what `path` is to hold.
    pub fn write(path: &Path, text: &str) -> anyhow::Result<Self> {
        let draft = Self {
            draft: path.with_extension(format!("{}.new", std::process::id())),
            path: path.to_owned(),
        };
        let write = || {
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&draft.draft)?;
            writeln!(file, "{text}")?;
            file.sync_all()
        };
        write().with_context(|| draft.cannot())?;
        Ok(draft)
    }

    /// Puts it into its place, where nothing may be yet. Unlike a rename, a link never takes the place of what
    /// another process has just put there.
    pub fn keep(self) -> anyhow::Result<()> {
        std::fs::hard_link(&self.draft, &self.path)
            .and_then(|()| std::fs::remove_file(&self.draft))
            .and_then(|()| self.flush())
            .with_context(|| self.cannot())
    }

    /// Puts it into its place, instead of what is there.
    pub fn replace(self) -> anyhow::Result<()> {
        std::fs::rename(&self.draft, &self.path)
            .and_then(|()| self.flush())
            .with_context(|| self.cannot())
    }

    fn flush(&self) -> std::io::Result<()> {
        match self.path.parent() {
            Some(dir) => File::open(dir)?.sync_all(),
            None => Ok(()),
        }
    }

    fn cannot(&self) -> String {
        format!("cannot write {}", self.path.display())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.draft);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_whole_and_only_replaced_when_that_is_asked_for() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("encryption.key");
        let read = || std::fs::read_to_string(&path).unwrap();
        drop(Draft::write(&path, "dropped").unwrap());
        assert!(!path.exists());
        Draft::write(&path, "first").unwrap().keep().unwrap();
        assert!(Draft::write(&path, "second").unwrap().keep().is_err());
        assert_eq!(read(), "first\n");
        Draft::write(&path, "third").unwrap().replace().unwrap();
        assert_eq!(read(), "third\n");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
