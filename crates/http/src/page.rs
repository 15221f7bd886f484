//! Lists (contract sections 2 and 8): `limit` and `cursor`, or `page` and `per_page`, in; `{"data",
//! "next_cursor"}` out. A cursor is as fast on the last page as on the first; a page by its number costs
//! the way to it, and so ends at [`SKIP_MOST`].

use axum::extract::FromRequestParts;
use claimwire_actions::{FieldError, Refusal};
use claimwire_store::{Page, PageRequest};
use data_encoding::BASE64URL_NOPAD;
use http::request::Parts;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::problem::{Problem, kinds};
use crate::query::Query;

const LIMIT_DEFAULT: usize = 30;
const LIMIT_MOST: usize = 100;
/// Items before a page that is asked for by its number.
const SKIP_MOST: usize = 100_000;

/// Which part of a list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// How many, 1 to 100.
    #[param(required = false, minimum = 1, maximum = 100, default = 30)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>, required = false, pattern = "^[A-Za-z0-9_-]{21}[AQgw]$")]
    cursor: Option<(i64, i64)>,
    /// Which page, from 1, by its number instead of a cursor. Pages end 100,000 items after the beginning: use a
    /// cursor beyond.
    #[param(required = false, minimum = 1)]
    page: Option<usize>,
    /// The same as `limit`.
    #[param(required = false, minimum = 1, maximum = 100)]
    per_page: Option<usize>,
}

impl Paging {
    /// Takes `limit` and `cursor` out of a query that may hold more.
    #[must_use]
    pub fn take(query: &mut Query<'_>) -> Self {
        let limit = query.take("limit", read_limit);
        let per_page = query.take("per_page", read_limit);
        let page = query.take("page", |text| match text.parse() {
            Ok(page) if page > 0 => Ok(page),
            _ => Err("A whole number from 1.".to_owned()),
        });
        let cursor = query.take("cursor", |text| {
            read_cursor(text).ok_or_else(|| "Not a `next_cursor` of this list.".to_owned())
        });
        let paging = Self {
            limit,
            cursor,
            page,
            per_page,
        };
        if limit.is_some() && per_page.is_some() {
            query.refuse(
                "per_page",
                "Says the same as `limit`: give one of them.".to_owned(),
            );
        }
        if page.is_some() && cursor.is_some() {
            query.refuse(
                "page",
                "Give a `cursor` or a page's number, not both.".to_owned(),
            );
        }
        if paging.skip() > SKIP_MOST {
            let message = format!(
                "Pages by number end {SKIP_MOST} items after the beginning: go on with `cursor`, or narrow the \
                 list by a filter."
            );
            query.refuse("page", message);
        }
        paging
    }

    /// Items before the page, where it is asked for by its number.
    fn skip(&self) -> usize {
        let before = self.page.map_or(0, |page| page - 1);
        before.saturating_mul(self.size())
    }

    /// Items of the page, at most.
    fn size(&self) -> usize {
        self.per_page.or(self.limit).unwrap_or(LIMIT_DEFAULT)
    }

    /// For the store.
    #[must_use]
    pub fn request(&self) -> PageRequest {
        PageRequest {
            limit: self.size(),
            after: self.cursor,
            skip: self.skip(),
        }
    }
}

/// Parts that a page asked for by its number is read in, at most: each ends at so many bytes as a page by
/// cursor does.
const PARTS_MOST: usize = 8;

impl Paging {
    /// Reads the page. One by cursor may end early, and its cursor goes on there; one by its number is
    /// whole or refused, since the next number begins behind it.
    pub async fn read<T, F>(
        &self,
        mut page: impl FnMut(PageRequest) -> F,
    ) -> Result<Page<T>, Problem>
    where
        F: Future<Output = Result<Page<T>, Refusal>>,
    {
        let mut whole = page(self.request()).await?;
        if self.page.is_none() {
            return Ok(whole);
        }
        for _ in 1..PARTS_MOST {
            let left = self.size().saturating_sub(whole.items.len());
            let Some(next) = whole.next.filter(|_| left > 0) else {
                return Ok(whole);
            };
            let part = page(PageRequest::after(left, Some(next))).await?;
            whole.items.extend(part.items);
            whole.next = part.next;
        }
        if whole.items.len() >= self.size() || whole.next.is_none() {
            return Ok(whole);
        }
        let error = FieldError {
            field: "/per_page".to_owned(),
            message: "A page with so many is too long to be read at once: ask for fewer, or go on \
                      with `cursor`."
                .to_owned(),
        };
        Err(Problem::fields(&kinds::QUERY_INVALID, vec![error]))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut query = Query::of(&parts.uri);
        let paging = Self::take(&mut query);
        query.done()?;
        Ok(paging)
    }
}

/// Which of a list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// With all of these words, or words that begin so: in names, numbers, addresses and descriptions.
    #[param(min_length = 1, max_length = 200)]
    pub q: Option<String>,
    /// Which part.
    #[param(ignore)]
    pub paging: Paging,
}

impl<S: Send + Sync> FromRequestParts<S> for SearchQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut query = Query::of(&parts.uri);
        let found = Self {
            q: query.text("q"),
            paging: Paging::take(&mut query),
        };
        query.done()?;
        Ok(found)
    }
}

/// A part of a list, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// The items.
    pub data: Vec<T>,
    /// For the next page; null at the end.
    pub next_cursor: Option<String>,
}

impl<T> From<Page<T>> for List<T> {
    fn from(page: Page<T>) -> Self {
        Self {
            data: page.items,
            next_cursor: page.next.map(write_cursor),
        }
    }
}

fn read_limit(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(limit) if (1..=LIMIT_MOST).contains(&limit) => Ok(limit),
        _ => Err(format!("A whole number from 1 to {LIMIT_MOST}.")),
    }
}

fn write_cursor((a, b): (i64, i64)) -> String {
    let mut bytes = [0; 16];
    let (left, right) = bytes.split_at_mut(8);
    left.copy_from_slice(&a.to_be_bytes());
    right.copy_from_slice(&b.to_be_bytes());
    BASE64URL_NOPAD.encode(&bytes)
}

fn read_cursor(text: &str) -> Option<(i64, i64)> {
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    let (left, right) = bytes.split_at_checked(8)?;
    Some((
        i64::from_be_bytes(left.try_into().ok()?),
        i64::from_be_bytes(right.try_into().ok()?),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_text() {
        for numbers in [(0, 0), (i64::MAX, i64::MIN), (-1, 7)] {
            assert_eq!(read_cursor(&write_cursor(numbers)), Some(numbers));
        }
        for text in ["", "AAAA", "not base64!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(read_cursor(text), None, "{text}");
        }
    }
}
