//! The audit log: what people and keys did to the shop's settings.

use askama::Template;
use axum::extract::RawQuery;
use claimwire_actions::Admin;
use claimwire_actions::audit::{self, EntryView};
use claimwire_model::Source;
use claimwire_store::PageRequest;

use crate::access::Seen;
use crate::failure::{Reply, page};
use crate::frame::{Frame, Section};
use crate::pages::query::{after, older, parsed};
use crate::state::Portal;

const SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "pages/settings/audit.html")]
struct AuditPage {
    frame: Frame,
    entries: Vec<EntryView>,
    next: Option<String>,
    first: bool,
}

/// The log.
pub(crate) async fn show(
    portal: Portal,
    Seen(scope): Seen<Admin>,
    RawQuery(query): RawQuery,
) -> Reply {
    let form = parsed(query);
    let request = PageRequest::after(SHOWN, after(&form));
    let found = audit::list(&scope.on(&portal), request).await?;
    page(&AuditPage {
        frame: scope.frame(&portal, Section::Settings),
        entries: found.items,
        next: older(&form, found.next),
        first: after(&form).is_none(),
    })
}

/// What was done, in words.
pub(crate) fn words(did: &str) -> &str {
    match did {
        "webhook.created" => "added the webhook",
        "webhook.changed" => "changed the webhook",
        "webhook.deleted" => "deleted the webhook",
        "webhook.secret_rotated" => "rotated the secret of",
        "connector.created" => "added the connector",
        "connector.changed" => "changed the connector",
        "connector.deleted" => "deleted the connector",
        "deliveries.retried" => "sent once more this many deliveries:",
        "replay.ordered" => "ordered a replay to",
        "api_key.created" => "made the API key",
        "api_key.deleted" => "deleted the API key",
        "portal_link.created" => "made a portal link for the role",
        "member.invited" => "invited",
        "member.link_made" => "made a new link for",
        "member.role_changed" => "changed the role of",
        "member.removed" => "removed",
        "shop.changed" => "changed the shop",
        other => other,
    }
}

/// What something was done on, and its id where it has one.
pub(crate) fn named(on: &str) -> (&str, &str) {
    let (name, last) = on.rsplit_once(' ').unwrap_or(("", on));
    match last.parse::<uuid::Uuid>() {
        Ok(_) => (name, last),
        Err(_) => (on, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_told_apart() {
        let id = "2f9b8a52-6f0c-4f7e-9d5c-1b2a3c4d5e6f";
        assert_eq!(named(&format!("Till 2 {id}")), ("Till 2", id));
        assert_eq!(named(id), ("", id));
        assert_eq!(named("anna@acme.test"), ("anna@acme.test", ""));
        assert_eq!(named(""), ("", ""));
    }
}
