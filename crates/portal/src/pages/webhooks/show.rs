//! One webhook: how it is doing, what fails and what to do about it, what was sent last.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, RawQuery};
use claimwire_actions::deliveries::{self, DeliveryView};
use claimwire_actions::webhooks::{self, Stats, WebhookView, Window};
use claimwire_actions::{As, Refusal, Viewer};
use claimwire_model::DeliveryId;
use claimwire_model::delivery::DeliveryStatus;
use claimwire_model::target::TargetStatus;
use claimwire_store::PageRequest;
use uuid::Uuid;

use super::id;
use crate::access::Seen;
use crate::failure::{Reply, page};
use crate::form::Form;
use crate::frame::{Frame, Section};
use crate::pages::deliveries::advice::advice;
use crate::pages::deliveries::names::Names;
use crate::state::Portal;

/// Deliveries of the newest that are listed.
const SHOWN: usize = 10;
/// Deliveries of the newest that are looked through for failures.
const LOOKED_THROUGH: usize = 100;

/// Deliveries that failed for the same reason.
#[derive(Debug)]
struct Failures {
    error: String,
    count: usize,
    advice: &'static str,
    newest: DeliveryId,
}

/// One bar of the chart, in its units.
struct Bar {
    x: f64,
    delivered: f64,
    failed: f64,
}

const CHART_HEIGHT: f64 = 60.0;
const CHART_WIDTH: f64 = 600.0;

struct Chart {
    bars: Vec<Bar>,
    width: f64,
    delivered: u64,
    failed: u64,
    slowest_p95: Option<f64>,
}

impl Chart {
    fn of(stats: &Stats) -> Self {
        let most = stats.buckets.iter().map(|b| b.delivered + b.failed).max();
        let most = most.unwrap_or(0).max(1) as f64;
        let step = CHART_WIDTH / stats.buckets.len().max(1) as f64;
        let height = |count: u64| count as f64 / most * CHART_HEIGHT;
        let bars = stats.buckets.iter().enumerate();
        let latency = stats.buckets.iter().filter_map(|b| b.latency_ms.as_ref());
        Self {
            bars: bars
                .map(|(i, bucket)| Bar {
                    x: i as f64 * step,
                    delivered: height(bucket.delivered),
                    failed: height(bucket.failed),
                })
                .collect(),
            width: (step - 1.5).max(1.0),
            delivered: stats.buckets.iter().map(|b| b.delivered).sum(),
            failed: stats.buckets.iter().map(|b| b.failed).sum(),
            slowest_p95: latency.map(|l| l.p95).reduce(f64::max),
        }
    }
}

#[derive(Template)]
#[template(path = "pages/webhooks/show.html")]
struct WebhookPage {
    frame: Frame,
    webhook: WebhookView,
    chart: Chart,
    failures: Vec<Failures>,
    recent: Vec<DeliveryView>,
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
    let stats = webhooks::stats(&viewer, uuid, Window::default()).await?;
    let recent = newest(&viewer, uuid, None).await?;
    let failed = newest(&viewer, uuid, Some(DeliveryStatus::Failed)).await?;
    let query = Form::parse(query.unwrap_or_default().as_bytes());
    let failures = grouped(&recent, &failed);
    page(&WebhookPage {
        frame: scope
            .frame(&portal, Section::Webhooks)
            .done(query.text("done")),
        webhook,
        chart: Chart::of(&stats),
        failures,
        recent: recent.into_iter().take(SHOWN).collect(),
    })
}

async fn newest(
    viewer: &As<'_, Viewer>,
    webhook: Uuid,
    status: Option<DeliveryStatus>,
) -> Result<Vec<DeliveryView>, Refusal> {
    let filter = deliveries::Filter {
        webhook: Some(webhook),
        status,
        ..Default::default()
    };
    let page = deliveries::list(viewer, filter, PageRequest::first(LOOKED_THROUGH)).await?;
    Ok(page.items)
}

/// What was given up, and what of the newest failed last and is tried again, by error: the most frequent first.
fn grouped(recent: &[DeliveryView], failed: &[DeliveryView]) -> Vec<Failures> {
    let mut by_error: BTreeMap<String, Failures> = BTreeMap::new();
    let retried = recent.iter().filter(|delivery| {
        let waits = matches!(
            delivery.status,
            DeliveryStatus::Pending | DeliveryStatus::Held
        );
        waits && delivery.last_error.is_some()
    });
    for delivery in failed.iter().chain(retried) {
        let error = delivery.last_error.clone().unwrap_or_default();
        by_error
            .entry(error.clone())
            .and_modify(|failures| failures.count += 1)
            .or_insert(Failures {
                advice: advice(&error),
                error,
                count: 1,
                newest: delivery.id,
            });
    }
    let mut groups: Vec<Failures> = by_error.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    groups
}
