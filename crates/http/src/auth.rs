//! Who is asking (contract section 2, authentication).
//!
//! A key is only ever compared as its hash: the admin key's in constant time, a shop key's by lookup
//! in the store's memory. Keys in the URL are refused, since URLs end up in logs.

use claimwire_actions::Caller;
use claimwire_actions::api_keys::holder;
use http::HeaderName;
use http::header::AUTHORIZATION;
use http::request::Parts;

use crate::asked::Asked;
use crate::problem::{Problem, kinds};
use crate::state::ApiState;

pub use claimwire_actions::api_keys::hash;

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Names under which people put keys into URLs.
const KEY_PARAMETERS: [&str; 5] = ["api_key", "apikey", "api-key", "key", "access_token"];

/// Who holds the key that the request bears.
pub(crate) async fn caller(
    parts: &Parts,
    asked: Option<&Asked>,
    api: &ApiState,
) -> Result<Caller, Problem> {
    refuse_key_in_query(parts)?;
    let given = credentials(parts)?;
    if given.key().is_empty() {
        return Err(Problem::new(
            &kinds::KEY_UNKNOWN,
            "The key is empty; it may come from a variable that is not set.",
        ));
    }
    let store = &*api.ports.store;
    let holder = holder(store, &api.admin_key_hash, given.key()).await?;
    let caller = holder.ok_or_else(unknown_key)?;
    if let Some(asked) = asked {
        asked.by(&caller);
    }
    if let Some(rate) = &api.rate_limit {
        rate.take(&caller, api.ports.now())?;
    }
    match (&caller, given) {
        (Caller::Key(key), Given::Basic { user, .. })
            if user != key.0.name && user != key.1.slug =>
        {
            Err(Problem::new(
                &kinds::KEY_UNKNOWN,
                "With HTTP Basic the user is the key's name or its shop's slug and the password is the key; this key has another name and shop.",
            ))
        }
        _ => Ok(caller),
    }
}

/// A key as it came.
enum Given<'a> {
    Plain(&'a str),
    Basic { user: String, key: String },
}

impl Given<'_> {
    fn key(&self) -> &str {
        match self {
            Self::Plain(key) => key,
            Self::Basic { key, .. } => key,
        }
    }
}

fn credentials(parts: &Parts) -> Result<Given<'_>, Problem> {
    let header = |name: HeaderName| {
        let value = parts.headers.get(name)?;
        Some(value.to_str().unwrap_or_default())
    };
    if let Some(value) = header(AUTHORIZATION) {
        let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
        if scheme.eq_ignore_ascii_case("bearer") {
            return Ok(Given::Plain(rest.trim()));
        }
        if scheme.eq_ignore_ascii_case("basic") {
            return basic(rest.trim()).ok_or_else(|| {
                Problem::new(
                    &kinds::KEY_UNKNOWN,
                    "The Basic credentials are not base64 of `name:key`.",
                )
            });
        }
        return Err(Problem::new(
            &kinds::KEY_MISSING,
            "The Authorization header's scheme is not known: send `Bearer KEY`, or Basic with the key's name or the shop's slug and the key.",
        ));
    }
    header(X_API_KEY).map(|key| Given::Plain(key.trim())).ok_or_else(|| {
        Problem::new(
            &kinds::KEY_MISSING,
            "Send `Authorization: Bearer KEY`, `X-API-Key: KEY`, or HTTP Basic with the key's name or the shop's slug as user and the key as password.",
        )
    })
}

/// A name may hold colons, a key has none.
fn basic(encoded: &str) -> Option<Given<'static>> {
    let decoded = data_encoding::BASE64.decode(encoded.as_bytes()).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (user, key) = text.rsplit_once(':')?;
    Some(Given::Basic {
        user: user.to_owned(),
        key: key.to_owned(),
    })
}

fn refuse_key_in_query(parts: &Parts) -> Result<(), Problem> {
    let Some(query) = parts.uri.query() else {
        return Ok(());
    };
    let given = url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| {
        KEY_PARAMETERS
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known))
    });
    if given {
        return Err(Problem::new(
            &kinds::KEY_IN_QUERY,
            "A key in the query string is refused, since URLs are logged on their way. Send it as a header, and replace this key.",
        ));
    }
    Ok(())
}

fn unknown_key() -> Problem {
    Problem::new(
        &kinds::KEY_UNKNOWN,
        "No key like this one opens anything here; it may have been deleted.",
    )
}
