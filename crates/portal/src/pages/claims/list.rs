//! Claims, found by what is in the URL.

use askama::Template;
use axum::extract::RawQuery;
use claimwire_actions::Viewer;
use claimwire_actions::claims::{self, Filter};
use claimwire_model::claim::{Claim, ClaimStatus};
use claimwire_store::PageRequest;

use super::ANY_STATUS;
use crate::access::Seen;
use crate::failure::{Reply, page};
use crate::form::{Errors, Form};
use crate::frame::{Frame, Section};
use crate::pages::query::{after, filters, older, parsed, time};
use crate::state::Portal;

const SHOWN: usize = 50;
/// Filters that stand behind a summary until one of them is set.
const FURTHER: &[&str] = &["reason", "assignee", "label", "since", "until"];

#[derive(Template)]
#[template(path = "pages/claims/list.html")]
struct ListPage {
    frame: Frame,
    form: Form,
    errors: Errors,
    claims: Vec<Claim>,
    next: Option<String>,
    first: bool,
    /// The filter, for the file of all that it finds.
    query: String,
}

/// The list.
pub(crate) async fn show(
    portal: Portal,
    Seen(scope): Seen<Viewer>,
    RawQuery(query): RawQuery,
) -> Reply {
    let form = parsed(query);
    let mut errors = Errors::default();
    let filter = filter(&form, &mut errors);
    let request = PageRequest::after(SHOWN, after(&form));
    let (mut found, mut next) = (Vec::new(), None);
    if errors.is_empty() {
        match claims::list(&scope.on(&portal), &filter, request).await {
            Ok(page) => {
                next = page.next;
                for claim in page.items {
                    found.push(claim.value()?);
                }
            }
            Err(refusal) => errors = Errors::of(refusal, &["q"], |_| None)?,
        }
    }
    page(&ListPage {
        frame: scope.frame(&portal, Section::Claims),
        first: after(&form).is_none(),
        next: older(&form, next),
        query: filters(&form),
        form,
        errors,
        claims: found,
    })
}

/// What the URL says of which claims.
pub(super) fn filter(form: &Form, errors: &mut Errors) -> Filter {
    let given = |name: &str| form.given(name).map(str::to_owned);
    Filter {
        status: status(form, errors),
        reason: given("reason"),
        order_number: given("order_number"),
        customer_email: given("customer_email"),
        assignee: given("assignee"),
        label: given("label"),
        since: time(form, "since", errors),
        until: time(form, "until", errors),
        q: given("q"),
    }
}

/// A claim's status by its name.
pub(super) fn status(form: &Form, errors: &mut Errors) -> Option<ClaimStatus> {
    let name = form.given("status")?;
    let status = serde_json::from_value(serde_json::Value::String(name.to_owned())).ok();
    if status.is_none() {
        errors.add("status", "Choose one of the statuses.");
    }
    status
}
