//! A target deleted, after a page that says what is lost.

use askama::Template;
use axum::extract::Path;
use claimwire_actions::Editor;

use super::{Facts, Kind, id};
use crate::access::{Posted, Seen};
use crate::failure::{Reply, page, to};
use crate::frame::Frame;
use crate::state::Portal;

#[derive(Template)]
#[template(path = "pages/targets/delete.html")]
struct DeletePage {
    frame: Frame,
    path: &'static str,
    one: &'static str,
    lost: &'static [&'static str],
    target: Facts,
}

/// Asks first.
pub(crate) async fn ask<K: Kind>(
    portal: Portal,
    Seen(scope): Seen<Editor>,
    Path((_, target)): Path<(String, String)>,
) -> Reply {
    page(&DeletePage {
        frame: scope.frame(&portal, K::SECTION),
        path: K::PATH,
        one: K::ONE,
        lost: K::LOST,
        target: K::facts(&scope.on(&portal).viewer(), id(&target)?).await?,
    })
}

/// Deletes it.
pub(crate) async fn delete<K: Kind>(
    portal: Portal,
    Path((_, target)): Path<(String, String)>,
    posted: Posted<Editor>,
) -> Reply {
    let scope = posted.scope;
    K::delete(&scope.on(&portal), id(&target)?).await?;
    Ok(to(&scope.path(&format!(
        "{}?done={}-deleted",
        K::PATH,
        K::ONE
    ))))
}
