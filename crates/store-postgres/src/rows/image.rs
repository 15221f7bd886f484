//! Photos.

/// `unused_since` of one that is gone.
pub(crate) const GONE: i64 = 0;
