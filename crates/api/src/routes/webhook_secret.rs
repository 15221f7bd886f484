//! A webhook's secret. Not for the role viewer: who has it can sign in the webhook's name.

use claimwire_actions::webhooks::{self, RotateRequest, SecretView};
use http::StatusCode;

use claimwire_http::access::{Editor, InShop};
use claimwire_http::answer::{self, Reply};
use claimwire_http::body::OptionalJsonBody;
use claimwire_http::path::{Path, id};
use claimwire_http::problem::kinds;
use claimwire_http::state::Api;

/// What signs the webhook's requests.
#[utoipa::path(get, path = "/v1/shops/{slug}/webhooks/{uuid}/secret", tag = "webhooks",
    responses((status = 200, body = SecretView)))]
pub async fn show_secret(
    api: Api,
    scope: InShop<Editor>,
    Path((_, uuid)): Path<(String, String)>,
) -> Reply {
    let uuid = id(&uuid, &kinds::WEBHOOK_NOT_FOUND)?;
    let secret = webhooks::secret(&scope.on(&api), uuid).await?;
    answer::json(StatusCode::OK, &secret)
}

/// Put a new secret, and a new key pair where there is one, in the old one's place; both sign until the
/// overlap is over. A second rotation within the overlap ends the first one's.
#[utoipa::path(post, path = "/v1/shops/{slug}/webhooks/{uuid}/secret/rotate", tag = "webhooks",
    request_body = Option<RotateRequest>,
    responses((status = 200, body = SecretView)))]
pub async fn rotate_secret(
    api: Api,
    scope: InShop<Editor>,
    Path((_, uuid)): Path<(String, String)>,
    OptionalJsonBody(body): OptionalJsonBody,
) -> Reply {
    let uuid = id(&uuid, &kinds::WEBHOOK_NOT_FOUND)?;
    let once = webhooks::rotate(&scope.on(&api), uuid, body.parse()?, body.keyed()).await?;
    answer::once(StatusCode::OK, once)
}
