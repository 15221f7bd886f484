//! What claims and shipments are about, over time.

use std::time::Duration;

use askama::Template;
use axum::extract::RawQuery;
use claimwire_actions::Viewer;
use claimwire_actions::analytics::{Analytics, COUNTED, Count, Made, analytics};
use claimwire_model::Timestamp;

use crate::access::Seen;
use crate::failure::{Reply, page};
use crate::form::Form;
use crate::frame::{Frame, Section};
use crate::pages::query::parsed;
use crate::show::field_time;
use crate::state::Portal;

/// How far back: value and words.
const SPANS: [(&str, &str); 3] = [
    ("7", "The last 7 days"),
    ("30", "The last 30 days"),
    ("90", "The last 90 days"),
];
const DAYS: u64 = 30;
const DAY: Duration = Duration::from_secs(86_400);

const HEIGHT: f64 = 60.0;
const WIDTH: f64 = 600.0;

/// Bars of one chart.
struct Chart {
    bars: Vec<Bar>,
    width: f64,
    most: u64,
}

struct Bar {
    x: f64,
    y: f64,
    height: f64,
}

impl Chart {
    fn of(made: &Made) -> Self {
        let most = made.by_day.iter().copied().max().unwrap_or_default();
        let step = WIDTH / made.by_day.len().max(1) as f64;
        let bars = made.by_day.iter().enumerate().map(|(i, count)| {
            let height = *count as f64 / most.max(1) as f64 * HEIGHT;
            Bar {
                x: i as f64 * step,
                y: HEIGHT - height,
                height,
            }
        });
        Self {
            bars: bars.collect(),
            width: (step - 1.5).max(1.0),
            most,
        }
    }
}

/// One question and its answers.
struct Question {
    title: &'static str,
    /// The name of the filter of claims that finds those of an answer.
    filter: Option<&'static str>,
    answers: Vec<(Count, f64)>,
}

impl Question {
    /// The part that each answer has of the most frequent, of 100.
    fn of(title: &'static str, filter: Option<&'static str>, counts: Vec<Count>) -> Self {
        let most = counts.iter().map(|count| count.count).max().unwrap_or(1);
        let answers = counts.into_iter().map(|count| {
            let part = count.count as f64 / most as f64 * 100.0;
            (count, part)
        });
        Self {
            title,
            filter,
            answers: answers.collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "pages/analytics.html")]
struct AnalyticsPage {
    frame: Frame,
    form: Form,
    since: Timestamp,
    claims: Made,
    claims_chart: Chart,
    of_claims: Vec<Question>,
    shipments: Made,
    shipments_chart: Chart,
    of_shipments: Vec<Question>,
}

impl AnalyticsPage {
    fn since_text(&self) -> String {
        field_time(self.since)
    }
}

/// The page.
pub(crate) async fn show(
    portal: Portal,
    Seen(scope): Seen<Viewer>,
    RawQuery(query): RawQuery,
) -> Reply {
    let mut form = parsed(query);
    let known = SPANS.iter().any(|(days, _)| form.is("days", days));
    let days = form
        .text("days")
        .parse()
        .ok()
        .filter(|_| known)
        .unwrap_or(DAYS);
    form.set("days", days.to_string());
    let since = portal
        .ports
        .now()
        .minus(DAY.saturating_mul(u32::try_from(days).unwrap_or(30)));
    let Analytics {
        claims,
        reasons,
        products,
        statuses,
        shipments,
        carriers,
        phases,
    } = analytics(&scope.on(&portal), since).await?;
    page(&AnalyticsPage {
        frame: scope.frame(&portal, Section::Analytics),
        form,
        since,
        claims_chart: Chart::of(&claims),
        claims,
        of_claims: vec![
            Question::of("Reasons", Some("reason"), reasons),
            Question::of("Products", None, products),
            Question::of("Statuses", Some("status"), statuses),
        ],
        shipments_chart: Chart::of(&shipments),
        shipments,
        of_shipments: vec![
            Question::of("Carriers", None, carriers),
            Question::of("Phases", None, phases),
        ],
    })
}
