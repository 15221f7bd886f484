//! How many of last week's events the filter in the form would have matched.

use askama::Template;
use axum::extract::RawQuery;
use claimwire_actions::webhooks::{self, Chosen, LOOKED_AT, Matching};
use claimwire_actions::{As, Refusal, Viewer};
use claimwire_model::filter::SourceFilter;

use crate::access::Seen;
use crate::failure::{Failure, Reply, page};
use crate::form::Form;
use crate::pages::targets::events::chosen;
use crate::state::Portal;

/// What is told of a filter.
enum Found {
    Counted(Matching),
    /// It has no entry yet.
    Nothing,
    /// One of its entries is none that the dialect knows.
    Unknown(String),
}

#[derive(Template)]
#[template(path = "pages/webhooks/matching.html")]
pub(crate) struct MatchingView {
    found: Found,
}

impl MatchingView {
    /// Of what the form chooses at the moment.
    pub async fn of(viewer: &As<'_, Viewer>, form: &Form) -> Result<Self, Failure> {
        let enabled_events = chosen(form).unwrap_or_else(|| vec!["*".to_owned()]);
        if enabled_events.is_empty() {
            let found = Found::Nothing;
            return Ok(Self { found });
        }
        let filter = Chosen {
            dialect: form.text("dialect").parse().unwrap_or_default(),
            source_filter: match form.text("source_filter") {
                "ui_only" => SourceFilter::UiOnly,
                _ => SourceFilter::All,
            },
            enabled_events: enabled_events.clone(),
        };
        let found = match webhooks::matching(viewer, filter).await {
            Ok(matching) => Found::Counted(matching),
            Err(Refusal::Invalid { errors, .. }) => Found::Unknown(
                errors
                    .first()
                    .map(|first| {
                        let index = first.field.rsplit('/').next();
                        let index = index.and_then(|index| index.parse::<usize>().ok());
                        let entry = index.and_then(|index| enabled_events.get(index));
                        let entry = entry.map_or("", String::as_str);
                        format!("“{entry}”: {}", first.message)
                    })
                    .unwrap_or_default(),
            ),
            Err(refusal) => return Err(refusal.into()),
        };
        Ok(Self { found })
    }
}

/// The count alone, for the script.
pub(crate) async fn show(
    portal: Portal,
    Seen(scope): Seen<Viewer>,
    RawQuery(query): RawQuery,
) -> Reply {
    let query = Form::parse(query.unwrap_or_default().as_bytes());
    page(&MatchingView::of(&scope.on(&portal), &query).await?)
}
