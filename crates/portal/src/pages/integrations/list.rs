//! All connectors, with how each is doing.

use askama::Template;
use axum::extract::RawQuery;
use claimwire_actions::Viewer;
use claimwire_actions::connectors::{self, ConnectorView, Filter};
use claimwire_actions::webhooks;
use claimwire_store::PageRequest;

use super::name_of;
use crate::access::Seen;
use crate::failure::{Reply, page};
use crate::frame::{Frame, Section};
use crate::pages::query::{after, older, parsed};
use crate::pages::targets::chart::Chart;
use crate::state::Portal;

const SHOWN: usize = 30;

#[derive(Template)]
#[template(path = "pages/integrations/list.html")]
struct ListPage {
    frame: Frame,
    /// The kind's name, the connector, and its last 24 hours.
    connectors: Vec<(String, ConnectorView, Chart)>,
    next: Option<String>,
}

/// The list.
pub(crate) async fn show(
    portal: Portal,
    Seen(scope): Seen<Viewer>,
    RawQuery(query): RawQuery,
) -> Reply {
    let form = parsed(query);
    let request = PageRequest::after(SHOWN, after(&form));
    let viewer = scope.on(&portal);
    let found = connectors::list(&viewer, Filter::default(), request).await?;
    let mut connectors = Vec::new();
    for connector in found.items {
        let day = webhooks::history(&viewer, connector.id, &portal.hours).await?;
        let name = name_of(&portal, &connector.kind);
        connectors.push((name, connector, Chart::of(&day)));
    }
    page(&ListPage {
        frame: scope
            .frame(&portal, Section::Integrations)
            .done(form.text("done")),
        connectors,
        next: older(&form, found.next),
    })
}
