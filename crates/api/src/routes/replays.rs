//! What a webhook missed, sent again.

use claimwire_actions::webhooks::{self, ReplayRequest, ReplayView};
use http::StatusCode;

use claimwire_http::access::{Editor, InShop, Viewer};
use claimwire_http::answer::{self, Reply};
use claimwire_http::body::JsonBody;
use claimwire_http::path::{Path, id};
use claimwire_http::problem::kinds;
use claimwire_http::state::Api;

/// Order a replay. It goes on by itself, over restarts too.
#[utoipa::path(post, path = "/v1/shops/{slug}/webhooks/{uuid}/replay", tag = "webhooks",
    request_body = ReplayRequest, responses((status = 202, body = ReplayView)))]
pub async fn replay(
    api: Api,
    scope: InShop<Editor>,
    Path((_, uuid)): Path<(String, String)>,
    body: JsonBody,
) -> Reply {
    let uuid = id(&uuid, &kinds::WEBHOOK_NOT_FOUND)?;
    let once = webhooks::replay(&scope.on(&api), uuid, body.parse()?, body.keyed()).await?;
    answer::once(StatusCode::ACCEPTED, once)
}

/// How far a replay is.
#[utoipa::path(get, path = "/v1/shops/{slug}/replays/{id}", tag = "webhooks",
    responses((status = 200, body = ReplayView)))]
pub async fn show_replay(
    api: Api,
    scope: InShop<Viewer>,
    Path((_, replay)): Path<(String, String)>,
) -> Reply {
    let replay = id(&replay, &kinds::REPLAY_NOT_FOUND)?;
    let replay = webhooks::show_replay(&scope.on(&api), replay).await?;
    answer::json(StatusCode::OK, &replay)
}
