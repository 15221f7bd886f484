//! Evidence photos: taken in as a body or out of a form, and served to whoever has the URL.

use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use claimwire_actions::images::{self, IMAGE_BYTES, Image, Photo};
use http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, StatusCode};
use utoipa::ToSchema;

use crate::aside;
use claimwire_http::access::{Editor, InShop};
use claimwire_http::answer::{self, Reply};
use claimwire_http::body;
use claimwire_http::path::Path;
use claimwire_http::problem::{Problem, ProblemBody, kinds};
use claimwire_http::state::Api;

/// Room for what multipart puts around the file.
const MULTIPART_BYTES: usize = 64 * 1024;
/// A photo that is gone is not to be seen for longer.
const A_DAY: &str = "public, max-age=86400";
/// Whatever a browser takes the bytes for, nothing in them runs or is loaded.
const NOTHING_RUNS: &str = "default-src 'none'; sandbox";

/// The image, as it is.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct ImageBytes(#[allow(dead_code, reason = "describes the body")] Vec<u8>);

/// An image as a form sends it.
#[derive(Debug, ToSchema)]
pub struct ImageUpload {
    /// The image.
    #[allow(dead_code, reason = "describes the form")]
    file: ImageBytes,
}

/// Take in a photo, as the body itself or as a form's field `file`: JPEG, PNG or WebP, at most 10 MiB.
#[utoipa::path(post, path = "/v1/shops/{slug}/images", tag = "images",
    request_body(content(
        (ImageBytes = "image/jpeg"), (ImageBytes = "image/png"), (ImageBytes = "image/webp"),
        (ImageUpload = "multipart/form-data"),
    )),
    responses((status = 201, body = Image)))]
pub async fn create(api: Api, scope: InShop<Editor>, request: Request) -> Reply {
    let key = body::idempotency_key(request.method(), request.headers())?;
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let bytes = image(request).await?;
    let read = move || {
        // A form's boundary differs from one try to the next; the image does not.
        let key = key.map(|key| body::fingerprinted(key, &method, &path, &bytes));
        Photo::read(&bytes).map(|photo| (photo, key))
    };
    let (photo, key) = aside::done(read).await.ok_or_else(undecoded)??;
    let keyed = key.map(|key| key.answered(answer::recorded));
    let once = images::create(&scope.on(&api), photo, keyed).await?;
    answer::once(StatusCode::CREATED, once)
}

/// Remove a photo (role editor): nobody sees it any more, whatever names it.
#[utoipa::path(delete, path = "/v1/shops/{slug}/images/{id}", tag = "images",
    params(("id" = String, Path, description = "The image's id.")),
    responses((status = 204, description = "It is gone.")))]
pub async fn delete(
    api: Api,
    scope: InShop<Editor>,
    Path((_, id)): Path<(String, String)>,
) -> Reply {
    images::delete(&scope.on(&api), &id).await?;
    Ok(answer::nothing())
}

/// The image's bytes, out of the body or of the form in it.
async fn image(request: Request) -> Result<Bytes, Problem> {
    let (parts, body) = request.into_parts();
    let form = is_form(&parts.headers);
    let limit = if form {
        IMAGE_BYTES + MULTIPART_BYTES
    } else {
        IMAGE_BYTES
    };
    let bytes = body::bytes(&parts.headers, body, limit).await?;
    if bytes.is_empty() {
        return Err(Problem::new(
            &kinds::BODY_EMPTY,
            "Send the image as the body, or as the field `file` of a form.",
        ));
    }
    if !form {
        return Ok(bytes);
    }
    let mut form = Multipart::from_request(Request::from_parts(parts, Body::from(bytes)), &())
        .await
        .map_err(|error| broken_form(&error.body_text()))?;
    while let Some(field) = form
        .next_field()
        .await
        .map_err(|error| broken_form(&error.body_text()))?
    {
        if field.name() == Some("file") {
            let bytes = field
                .bytes()
                .await
                .map_err(|error| broken_form(&error.body_text()))?;
            return Ok(bytes);
        }
    }
    Err(Problem::field(
        &kinds::VALIDATION_FAILED,
        "/file",
        "is needed: the form's field with the image",
    ))
}

fn undecoded() -> Problem {
    tracing::error!("decoding an image broke off");
    Problem::new(
        &kinds::INTERNAL,
        "The image could not be decoded; the server's log says why.",
    )
}

fn is_form(headers: &HeaderMap) -> bool {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    value.to_ascii_lowercase().starts_with("multipart/")
}

fn broken_form(why: &str) -> Problem {
    Problem::new(
        &kinds::BODY_UNREADABLE,
        format!("The body is not the form that its Content-Type says: {why}"),
    )
}

/// An image, to whoever has its URL.
#[utoipa::path(get, path = "/images/{name}", tag = "images",
    params(("name" = String, Path, description = "The image's id.")),
    responses(
        (status = 200, description = "The image.", content((ImageBytes = "image/jpeg"), (ImageBytes = "image/png"), (ImageBytes = "image/webp"))),
        (status = 404, description = "There is no such image.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The images cannot be read now.", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn show(api: Api, Path(name): Path<String>) -> Result<Response, Problem> {
    let images::Found {
        content_type,
        content,
    } = images::get(&api.ports, &name).await?;
    let headers = [
        (CONTENT_TYPE, content_type.to_owned()),
        (CONTENT_LENGTH, content.meta.size.to_string()),
        (CACHE_CONTROL, A_DAY.to_owned()),
        (CONTENT_SECURITY_POLICY, NOTHING_RUNS.to_owned()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, Body::from_stream(content.into_stream())).into_response())
}
