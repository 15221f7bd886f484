//! Integrations: connectors to helpdesks, marketing tools and anything with an HTTP API.

pub(crate) mod form;
pub(crate) mod kinds;
pub(crate) mod list;
pub(crate) mod show;
pub(crate) mod test;
pub(crate) mod tickets;
pub(crate) mod write;

use claimwire_actions::connectors::{self, KindView};

use crate::state::Portal;

/// The kind of this name; none: this version has no such kind.
pub(crate) fn kind(portal: &Portal, name: &str) -> Option<KindView> {
    let kinds = connectors::kinds(&claimwire_actions::Caller::Operator, &portal.ports);
    kinds.into_iter().find(|kind| kind.kind == name)
}

/// What people call a kind.
pub(crate) fn name_of(portal: &Portal, kind: &str) -> String {
    match self::kind(portal, kind) {
        Some(kind) => kind.name.to_owned(),
        None => kind.to_owned(),
    }
}
