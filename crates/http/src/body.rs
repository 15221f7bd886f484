//! The body of a write: JSON, whole, within a limit, with the Idempotency-Key that it came with.
//!
//! The bytes are handed on as they were read; whoever knows their shape parses them once.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use claimwire_actions::{IdempotencyKey, Keyed, Patch, input};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, Method};
use http_body_util::BodyExt;
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

use crate::answer;
use crate::problem::{Problem, kinds};
use crate::state::ApiState;

/// One mebibyte in bytes.
pub const MIB: usize = 1024 * 1024;
/// A body that is too long is read on for this many bytes and dropped, so that its sender gets to read
/// why it was refused instead of a broken connection.
const DRAINED_BYTES: usize = 8 * MIB;
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Longest Idempotency-Key.
const IDEMPOTENCY_KEY_BYTES: usize = 255;

/// What a body ends with whose sender is too slow, by the server's choice of how slow that is; the answer is 408.
#[derive(Debug)]
pub struct TooSlow;

impl std::fmt::Display for TooSlow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the body came too slowly")
    }
}

impl std::error::Error for TooSlow {}

/// A JSON body of at most `LIMIT` bytes; not yet parsed.
#[derive(Debug)]
pub struct JsonBody<const LIMIT: usize = MIB> {
    /// As it was sent; never empty.
    pub bytes: Bytes,
    /// There when the request is a POST with an Idempotency-Key.
    pub idempotency: Option<IdempotencyKey>,
}

impl<const LIMIT: usize> JsonBody<LIMIT> {
    /// What an action takes.
    pub fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Problem> {
        Ok(input::parse(&self.bytes)?)
    }

    /// The objects of an array that an action takes.
    pub fn parse_list<'a, T: Deserialize<'a>>(&'a self) -> Result<Vec<T>, Problem> {
        Ok(input::parse_list(&self.bytes)?)
    }

    /// The merge patch that an action takes.
    pub fn patch<F>(&self) -> Result<Patch<F>, Problem> {
        Ok(Patch::parse(&self.bytes)?)
    }

    /// For an action that a repeated request does not do twice.
    #[must_use]
    pub fn keyed<T: Serialize>(&self) -> Option<Keyed<T>> {
        let key = self.idempotency.clone();
        key.map(|key| key.answered(answer::recorded))
    }
}

impl<const LIMIT: usize> FromRequest<Arc<ApiState>> for JsonBody<LIMIT> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Arc<ApiState>) -> Result<Self, Problem> {
        let read = read(request, LIMIT, true).await?;
        if read.bytes.is_empty() {
            return Err(Problem::new(
                &kinds::BODY_EMPTY,
                "Send a JSON object as the body.",
            ));
        }
        Ok(read)
    }
}

/// A JSON body that may be left out: then it is `{}`.
#[derive(Debug)]
pub struct OptionalJsonBody(pub JsonBody);

impl FromRequest<Arc<ApiState>> for OptionalJsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Arc<ApiState>) -> Result<Self, Problem> {
        let mut read = read::<MIB>(request, MIB, false).await?;
        if read.bytes.is_empty() {
            read.bytes = Bytes::from_static(b"{}");
        }
        Ok(Self(read))
    }
}

async fn read<const LIMIT: usize>(
    request: Request,
    limit: usize,
    needed: bool,
) -> Result<JsonBody<LIMIT>, Problem> {
    let (parts, body) = request.into_parts();
    let key = idempotency_key(&parts.method, &parts.headers)?;
    let typed = parts.headers.get(CONTENT_TYPE);
    if (needed || typed.is_some()) && !typed.is_none_or(is_json) {
        return Err(Problem::new(
            &kinds::CONTENT_TYPE_UNSUPPORTED,
            "Send `Content-Type: application/json`.",
        ));
    }
    if parts
        .headers
        .get(CONTENT_ENCODING)
        .is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
    {
        return Err(Problem::new(
            &kinds::CONTENT_TYPE_UNSUPPORTED,
            "Send the body as it is, without a Content-Encoding.",
        ));
    }
    let bytes = bytes(&parts.headers, body, limit).await?;
    let idempotency = key.map(|key| fingerprinted(key, &parts.method, parts.uri.path(), &bytes));
    Ok(JsonBody { bytes, idempotency })
}

/// The whole body, or 413.
pub async fn bytes(headers: &HeaderMap, mut body: Body, limit: usize) -> Result<Bytes, Problem> {
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit.saturating_add(DRAINED_BYTES)) {
        return Err(too_large(limit));
    }
    let mut first = Bytes::new();
    let mut rest = Vec::new();
    let mut length = 0usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| broken_off(error.into_inner().is::<TooSlow>()))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        length = length.saturating_add(data.len());
        if length > limit.saturating_add(DRAINED_BYTES) {
            return Err(too_large(limit));
        }
        if length > limit {
            rest = Vec::new();
        } else if length == data.len() {
            first = data;
        } else {
            if rest.is_empty() {
                rest.reserve(announced.unwrap_or(length).min(limit));
                rest.extend_from_slice(&first);
            }
            rest.extend_from_slice(&data);
        }
    }
    match length {
        _ if length > limit => Err(too_large(limit)),
        _ if rest.is_empty() => Ok(first),
        _ => Ok(rest.into()),
    }
}

fn broken_off(too_slow: bool) -> Problem {
    if too_slow {
        return Problem::new(
            &kinds::BODY_TOO_SLOW,
            "The body did not come as fast as it must; send the request again.",
        );
    }
    Problem::new(
        &kinds::BODY_UNREADABLE,
        "The connection broke off within the body.",
    )
}

/// 413.
pub fn too_large(limit: usize) -> Problem {
    Problem::new(
        &kinds::BODY_TOO_LARGE,
        format!("This route takes at most {limit} bytes."),
    )
}

fn is_json(content_type: &http::HeaderValue) -> bool {
    if content_type == "application/json" {
        return true;
    }
    let Ok(text) = content_type.to_str() else {
        return false;
    };
    let essence = text.split(';').next().unwrap_or_default().trim();
    let (kind, form) = essence.split_once('/').unwrap_or_default();
    let format = form.rsplit('+').next().unwrap_or_default();
    kind.eq_ignore_ascii_case("application") && format.eq_ignore_ascii_case("json")
}

/// The Idempotency-Key of a POST; other methods can be repeated as they are.
pub fn idempotency_key(method: &Method, headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers
        .get(IDEMPOTENCY_KEY)
        .filter(|_| method == Method::POST)
    else {
        return Ok(None);
    };
    let printable = value.as_bytes().iter().all(|b| (b' '..=b'~').contains(b));
    match value.to_str() {
        Ok(key) if printable && (1..=IDEMPOTENCY_KEY_BYTES).contains(&key.len()) => {
            Ok(Some(key.to_owned()))
        }
        _ => Err(Problem::new(
            &kinds::IDEMPOTENCY_KEY_INVALID,
            "The Idempotency-Key is 1 to 255 printable ASCII characters; a UUID does well.",
        )),
    }
}

/// The key with what it stands for.
#[must_use]
pub fn fingerprinted(key: String, method: &Method, path: &str, body: &[u8]) -> IdempotencyKey {
    let mut context = Context::new(&SHA256);
    for part in [
        method.as_str().as_bytes(),
        b" ",
        path.as_bytes(),
        b"\n",
        body,
    ] {
        context.update(part);
    }
    let mut fingerprint = [0; 32];
    fingerprint.copy_from_slice(context.finish().as_ref());
    IdempotencyKey { key, fingerprint }
}
