//! What every answer of the portal says to the browser: nothing from elsewhere, no script or style but our files, no
//! frame around it but those that the server's settings name, nothing of it kept.

use axum::response::Response;
use http::HeaderValue;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};

const NO_FRAMES: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 4] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Not `no-referrer`, which would make a form's Origin null.
    (REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (CACHE_CONTROL, "no-store"),
];

/// The policy, where pages of these origins may show the portal in a frame. What is no origin lets no page.
pub(crate) fn policy(frame_ancestors: &[String]) -> HeaderValue {
    let none = || HeaderValue::from_static(NO_FRAMES);
    if frame_ancestors.is_empty() {
        return none();
    }
    let ancestors = frame_ancestors.join(" ");
    let policy = NO_FRAMES.replace(
        "frame-ancestors 'none'",
        &format!("frame-ancestors 'self' {ancestors}"),
    );
    HeaderValue::from_str(&policy).unwrap_or_else(|_| none())
}

/// Puts them on an answer; one that it has already stays.
pub(crate) fn add(mut response: Response, policy: &HeaderValue) -> Response {
    let headers = response.headers_mut();
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert_with(|| policy.clone());
    for (name, value) in HEADERS {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}
