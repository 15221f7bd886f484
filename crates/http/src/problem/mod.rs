//! What went wrong, as RFC 9457 problem details (contract section 2, errors).
//!
//! Everything that is not a success leaves the API as a [`Problem`]; its kinds are the closed list in
//! [`kinds`]. A problem says what was attempted, on what, and what to do; never a secret, and never
//! more of the request than tells what is meant (`bounded.rs`).

mod bounded;
pub mod kinds;

use axum::response::{IntoResponse, Response};
use claimwire_actions::{FieldError, Limit, Refusal};
use claimwire_store::StoreError;
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use uuid::Uuid;

pub use kinds::Kind;

/// When to come back after a 429 or a 503, in seconds.
const RETRY_AFTER_SECONDS: u64 = 1;

/// An answer that is not a success.
#[derive(Debug)]
pub struct Problem {
    kind: &'static Kind,
    detail: String,
    errors: Vec<FieldError>,
    /// What is in the way, by its id.
    replay: Option<Uuid>,
    limit: Option<(Limit, u64)>,
    retry_after_seconds: u64,
}

impl Problem {
    /// A problem with what was attempted and what to do about it.
    pub fn new(kind: &'static Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: bounded::text(detail.into(), bounded::MESSAGE_CHARS),
            errors: Vec::new(),
            replay: None,
            limit: None,
            retry_after_seconds: RETRY_AFTER_SECONDS,
        }
    }

    /// A 422 about one field; `field` is a JSON pointer.
    pub fn field(
        kind: &'static Kind,
        field: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self::fields(
            kind,
            vec![FieldError {
                field: field.into(),
                message: message.into(),
            }],
        )
    }

    /// A 422 about several fields, of which as many are told as an answer may hold.
    #[must_use]
    pub fn fields(kind: &'static Kind, errors: Vec<FieldError>) -> Self {
        let all = errors.len();
        let errors = bounded::errors(errors);
        let detail = match errors.as_slice() {
            [one] if all == 1 && one.field.is_empty() => format!("The body {}.", one.message),
            [one] if all == 1 => format!("{}: {}", one.field, one.message),
            told if told.len() < all => format!(
                "{all} fields need another value; see `errors` for the first {}.",
                told.len()
            ),
            _ => format!("{all} fields need another value; see `errors`."),
        };
        Self {
            kind,
            detail,
            errors,
            replay: None,
            limit: None,
            retry_after_seconds: RETRY_AFTER_SECONDS,
        }
    }

    /// A key has been used more often than so many times a second; there is room for it again then.
    #[must_use]
    pub fn too_many(per_second: u32, retry_after_seconds: u64) -> Self {
        Self {
            retry_after_seconds,
            ..Self::new(
                &kinds::RATE_LIMITED,
                format!(
                    "This server takes {per_second} requests a second with one key. Nothing was done; send the request again after \
                     the seconds that Retry-After says."
                ),
            )
        }
    }

    /// The kind's stable name.
    #[must_use]
    pub fn key(&self) -> &'static str {
        self.kind.key
    }
}

/// The answer's body.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    /// Where the kind is explained.
    #[schema(format = "uri-reference")]
    r#type: String,
    /// What kind of problem it is, for people.
    title: &'a str,
    /// The HTTP status.
    status: u16,
    /// What went wrong this time and what to do.
    detail: &'a str,
    /// The kind's stable name.
    key: &'a str,
    /// Which fields, for a 422.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    errors: Vec<FieldProblem<'a>>,
    /// The replay that runs, for `replay_running`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    replay: Option<Uuid>,
    /// Which limit, for `limit_reached`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    limit: Option<&'a str>,
    /// How much that limit is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    value: Option<u64>,
    /// The request's id, as in the header `X-Request-Id` and in the server's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    request_id: Option<&'a str>,
}

/// One field of the request.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = FieldProblem)]
struct FieldProblem<'a> {
    /// JSON pointer into the body, or `/` and the name of a query parameter.
    field: &'a str,
    /// What is wrong with it and what would be right.
    message: &'a str,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = ProblemBody {
            r#type: format!("/docs#problem-{}", self.kind.key),
            title: self.kind.title,
            status: self.kind.status,
            detail: &self.detail,
            key: self.kind.key,
            errors: self
                .errors
                .iter()
                .map(|e| FieldProblem {
                    field: &e.field,
                    message: &e.message,
                })
                .collect(),
            replay: self.replay,
            limit: self.limit.map(|(limit, _)| limit.as_str()),
            value: self.limit.map(|(_, value)| value),
            // Put in by `request_id.rs`, where it is known.
            request_id: None,
        };
        let json = serde_json::to_vec(&body).unwrap_or_default();
        let status =
            StatusCode::from_u16(self.kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (
            status,
            [(
                CONTENT_TYPE,
                HeaderValue::from_static("application/problem+json"),
            )],
            json,
        )
            .into_response();
        let headers = response.headers_mut();
        match status {
            StatusCode::UNAUTHORIZED => {
                headers.append(
                    WWW_AUTHENTICATE,
                    HeaderValue::from_static("Bearer realm=\"claimwire\""),
                );
                headers.append(
                    WWW_AUTHENTICATE,
                    HeaderValue::from_static("Basic realm=\"claimwire\""),
                );
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(RETRY_AFTER, HeaderValue::from(self.retry_after_seconds));
            }
            _ => {}
        }
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let of_key = |key, detail| match kinds::of_key(key) {
            Some(kind) => Self::new(kind, detail),
            None => failed(&format!("no kind of problem has the key {key}")),
        };
        match refusal {
            Refusal::NotJson(why) => Self::new(&kinds::BODY_NOT_JSON, why),
            Refusal::TooLarge(what) => Self::new(&kinds::BODY_TOO_LARGE, what),
            Refusal::Invalid { key, errors } => Self::fields(
                kinds::of_key(key).unwrap_or(&kinds::VALIDATION_FAILED),
                errors,
            ),
            // Not what was looked for: an id that cannot be one gets the very same answer.
            Refusal::NotFound { key, .. } => kinds::of_key(key).map_or_else(
                || failed(&format!("no kind of problem has the key {key}")),
                missing,
            ),
            Refusal::Forbidden { key, detail }
            | Refusal::Unsupported { key, detail }
            | Refusal::Conflict { key, detail } => of_key(key, detail),
            Refusal::LimitReached { limit, value } => Self {
                limit: Some((limit, value)),
                ..Self::new(
                    &kinds::LIMIT_REACHED,
                    format!(
                        "A shop may have {value} {} here. Nothing was done; remove some, or ask the server's operator for more.",
                        limit.what()
                    ),
                )
            },
            Refusal::Failed(why) => failed(&why),
            Refusal::Store(error) => error.into(),
        }
    }
}

fn failed(why: &str) -> Problem {
    tracing::error!(why, "a request failed");
    Problem::new(
        &kinds::INTERNAL,
        "The server could not do it; its log says why.",
    )
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => {
                Self::new(&kinds::ROUTE_NOT_FOUND, "What the path names is not there.")
            }
            StoreError::Exists | StoreError::Stale => Self::new(
                &kinds::CHANGED_MEANWHILE,
                "Someone else wrote the same thing at the same moment. Nothing was done; read it again and try again.",
            ),
            StoreError::Conflict => Self::new(
                &kinds::IDEMPOTENCY_CONFLICT,
                "This Idempotency-Key was used within the last 24 hours with another request. Nothing was done; use a new key.",
            ),
            StoreError::ReplayRunning(id) => Self {
                replay: Some(id),
                ..Self::new(
                    &kinds::REPLAY_RUNNING,
                    format!(
                        "Replay {id} of this webhook runs, and others wait behind it. Nothing was ordered; ask again when it is done."
                    ),
                )
            },
            StoreError::Unavailable(why) => {
                tracing::warn!(why, "a request could not be committed");
                Self::new(
                    &kinds::STORE_UNAVAILABLE,
                    "Nothing was written. Send the same request again later.",
                )
            }
            StoreError::Unknown(why) => {
                tracing::warn!(why, "it is not known whether a request was committed");
                Self::new(
                    &kinds::OUTCOME_UNKNOWN,
                    "This may have been done, wholly or not at all. Send the same request again with the same Idempotency-Key: it is not done twice. Without a key, look whether it was done.",
                )
            }
            StoreError::Damaged(why) | StoreError::Refused(why) => {
                tracing::error!(why, "the store holds what it should not");
                Self::new(
                    &kinds::INTERNAL,
                    "The store holds something unexpected; the server's log says what.",
                )
            }
        }
    }
}

/// What the path names is not in this shop. The same for what is another shop's.
#[must_use]
pub fn missing(kind: &'static Kind) -> Problem {
    Problem::new(
        kind,
        "Nothing that this key can see has the id in the path; the matching list shows what there is.",
    )
}
