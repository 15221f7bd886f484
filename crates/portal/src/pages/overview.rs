//! What is going on in a shop, and what needs attention.

use askama::Template;
use axum::extract::RawQuery;
use claimwire_actions::webhooks::{self, Attention, SUMMED};
use claimwire_actions::{Viewer, claims, deliveries};
use claimwire_model::claim::Claim;
use claimwire_model::delivery::DeliveryStatus;
use claimwire_model::target::TargetStatus;
use claimwire_store::PageRequest;

use crate::access::Seen;
use crate::failure::{Reply, page};
use crate::form::Form;
use crate::frame::{Frame, Section};
use crate::pages::targets::chart::Chart;
use crate::state::Portal;

const SHOWN: usize = 8;

#[derive(Template)]
#[template(path = "pages/overview.html")]
struct OverviewPage {
    frame: Frame,
    attention: Attention,
    day: Chart,
    failed: Vec<deliveries::DeliveryView>,
    claims: Vec<Claim>,
}

/// The shop's first page.
pub(crate) async fn show(
    portal: Portal,
    Seen(scope): Seen<Viewer>,
    RawQuery(query): RawQuery,
) -> Reply {
    let viewer = scope.on(&portal);
    let attention = webhooks::attention(&viewer).await?;
    let failed = deliveries::Filter {
        status: Some(DeliveryStatus::Failed),
        ..Default::default()
    };
    let failed = deliveries::list(&viewer, failed, PageRequest::first(SHOWN)).await?;
    let newest = claims::list(
        &viewer,
        &claims::Filter::default(),
        PageRequest::first(SHOWN),
    )
    .await?;
    let newest: Result<Vec<Claim>, _> = newest.items.iter().map(|claim| claim.value()).collect();
    let query = Form::parse(query.unwrap_or_default().as_bytes());
    page(&OverviewPage {
        frame: scope
            .frame(&portal, Section::Overview)
            .done(query.text("done")),
        attention,
        day: Chart::of(&webhooks::day(&viewer, &portal.hours).await?),
        failed: failed.items,
        claims: newest?,
    })
}
