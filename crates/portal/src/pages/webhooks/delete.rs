//! A webhook deleted, after a page that says what is lost.

use askama::Template;
use axum::extract::Path;
use claimwire_actions::Editor;
use claimwire_actions::webhooks::{self, WebhookView};

use super::id;
use crate::access::{Posted, Seen};
use crate::failure::{Reply, page, to};
use crate::frame::{Frame, Section};
use crate::state::Portal;

#[derive(Template)]
#[template(path = "pages/webhooks/delete.html")]
struct DeletePage {
    frame: Frame,
    webhook: WebhookView,
}

/// Asks first.
pub(crate) async fn ask(
    portal: Portal,
    Seen(scope): Seen<Editor>,
    Path((_, uuid)): Path<(String, String)>,
) -> Reply {
    page(&DeletePage {
        frame: scope.frame(&portal, Section::Webhooks),
        webhook: webhooks::get(&scope.on(&portal).viewer(), id(&uuid)?).await?,
    })
}

/// Deletes it.
pub(crate) async fn delete(
    portal: Portal,
    Path((_, uuid)): Path<(String, String)>,
    posted: Posted<Editor>,
) -> Reply {
    let scope = posted.scope;
    webhooks::delete(&scope.on(&portal), id(&uuid)?).await?;
    Ok(to(&scope.path("/webhooks?done=deleted")))
}
