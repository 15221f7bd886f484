//! OAuth2 client credentials (RFC 6749, section 4.4).

use std::borrow::Cow;

use claimwire_model::Timestamp;
use claimwire_model::verdict::Ending;
use claimwire_wire::driver::End;
use claimwire_wire::send::Answer;
use data_encoding::BASE64;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::account::Account;
use crate::judge::{Exceptions, Judged};

/// All but the unreserved characters of RFC 3986.
const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// The error of a run without a token.
const NO_TOKEN: &str = "no_token";
/// How long a token may be.
const TOKEN_BYTES: usize = 16 * 1024;

/// Who we are to the tool's authorization server.
pub(super) struct Client<'a> {
    pub(super) token_url: &'a str,
    id: &'a str,
    secret: &'a str,
    scope: &'a str,
    audience: &'a str,
}

impl<'a> Client<'a> {
    /// None: OAuth2 is not used.
    ///
    /// # Errors
    /// Something that it takes is not there.
    pub(super) fn of(account: &'a Account) -> Result<Option<Self>, String> {
        let Some(set) = account.credentials.get("oauth2") else {
            return Ok(None);
        };
        let text = |name: &str| set.get(name).and_then(Value::as_str).unwrap_or_default();
        let client = Self {
            token_url: text("token_url"),
            id: text("client_id"),
            secret: text("client_secret"),
            scope: text("scope"),
            audience: text("audience"),
        };
        if set.as_object().is_none_or(serde_json::Map::is_empty) {
            return Ok(None);
        }
        if !["https://", "http://"]
            .iter()
            .any(|scheme| client.token_url.starts_with(scheme))
        {
            return Err("`token_url` is to be the URL that gives tokens out".to_owned());
        }
        if client.id.is_empty() || client.secret.is_empty() {
            return Err("`client_id` and `client_secret` are to be set".to_owned());
        }
        Ok(Some(client))
    }

    /// Headers and body of the token request.
    pub(super) fn request(&self) -> (Vec<(Cow<'static, str>, String)>, String) {
        let encoded = |text: &str| utf8_percent_encode(text, FORM).to_string();
        let both = format!("{}:{}", encoded(self.id), encoded(self.secret));
        let headers = vec![
            (
                "Authorization".into(),
                format!("Basic {}", BASE64.encode(both.as_bytes())),
            ),
            ("Accept".into(), "application/json".to_owned()),
            (
                "Content-Type".into(),
                "application/x-www-form-urlencoded".to_owned(),
            ),
        ];
        let mut body = "grant_type=client_credentials".to_owned();
        for (name, value) in [("scope", self.scope), ("audience", self.audience)] {
            if !value.is_empty() {
                body.push_str(&format!("&{name}={}", encoded(value)));
            }
        }
        (headers, body)
    }
}

/// The token that was given out.
///
/// # Errors
/// There is none in the answer: why.
pub(super) fn token(answer: &Answer) -> Result<String, String> {
    let json: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let text = |name: &str| json.get(name).and_then(Value::as_str);
    if !answer.is_success() {
        let status = answer.status;
        return Err(match text("error") {
            Some(error) if error.len() <= 100 => format!("it answered {status}: {error}"),
            _ => format!("it answered {status}"),
        });
    }
    let usable = |token: &&str| {
        !token.is_empty()
            && token.len() <= TOKEN_BYTES
            && token.bytes().all(|b| b.is_ascii_graphic())
    };
    let token = text("access_token").filter(usable);
    token
        .map(str::to_owned)
        .ok_or_else(|| "there is no `access_token` in its answer".to_owned())
}

/// What an authorization server means otherwise: 400 is its word for credentials that are not good (RFC 6749,
/// section 5.2).
const EXCEPTIONS: Exceptions = Exceptions {
    again: &[404],
    stops: &[400],
    ..Exceptions::NONE
};

/// How a run without a token ends.
pub(super) fn refused(answer: &Answer, why: &str, now: Timestamp) -> End {
    let said = format!("no token from `oauth2.token_url`: {why}");
    if answer.is_success() {
        return End::not(Ending::FAILED, NO_TOKEN, said);
    }
    let credentials = "set credentials that are valid, then activate the connector";
    let judged = Judged {
        said,
        exceptions: &EXCEPTIONS,
        credentials,
        right: credentials,
        wrong: match answer.status {
            400 => credentials,
            _ => "check `oauth2.token_url`",
        },
        quiet: None,
    };
    let end = judged.end(answer, now);
    End::not(
        end.ending,
        NO_TOKEN,
        end.failure.map_or(String::new(), |failure| failure.detail),
    )
}
