//! Clients written for Karla's REST API (contract section 8).
//!
//! Routes answer in one form, ours. What stands here, around all of them, turns an answer into Karla's where the request asks
//! for that by its `Accept` header or the shop has `api_dialect: "karla"`; no route knows of it, except that a
//! webhook is not made twice for one URL. Karla's way to write orders has routes of its own
//! (`api/src/routes/karla_orders.rs`), which every shop has.

mod answer;
pub(crate) mod form;
mod problem;

use std::future::Future;

use axum::extract::{FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use http_body_util::BodyExt;

use crate::asked::Asked;
use crate::problem::{Problem, kinds};

/// The form of this request's answer, as a route's argument.
#[derive(Debug)]
pub struct AnswerForm(Option<Asked>);

impl AnswerForm {
    /// Whether it is Karla's, as far as is known when this is asked.
    #[must_use]
    pub fn is_karla(&self) -> bool {
        let asked = self.0.as_ref();
        asked.is_some_and(|asked| asked.form().is_karla())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AnswerForm {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(parts.extensions.get().cloned()))
    }
}

/// Puts an answer into the form that is asked for.
pub(crate) async fn shape<F>(
    route: Option<&str>,
    request: Box<Request>,
    asked: &Asked,
    next: impl FnOnce(Box<Request>) -> F,
) -> Response
where
    F: Future<Output = Response>,
{
    let uri = request.uri().clone();
    let response = next(request).await;
    if !asked.form().is_karla() || !uri.path().starts_with("/v1/") {
        return response;
    }
    let slug = uri.path().split('/').nth(3).unwrap_or_default();
    shaped(route.unwrap_or_default(), slug, response).await
}

async fn shaped(route: &str, slug: &str, response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let is = |json: &str| parts.headers.get(CONTENT_TYPE).is_some_and(|v| v == json);
    let (good, bad) = (is("application/json"), is("application/problem+json"));
    if !good && !bad {
        return Response::from_parts(parts, body);
    }
    let written = match body.collect().await {
        Ok(body) if good => answer::karla(route, slug, &body.to_bytes()),
        Ok(body) => problem::karla(&body.to_bytes()),
        Err(error) => return failed(&error),
    };
    match written {
        Ok(json) => {
            parts.headers.remove(CONTENT_LENGTH);
            let json_type = HeaderValue::from_static("application/json");
            parts.headers.insert(CONTENT_TYPE, json_type);
            Response::from_parts(parts, json.into())
        }
        Err(error) => failed(&error),
    }
}

fn failed(error: &dyn std::fmt::Display) -> Response {
    tracing::error!(%error, "an answer could not be put into Karla's form");
    let why = "The answer could not be written; what was asked may have been done.";
    Problem::new(&kinds::INTERNAL, why).into_response()
}
