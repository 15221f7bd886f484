//! Lists, newest first.

/// Which part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// 1 to 100.
    pub limit: usize,
    /// Where the page before ended, as [`Page::next`] gave it.
    pub after: Option<(i64, i64)>,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// Newest first.
    pub items: Vec<T>,
    /// Where the next page begins; `None` at the end. The numbers are the store's own.
    pub next: Option<(i64, i64)>,
}
