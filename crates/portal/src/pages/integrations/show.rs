//! One connector: how it is doing, what fails and what to do about it, what it was told last.

use askama::Template;
use axum::extract::{Path, RawQuery};
use claimwire_actions::connectors::{self, ConnectorView, KindView};
use claimwire_actions::webhooks;
use claimwire_actions::{Viewer, deliveries};
use claimwire_model::target::TargetStatus;
use serde_json::Value;

use super::form::label;
use super::kind;
use crate::access::Seen;
use crate::failure::{Reply, page};
use crate::frame::{Frame, Section};
use crate::pages::deliveries::names::Names;
use crate::pages::query::parsed;
use crate::pages::targets::chart::Chart;
use crate::pages::targets::failures::Recent;
use crate::pages::targets::id;
use crate::state::Portal;

#[derive(Template)]
#[template(path = "pages/integrations/show.html")]
struct ConnectorPage {
    frame: Frame,
    connector: ConnectorView,
    /// None: this version has no such kind any more.
    kind: Option<KindView>,
    /// Name and value.
    settings: Vec<(String, String)>,
    chart: Chart,
    recent: Recent,
}

/// The page.
pub(crate) async fn show(
    portal: Portal,
    Seen(scope): Seen<Viewer>,
    Path((_, connector)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Reply {
    let viewer = scope.on(&portal);
    let connector = connectors::get(&viewer, id(&connector)?).await?;
    let buckets = webhooks::history(&viewer, connector.id, &portal.hours).await?;
    let of = deliveries::Filter {
        connector: Some(connector.id),
        ..Default::default()
    };
    let recent = Recent::of(&viewer, of).await?;
    page(&ConnectorPage {
        frame: scope
            .frame(&portal, Section::Integrations)
            .done(parsed(query).text("done")),
        kind: kind(&portal, &connector.kind),
        settings: settings(&connector),
        connector,
        chart: Chart::of(&buckets),
        recent,
    })
}

fn settings(connector: &ConnectorView) -> Vec<(String, String)> {
    let shown = connector.settings.iter().map(|(name, value)| {
        let value = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        (label(name), value)
    });
    shown.collect()
}
