//! The session's token in a cookie: no script reads it, no other site's request carries it
//! (RFC 6265bis).

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

/// Who is to send a session's cookie.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reach {
    /// Pages of ours, by http.
    Plain,
    /// Pages of ours, by https.
    Secure,
    /// The same, and pages of ours in a frame of another site: a cookie for each site that frames them (CHIPS).
    Framed,
}

impl Reach {
    /// Of a server's sessions.
    pub fn of(secure: bool) -> Self {
        if secure { Self::Secure } else { Self::Plain }
    }
}

/// Gives the browser its token.
pub(crate) fn set(token: &Token, reach: Reach) -> Option<HeaderValue> {
    header(token.as_str(), LONGEST.as_secs(), reach)
}

/// Takes it back.
pub(crate) fn clear(reach: Reach) -> Option<HeaderValue> {
    header("", 0, reach)
}

fn header(value: &str, max_age: u64, reach: Reach) -> Option<HeaderValue> {
    let (secure, flags) = match reach {
        Reach::Plain => (false, "SameSite=Lax"),
        Reach::Secure => (true, "SameSite=Lax; Secure"),
        Reach::Framed => (true, "SameSite=None; Secure; Partitioned"),
    };
    let name = name(secure);
    let cookie = format!("{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; {flags}");
    HeaderValue::from_str(&cookie).ok()
}
