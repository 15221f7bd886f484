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
    step: f64,
    width: f64,
    most: u64,
    /// The first day, the one in the middle, and the last.
    labels: [String; 3],
}

struct Bar {
    x: f64,
    y: f64,
    height: f64,
    /// The day and its count in words.
    told: String,
}

/// The day that is so many days after `since`.
fn date(since: Timestamp, days: usize) -> String {
    let days = u32::try_from(days).unwrap_or(u32::MAX);
    let text = since.plus(DAY.saturating_mul(days)).to_zulu_seconds();
    text.get(..10).unwrap_or_default().to_owned()
}

impl Chart {
    fn of(made: &Made, since: Timestamp) -> Self {
        let most = made.by_day.iter().copied().max().unwrap_or_default();
        let step = WIDTH / made.by_day.len().max(1) as f64;
        let bars = made.by_day.iter().enumerate().map(|(i, count)| {
            let height = *count as f64 / most.max(1) as f64 * HEIGHT;
            Bar {
                x: i as f64 * step,
                y: HEIGHT - height,
                height,
                told: format!("24 hours from {}: {count}", date(since, i)),
            }
        });
        let days = made.by_day.len();
        Self {
            bars: bars.collect(),
            labels: [0, days / 2, days.saturating_sub(1)].map(|day| date(since, day)),
            step,
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
    answers: Vec<Answer>,
}

struct Answer {
    count: Count,
    /// Its part of the most frequent, of 100.
    part: f64,
    /// Its days, as the points of a line in a box of 100 by 20.
    line: String,
}

/// A line through the counts of the days; the fullest of them is at the top.
fn line(by_day: &[u64]) -> String {
    let most = by_day.iter().copied().max().unwrap_or_default().max(1) as f64;
    let step = 100.0 / by_day.len().saturating_sub(1).max(1) as f64;
    let points = by_day.iter().enumerate().map(|(i, count)| {
        let (x, y) = (i as f64 * step, 19.0 - *count as f64 / most * 18.0);
        format!("{x:.0},{y:.0}")
    });
    points.collect::<Vec<_>>().join(" ")
}

impl Question {
    fn of(title: &'static str, filter: Option<&'static str>, counts: Vec<Count>) -> Self {
        let most = counts.iter().map(|count| count.count).max().unwrap_or(1);
        let answers = counts.into_iter().map(|count| {
            let (part, line) = (
                count.count as f64 / most as f64 * 100.0,
                line(&count.by_day),
            );
            Answer { count, part, line }
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
        claimed_carriers,
        claimed_phases,
        statuses,
        shipments,
        carriers,
        phases,
    } = analytics(&scope.on(&portal), since).await?;
    page(&AnalyticsPage {
        frame: scope.frame(&portal, Section::Analytics),
        form,
        since,
        claims_chart: Chart::of(&claims, since),
        claims,
        of_claims: vec![
            Question::of("Reasons", Some("reason"), reasons),
            Question::of("Products", None, products),
            Question::of("Carriers", None, claimed_carriers),
            Question::of("Phases of their parcels", None, claimed_phases),
            Question::of("Statuses", Some("status"), statuses),
        ],
        shipments_chart: Chart::of(&shipments, since),
        shipments,
        of_shipments: vec![
            Question::of("Carriers", None, carriers),
            Question::of("Phases", None, phases),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_from_the_first_day_to_the_last() {
        assert_eq!(line(&[0, 4, 2]), "0,19 50,1 100,10");
        assert_eq!(line(&[3]), "0,1");
        assert_eq!(line(&[]), "");
        assert_eq!(line(&[0, 0]), "0,19 100,19");
    }

    #[test]
    fn a_chart_names_its_days() {
        let made = Made {
            counted: 3,
            more: false,
            by_day: vec![1, 0, 2, 0],
        };
        let chart = Chart::of(&made, Timestamp::from_secs(1_769_698_127));
        assert_eq!(chart.labels, ["2026-01-29", "2026-01-31", "2026-02-01"]);
        assert_eq!(chart.bars[2].told, "24 hours from 2026-01-31: 2");
        assert_eq!((chart.bars[0].height, chart.bars[2].height), (30.0, 60.0));
    }
}
