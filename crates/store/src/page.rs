//! Lists, newest first.

/// Which part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// 1 to 100.
    pub limit: usize,
    /// Where the page before ended, as [`Page::next`] gave it.
    pub after: Option<(i64, i64)>,
    /// So many of those that follow are left out. Costs time by their number.
    pub skip: usize,
}

impl PageRequest {
    /// The first page, of `limit`.
    #[must_use]
    pub const fn first(limit: usize) -> Self {
        Self::after(limit, None)
    }

    /// The page of `limit` that follows `after`.
    #[must_use]
    pub const fn after(limit: usize, after: Option<(i64, i64)>) -> Self {
        Self {
            limit,
            after,
            skip: 0,
        }
    }
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// Newest first.
    pub items: Vec<T>,
    /// Where the next page begins; `None` at the end. The numbers are the store's own.
    pub next: Option<(i64, i64)>,
}

impl<T> Page<T> {
    /// Of a list with nothing in it.
    #[must_use]
    pub const fn empty() -> Self {
        Self {
            items: Vec::new(),
            next: None,
        }
    }
}
