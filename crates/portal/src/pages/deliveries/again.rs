//! All deliveries that a filter finds, sent once more: counted and confirmed first.

use std::time::Duration;

use askama::Template;
use axum::extract::RawQuery;
use claimwire_actions::deliveries::{self, AT_ONCE, Counted};
use claimwire_actions::{Editor, Refusal};
use claimwire_model::delivery::DeliveryStatus;

use super::search::{filter, query};
use crate::access::{Posted, Seen};
use crate::failure::{Failure, Reply, page, to};
use crate::form::{Errors, Form};
use crate::frame::{Frame, Section};
use crate::pages::query::{parsed, time};
use crate::state::Portal;

/// The field that says when was counted: what came later is not meant.
const COUNTED_AT: &str = "counted_at";

const MILLISECOND: Duration = Duration::from_millis(1);

#[derive(Template)]
#[template(path = "pages/deliveries/again.html")]
struct AgainPage {
    frame: Frame,
    form: Form,
    query: String,
    counted: Counted,
    counted_at: String,
    /// The page of a replay, where one webhook or connector is meant.
    replay: Option<String>,
}

impl AgainPage {
    fn of(&self, status: DeliveryStatus) -> usize {
        let counts = self.counted.by_status.iter();
        counts
            .filter(|(known, _)| *known == status)
            .map(|(_, count)| count)
            .sum()
    }
}

/// Says how many there are, and asks.
pub(crate) async fn ask(
    portal: Portal,
    Seen(scope): Seen<Editor>,
    RawQuery(asked): RawQuery,
) -> Reply {
    let form = parsed(asked);
    let mut errors = Errors::default();
    let filter = filter(&form, &mut errors);
    let query = query(&form);
    if !errors.is_empty() || query.is_empty() {
        // The list says what is wrong, and where a filter is chosen.
        return Ok(to(&scope.path(&format!("/deliveries?{query}"))));
    }
    let target = match (filter.webhook, filter.connector) {
        (Some(uuid), _) => Some(format!("/webhooks/{uuid}/replay")),
        (_, Some(id)) => Some(format!("/integrations/{id}/replay")),
        _ => None,
    };
    let counted = deliveries::count(&scope.on(&portal).viewer(), &filter).await?;
    page(&AgainPage {
        frame: scope.frame(&portal, Section::Deliveries),
        counted,
        // What came by now, and nothing that comes later.
        counted_at: portal.ports.now().plus(MILLISECOND).to_string(),
        replay: target.map(|path| scope.path(&path)),
        form,
        query,
    })
}

/// Orders one more attempt of each.
pub(crate) async fn order(portal: Portal, posted: Posted<Editor>) -> Reply {
    let Posted { scope, form } = posted;
    let mut errors = Errors::default();
    let mut filter = filter(&form, &mut errors);
    let counted_at = time(&form, COUNTED_AT, &mut errors);
    let query = query(&form);
    let Some(counted_at) = counted_at.filter(|_| errors.is_empty() && !query.is_empty()) else {
        return Err(Failure::NoSuchPage);
    };
    let until = filter
        .until
        .map_or(counted_at, |until| until.min(counted_at));
    filter.until = Some(until);
    let path = match deliveries::retry_all(&scope.on(&portal), &filter).await {
        Ok(retried) => {
            let (ordered, of) = (retried.ordered, retried.of);
            format!("/deliveries?{query}&retried={ordered}&of={of}")
        }
        // There are too many by now: the page that asks says so.
        Err(Refusal::Invalid { .. }) => format!("/deliveries/retry?{query}"),
        Err(refusal) => return Err(refusal.into()),
    };
    Ok(to(&scope.path(&path)))
}
