//! Messages on a claim.

use claimwire_actions::messages::{self, MessageFields};
use claimwire_model::message::Message;

use super::claims::claim_id;
use claimwire_http::access::{Editor, InShop, Viewer};
use claimwire_http::answer::{self, Reply};
use claimwire_http::body::JsonBody;
use claimwire_http::page::{List, Paging};
use claimwire_http::path::Path;
use claimwire_http::state::Api;

/// Put a message on a claim. Its event is `messages/received` or `messages/sent`.
#[utoipa::path(post, path = "/v1/shops/{slug}/claims/{id}/messages", tag = "messages",
    request_body = MessageFields, responses((status = 201, body = Message)))]
pub async fn create(
    api: Api,
    scope: InShop<Editor>,
    Path((_, claim)): Path<(String, String)>,
    body: JsonBody,
) -> Reply {
    let id = claim_id(&claim)?;
    let made = messages::create(&scope.on(&api), &id, body.parse()?, body.keyed()).await?;
    Ok(answer::created(made))
}

/// The messages on a claim, newest first.
#[utoipa::path(get, path = "/v1/shops/{slug}/claims/{id}/messages", tag = "messages", params(Paging),
    responses((status = 200, body = List<Message>)))]
pub async fn list(
    api: Api,
    scope: InShop<Viewer>,
    Path((_, claim)): Path<(String, String)>,
    paging: Paging,
) -> Reply {
    let id = claim_id(&claim)?;
    let viewer = scope.on(&api);
    let page = |page| messages::list(&viewer, &id, page);
    answer::page(paging.read(page).await?)
}
