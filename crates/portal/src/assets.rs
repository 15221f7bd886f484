//! The stylesheet and the script, out of the binary. Their addresses change with their content, so that a browser keeps
//! them for as long as they are good.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use ring::digest::{SHA256, digest};

/// Name, content type, content.
const FILES: [(&str, &str, &str); 7] = [
    (
        "portal.css",
        "text/css; charset=utf-8",
        include_str!("assets/portal.css"),
    ),
    (
        "portal.js",
        "text/javascript; charset=utf-8",
        include_str!("assets/portal.js"),
    ),
    (
        "claim.css",
        "text/css; charset=utf-8",
        include_str!("assets/claim.css"),
    ),
    (
        "claim.js",
        "text/javascript; charset=utf-8",
        include_str!("assets/claim.js"),
    ),
    // To be translated.
    (
        "en.toml",
        "text/plain; charset=utf-8",
        include_str!("../locales/en.toml"),
    ),
    (
        "de.toml",
        "text/plain; charset=utf-8",
        include_str!("../locales/de.toml"),
    ),
    ("icon.svg", "image/svg+xml", include_str!("assets/icon.svg")),
];

static VERSION: LazyLock<String> = LazyLock::new(|| {
    let all: String = FILES.iter().map(|(.., content)| *content).collect();
    let hash = digest(&SHA256, all.as_bytes());
    HEXLOWER.encode(hash.as_ref().get(..8).unwrap_or_default())
});

/// Which state of the files this program has.
pub(crate) fn version() -> &'static str {
    &VERSION
}

/// One of the files.
pub(crate) async fn show(Path((_, name)): Path<(String, String)>) -> Response {
    match FILES.iter().find(|(known, ..)| *known == name) {
        Some((_, content_type, content)) => (
            [
                (CONTENT_TYPE, *content_type),
                (CACHE_CONTROL, "public, max-age=31536000, immutable"),
            ],
            *content,
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
