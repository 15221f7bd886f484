//! The files in a data directory that hold keys: the admin key's hash, the encryption key and those before it.

mod admin_key;
mod encryption_key;
pub mod file;
pub mod secret;

use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use ring::rand::{SecureRandom as _, SystemRandom};

pub use admin_key::{admin_key, make_admin_key, reset_admin_key};
pub use encryption_key::{encryption_key, older_encryption_keys};

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

fn random32() -> anyhow::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| anyhow!("the system gives no random bytes"))?;
    Ok(bytes)
}
