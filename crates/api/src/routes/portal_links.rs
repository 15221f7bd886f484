//! One-time links into the portal.

use claimwire_actions::portal_links::{self, PortalLinkRequest, PortalLinkView};
use http::StatusCode;

use claimwire_http::access::{InShop, Viewer};
use claimwire_http::answer::{self, Reply};
use claimwire_http::body::JsonBody;
use claimwire_http::state::Api;

/// Make a link that opens one portal session, once: to embed the portal, or to let someone in without a key. Its role
/// is at most the key's; the session acts in the key's name and ends with the key.
#[utoipa::path(post, path = "/v1/shops/{slug}/portal-links", tag = "portal-links", request_body = PortalLinkRequest,
    responses((status = 201, body = PortalLinkView)))]
pub async fn create(api: Api, scope: InShop<Viewer>, body: JsonBody) -> Reply {
    let once = portal_links::create(&scope.on(&api), body.parse()?, body.keyed()).await?;
    answer::once(StatusCode::CREATED, once)
}
