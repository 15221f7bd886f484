//! Answers that are a success.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use claimwire_actions::{Done, IdempotencyKey};
use claimwire_store::directory::Once;
use claimwire_store::{Answered, Idempotency};
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;

use crate::problem::{Problem, kinds};

/// What a route answers.
pub type Reply = Result<Response, Problem>;

/// Tells an answer given again from the first one.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// A value as JSON bytes.
pub fn render(value: &impl Serialize) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(value).map_err(|error| {
        tracing::error!(%error, "an answer could not be written as JSON");
        Problem::new(
            &kinds::INTERNAL,
            "The answer could not be written; what was asked may have been done.",
        )
    })
}

/// A value as JSON.
pub fn json(status: StatusCode, value: &impl Serialize) -> Reply {
    Ok(json_bytes(status, render(value)?))
}

/// JSON that is ready to go.
pub fn json_bytes(status: StatusCode, json: impl Into<Body>) -> Response {
    let mut response = Response::new(json.into());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The first answer, given again.
#[must_use]
pub fn again(before: Answered) -> Response {
    let status = StatusCode::from_u16(before.status).unwrap_or(StatusCode::OK);
    let mut response = json_bytes(status, before.body);
    response
        .headers_mut()
        .insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// What an action came to.
#[must_use]
pub fn done(done: Done) -> Response {
    if done.repeated {
        return again(Answered {
            status: done.status,
            body: done.body,
        });
    }
    json_bytes(
        StatusCode::from_u16(done.status).unwrap_or(StatusCode::OK),
        done.body,
    )
}

/// The record of an answer that is known before the store is called.
#[must_use]
pub fn record(
    key: Option<&IdempotencyKey>,
    status: StatusCode,
    json: &[u8],
) -> Option<Idempotency> {
    let IdempotencyKey { key, fingerprint } = key?.clone();
    let body = json.to_vec();
    Some(Idempotency {
        key,
        fingerprint,
        status: status.as_u16(),
        body: Box::new(move |_| body),
    })
}

/// The answer to a call that took an idempotency record: `json`, or the first answer.
pub fn once<T>(done: Once<T>, status: StatusCode, json: Vec<u8>) -> Response {
    match done {
        Once::Now(_) => json_bytes(status, json),
        Once::Before(answered) => again(answered),
    }
}

/// 204.
#[must_use]
pub fn nothing() -> Response {
    StatusCode::NO_CONTENT.into_response()
}
