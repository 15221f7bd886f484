//! The session's token in a cookie: no script reads it, no other site's request carries it (RFC 6265bis).

use claimwire_actions::sessions::Token;
use claimwire_model::session::LONGEST;
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

/// By https with the prefix that keeps subdomains from setting it.
const SECURE_NAME: &str = "__Host-claimwire_session";
const PLAIN_NAME: &str = "claimwire_session";

fn name(secure: bool) -> &'static str {
    if secure { SECURE_NAME } else { PLAIN_NAME }
}

/// The token that a request bears.
pub(crate) fn token(headers: &HeaderMap, secure: bool) -> Option<Token> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .filter(|(given, _)| *given == name(secure))
        .find_map(|(_, value)| Token::read(value))
}

/// Gives the browser its token.
pub(crate) fn set(token: &Token, secure: bool) -> Option<HeaderValue> {
    header(token.as_str(), LONGEST.as_secs(), secure)
}

/// Takes it back.
pub(crate) fn clear(secure: bool) -> Option<HeaderValue> {
    header("", 0, secure)
}

fn header(value: &str, max_age: u64, secure: bool) -> Option<HeaderValue> {
    let (name, flag) = (name(secure), if secure { "; Secure" } else { "" });
    let cookie = format!("{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{flag}");
    HeaderValue::from_str(&cookie).ok()
}
