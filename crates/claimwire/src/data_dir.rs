//! What a data directory holds, by name; a backup holds the same.

/// The embedded database.
pub const DATABASE: &str = "claimwire.db";
/// The images' folder, as the image store's paths have it.
pub const IMAGES: &str = "images";
/// The end of the name of an image that is not whole yet.
pub const UNFINISHED: &str = "part";
/// The SHA-256 of the admin key.
pub const ADMIN_KEY_HASH: &str = "admin-key.sha256";
/// What opens the secrets in the database.
pub const ENCRYPTION_KEY: &str = "encryption.key";
/// The keys before it, one a line.
pub const OLDER_ENCRYPTION_KEYS: &str = "encryption.key.old";
