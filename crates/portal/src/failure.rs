//! Why there is no page, as a page.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use claimwire_actions::Refusal;
use claimwire_store::StoreError;
use http::header::{LOCATION, RETRY_AFTER};
use http::{HeaderValue, StatusCode};

use crate::assets;

/// Why there is no page.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nobody is signed in; where to go once someone is.
    NotSignedIn(Option<String>),
    /// The form is none that this session's page sent.
    ForeignForm,
    /// The body is no form.
    NoForm,
    /// It has too many bytes.
    FormTooLarge,
    /// Nothing has this path.
    NoSuchPage,
    /// Too many tries.
    TooManyTries,
    /// The action refused.
    Refused(Refusal),
    /// The template could not be filled.
    Template(askama::Error),
}

/// What a page answers.
pub(crate) type Reply = Result<Response, Failure>;

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<askama::Error> for Failure {
    fn from(error: askama::Error) -> Self {
        Self::Template(error)
    }
}

/// A page.
pub(crate) fn page(template: &impl Template) -> Reply {
    Ok(Html(template.render()?).into_response())
}

/// A page whose form was refused.
pub(crate) fn refused(template: &impl Template) -> Reply {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(template.render()?)).into_response())
}

/// On to another page, by GET.
pub(crate) fn to(path: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let location = HeaderValue::from_str(path);
    let location = location.unwrap_or_else(|_| HeaderValue::from_static("/portal/"));
    response.headers_mut().insert(LOCATION, location);
    response
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage {
    title: &'static str,
    text: String,
    version: &'static str,
}

impl Failure {
    fn told(self) -> (StatusCode, &'static str, String) {
        let (status, title, text) = match self {
            Self::NotSignedIn(_) => (StatusCode::UNAUTHORIZED, "Sign in first", ""),
            Self::ForeignForm => (
                StatusCode::FORBIDDEN,
                "Nothing was done",
                "The form is not from a page of this session: you may have signed in again since it was opened. Open the page anew and send it once more.",
            ),
            Self::NoForm => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Nothing was done",
                "What was sent is not a form of the portal.",
            ),
            Self::FormTooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "Nothing was done",
                "The form holds more than 256 KiB. Shorten its longest field and send it again.",
            ),
            Self::NoSuchPage => (
                StatusCode::NOT_FOUND,
                "There is no such page",
                "The address may be mistyped, or what it showed was deleted.",
            ),
            Self::TooManyTries => (
                StatusCode::TOO_MANY_REQUESTS,
                "Too many tries",
                "Wait a minute, then try again.",
            ),
            Self::Template(error) => {
                tracing::error!(%error, "a page could not be written");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "The server failed",
                    "The page could not be written. What was asked may have been done.",
                )
            }
            Self::Refused(refusal) => return told(refusal),
        };
        (status, title, text.to_owned())
    }
}

fn told(refusal: Refusal) -> (StatusCode, &'static str, String) {
    let cannot = "That cannot be done";
    match refusal {
        Refusal::NotFound { .. } | Refusal::Store(StoreError::NotFound) => {
            Failure::NoSuchPage.told()
        }
        Refusal::Forbidden { detail, .. } => (StatusCode::FORBIDDEN, "You may not do this", detail),
        Refusal::Conflict { detail, .. } => (StatusCode::CONFLICT, cannot, detail),
        Refusal::LimitReached { limit, value } => {
            let text = format!("The shop may have {value} {}.", limit.what());
            (StatusCode::CONFLICT, cannot, text)
        }
        Refusal::TooLarge(what) => (StatusCode::PAYLOAD_TOO_LARGE, cannot, what),
        Refusal::Unsupported { detail, .. } => (StatusCode::UNSUPPORTED_MEDIA_TYPE, cannot, detail),
        Refusal::NotJson(why) => (StatusCode::BAD_REQUEST, cannot, why),
        Refusal::Invalid { errors, .. } => {
            let told: Vec<_> = errors
                .iter()
                .map(|error| format!("{}: {}", error.field, error.message))
                .collect();
            (StatusCode::UNPROCESSABLE_ENTITY, cannot, told.join(" · "))
        }
        Refusal::Store(StoreError::ReplayRunning(_)) => (
            StatusCode::CONFLICT,
            cannot,
            "Several replays of this webhook wait already. Order this one when they are done."
                .to_owned(),
        ),
        Refusal::Store(error @ (StoreError::Exists | StoreError::Stale | StoreError::Conflict)) => {
            tracing::debug!(%error, "two wrote the same thing");
            let text = "Someone else changed the same thing at the same moment. Open it anew and try again.";
            (StatusCode::CONFLICT, cannot, text.to_owned())
        }
        Refusal::Store(StoreError::Unavailable(why) | StoreError::Unknown(why)) => {
            tracing::warn!(why, "a page could not be served");
            let text =
                "The store does not answer. Look whether it was done, and try again in a moment.";
            (StatusCode::SERVICE_UNAVAILABLE, "Not now", text.to_owned())
        }
        Refusal::Failed(_) | Refusal::Store(_) => {
            tracing::error!(%refusal, "a page could not be served");
            let text = "The server could not do it; its log says why.";
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                "The server failed",
                text.to_owned(),
            )
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        if let Self::NotSignedIn(next) = &self {
            if next.as_deref() == Some("/portal/operator") {
                return to("/portal/operator/sign-in");
            }
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(next.iter().map(|next| ("next", next)));
            return to(&format!("/portal/sign-in?{}", query.finish()));
        }
        let (status, title, text) = self.told();
        let page = FailurePage {
            title,
            text,
            version: assets::version(),
        };
        let mut response = match page.render() {
            Ok(page) => (status, Html(page)).into_response(),
            Err(_) => status.into_response(),
        };
        if matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        ) {
            let seconds = HeaderValue::from_static("60");
            response.headers_mut().insert(RETRY_AFTER, seconds);
        }
        response
    }
}
