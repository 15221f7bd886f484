//! The admin key: given by a setting, or made here and kept as a hash.
//!
//! A key is shown before its hash is in its place. Whatever fails in between leaves a key that opens nothing,
//! never one that nobody has seen.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use ring::digest::{SHA256, digest};

use super::file::{Draft, read_if_there};
use super::{random32, secret};
use crate::data_dir::ADMIN_KEY_HASH;

/// SHA-256 of the key that is given, or else of the one that was made in this data directory; none: there is none.
pub fn admin_key(dir: &Path, given: Option<&str>) -> anyhow::Result<Option<[u8; 32]>> {
    if let Some(key) = secret::given("--admin-key", given)? {
        return sha256(key.as_bytes()).map(Some);
    }
    let path = path(dir);
    let Some(text) = read_if_there(&path)? else {
        return Ok(None);
    };
    let hash = HEXLOWER
        .decode(text.trim().as_bytes())
        .ok()
        .and_then(|bytes| bytes.try_into().ok());
    hash.map(Some).ok_or_else(|| {
        anyhow!(
            "{} does not hold a hash; `claimwire keys reset-admin` makes a new admin key",
            path.display()
        )
    })
}

/// Makes the first one, which `show` must bring to its owner; answers its hash.
pub fn make_admin_key(
    dir: &Path,
    show: impl FnOnce(&str) -> anyhow::Result<()>,
) -> anyhow::Result<[u8; 32]> {
    make(dir, show, Draft::keep)
}

/// Makes another in place of the one there is, which then opens nothing.
pub fn reset_admin_key(
    dir: &Path,
    show: impl FnOnce(&str) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    make(dir, show, Draft::replace).map(drop)
}

fn make(
    dir: &Path,
    show: impl FnOnce(&str) -> anyhow::Result<()>,
    place: impl FnOnce(Draft) -> anyhow::Result<()>,
) -> anyhow::Result<[u8; 32]> {
    let key = format!("cw_admin_{}", BASE64URL_NOPAD.encode(&random32()?));
    let hash = sha256(key.as_bytes())?;
    let draft = Draft::write(&path(dir), &HEXLOWER.encode(&hash))?;
    show(&key).context("cannot show the admin key")?;
    place(draft)?;
    Ok(hash)
}

fn path(dir: &Path) -> PathBuf {
    dir.join(ADMIN_KEY_HASH)
}

fn sha256(bytes: &[u8]) -> anyhow::Result<[u8; 32]> {
    digest(&SHA256, bytes)
        .as_ref()
        .try_into()
        .context("a SHA-256 hash has 32 bytes")
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    fn made(dir: &Path) -> (String, [u8; 32]) {
        let mut shown = String::new();
        let show = |key: &str| {
            key.clone_into(&mut shown);
            Ok(())
        };
        let hash = make_admin_key(dir, show).unwrap();
        (shown, hash)
    }

    #[test]
    fn an_admin_key_is_shown_once_and_kept_as_a_hash() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(admin_key(dir.path(), None).unwrap(), None);
        let (key, hash) = made(dir.path());
        let kept = std::fs::read_to_string(path(dir.path())).unwrap();
        assert!(!kept.contains(&key));
        assert_eq!(admin_key(dir.path(), None).unwrap(), Some(hash));
        assert_eq!(admin_key(dir.path(), Some(&key)).unwrap(), Some(hash));
    }

    #[test]
    fn a_key_that_could_not_be_shown_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let refused = || make_admin_key(dir.path(), |_| bail!("standard output is closed"));
        assert!(refused().is_err());
        assert_eq!(admin_key(dir.path(), None).unwrap(), None);
        let (_, hash) = made(dir.path());
        assert!(reset_admin_key(dir.path(), |_| bail!("closed")).is_err());
        assert_eq!(admin_key(dir.path(), None).unwrap(), Some(hash));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn another_key_takes_the_place_of_the_first() {
        let dir = tempfile::tempdir().unwrap();
        let (_, first) = made(dir.path());
        let mut second = String::new();
        reset_admin_key(dir.path(), |key| {
            key.clone_into(&mut second);
            Ok(())
        })
        .unwrap();
        let hash = admin_key(dir.path(), None).unwrap().unwrap();
        assert_ne!(hash, first);
        assert_eq!(sha256(second.as_bytes()).unwrap(), hash);
    }

    #[test]
    fn an_empty_key_is_none_and_white_space_around_one_is_no_part_of_it() {
        let dir = tempfile::tempdir().unwrap();
        for empty in ["", " ", "\n", "\t\r\n"] {
            assert_eq!(admin_key(dir.path(), Some(empty)).unwrap(), None);
        }
        let key = "a key that is long enough";
        let plain = admin_key(dir.path(), Some(key)).unwrap();
        let from_a_file = admin_key(dir.path(), Some(&format!(" {key}\n"))).unwrap();
        assert_eq!(plain, from_a_file);
        assert_ne!(plain, None);
        assert!(admin_key(dir.path(), Some("a short key")).is_err());
    }
}
