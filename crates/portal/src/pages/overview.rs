//! What is going on in a shop, and what needs attention.

use askama::Template;
use axum::extract::RawQuery;
use claimwire_actions::webhooks::{self, WebhookView};
use claimwire_actions::{Viewer, claims, deliveries};
use claimwire_model::claim::Claim;
use claimwire_model::delivery::DeliveryStatus;
use claimwire_model::target::TargetStatus;
use claimwire_store::PageRequest;

use crate::access::Seen;
use crate::failure::{Reply, page};
use crate::form::Form;
use crate::frame::{Frame, Section};
use crate::state::Portal;

const WEBHOOKS_SHOWN: usize = 100;
const SHOWN: usize = 8;

#[derive(Template)]
#[template(path = "pages/overview.html")]
struct OverviewPage {
    frame: Frame,
    webhooks: usize,
    more_webhooks: bool,
    attention: Vec<WebhookView>,
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
    let all = webhooks::list(
        &viewer,
        webhooks::Filter::default(),
        PageRequest::first(WEBHOOKS_SHOWN),
    )
    .await?;
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
    let needs = |webhook: &WebhookView| {
        matches!(
            webhook.status,
            TargetStatus::Disabled | TargetStatus::Unverified
        ) || webhook.health.consecutive_failures > 0
    };
    page(&OverviewPage {
        frame: scope
            .frame(&portal, Section::Overview)
            .done(query.text("done")),
        webhooks: all.items.len(),
        more_webhooks: all.next.is_some(),
        attention: all.items.into_iter().filter(needs).collect(),
        failed: failed.items,
        claims: newest?,
    })
}
