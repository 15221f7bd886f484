//! The claims that a list's filter finds, as a file for spreadsheets (RFC 4180, UTF-8).
//!
//! It is written while it is sent, a page of the list at a time, so that memory holds two pages at most. A store that
//! fails on the way breaks the download off: a file that ends early is never taken for a whole one.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::RawQuery;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use claimwire_actions::claims::{self, Filter};
use claimwire_actions::{Refusal, Viewer};
use claimwire_model::claim::Claim;
use claimwire_store::PageRequest;
use futures_core::Stream;
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use tokio::sync::mpsc;

use super::list::filter;
use crate::access::{Scope, Seen};
use crate::failure::{Failure, Reply};
use crate::form::Errors;
use crate::pages::query::parsed;
use crate::state::{Portal, PortalState};

/// Claims of one file at most; the newest.
const CLAIMS: usize = 100_000;
/// Of one page of the list.
const AT_ONCE: usize = 100;

const HEAD: [&str; 17] = [
    "number",
    "id",
    "status",
    "reason",
    "resolution_preference",
    "type",
    "title",
    "description",
    "order_number",
    "shipment_id",
    "customer_email",
    "customer_name",
    "items",
    "damages",
    "assignee",
    "labels",
    "created_at",
];

/// Sends it.
pub(crate) async fn send(
    portal: Portal,
    Seen(scope): Seen<Viewer>,
    RawQuery(query): RawQuery,
) -> Reply {
    let form = parsed(query);
    let mut errors = Errors::default();
    let filter = filter(&form, &mut errors);
    if !errors.is_empty() {
        return Err(Failure::NoSuchPage);
    }
    let turn = Arc::clone(&portal.exports).try_acquire_owned();
    let turn = turn.map_err(|_| Failure::TooManyTries)?;
    // What cannot be found at all is told before the file begins.
    let first = claims::list(&scope.on(&portal), &filter, PageRequest::first(1)).await;
    first.map_err(Failure::from)?;
    let (rows, receiver) = mpsc::channel(1);
    let portal: Arc<PortalState> = Arc::clone(&portal);
    tokio::spawn(async move {
        let _turn = turn;
        if let Err(refusal) = write(&axum::extract::State(portal), &scope, &filter, &rows).await {
            tracing::warn!(%refusal, "an export was broken off");
            let broken = io::Error::other("the store failed");
            let _ = rows.send(Err(broken)).await;
        }
    });
    let mut response = Body::from_stream(Rows(receiver)).into_response();
    let headers = response.headers_mut();
    let csv = HeaderValue::from_static("text/csv; charset=utf-8");
    headers.insert(CONTENT_TYPE, csv);
    let file = HeaderValue::from_static("attachment; filename=\"claims.csv\"");
    headers.insert(CONTENT_DISPOSITION, file);
    Ok(response as Response)
}

type Part = Result<Bytes, io::Error>;

/// What was written and not sent yet.
struct Rows(mpsc::Receiver<Part>);

impl Stream for Rows {
    type Item = Part;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Part>> {
        self.0.poll_recv(context)
    }
}

async fn write(
    portal: &Portal,
    scope: &Scope<Viewer>,
    filter: &Filter,
    rows: &mpsc::Sender<Part>,
) -> Result<(), Refusal> {
    // Spreadsheets take a file for UTF-8 by this mark.
    let mut text = String::from("\u{feff}");
    line(&mut text, HEAD.map(str::to_owned));
    let (mut request, mut written) = (PageRequest::first(AT_ONCE), 0);
    loop {
        let page = claims::list(&scope.on(portal), filter, request).await?;
        for claim in &page.items {
            line(&mut text, cells(&claim.value()?));
        }
        written += page.items.len();
        // Whoever breaks the download off is not written for.
        if rows
            .send(Ok(std::mem::take(&mut text).into()))
            .await
            .is_err()
        {
            return Ok(());
        }
        match page.next {
            Some(next) if written < CLAIMS => request = PageRequest::after(AT_ONCE, Some(next)),
            _ => return Ok(()),
        }
    }
}

fn cells(claim: &Claim) -> [String; HEAD.len()] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let customer = claim.customer.as_ref();
    let assignee = claim.assignee.as_ref();
    let name = customer.map(|customer| {
        let names = [&customer.first_name, &customer.last_name];
        names.map(text).join(" ").trim().to_owned()
    });
    let items = claim.selected_items.iter().map(|item| {
        let title = item.title.as_ref().or(item.sku.as_ref());
        format!(
            "{} × {}",
            item.quantity,
            title.map_or("item", |title| title)
        )
    });
    let damages = claim
        .damages
        .iter()
        .map(|damage| match &damage.description {
            Some(description) => format!("{}: {description}", damage.damage_type),
            None => damage.damage_type.clone(),
        });
    [
        claim.number.to_string(),
        claim.id.to_string(),
        claim.status.as_str().to_owned(),
        text(&claim.reason),
        text(&claim.resolution_preference),
        text(&claim.r#type),
        text(&claim.title),
        text(&claim.description),
        text(&claim.order_number),
        text(&claim.shipment_id),
        customer
            .map(|customer| text(&customer.email))
            .unwrap_or_default(),
        name.unwrap_or_default(),
        items.collect::<Vec<_>>().join("; "),
        damages.collect::<Vec<_>>().join("; "),
        assignee
            .and_then(|assignee| assignee.name.clone().or(assignee.email.clone()))
            .unwrap_or_default(),
        claim.labels.join(" "),
        claim.created_at.to_string(),
    ]
}

fn line<const N: usize>(text: &mut String, cells: [String; N]) {
    for (i, cell) in cells.iter().enumerate() {
        if i > 0 {
            text.push(',');
        }
        text.push('"');
        // A spreadsheet would run what begins so as a formula.
        if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            text.push('\'');
        }
        text.push_str(&cell.replace('"', "\"\""));
        text.push('"');
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        let of = |cell: &str| {
            let mut text = String::new();
            line(&mut text, [cell.to_owned(), "1".to_owned()]);
            text
        };
        assert_eq!(of("a \"b\", c\nd"), "\"a \"\"b\"\", c\nd\",\"1\"\r\n");
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(of(formula), format!("\"'{formula}\",\"1\"\r\n"));
        }
    }
}
