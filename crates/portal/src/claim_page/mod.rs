//! The page on which a shop's customers file claims: `/{shop}/claim`.
//!
//! One thing is asked a page. What was answered goes from page to page in the URL, sealed: nobody else can read or change
//! it, the browser's way back works, and nothing is kept here of those who never finish. Nothing of an order is shown
//! before its customer has named it (`start`), and the action looks at every answer anew before it makes a claim. Every
//! page works without JavaScript, in a frame where the shop permits it, and without a cookie.

mod ask;
mod draft;
mod labels;
mod look;
mod preview;
mod review;
mod staff;
mod start;
mod status;
mod texts;
mod upload;
mod visit;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;

use crate::state::PortalState;

pub(crate) use look::rules;
pub(crate) use preview::{PAGES, show as preview};
pub(crate) use staff::{begin, has_form};
pub(crate) use texts::languages;

/// Its pages.
pub(crate) fn pages() -> Router<Arc<PortalState>> {
    let upload = get(ask::photos)
        .post(upload::photos)
        .layer(DefaultBodyLimit::max(upload::UPLOAD_BYTES));
    Router::new()
        .route("/{shop}/claim", get(start::show).post(start::identify))
        .route("/{shop}/claim/look.css", get(look::stylesheet))
        .route("/{shop}/claim/photos", upload)
        .route("/{shop}/claim/review", get(review::show).post(review::send))
        .route("/{shop}/claim/{question}", get(ask::show).post(ask::answer))
        .route(
            "/{shop}/claim/status/{token}",
            get(status::show).post(status::write),
        )
}
