//! A target paused and resumed.

use axum::extract::Path;
use claimwire_actions::Editor;

use super::{Kind, id};
use crate::access::{Posted, Scope};
use crate::failure::{Reply, to};
use crate::state::Portal;

/// Switches it off.
pub(crate) async fn pause<K: Kind>(
    portal: Portal,
    Path((_, target)): Path<(String, String)>,
    posted: Posted<Editor>,
) -> Reply {
    switch::<K>(&portal, &posted.scope, &target, "inactive", "paused").await
}

/// Switches it on again.
pub(crate) async fn resume<K: Kind>(
    portal: Portal,
    Path((_, target)): Path<(String, String)>,
    posted: Posted<Editor>,
) -> Reply {
    switch::<K>(&portal, &posted.scope, &target, "active", "resumed").await
}

async fn switch<K: Kind>(
    portal: &Portal,
    scope: &Scope<Editor>,
    target: &str,
    status: &str,
    done: &str,
) -> Reply {
    let target = id(target)?;
    K::switch(&scope.on(portal), target, status).await?;
    Ok(to(&scope.path(&format!("{}/{target}?done={done}", K::PATH))))
}
