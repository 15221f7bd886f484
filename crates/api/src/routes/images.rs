//! Evidence photos: taken in, kept under a name that cannot be guessed, served to whoever has the URL.
//!
//! What the bytes are is read from the bytes; what the caller says they are does not count.

use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use claimwire_actions::IdempotencyKey;
use claimwire_store::directory::Once;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, StatusCode};
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStoreExt, PutPayload};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::{Editor, InShop};
use crate::answer::{self, Reply};
use crate::body::{self, MIB};
use crate::path::Path;
use crate::problem::{Problem, ProblemBody, kinds, missing};
use crate::random;
use crate::state::{Api, ApiState};

/// Largest image in bytes.
const IMAGE_BYTES: usize = 10 * MIB;
/// Room for what multipart puts around the file.
const MULTIPART_BYTES: usize = 64 * 1024;
/// Names never get other bytes.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// A kind of image that we keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Format {
    extension: &'static str,
    content_type: &'static str,
}

const FORMATS: [Format; 3] = [
    Format {
        extension: "jpg",
        content_type: "image/jpeg",
    },
    Format {
        extension: "png",
        content_type: "image/png",
    },
    Format {
        extension: "webp",
        content_type: "image/webp",
    },
];

/// By the first bytes.
fn sniff(bytes: &[u8]) -> Option<Format> {
    let [jpeg, png, webp] = FORMATS;
    if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        Some(jpeg)
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(png)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some(webp)
    } else {
        None
    }
}

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

/// An image that was taken in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Image {
    /// Its name.
    id: String,
    /// Where it is served, for `image_urls`.
    #[schema(format = "uri")]
    url: String,
    /// What the bytes are.
    content_type: &'static str,
    /// How many.
    bytes: usize,
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
    let Some(format) = sniff(&bytes) else {
        return Err(Problem::new(
            &kinds::IMAGE_UNSUPPORTED,
            "Send a JPEG, PNG or WebP image; the bytes are none of these.",
        ));
    };
    // A form's boundary differs from one try to the next; the image does not.
    let key = key.map(|key| body::fingerprinted(key, &method, &path, &bytes));
    if let Some(IdempotencyKey { key, fingerprint }) = &key
        && let Some(before) = api
            .store
            .recall(Some(scope.shop.no), key, fingerprint, api.now())
            .await?
    {
        return Ok(answer::again(before));
    }

    let id = format!("{}.{}", random::name()?, format.extension);
    let url = format!("{}/images/{id}", api.public_url);
    let image = Image {
        url,
        content_type: format.content_type,
        bytes: bytes.len(),
        id,
    };
    keep(&api, &image.id, bytes).await?;
    let json = answer::render(&image)?;
    let done = match answer::record(key.as_ref(), StatusCode::CREATED, &json) {
        Some(record) => {
            api.store
                .remember(Some(scope.shop.no), record, api.now())
                .await?
        }
        None => Once::Now(()),
    };
    Ok(answer::once(done, StatusCode::CREATED, json))
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
            if bytes.len() > IMAGE_BYTES {
                return Err(body::too_large(IMAGE_BYTES));
            }
            return Ok(bytes);
        }
    }
    Err(Problem::field(
        &kinds::VALIDATION_FAILED,
        "/file",
        "is needed: the form's field with the image",
    ))
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

async fn keep(api: &ApiState, name: &str, bytes: Bytes) -> Result<(), Problem> {
    let payload = PutPayload::from_bytes(bytes);
    api.images
        .put(&object(name), payload)
        .await
        .map(drop)
        .map_err(|error| unreachable_images(&error))
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
    let format = known(&name).ok_or_else(|| missing(&kinds::IMAGE_NOT_FOUND))?;
    let found = match api.images.get(&object(&name)).await {
        Ok(found) => found,
        Err(object_store::Error::NotFound { .. }) => return Err(missing(&kinds::IMAGE_NOT_FOUND)),
        Err(error) => return Err(unreachable_images(&error)),
    };
    let headers = [
        (CONTENT_TYPE, format.content_type.to_owned()),
        (CONTENT_LENGTH, found.meta.size.to_string()),
        (CACHE_CONTROL, FOREVER.to_owned()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, Body::from_stream(found.into_stream())).into_response())
}

/// The format of a name that we could have given.
fn known(name: &str) -> Option<Format> {
    let (random, extension) = name.split_once('.')?;
    let ours = random.len() == 32
        && random
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'2'..=b'7'));
    FORMATS
        .into_iter()
        .find(|format| ours && format.extension == extension)
}

fn object(name: &str) -> ObjectPath {
    ObjectPath::from_iter(["images", name])
}

fn unreachable_images(error: &object_store::Error) -> Problem {
    tracing::error!(%error, "the images cannot be read or written");
    Problem::new(
        &kinds::STORE_UNAVAILABLE,
        "The images cannot be read or written now; send the same request again later.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_say_what_they_are() {
        assert_eq!(sniff(b"\xff\xd8\xff\xe0rest").unwrap().extension, "jpg");
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\nrest").unwrap().extension, "png");
        assert_eq!(sniff(b"RIFF\x10\0\0\0WEBPVP8 ").unwrap().extension, "webp");
        for other in [
            &b""[..],
            b"GIF89a",
            b"<svg xmlns=",
            b"RIFF\x10\0\0\0WAVE",
            b"\xff\xd8",
            b"%PDF-1.7",
        ] {
            assert_eq!(sniff(other), None);
        }
    }

    #[test]
    fn only_names_of_ours_are_looked_up() {
        assert!(known(&format!("{}.png", "a".repeat(32))).is_some());
        for name in [
            "",
            "..",
            "a.png",
            &"a".repeat(32),
            &format!("{}.gif", "a".repeat(32)),
            &format!("{}.png", "/".repeat(32)),
        ] {
            assert_eq!(known(name), None, "{name}");
        }
    }
}
