//! Links into the portal: each opens one session once, for a time.

use std::time::Duration;

use claimwire_model::session::Holder;
use claimwire_model::{Role, Timestamp};
use claimwire_store::directory::Once;
use claimwire_store::sessions::NewLink;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::{As, Viewer};
use crate::call::valued;
use crate::checks::Checks;
use crate::idempotency::{CREATED, Keyed};
use crate::read::missing;
use crate::refusal::Refusal;
use crate::sessions::link_id;

/// How long a link opens a session where the request does not say, in seconds.
const EXPIRES_IN: u32 = 3_600;
/// The longest that it can, in seconds: a day.
const EXPIRES_IN_MOST: u32 = 86_400;

/// A new link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PortalLinkRequest {
    /// What its session may do: at most what the key may.
    pub role: Role,
    /// How long the link can be opened, in seconds.
    #[serde(default = "expires_in")]
    #[schema(minimum = 1, maximum = 86_400)]
    pub expires_in: u32,
}

fn expires_in() -> u32 {
    EXPIRES_IN
}

/// A link.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PortalLink)]
pub struct PortalLinkView {
    /// Where to open it, once. Whoever has it is signed in.
    #[schema(format = "uri")]
    pub url: String,
    /// What its session may do.
    pub role: Role,
    /// It opens nothing from then on.
    pub expires_at: Timestamp,
}

/// Makes a link whose session acts in the caller's name and ends with the caller's key.
///
/// # Errors
/// When the role is more than the caller's, a time that cannot be, or a store that cannot commit.
pub async fn create(
    viewer: &As<'_, Viewer>,
    request: PortalLinkRequest,
    keyed: Option<Keyed<PortalLinkView>>,
) -> Result<Once<PortalLinkView>, Refusal> {
    let call = viewer.call();
    let PortalLinkRequest { role, expires_in } = request;
    let mut checks = Checks::default();
    checks.that(
        (1..=EXPIRES_IN_MOST).contains(&expires_in),
        "/expires_in",
        "is not a whole number of seconds from 1 to 86400, which is a day",
    );
    checks.done()?;
    if role > call.caller.role() {
        return Err(Refusal::Forbidden {
            key: "role_insufficient",
            detail: "A link's role can be at most that of the key that makes it.".to_owned(),
        });
    }
    if let Some(answered) = call.earlier(keyed.as_ref()).await? {
        return Ok(Once::Before(answered));
    }
    let secret = call.ports.random_name()?;
    let expires_at = call.now.plus(Duration::from_secs(u64::from(expires_in)));
    let view = PortalLinkView {
        url: format!("{}/portal/link/{secret}", call.ports.public_url),
        role,
        expires_at,
    };
    let link = NewLink {
        id: link_id(&secret),
        holder: Holder {
            shop: Some(call.shop.no),
            role,
            name: call.caller.name().to_owned(),
            principal: call.caller.principal(),
        },
        expires_at,
    };
    call.note("portal_link.created", format!("{role:?}").to_lowercase())
        .await?;
    let record = keyed.map(|keyed| keyed.record(CREATED, &view));
    let made = call.store.create_link(link, call.now, record).await;
    let gone = missing("shop_not_found", || "shop of this slug".to_owned());
    Ok(valued(made.map_err(gone)?, view))
}
