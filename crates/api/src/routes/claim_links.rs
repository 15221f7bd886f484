//! Links into the claim page.

use claimwire_actions::claim_page::{self, ClaimLinkRequest, ClaimLinkView};
use http::StatusCode;

use claimwire_http::access::{Editor, InShop};
use claimwire_http::answer::{self, Reply};
use claimwire_http::body::JsonBody;
use claimwire_http::state::Api;

/// Make a link that opens the shop's claim page for an order, as if its number and ZIP had been typed: for the mails that
/// the shop sends. It can be followed as often as one likes until it is over. Nothing is written.
#[utoipa::path(post, path = "/v1/shops/{slug}/claim-links", tag = "claim-links", request_body = ClaimLinkRequest,
    responses((status = 201, body = ClaimLinkView)))]
pub async fn create(api: Api, scope: InShop<Editor>, body: JsonBody) -> Reply {
    let editor = scope.on(&api);
    let link = claim_page::create_link(&editor, &api.admin_key_hash, body.parse()?)?;
    answer::json(StatusCode::CREATED, &link)
}
