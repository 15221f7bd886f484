//! The API's description: for programs, and for people. Both are written once.

use std::sync::OnceLock;

use axum::extract::Path;
use axum::response::{Html, IntoResponse, Response};
use bytes::Bytes;
use data_encoding::HEXLOWER;
use http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, StatusCode};
use ring::digest::{SHA256, digest};

use crate::docs_page;
use claimwire_http::answer::{self, Reply};
use claimwire_http::problem::{Problem, ProblemBody, kinds};

/// A new program may have other bytes, so each use is asked for; the tag makes that cheap.
const ASK_EACH_TIME: &str = "no-cache";

static DOCUMENT: OnceLock<Bytes> = OnceLock::new();
static PAGE: OnceLock<Bytes> = OnceLock::new();

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "server",
    responses((status = 200, body = Object, content_type = "application/json")))]
pub async fn openapi_json() -> Reply {
    let json = match DOCUMENT.get() {
        Some(json) => json.clone(),
        None => {
            let document = crate::openapi().map_err(|error| {
                tracing::error!(%error, "the API's description could not be written");
                Problem::new(&kinds::INTERNAL, "The description could not be written.")
            })?;
            let json = answer::render(&document)?;
            DOCUMENT.get_or_init(|| json.into()).clone()
        }
    };
    Ok(answer::json_bytes(StatusCode::OK, json))
}

/// The same for people.
#[utoipa::path(get, path = "/docs", tag = "server",
    responses((status = 200, body = String, content_type = "text/html")))]
pub async fn docs() -> Response {
    let headers = [
        (CONTENT_SECURITY_POLICY, docs_page::POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, ASK_EACH_TIME),
    ];
    let page = PAGE.get_or_init(|| docs_page::page().into()).clone();
    (headers, Html(page)).into_response()
}

/// A file that the page for people loads.
#[utoipa::path(get, path = "/docs/{file}", tag = "server",
    params(("file" = String, Path, description = "Its name.")),
    responses(
        (status = 200, description = "The file, compressed with gzip where it is large.", body = String, content_type = "*/*"),
        (status = 304, description = "The file is still the one of `If-None-Match`."),
        (status = 404, description = "There is no such file.", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn docs_file(Path(name): Path<String>, asked: HeaderMap) -> Reply {
    let file = docs_page::file(&name).ok_or_else(|| {
        Problem::new(
            &kinds::FILE_NOT_FOUND,
            "The page at /docs names the files that it has.",
        )
    })?;
    let tag = format!(
        "\"{}\"",
        HEXLOWER.encode(digest(&SHA256, file.bytes).as_ref())
    );
    let known = asked.get_all(IF_NONE_MATCH).iter().any(|tags| tags == &tag);
    let headers = [
        (ETAG, tag.as_str()),
        (CACHE_CONTROL, ASK_EACH_TIME),
        (CONTENT_TYPE, file.content_type),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    if known {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let mut response = (headers, file.bytes).into_response();
    if file.gzipped {
        response
            .headers_mut()
            .insert(CONTENT_ENCODING, http::HeaderValue::from_static("gzip"));
    }
    Ok(response)
}
