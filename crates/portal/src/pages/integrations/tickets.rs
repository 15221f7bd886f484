//! The tickets that a connector made of claims.

use askama::Template;
use axum::extract::{Path, RawQuery};
use claimwire_actions::Viewer;
use claimwire_actions::connectors::{self, ConnectorView, TicketView};
use claimwire_store::PageRequest;

use super::name_of;
use crate::access::Seen;
use crate::failure::{Reply, page};
use crate::frame::{Frame, Section};
use crate::pages::query::{after, older, parsed};
use crate::pages::targets::id;
use crate::state::Portal;

/// Deliveries of one page that are looked through.
const LOOKED_THROUGH: usize = 50;

#[derive(Template)]
#[template(path = "pages/integrations/tickets.html")]
struct TicketsPage {
    frame: Frame,
    name: String,
    connector: ConnectorView,
    tickets: Vec<TicketView>,
    next: Option<String>,
}

/// The list.
pub(crate) async fn show(
    portal: Portal,
    Seen(scope): Seen<Viewer>,
    Path((_, connector)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Reply {
    let (viewer, form) = (scope.on(&portal), parsed(query));
    let connector = connectors::get(&viewer, id(&connector)?).await?;
    let request = PageRequest::after(LOOKED_THROUGH, after(&form));
    let found = connectors::tickets(&viewer, connector.id, request).await?;
    page(&TicketsPage {
        frame: scope.frame(&portal, Section::Integrations),
        name: name_of(&portal, &connector.kind),
        connector,
        tickets: found.items,
        next: older(&form, found.next),
    })
}
