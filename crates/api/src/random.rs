//! Chance, for keys, secrets and names that must not be guessed.

use ring::rand::{SecureRandom, SystemRandom};

use crate::problem::{Problem, kinds};

/// Random bytes that cannot be guessed.
pub fn bytes<const N: usize>() -> Result<[u8; N], Problem> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| {
        tracing::error!("the operating system gave no random bytes");
        Problem::new(
            &kinds::INTERNAL,
            "The operating system gave no random bytes. Nothing was done.",
        )
    })?;
    Ok(bytes)
}

/// 160 random bits as 32 lower-case letters and digits.
pub fn name() -> Result<String, Problem> {
    Ok(data_encoding::BASE32_NOPAD
        .encode(&bytes::<20>()?)
        .to_ascii_lowercase())
}
