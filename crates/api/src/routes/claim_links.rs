//! Links into the claim page.

use claimwire_actions::claim_page::{self, ClaimLinkRequest, ClaimLinkView};
use http::StatusCode;

use crate::access::{Editor, InShop};
use crate::answer::{self, Reply};
use crate::body::JsonBody;
use crate::state::Api;

/// Make a link that opens the shop's claim page for an order, as if its number and ZIP had been typed: for the mails that
/// the shop sends. It can be followed as often as one likes until it is over. Nothing is written.
#[utoipa::path(post, path = "/v1/shops/{slug}/claim-links", tag = "claim-links", request_body = ClaimLinkRequest,
    responses((status = 201, body = ClaimLinkView)))]
pub async fn create(api: Api, scope: InShop<Editor>, body: JsonBody) -> Reply {
    let editor = scope.on(&api);
    let link = claim_page::create_link(&editor, &api.admin_key_hash, body.parse()?)?;
    answer::json(StatusCode::CREATED, &link)
}
