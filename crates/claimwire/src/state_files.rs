//! The keys that a data directory holds: the admin key's hash, the encryption key and those before it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use anyhow::{Context as _, anyhow};
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom as _, SystemRandom};

/// The admin key's hash, and the key itself if it was made just now and must be shown.
pub struct AdminKey {
    /// SHA-256.
    pub hash: [u8; 32],
    /// Only when it was made at this start.
    pub fresh: Option<String>,
}

/// Makes the data directory if it is not there, open to its owner alone.
pub fn make_data_dir(dir: &Path) -> anyhow::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .with_context(|| {
            format!(
                "cannot make the data directory {}; choose another with --data-dir",
                dir.display()
            )
        })
}

/// A secret as a setting gives it: white space around it, such as a file's last newline, is no part of it, and an
/// empty one is none.
fn set(given: Option<&str>) -> Option<&str> {
    given.map(str::trim).filter(|secret| !secret.is_empty())
}

/// The admin key: the given one, else the one whose hash is in the data directory, else a new one.
pub fn admin_key(dir: &Path, given: Option<&str>) -> anyhow::Result<AdminKey> {
    if let Some(key) = set(given) {
        return Ok(AdminKey {
            hash: sha256(key.as_bytes())?,
            fresh: None,
        });
    }
    let path = dir.join("admin-key.sha256");
    if let Some(text) = read_if_there(&path)? {
        let hash = HEXLOWER
            .decode(text.trim().as_bytes())
            .ok()
            .and_then(|bytes| bytes.try_into().ok());
        let hash = hash.ok_or_else(|| {
            anyhow!(
                "{} does not hold a hash; delete it and the next start makes a new admin key",
                path.display()
            )
        })?;
        return Ok(AdminKey { hash, fresh: None });
    }
    let key = format!("cw_admin_{}", BASE64URL_NOPAD.encode(&random32()?));
    let hash = sha256(key.as_bytes())?;
    write_new(&path, &HEXLOWER.encode(&hash))?;
    Ok(AdminKey {
        hash,
        fresh: Some(key),
    })
}

/// The encryption key: the given one, else the data directory's, else a new one kept there.
pub fn encryption_key(dir: &Path, given: Option<&str>) -> anyhow::Result<[u8; 32]> {
    let path = dir.join("encryption.key");
    let (text, place) = match set(given) {
        Some(text) => (text.to_owned(), "--encryption-key".to_owned()),
        None => match read_if_there(&path)? {
            Some(text) => (text, path.display().to_string()),
            None => {
                let key = random32()?;
                write_new(&path, &BASE64.encode(&key))?;
                return Ok(key);
            }
        },
    };
    key(&text, &place)
}

/// The encryption keys from before: the given ones, else the data directory's, one a line.
pub fn older_encryption_keys(dir: &Path, given: &[String]) -> anyhow::Result<Vec<[u8; 32]>> {
    let given: Vec<&str> = given.iter().filter_map(|text| set(Some(text))).collect();
    if !given.is_empty() {
        let given = given.into_iter();
        return given
            .map(|text| key(text, "--encryption-keys-old"))
            .collect();
    }
    let path = dir.join("encryption.key.old");
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

fn sha256(bytes: &[u8]) -> anyhow::Result<[u8; 32]> {
    digest(&SHA256, bytes)
        .as_ref()
        .try_into()
        .context("a SHA-256 hash has 32 bytes")
}

fn random32() -> anyhow::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| anyhow!("the system gives no random bytes"))?;
    Ok(bytes)
}

fn read_if_there(path: &Path) -> anyhow::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Writes a file that must not be there yet, readable by its owner alone, and flushes it: a key that
/// is lost in a crash after its first use would take what it encrypted with it. It is there whole or not
/// at all, however full the disk is.
fn write_new(path: &Path, text: &str) -> anyhow::Result<()> {
    let draft = path.with_extension(format!("{}.new", std::process::id()));
    let write = || {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)?;
        writeln!(file, "{text}")?;
        file.sync_all()?;
        // Unlike a rename, a link never takes the place of what another process has just put there.
        std::fs::hard_link(&draft, path)
    };
    let written = write();
    let tidied = std::fs::remove_file(&draft);
    written
        .and(tidied)
        .and_then(|()| {
            path.parent()
                .map_or(Ok(()), |dir| std::fs::File::open(dir)?.sync_all())
        })
        .with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn an_admin_key_is_shown_once_and_kept_as_a_hash() {
        let dir = tempfile::tempdir().unwrap();
        let first = admin_key(dir.path(), None).unwrap();
        let key = first.fresh.unwrap();
        let kept = std::fs::read_to_string(dir.path().join("admin-key.sha256")).unwrap();
        assert!(!kept.contains(&key));
        let second = admin_key(dir.path(), None).unwrap();
        assert_eq!((second.hash, second.fresh), (first.hash, None));
        assert_eq!(admin_key(dir.path(), Some(&key)).unwrap().hash, first.hash);
    }

    #[test]
    fn an_empty_secret_is_none_and_white_space_around_one_is_no_part_of_it() {
        let dir = tempfile::tempdir().unwrap();
        for empty in ["", " ", "\n", "\t\r\n"] {
            let made = admin_key(dir.path(), Some(empty)).unwrap();
            assert_ne!(made.hash, sha256(empty.as_bytes()).unwrap(), "{empty:?}");
            assert_ne!(made.hash, sha256(b"").unwrap(), "{empty:?}");
        }
        let plain = admin_key(dir.path(), Some("a key")).unwrap().hash;
        let from_a_file = admin_key(dir.path(), Some(" a key\n")).unwrap().hash;
        assert_eq!(plain, from_a_file);

        let kept = encryption_key(dir.path(), Some("")).unwrap();
        assert_eq!(encryption_key(dir.path(), None).unwrap(), kept);
        let old = older_encryption_keys(dir.path(), &[String::new()]).unwrap();
        assert!(old.is_empty());
    }

    #[test]
    fn a_key_file_is_there_whole_and_never_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("encryption.key");
        write_new(&path, "first").unwrap();
        assert!(write_new(&path, "second").is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "first\n");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_encryption_key_is_made_once_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let first = encryption_key(dir.path(), None).unwrap();
        assert_eq!(encryption_key(dir.path(), None).unwrap(), first);
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
