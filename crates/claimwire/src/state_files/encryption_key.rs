//! The encryption key and those before it: given by settings, or kept in the data directory.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use data_encoding::BASE64;

use super::file::{Draft, read_if_there};
use super::{random32, secret};
use crate::data_dir::{ENCRYPTION_KEY, OLDER_ENCRYPTION_KEYS};

/// The key that seals.
pub struct EncryptionKey {
    /// Itself.
    pub key: [u8; 32],
    /// Where it is to be kept, when it was made just now.
    fresh: Option<PathBuf>,
}

impl EncryptionKey {
    /// Why a database cannot be opened with it, if that is because it is new.
    pub fn hint(&self) -> String {
        match &self.fresh {
            Some(path) => format!(
                "; there is no {}, and no other key can open what was sealed: put it back, or give the key that \
                 this database was used with as --encryption-key",
                path.display()
            ),
            None => String::new(),
        }
    }

    /// Keeps it, if it was made just now: only when the database it is for is open and holds nothing that another
    /// key sealed, and before it seals anything.
    pub fn keep(&self) -> anyhow::Result<()> {
        match &self.fresh {
            Some(path) => Draft::write(path, &BASE64.encode(&self.key))?.keep(),
            None => Ok(()),
        }
    }
}

/// The given one, else the data directory's, else a new one that is yet to be kept.
pub fn encryption_key(dir: &Path, given: Option<&str>) -> anyhow::Result<EncryptionKey> {
    if let Some(text) = secret::given("--encryption-key", given)? {
        let key = key(text, "--encryption-key")?;
        return Ok(EncryptionKey { key, fresh: None });
    }
    let path = dir.join(ENCRYPTION_KEY);
    Ok(match read_if_there(&path)? {
        Some(text) => EncryptionKey {
            key: key(&text, &path.display().to_string())?,
            fresh: None,
        },
        None => EncryptionKey {
            key: random32()?,
            fresh: Some(path),
        },
    })
}

/// The encryption keys from before: the given ones, else the data directory's, one a line.
pub fn older_encryption_keys(dir: &Path, given: &[String]) -> anyhow::Result<Vec<[u8; 32]>> {
    const SETTING: &str = "--encryption-keys-old";
    let mut keys = Vec::new();
    for text in given {
        if let Some(text) = secret::given(SETTING, Some(text))? {
            keys.push(key(text, SETTING)?);
        }
    }
    if !keys.is_empty() {
        return Ok(keys);
    }
    let path = dir.join(OLDER_ENCRYPTION_KEYS);
    let place = path.display().to_string();
    let text = read_if_there(&path)?.unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| key(line, &place)).collect()
}

fn key(text: &str, place: &str) -> anyhow::Result<[u8; 32]> {
    BASE64
        .decode(text.trim().as_bytes())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| {
            anyhow!(
                "{place} does not hold 32 bytes in base64; `openssl rand -base64 32` makes some"
            )
        })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_encryption_key_is_made_once_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let first = encryption_key(dir.path(), Some("")).unwrap();
        assert!(first.hint().contains("encryption.key"));
        assert!(!dir.path().join("encryption.key").exists());
        first.keep().unwrap();
        let second = encryption_key(dir.path(), None).unwrap();
        assert_eq!((second.key, second.hint()), (first.key, String::new()));
        second.keep().unwrap();
        let mode = std::fs::metadata(dir.path().join("encryption.key"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(encryption_key(dir.path(), Some("short")).is_err());
    }

    #[test]
    fn older_encryption_keys_are_given_or_in_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let older = |given: &[String]| older_encryption_keys(dir.path(), given);
        assert!(older(&[]).unwrap().is_empty());
        assert!(older(&[String::new()]).unwrap().is_empty());
        let (one, two) = (BASE64.encode(&[1; 32]), BASE64.encode(&[2; 32]));
        std::fs::write(
            dir.path().join("encryption.key.old"),
            format!("{one}\n\n{two}\n"),
        )
        .unwrap();
        assert_eq!(older(&[]).unwrap(), [[1; 32], [2; 32]]);
        assert_eq!(older(&[two]).unwrap(), [[2; 32]]);
        assert!(older(&["short".to_owned()]).is_err());
    }
}
