//! What stands in the path. An id that cannot be one is the same 404 as an id of nothing.

use std::str::FromStr;

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::{Kind, Problem, kinds, missing};

/// The path's variable parts, the slug first.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        axum::extract::Path::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(values)| Self(values))
            .map_err(|_| Problem::new(&kinds::ROUTE_NOT_FOUND, "The path is not UTF-8."))
    }
}

/// The slug in the path of something in a shop: `/v1/shops/{slug}/…`.
pub(crate) fn slug(path: &str) -> Option<&str> {
    let (slug, _) = path.strip_prefix("/v1/shops/")?.split_once('/')?;
    Some(slug)
}

/// The slug in `/v1/shops/{slug}/NAME`, if all characters of it stand for themselves.
pub(crate) fn plain_slug(path: &str) -> Option<&str> {
    let (slug, name) = path.strip_prefix("/v1/shops/")?.split_once('/')?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    (!slug.is_empty() && slug.bytes().all(plain) && !name.contains('/')).then_some(slug)
}

/// An id from the path, or this kind's 404 when the text cannot be one.
pub fn id<T: FromStr>(text: &str, kind: &'static Kind) -> Result<T, Problem> {
    text.parse().map_err(|_| missing(kind))
}
