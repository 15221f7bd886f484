//! Backups (contract section 1): a directory with a copy of the database as it was at one moment, of the images that it
//! names, and of the admin key's hash; with the encryption key only when that is asked for. `backup.json` lists each
//! file with its SHA-256, and is written last: a directory without it is no backup.
//!
//! Both ways a directory is made beside its place and moved there once it is whole, so that nothing half is ever found
//! under the name that was asked for.

mod manifest;
mod place;
mod restore;
mod save;

pub use restore::restore;
pub use save::save;
