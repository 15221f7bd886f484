//! The operator's view: all shops, how deep the queues are, what is slow.

use askama::Template;
use claimwire_actions::operator::{self, Overview, SHOPS, TARGETS};
use claimwire_model::target::Kind;

use crate::access::SignedIn;
use crate::assets;
use crate::failure::{Reply, page};
use crate::state::Portal;

#[derive(Template)]
#[template(path = "pages/operator.html")]
struct OperatorPage {
    found: Overview,
    /// Whether the store answers.
    ready: bool,
    who: String,
    form_token: String,
    version: &'static str,
}

/// The page. Another than the operator is refused.
pub(crate) async fn show(portal: Portal, who: SignedIn) -> Reply {
    let found = operator::overview(&who.caller.operator()?, &portal.ports, &portal.hours).await?;
    page(&OperatorPage {
        found,
        ready: portal.ports.store.ready().await.is_ok(),
        who: who.caller.name().to_owned(),
        form_token: who.token.form_token(),
        version: assets::version(),
    })
}

/// Path of a target's page, below `/portal/shops/`.
pub(crate) fn path(slug: &str, kind: &Kind, uuid: &uuid::Uuid) -> String {
    let pages = match kind {
        Kind::Webhook => "webhooks",
        Kind::Connector => "integrations",
    };
    format!("/portal/shops/{slug}/{pages}/{uuid}")
}
