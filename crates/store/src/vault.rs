//! Encryption at rest (contract section 6, promise 9).

/// Seals and opens small secrets with the encryption key.
pub struct Vault;
