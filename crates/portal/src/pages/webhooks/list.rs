//! All webhooks, with how each is doing.

use askama::Template;
use axum::extract::RawQuery;
use claimwire_actions::Viewer;
use claimwire_actions::webhooks::{self, WebhookView};
use claimwire_store::PageRequest;

use crate::access::Seen;
use crate::failure::{Reply, page};
use crate::form::{Errors, Form};
use crate::frame::{Frame, Section};
use crate::pages::targets::chart::Chart;
use crate::show::Cursor;
use crate::state::Portal;

const SHOWN: usize = 30;

#[derive(Template)]
#[template(path = "pages/webhooks/list.html")]
struct ListPage {
    frame: Frame,
    webhooks: Vec<(WebhookView, Chart)>,
    next: Option<String>,
}

/// The list.
pub(crate) async fn show(
    portal: Portal,
    Seen(scope): Seen<Viewer>,
    RawQuery(query): RawQuery,
) -> Reply {
    let query = Form::parse(query.unwrap_or_default().as_bytes());
    let after: Option<Cursor> = query.read("cursor", "", &mut Errors::default());
    let request = PageRequest::after(SHOWN, after.map(|cursor| cursor.0));
    let filter = webhooks::Filter::default();
    let viewer = scope.on(&portal);
    let found = webhooks::list(&viewer, filter, request).await?;
    let mut webhooks = Vec::new();
    for webhook in found.items {
        let day = webhooks::history(&viewer, webhook.uuid, &portal.hours).await?;
        webhooks.push((webhook, Chart::of(&day)));
    }
    page(&ListPage {
        frame: scope
            .frame(&portal, Section::Webhooks)
            .done(query.text("done")),
        webhooks,
        next: found.next.map(|next| format!("cursor={}", Cursor(next))),
    })
}
