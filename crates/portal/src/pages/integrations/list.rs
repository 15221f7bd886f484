//! All connectors, with how each is doing.

use askama::Template;
use axum::extract::RawQuery;
use claimwire_actions::Viewer;
use claimwire_actions::connectors::{self, ConnectorView, Filter};
use claimwire_store::PageRequest;

use super::name_of;
use crate::access::Seen;
use crate::failure::{Reply, page};
use crate::frame::{Frame, Section};
use crate::pages::query::{after, older, parsed};
use crate::state::Portal;

const SHOWN: usize = 30;

#[derive(Template)]
#[template(path = "pages/integrations/list.html")]
struct ListPage {
    frame: Frame,
    /// The kind's name, and the connector.
    connectors: Vec<(String, ConnectorView)>,
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
    let found = connectors::list(&scope.on(&portal), Filter::default(), request).await?;
    let named = found.items.into_iter();
    let named = named.map(|connector| (name_of(&portal, &connector.kind), connector));
    page(&ListPage {
        frame: scope
            .frame(&portal, Section::Integrations)
            .done(form.text("done")),
        connectors: named.collect(),
        next: older(&form, found.next),
    })
}
