//! One webhook: how it is doing, what fails and what to do about it, what was sent last.

use askama::Template;
use axum::extract::{Path, RawQuery};
use claimwire_actions::webhooks::{self, WebhookView};
use claimwire_actions::{Viewer, deliveries};
use claimwire_model::Timestamp;
use claimwire_model::target::TargetStatus;

use super::form;
use crate::access::Seen;
use crate::failure::{Reply, page};
use crate::form::Form;
use crate::frame::{Frame, Section};
use crate::pages::deliveries::names::Names;
use crate::pages::targets::chart::Chart;
use crate::pages::targets::failures::Recent;
use crate::pages::targets::id;
use crate::state::Portal;

#[derive(Template)]
#[template(path = "pages/webhooks/show.html")]
struct WebhookPage {
    frame: Frame,
    webhook: WebhookView,
    chart: Chart,
    recent: Recent,
    /// While a rotation is under way.
    old_secret_until: Option<Timestamp>,
}

/// The page.
pub(crate) async fn show(
    portal: Portal,
    Seen(scope): Seen<Viewer>,
    Path((_, uuid)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Reply {
    let uuid = id(&uuid)?;
    let viewer = scope.on(&portal);
    let webhook = webhooks::get(&viewer, uuid).await?;
    let buckets = webhooks::history(&viewer, uuid, &portal.hours).await?;
    let of = deliveries::Filter {
        webhook: Some(uuid),
        ..Default::default()
    };
    let recent = Recent::of(&viewer, of).await?;
    let query = Form::parse(query.unwrap_or_default().as_bytes());
    page(&WebhookPage {
        frame: scope
            .frame(&portal, Section::Webhooks)
            .done(query.text("done")),
        webhook,
        chart: Chart::of(&buckets),
        recent,
        old_secret_until: webhooks::old_secret_until(&viewer, uuid).await?,
    })
}
