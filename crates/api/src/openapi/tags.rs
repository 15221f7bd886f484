//! The groups of routes, in the order in which a person reads them.

use utoipa::openapi::Tag;
use utoipa::openapi::tag::TagBuilder;

/// Name and description.
const TAGS: [(&str, &str); 15] = [
    (
        "shops",
        "A shop is a tenant: nothing in it is seen from another one.",
    ),
    ("portal-links", "One-time links that open the portal."),
    (
        "claim-links",
        "Links that open the claim page for an order, so that its customer need not type anything.",
    ),
    (
        "api-keys",
        "A shop's own keys, each with a role. A key is shown once, when it is made.",
    ),
    (
        "webhooks",
        "Endpoints that are told of a shop's events: signed, retried, and in the dialect that the receiver speaks. Their secrets, \
         test requests, figures and replays.",
    ),
    (
        "connectors",
        "Helpdesks and marketing tools that a shop's events go to natively. Which kinds there are, their test, preview and replays, and \
         the way back from their tickets to claims.",
    ),
    (
        "events",
        "Facts derived from changes, each with its ref. Events that were made elsewhere can be posted.",
    ),
    (
        "deliveries",
        "One event for one webhook or connector, with every attempt on record.",
    ),
    (
        "claims",
        "What customers report to have gone wrong with their orders. The events of a write follow from what it changed.",
    ),
    ("messages", "What was said on a claim, in both directions."),
    (
        "orders",
        "Imported from the shop's system, whole each time.",
    ),
    (
        "shipments",
        "Parcels and returns, and what carriers say of them.",
    ),
    ("contacts", "The shop's customers and their addresses."),
    (
        "images",
        "Photos for claims. Whoever has an image's URL can see it.",
    ),
    (
        "server",
        "Health, measures and this description. These routes need no key.",
    ),
];

/// All of them, for the document.
pub(super) fn tags() -> impl Iterator<Item = Tag> {
    TAGS.into_iter().map(|(name, description)| {
        TagBuilder::new()
            .name(name)
            .description(Some(description))
            .build()
    })
}
