//! Answers that are a success: what an action came to, written down as JSON.

use std::future::Future;
use std::pin::Pin;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use claimwire_actions::{Answered, Kept, Once, Saved};
use claimwire_store::Page;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;

use crate::page::List;
use crate::problem::{Problem, kinds};

/// What a route answers.
pub type Reply = Result<Response, Problem>;

/// An answer that is under way.
pub type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Tells an answer given again from the first one.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// A value as JSON bytes.
pub fn render(value: &impl Serialize) -> Result<Vec<u8>, Problem> {
    claimwire_model::json::to_bytes(value).map_err(|error| {
        tracing::error!(%error, "an answer could not be written as JSON");
        Problem::new(
            &kinds::INTERNAL,
            "The answer could not be written; what was asked may have been done.",
        )
    })
}

/// The same for an idempotency record. What cannot be written is recorded as nothing; the first
/// answer says so.
pub fn recorded<T: Serialize>(value: &T) -> Vec<u8> {
    render(value).unwrap_or_default()
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

/// What an action that a repeated request does not do twice came to.
pub fn once<T: Serialize>(status: StatusCode, once: Once<T>) -> Reply {
    match once {
        Once::Now(value) => json(status, &value),
        Once::Before(answered) => Ok(again(answered)),
    }
}

/// A subject, its text as it is kept.
#[must_use]
pub fn kept<T>(status: StatusCode, kept: Kept<T>) -> Response {
    json_bytes(status, kept.into_json())
}

/// A subject that was made: 201.
#[must_use]
pub fn created<T>(once: Once<Kept<T>>) -> Response {
    match once {
        Once::Now(made) => kept(StatusCode::CREATED, made),
        Once::Before(answered) => again(answered),
    }
}

/// A subject that was made (201) or replaced (200).
#[must_use]
pub fn saved<T>(saved: Saved<Kept<T>>) -> Response {
    kept(status_of(&saved), saved.value)
}

/// 201 for what is new, else 200.
#[must_use]
pub fn status_of<T>(saved: &Saved<T>) -> StatusCode {
    if saved.new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    }
}

/// A part of a list.
pub fn page<T: Serialize>(page: Page<T>) -> Reply {
    json(StatusCode::OK, &List::from(page))
}

/// 204.
#[must_use]
pub fn nothing() -> Response {
    StatusCode::NO_CONTENT.into_response()
}
